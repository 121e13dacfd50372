"""What somebody owes and has, and what is for sale: one list with a cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from textual.message import Message

from frontdesk.widgets.deals.deal import Deal
from frontdesk.widgets.lines import Lines, Part
from frontdesk.widgets.text import fit

LABEL = 7
DIGIT = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One thing, by a `key` that stays its own; `digit` chooses it, `label` begins the rows of its kind."""

    key: str
    label: str
    text: str
    deal: Deal
    digit: str = ""
    style: str = ""


class DealList(Lines[Row]):
    """The row under the cursor is what the sentence is about."""

    @dataclass
    class Chosen(Message):
        """A row was clicked, and the cursor stands there."""

    def parts(self, item: Row, width: int) -> Sequence[Part]:
        """The label, the digit, and what it is."""
        return (
            (fit(item.label, LABEL), "lines--quiet"),
            (fit(item.digit, DIGIT), "lines--strong"),
            (fit(item.text, width - LABEL - DIGIT), item.style),
        )

    def renew(self, rows: Sequence[Row], *hint: str) -> None:
        """Show these instead; the cursor stays on the row where it stood, if that is still there."""
        before = self.current.key if self.current else None
        keys = [row.key for row in rows]
        self.show(rows, keys.index(before) if before in keys else 0, *hint)

    def stand_on(self, wanted: Callable[[Row], bool]) -> bool:
        """Bring the cursor to the first row that is wanted; whether there is one."""
        for index, row in enumerate(self.items):
            if row and wanted(row):
                self.move(index - self.cursor)
                return True
        return False

    def clicked(self, index: int) -> None:
        """The cursor goes there."""
        self.move(index - self.cursor)
        self.post_message(self.Chosen())
