"""Whether an answer settles what was sent: what may have been done is asked for until it is known."""

from __future__ import annotations

from db.errors import NoDatabase, NotPermitted, NotSignedIn


def is_unknown(answer: object, *, was_unknown: bool) -> bool:
    """Whether it is open if it was done; once it was, only a real answer settles it."""
    if isinstance(answer, NoDatabase | NotSignedIn):
        return True
    return was_unknown and isinstance(answer, NotPermitted)
