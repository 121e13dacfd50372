"""The roster of a class session, ticked off as people come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from db.records import RosterLine
from frontdesk.clock import local, time_of
from frontdesk.widgets.lines import Lines, Part
from frontdesk.widgets.text import fit, literal, money

TICKS = {"attended": "[x]", "confirmed": "[ ]", "no_show": "[-]"}
STATES = {"confirmed": "to come", "no_show": "no show", "waitlisted": "waitlist"}
WIDE = 70


class RosterList(Lines[RosterLine]):
    """First the seats by name, then the waitlist in order."""

    def __init__(self, timezone: str, today: date, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.today = today
        self.timezone = timezone

    def parts(self, item: RosterLine, width: int) -> Sequence[Part]:
        """A tick or the place in line, name, how it is paid; with room also kind, state, when it was made."""
        tick = TICKS.get(item.booking_status) or f"{item.place}.".rjust(3)
        paid, style = self._paid(item)
        if width < WIDE:
            name = fit(literal(item.name), width - len(tick) - 2 - len(paid))
            return ((f"{tick} ", ""), (name, "lines--strong"), (f" {paid}", style))
        name = fit(literal(item.name), width - len(tick) - 1 - 8 - 14 - 18 - 12)
        return (
            (f"{tick} ", ""),
            (fit(item.kind.upper(), 8), "lines--quiet"),
            (name, "lines--strong"),
            (fit(self._state(item), 14), ""),
            (fit(paid, 18), style),
            (fit(f"made {self._made(item)}", 12), "lines--quiet"),
        )

    def _state(self, item: RosterLine) -> str:
        if item.booking_status == "attended":
            return f"here {time_of(item.arrived_at, self.timezone)}" if item.arrived_at else "here"
        state = STATES.get(item.booking_status, item.booking_status)
        return f"{state} {item.place}" if item.place else state

    def _made(self, item: RosterLine) -> str:
        day = local(item.recorded_at, self.timezone).date()
        return time_of(item.recorded_at, self.timezone) if day == self.today else f"{day.day} {day:%b}"

    def _paid(self, item: RosterLine) -> tuple[str, str]:
        if item.paid_by in {"comp", "membership", "package"}:
            return item.paid_by, "lines--quiet"
        if item.booking_status == "waitlisted" or not item.price:
            return "", ""
        price = money(item.price, item.currency)
        if item.payment_status == "pending":
            return f"OWES {price}", "lines--warn"
        return f"{price} {item.paid_by or ''}".rstrip(), "lines--good"


def count_of(lines: Sequence[RosterLine]) -> str:
    """How many of them are here, to come and waiting, such as '9 here, 5 to come, 3 waiting'."""
    number = Counter(line.booking_status for line in lines)
    parts = [f"{number['attended']} here", f"{number['confirmed']} to come"]
    parts += [f"{number['no_show']} did not come"] if number["no_show"] else []
    parts += [f"{number['waitlisted']} waiting"] if number["waitlisted"] else []
    return ", ".join(parts)
