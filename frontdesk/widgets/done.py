"""What was done at this desk by one action, and what takes it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from frontdesk.widgets.text import money

if TYPE_CHECKING:
    from db.transaction import SignedIn


@dataclass(frozen=True, slots=True)
class Back:
    """One thing that was taken back, and the money to hand back for it; or the sentence that `refused` it."""

    refused: str = ""
    amount: int = 0
    currency: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done for somebody, in words that are safe to show; `undo` takes all of it back.

    `state` is what they are now, in a word or two, `so` says it in full, and `still` where it stays so.
    """

    undo: Callable[[SignedIn], Sequence[Back]]
    name: str
    what: str
    state: str
    so: str
    still: str


@dataclass(frozen=True, slots=True)
class Made:
    """The sentence about what was done, the `shorter` where there is no room; `done` if it can be undone."""

    sentence: str
    shorter: str
    done: Done | None = None


def handed_back(backs: Sequence[Back]) -> str:
    """What has to be handed back, such as ' Give back £12.00 card.'; nothing where nothing was taken."""
    sums: dict[tuple[str, str], int] = {}
    for each in backs:
        if each.amount and each.method in {"card", "cash"}:
            by = (each.method, each.currency)
            sums[by] = sums.get(by, 0) + each.amount
    return "".join(f" Give back {money(amount, currency)} {by}." for (by, currency), amount in sums.items())
