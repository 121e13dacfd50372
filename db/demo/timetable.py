"""The weekly timetable, and the class sessions that it makes of twelve weeks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from uuid import UUID

from db.demo.drawing import draw_id
from db.demo.gyms import OPEN_GYM, Gym

WEEKS_BACK = 10
WEEKS_AHEAD = 2


@dataclass(frozen=True, slots=True)
class Slot:
    """One weekday and hour of the timetable; `wanted` people want to come to it in an ordinary week."""

    weekday: int
    start: time
    minutes: int
    program: str
    room: int
    capacity: int
    wanted: float
    early: bool

    @property
    def open_gym(self) -> bool:
        """Whether people come and go through the day instead of all at its start."""
        return self.program == OPEN_GYM

    @property
    def part_of_day(self) -> str:
        """The part of the day in which those come who come."""
        if self.open_gym:
            return "any"
        return "morning" if self.start < time(11) else "noon" if self.start < time(16) else "evening"


@dataclass(frozen=True, slots=True)
class Session:
    """A class session of the demo, its times in the organization's zone."""

    id: UUID
    slot: Slot
    starts_at: datetime
    ends_at: datetime
    handed_in_at: datetime | None


def slots(gym: Gym) -> list[Slot]:
    """The gym's week."""
    return [_shifted(slot, gym.later) for slot in _week()]


def draw_sessions(random: Random, gym: Gym, today: date) -> Iterator[Session]:
    """Ten weeks back and two ahead, day by day; `today` is the gym's own."""
    week = slots(gym)
    for ahead in range(-7 * WEEKS_BACK, 7 * WEEKS_AHEAD):
        day = today + timedelta(days=ahead)
        for slot in week:
            if slot.weekday == day.isoweekday():
                yield _draw(random, gym, slot, day)


def _draw(random: Random, gym: Gym, slot: Slot, day: date) -> Session:
    # A local time plus minutes is a local time, whatever hour is skipped or repeated on the way.
    starts_at = datetime.combine(day, slot.start, gym.zone)
    ends_at = starts_at + timedelta(minutes=slot.minutes)
    handed_in_at = ends_at.astimezone(UTC) + timedelta(seconds=random.randrange(60, 2400))
    handed_in = not slot.open_gym and random.random() < 0.85
    return Session(draw_id(random), slot, starts_at, ends_at, handed_in_at if handed_in else None)


@cache
def _week() -> tuple[Slot, ...]:
    lines = (Path(__file__).parent / "timetable.tsv").read_text(encoding="utf-8").splitlines()
    return tuple(slot for line in lines if not line.startswith("#") for slot in _weekdays(*line.split("\t")))


def _weekdays(
    weekdays: str, start: str, minutes: str, program: str, room: str, capacity: str, full: str, early: str
) -> Iterator[Slot]:
    for weekday in weekdays:
        yield Slot(
            int(weekday),
            time.fromisoformat(start),
            int(minutes),
            program,
            int(room) - 1,
            int(capacity),
            int(capacity) * float(full),
            bool(early),
        )


def _shifted(slot: Slot, minutes: int) -> Slot:
    if slot.open_gym:
        return slot
    start = (datetime.combine(date.min, slot.start) + timedelta(days=1, minutes=minutes)).time()
    return Slot(
        slot.weekday, start, slot.minutes, slot.program, slot.room, slot.capacity, slot.wanted, slot.early
    )
