"""Who comes when: regulars to their weekday and hour, others now and then, newcomers for a while."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from db.demo.drawing import draw_from
from db.demo.people import Person
from db.demo.timetable import WEEKS_AHEAD, WEEKS_BACK, Session, Slot

REGULAR_SEATS = 0.68  # of the seats wanted, those of people who come every week
TIMES_A_WEEK = {"1": 45, "2": 38, "3": 17}
MOST_OCCASIONALS = 1600
MOST_TRIALS = 700
NEWCOMERS = 0.2
LEAVERS = 0.12
PAYS = {"card": 68, "cash": 20, "later": 12}

Span = tuple[date, date]


@dataclass(slots=True, eq=False)
class Member:
    """Someone with a habit from `since` to `until`, but not while `away`, kept as often as `keeps` says."""

    person: Person
    since: date
    until: date
    keeps: float
    books_early: bool
    pays: str
    trial: bool = False
    away: list[Span] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    liking: tuple[str, str] = ("", "")

    def around(self, day: date) -> bool:
        """Whether they come to the gym at all in that time."""
        return self.since <= day <= self.until and not any(first <= day <= last for first, last in self.away)


class Habits:
    """The `members` of one gym, taken from its people as they are drawn, and the slots they keep."""

    def __init__(self, random: Random, week: Sequence[Slot], today: date) -> None:
        self._random = random
        self._week = week
        self._today = today
        self._left = {slot: round(slot.wanted * REGULAR_SEATS) for slot in week if not slot.open_gym}
        self._regulars: dict[Slot, list[Member]] = defaultdict(list)
        self._others: list[Member] = []
        self._trials = 0
        self.members: list[Member] = []
        self._around: dict[date, dict[tuple[str, str], list[Member]]] = {}

    def consider(self, person: Person) -> None:
        """Give the person a habit, if they are one of those who come."""
        random, kind = self._random, person.kind
        fate = random.random()
        if person.blocked_reason or (kind == "lead" and person.status == "lost"):
            return
        if kind == "lead":
            if fate < 0.5 and self._trials < MOST_TRIALS:
                self._trials += 1
                self._others.append(self._known(self._trial(person)))
        elif fate < 0.36 and any(self._left.values()):
            self._keep(self._known(self._draw_member(person)))
        elif fate < 0.75 and len(self._others) - self._trials < MOST_OCCASIONALS:
            self._others.append(self._known(self._draw_member(person)))

    def coming(self, session: Session) -> Iterator[Member]:
        """Who means to come to the session: its regulars, then others until it is as full as it gets."""
        random, slot, day = self._random, session.slot, session.starts_at.date()
        coming = [one for one in self._regulars[slot] if one.around(day) and random.random() < one.keeps]
        yield from coming
        wanted = round(slot.wanted * random.uniform(0.8, 1.15)) - len(coming)
        pools = self._pools(day)
        for _ in range(wanted):
            pool = pools.get((slot.program, slot.part_of_day)) if random.random() < 0.75 else pools[("", "")]
            if pool:
                yield random.choice(pool)

    def _known(self, member: Member) -> Member:
        self.members.append(member)
        return member

    def _pools(self, day: date) -> dict[tuple[str, str], list[Member]]:
        """Who of the others is around that day, by what they like; everybody under ('', '')."""
        if day not in self._around:
            pools: dict[tuple[str, str], list[Member]] = defaultdict(list)
            for member in self._others:
                if member.around(day):
                    pools["", ""].append(member)
                    pools[member.liking].append(member)
            self._around = {day: pools}
        return self._around[day]

    def _draw_member(self, person: Person) -> Member:
        random, today = self._random, self._today
        first, last = today - timedelta(weeks=WEEKS_BACK), today + timedelta(weeks=WEEKS_AHEAD)
        since = max(_known(person), first)
        if random.random() < NEWCOMERS:
            since = max(since, first + timedelta(days=random.randrange(7 * WEEKS_BACK)))
        until = last if random.random() >= LEAVERS else since + timedelta(days=random.randrange(14, 70))
        away = [_holiday(random, first) for _ in range(random.choice((0, 0, 0, 1, 1, 1, 2)))]
        return Member(
            person=person,
            since=since,
            until=until,
            keeps=random.triangular(0.7, 0.99, 0.92),
            books_early=random.random() < 0.35,
            pays=draw_from(random, PAYS),
            away=away,
            liking=self._draw_liking(),
        )

    def _trial(self, person: Person) -> Member:
        """A lead looks at the gym for a few weeks."""
        random, today = self._random, self._today
        since = max(
            _known(person),
            today - timedelta(weeks=WEEKS_BACK) + timedelta(days=random.randrange(7 * (WEEKS_BACK + 1))),
        )
        member = self._draw_member(person)
        member.since, member.until = since, since + timedelta(days=random.randrange(5, 30))
        member.trial = True
        return member

    def _draw_liking(self) -> tuple[str, str]:
        slot = self._random.choice(self._week)
        return slot.program, slot.part_of_day

    def _keep(self, member: Member) -> None:
        """Choose the member's weekdays and hours: places that are left, rather alike than not."""
        times = int(draw_from(self._random, TIMES_A_WEEK))
        for _ in range(times):
            weights = [self._weight(member, slot, left) for slot, left in self._left.items()]
            if not any(weights):
                return
            slot = self._random.choices(list(self._left), weights)[0]
            self._left[slot] -= 1
            member.slots.append(slot)
            self._regulars[slot].append(member)

    def _weight(self, member: Member, slot: Slot, left: int) -> float:
        if any(slot.weekday == kept.weekday for kept in member.slots):
            return 0
        like = member.slots[0] if member.slots else None
        if like is None:
            return left
        return left * (6 if slot.program == like.program else 1) * (8 if slot.start == like.start else 1)


def _known(person: Person) -> date:
    """The first day on which they can come as someone known before."""
    return person.created_at.date() + timedelta(days=1)


def _holiday(random: Random, first: date) -> Span:
    away = first + timedelta(days=random.randrange(7 * (WEEKS_BACK + WEEKS_AHEAD)))
    return away, away + timedelta(days=random.choice((4, 7, 7, 9, 14)))
