"""What waited for somebody when a desk was handed over: who is to be told, who waits, who owes."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len

from db.records import HandoverLine, Organization
from frontdesk.clock import time_of
from frontdesk.widgets.lines import Lines, Part
from frontdesk.widgets.needs_list import LABEL, LABELS, STYLES
from frontdesk.widgets.text import fit, literal, money

NAME = 20


class HandoverList(Lines[HandoverLine]):
    """A row for each, to read and to scroll."""

    def __init__(self, organization: Organization) -> None:
        super().__init__()
        self._organization = organization

    def parts(self, item: HandoverLine, width: int) -> Sequence[Part]:
        """What it is, who it is about, how to reach them, and the class and the money."""
        about, style = self._about(item), STYLES.get(item.need, "")
        phone = f" {literal(item.phone)}" if item.phone else ""
        room = max(width - LABEL - cell_len(about) - 1, NAME)
        who = fit(fit(literal(item.name), NAME) + phone, room)
        return ((fit(LABELS[item.need], LABEL), style), (who, "lines--strong"), (f" {about}", style))

    def _about(self, item: HandoverLine) -> str:
        owes = f"{money(item.owes, self._organization.currency)}, " if item.owes is not None else ""
        held = f"{item.seats} free, " if item.seats else ""
        return f"{owes}{held}{time_of(item.starts_at, self._organization.timezone)} {literal(item.program)}"
