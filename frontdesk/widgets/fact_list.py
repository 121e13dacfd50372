"""What is known of a person as a list, to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from frontdesk.widgets.lines import NONE, Lines, Part
from frontdesk.widgets.person_facts import LABEL, Fact, folded
from frontdesk.widgets.text import fit


class FactList(Lines[Fact]):
    """Facts in rows; there is nothing to choose."""

    def tell(self, facts: Iterator[Fact]) -> None:
        """Show these, in rows that fit."""
        self.show(folded(facts, self.scrollable_content_region.width - 1), NONE)

    def parts(self, item: Fact, width: int) -> Sequence[Part]:
        """The label and what it says."""
        return (
            (fit(item.label, LABEL), item.style or "lines--quiet"),
            (fit(item.text, width - LABEL), item.style),
        )

    def clicked(self, index: int) -> None:
        """There is nothing to choose here."""
