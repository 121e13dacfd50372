"""What the demo's people have bought: memberships of those who come every week, packages of others.

It draws from a source of its own, and what is booked stays as it is: who has something bought it after their
last booking, or brought it along from the gym's system of before, with the classes that were left.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID

from db.demo.bookings import Booking, Counter
from db.demo.drawing import draw_from, draw_id
from db.demo.gyms import Gym
from db.demo.habits import Member
from db.demo.people import Person
from db.records import OfferKind

MONTH = 30
# What becomes of what was bought: by far the most goes on for a while.
FATES = {"goes on": 80, "ends soon": 8, "ended": 8, "on hold": 4}


@dataclass(frozen=True, slots=True)
class Terms:
    """What an offer of that name is: how many classes for how many days, or so many a week."""

    kind: OfferKind
    days: int
    classes: int | None = None
    per_week: int | None = None


TERMS = {
    "10-Class Pass": Terms("package", 90, classes=10),
    "5-Class Starter": Terms("package", 45, classes=5),
    "Unlimited": Terms("membership", MONTH),
    "Twice a week": Terms("membership", MONTH, per_week=2),
}


@dataclass(frozen=True, slots=True)
class Sold:
    """Something that a person has, from its first day to its last.

    `left` are the classes of a package that another system had left; what was sold here has a desk and
    somebody who sold it, and was paid by card. `held` are the days of a hold, without a last one until it
    is resumed.
    """

    id: UUID
    name: str
    person: Person
    starts_on: date
    ends_on: date
    sold_at: datetime
    price: int
    left: int | None = None
    held: tuple[date, date | None] | None = None
    sold_by: UUID | None = None
    desk_id: UUID | None = None

    @property
    def terms(self) -> Terms:
        """What its offer is."""
        return TERMS[self.name]


class Sales:
    """Who of one gym has what, as it stands at a moment."""

    def __init__(self, random: Random, gym: Gym, counter: Counter, now: datetime) -> None:
        self._random = random
        self._gym = gym
        self._counter = counter
        self._now = now
        self._today = now.astimezone(gym.zone).date()

    def of(self, members: Sequence[Member], bookings: Sequence[Booking]) -> Iterator[Sold]:
        """What they have, member by member; everything is drawn whatever the hour."""
        last: dict[Member, datetime] = {}
        for booking in bookings:
            last[booking.member] = max(booking.recorded_at, last.get(booking.member, booking.recorded_at))
        for member in members:
            names = self._draw_names(member)
            fate, share = draw_from(self._random, FATES), self._random.random()
            for name in names:
                yield self._sold(name, member, last, fate, share)

    def _draw_names(self, member: Member) -> list[str]:
        """What somebody has: a few have both, so that there is something to choose."""
        random = self._random
        fate, both, pack = random.random(), random.random(), random.random()
        passes = ["10-Class Pass" if pack < 0.7 else "5-Class Starter"]
        if member.slots:
            membership = ["Unlimited" if len(member.slots) > 2 or pack < 0.4 else "Twice a week"]
            if fate < 0.35:
                return membership + (passes if both < 0.15 else [])
            return passes if fate < 0.55 else []
        return passes if fate < (0.1 if member.trial else 0.2) else []

    def _sold(
        self, name: str, member: Member, last: Mapping[Member, datetime], fate: str, share: float
    ) -> Sold:
        terms, random, identity = TERMS[name], self._random, draw_id(self._random)
        left = 1 + random.randrange(terms.classes - 1) if terms.classes else None
        staff, desk = random.choice(self._counter.staff), random.choice(self._counter.desks)
        starts_on, sold_at = self._began(terms, member, last, fate, share)
        here = fate == "goes on" and left is None
        return Sold(
            id=identity,
            name=name,
            person=member.person,
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=terms.days - 1),
            sold_at=sold_at,
            price=self._gym.offers[name],
            left=left,
            held=self._held(share) if fate == "on hold" else None,
            sold_by=staff if here else None,
            desk_id=desk if here else None,
        )

    def _began(
        self, terms: Terms, member: Member, last: Mapping[Member, datetime], fate: str, share: float
    ) -> tuple[date, datetime]:
        """Its first day, and when it was bought: after the last booking, or so that it ends when it is to."""
        before = timedelta(days=terms.days - 1)
        if fate == "ended":
            starts_on = self._today - timedelta(days=1 + int(share * 7)) - before
        elif fate == "ends soon":
            starts_on = self._today + timedelta(days=1 + int(share * 6)) - before
        else:
            week = self._now - timedelta(days=7)
            booked = max(last.get(member, week), week, member.person.created_at)
            at = booked + (self._now - booked) * share
            return at.astimezone(self._gym.zone).date(), at
        return starts_on, datetime.combine(starts_on, time(10), self._gym.zone).astimezone(UTC)

    def _held(self, share: float) -> tuple[date, date | None]:
        first = self._today - timedelta(days=int(share * 4))
        return first, None if share < 0.3 else self._today + timedelta(days=3 + int(share * 14))
