"""What is known of a person as a list, to read."""

from __future__ import annotations

from collections.abc import Sequence

from frontdesk.widgets.lines import NONE, Lines, Part
from frontdesk.widgets.person_facts import LABEL, Fact, folded
from frontdesk.widgets.text import fit


class FactList(Lines[Fact]):
    """Facts in rows; there is nothing to choose."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._facts: Sequence[Fact] = ()

    def tell(self, facts: Sequence[Fact]) -> None:
        """Show these, in rows that fit."""
        self._facts = facts
        width = self._fold()
        if width != self.scrollable_content_region.width:
            self._fold()  # a scrollbar came, and takes room

    def on_resize(self) -> None:
        """Fold the rows anew."""
        if self._facts:
            self.tell(self._facts)

    def _fold(self) -> int:
        width = self.scrollable_content_region.width
        self.show(folded(self._facts, width - 1), NONE)
        return width

    def parts(self, item: Fact, width: int) -> Sequence[Part]:
        """The label and what it says."""
        return (
            (fit(item.label, LABEL), item.style or "lines--quiet"),
            (fit(item.text, width - LABEL), item.style),
        )

    def clicked(self, index: int) -> None:
        """There is nothing to choose here."""
