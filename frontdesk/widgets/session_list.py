"""The class sessions of a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from textual.message import Message

from db.records import ClassSession
from frontdesk.clock import time_of
from frontdesk.widgets.lines import Lines, Part
from frontdesk.widgets.seat_bar import WIDTH, seat_count, seat_state
from frontdesk.widgets.text import fit, literal

SEATS = 5
LATE = timedelta(minutes=10)


class SessionList(Lines[ClassSession]):
    """The day's sessions; the cursor is on the class that Enter books."""

    @dataclass
    class Chosen(Message):
        """A session was clicked."""

        session: ClassSession

    def __init__(self, timezone: str, now: Callable[[], datetime], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.timezone = timezone
        self.now = now

    def loaded(self, sessions: Sequence[ClassSession], keep: UUID | None) -> None:
        """Show an answer, with the cursor on the session of that id, or else on the next bookable one."""
        ids = [each.id for each in sessions]
        if keep in ids:
            self.show(sessions, ids.index(keep))
        else:
            self.show(sessions, next_bookable(sessions, self.now()))

    def parts(self, item: ClassSession, width: int) -> Sequence[Part]:
        """Time, program, how full, seats."""
        state, style = seat_state(item, self.now())
        count = seat_count(item).rjust(SEATS)
        start = "all" if item.open_gym else time_of(item.starts_at, self.timezone)
        gone = item.ends_at <= self.now() or item.status == "cancelled"
        return (
            (fit(start, 6), "lines--quiet" if gone else "lines--strong"),
            (fit(literal(item.program), width - WIDTH - len(count) - 8), "lines--quiet" if gone else ""),
            (" " + fit(state, WIDTH), style),
            (f" {count}", "lines--quiet" if gone else ""),
        )

    def clicked(self, index: int) -> None:
        """A click chooses."""
        super().clicked(index)
        if self.current:
            self.post_message(self.Chosen(self.current))


def next_bookable(sessions: Sequence[ClassSession], now: datetime) -> int:
    """The row of what a walk-in most likely wants: the next class with a seat, else what is not over yet."""

    def first(*rules: Callable[[ClassSession], bool]) -> int | None:
        return next((i for i, each in enumerate(sessions) if all(rule(each) for rule in rules)), None)

    def coming(session: ClassSession) -> bool:
        return session.status == "scheduled" and session.ends_at > now

    choices = (
        first(coming, lambda s: s.bookable and not s.open_gym, lambda s: s.starts_at > now - LATE),
        first(coming, lambda s: s.bookable),
        first(coming),
    )
    return next((row for row in choices if row is not None), max(len(sessions) - 1, 0))
