"""Who has signed in at this desk today."""

from __future__ import annotations

from collections.abc import Sequence

from textual.message import Message

from frontdesk.locking import Here
from frontdesk.widgets.lines import Lines, Part
from frontdesk.widgets.text import fit, literal


class HereList(Lines[Here]):
    """Each with what opens the desk for them."""

    class Chosen(Message):
        """Somebody was clicked."""

    def parts(self, item: Here, width: int) -> Sequence[Part]:
        """Name, and PIN or password."""
        return (
            (fit(literal(item.profile.name), width - 9), "lines--strong"),
            (fit("PIN" if item.opens_by_pin else "password", 9), "lines--quiet"),
        )

    def clicked(self, index: int) -> None:
        """A click chooses."""
        self.move(index - self.cursor)
        self.post_message(self.Chosen())
