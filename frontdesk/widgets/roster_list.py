"""The roster of a class session."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from db.records import RosterLine
from frontdesk.clock import local, time_of
from frontdesk.widgets.lines import Lines, Part
from frontdesk.widgets.text import fit, literal, money

STATES = {"confirmed": "booked", "attended": "here", "no_show": "no show", "waitlisted": "waitlist"}


class RosterList(Lines[RosterLine]):
    """First the seats, then the waitlist in order."""

    def __init__(self, timezone: str, today: date) -> None:
        super().__init__()
        self.today = today
        self.timezone = timezone

    def parts(self, item: RosterLine, width: int) -> Sequence[Part]:
        """Kind, name, state, how it is paid, when it was made."""
        state = STATES.get(item.booking_status, item.booking_status)
        if item.place:
            state = f"{state} {item.place}"
        paid, style = self._paid(item)
        made = self._made(item)
        name = fit(literal(item.name), width - 8 - 13 - 18 - 12)
        return (
            (fit(item.kind.upper(), 8), "lines--quiet"),
            (name, "lines--strong"),
            (fit(state, 13), ""),
            (fit(paid, 18), style),
            (fit(f"made {made}", 12), "lines--quiet"),
        )

    def _made(self, item: RosterLine) -> str:
        day = local(item.recorded_at, self.timezone).date()
        return time_of(item.recorded_at, self.timezone) if day == self.today else f"{day.day} {day:%b}"

    def _paid(self, item: RosterLine) -> tuple[str, str]:
        if item.paid_by == "comp":
            return "comp", "lines--quiet"
        if item.booking_status == "waitlisted" or not item.price:
            return "", ""
        price = money(item.price, item.currency)
        if item.payment_status == "pending":
            return f"OWES {price}", "lines--warn"
        return f"{price} {item.paid_by or ''}", "lines--good"
