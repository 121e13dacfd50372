"""What pays for a booking by the published order (docs/what-pays.md), in Python and day by day."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bought:
    """A membership or a package that somebody has; `used` is the day of each booking that counts."""

    kind: str
    id: UUID
    owner: UUID
    is_shared: bool
    is_cancelled: bool
    starts_on: date
    ends_on: date | None
    valid_days: int | None
    limit: int | None
    period: str | None
    anchored: str
    programs: Collection[UUID]
    bought: int
    granted: int
    holds: Sequence[tuple[date, date | None]]
    used: dict[UUID, date] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """One of them for one class: the rule by which it may not pay, and else what is left and when it ends."""

    bought: Bought
    rule: str | None
    ends_on: date | None
    left: int | None

    @property
    def order(self) -> tuple[bool, date, int, int, UUID]:
        """What pays is the least."""
        one = self.bought
        is_unlimited = one.kind == "membership" and one.limit is None
        return (not is_unlimited, self.ends_on or date.max, len(one.programs), one.bought, one.id)


def judge(
    everything: Collection[Bought],
    person: UUID,
    family: Collection[UUID],
    program: UUID,
    day: date,
    booking: UUID,
) -> list[Judged]:
    """Each that is the person's or shared in their family; those that may pay first, in their order."""
    theirs = [one for one in everything if one.owner == person or (one.is_shared and one.owner in family)]
    judged = [_judged(one, program, day, booking) for one in theirs]
    may = sorted((one for one in judged if not one.rule), key=lambda one: one.order)
    return may + [one for one in judged if one.rule]


def why(may: Sequence[Judged]) -> str:
    """Why the first pays and not the second."""
    if len(may) < 2:
        return "only"
    words = ("unlimited", "ends_soonest", "fewest_programs", "bought_first", "bought_first")
    first, second = may[0].order, may[1].order
    return next(word for word, mine, other in zip(words, first, second, strict=True) if mine != other)


def _judged(one: Bought, program: UUID, day: date, booking: UUID) -> Judged:
    used = [at for by, at in one.used.items() if by != booking]
    starts_on, ends_on = _validity(one, used, day)
    last = _last_day(starts_on, ends_on, one.holds, day)
    period = period_of(one, day)
    ends: date | None
    if period:
        left = (one.limit or 0) - sum(period[0] <= at <= period[1] for at in used)
        ends = min(last or date.max, period[1])
    else:
        left, ends = one.granted - len(used), last
    rules = {
        "entitlement_cancelled": one.is_cancelled,
        "entitlement_starts_later": one.starts_on > day,
        "entitlement_ended": last is not None and last < day,
        "entitlement_on_hold": _is_held(one.holds, day, day),
        "entitlement_program": program not in one.programs,
        "entitlement_limit": period is not None and left <= 0,
        "entitlement_credits": one.kind == "package" and left <= 0,
    }
    is_counted = one.kind == "package" or period is not None
    return Judged(
        one, next((rule for rule, holds in rules.items() if holds), None), ends, left if is_counted else None
    )


def _validity(one: Bought, used: Sequence[date], day: date) -> tuple[date, date | None]:
    """Its first and last day, holds aside."""
    if one.ends_on is None and one.valid_days is not None:
        first = min([*used, day])
        return first, first + (one.valid_days - 1) * DAY
    return one.starts_on, one.ends_on


def _last_day(
    starts_on: date, ends_on: date | None, holds: Sequence[tuple[date, date | None]], day: date
) -> date | None:
    """Go from day to day; one that is on hold is not spent."""
    if ends_on is None:
        return None
    spent, at = 0, starts_on - DAY
    while spent < (ends_on - starts_on).days + 1:
        at += DAY
        spent += not _is_held(holds, at, day)
    return at


def _is_held(holds: Sequence[tuple[date, date | None]], at: date, day: date) -> bool:
    """Whether a day is on hold, as is known on the day of the class."""
    return any(first <= at <= (day if last is None else last) for first, last in holds)


def period_of(one: Bought, day: date) -> tuple[date, date] | None:
    """The first and the last day of its week or month that the day is in."""
    if one.limit is None:
        return None
    if one.period == "week":
        weekday = 0 if one.anchored == "calendar" else one.starts_on.weekday()
        first = day - (day.weekday() - weekday) % 7 * DAY
        return first, first + 6 * DAY
    start_day = 1 if one.anchored == "calendar" else one.starts_on.day
    before = day.replace(day=1) - DAY
    after = day.replace(day=28) + 7 * DAY
    firsts = [_in_month(month, start_day) for month in (before, day, after, after.replace(day=28) + 7 * DAY)]
    first = max(at for at in firsts if at <= day)
    return first, min(at for at in firsts if at > day) - DAY


def _in_month(month: date, day: int) -> date:
    """That day of the month, or its last."""
    return month.replace(day=min(day, calendar.monthrange(month.year, month.month)[1]))
