"""What went into a drawer of cash and out of it, the latest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from rich.cells import cell_len

from db.records import DrawerMove, Organization
from frontdesk.clock import day_of, day_seen_from, local, time_of
from frontdesk.widgets.lines import Lines, Part
from frontdesk.widgets.text import fit, literal, money

WHEN, AMOUNT, WHO = 7, 11, 16
NOTHING = "Nothing has gone into this drawer or out of it yet."


class DrawerList(Lines[DrawerMove]):
    """A row for each, to read and to scroll."""

    def __init__(
        self, organization: Organization, now: Callable[[], datetime], *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._organization = organization
        self._now = now

    def parts(self, item: DrawerMove, width: int) -> Sequence[Part]:
        """When, how much, what for, and who took it."""
        amount = money(item.amount, self._organization.currency)
        room = max(width - WHEN - AMOUNT - WHO - 3, 0)
        return (
            (fit(self._when(item), WHEN + AMOUNT - cell_len(amount)), "lines--quiet"),
            (f"{amount}  ", "lines--strong"),
            (fit(self._what(item), room), ""),
            (fit(f" {literal(item.by or '')}", WHO), "lines--quiet"),
        )

    def _when(self, item: DrawerMove) -> str:
        """The time, or the day of a drawer that was left open."""
        zone = self._organization.timezone
        day, today = local(item.moved_at, zone).date(), local(self._now(), zone).date()
        return time_of(item.moved_at, zone) if day == today else day_seen_from(day, today)

    def _what(self, item: DrawerMove) -> str:
        if item.kind == "paid":
            return literal(item.about)
        back = "" if item.amount > 0 else "given back: "
        about = "their credit" if item.kind == "credit" else self._for_what(item)
        return f"{back}{literal(item.name)}, {about}"

    def _for_what(self, item: DrawerMove) -> str:
        if item.starts_at is None:
            return literal(item.about)
        zone = self._organization.timezone
        day = local(item.starts_at, zone).date()
        other = "" if day == local(item.moved_at, zone).date() else f"{day_of(day)} "
        return f"{other}{time_of(item.starts_at, zone)} {literal(item.about)}"
