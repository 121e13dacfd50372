"""Leads and clients: who they are, who is whose family, who has whose name."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID, uuid5

from db.demo import names
from db.demo.drawing import draw_from, draw_id
from db.demo.gyms import Gym
from db.records import Kind

CLIENTS = 0.7
IN_FAMILIES = 0.12
GROWN_UPS = 2  # of a household, the first ones
OF_AGE = timedelta(days=18 * 366)
NAMESAKES = 0.01
CONVERTED = 0.03
BLOCKED = 0.004
REASONS = ("unpaid since the summer", "rude to other members", "injury: doctor's note first", "card stolen")
SOURCES = {"walk-in": 40, "web": 30, "referral": 15, "instagram": 10, "open day": 5}
LEAD_STATUS = {"new": 45, "contacted": 30, "qualified": 15, "lost": 10}
DOMAINS = {"post.example": 50, "mail.example": 35, "work.example": 15}


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the demo; the fields are columns of leads and clients.

    `language` is the name's; `family` is the id of theirs, in which grown-ups sign for children.
    """

    kind: Kind
    id: UUID
    language: str
    name: str
    email: str | None
    phone: str | None
    birth_date: date | None
    barcode: str | None
    emergency_contact: str | None
    waiver_signed_at: datetime | None
    blocked_at: datetime | None
    blocked_reason: str | None
    created_at: datetime
    status: str
    source: str
    converted_from: UUID | None
    family: UUID | None = None
    is_guardian: bool = False


def draw_people(random: Random, gym: Gym, count: int, today: date) -> Iterator[Person]:
    """`count` people of the gym, family by family; a few have the name of somebody drawn shortly before."""
    recent: deque[names.Name] = deque(maxlen=200)
    drawn = 0
    while drawn < count:
        household = _draw_household(random, gym)
        size = min(household.size, count - drawn)
        family: UUID | None = None
        for place in range(size):
            name = names.draw(random, household.family)
            if recent and random.random() < NAMESAKES:
                name = random.choice(recent)
            drawn += 1
            child = place >= GROWN_UPS
            person = _draw_person(random, gym, household, name, child=child, number=drawn, today=today)
            if size > 1:
                # Made of the first one's id: a draw more would make everybody after them somebody else.
                family = family or uuid5(person.id, "family")
                guardian = not child and not _is_minor(person.birth_date, today)
                person = replace(person, family=family, is_guardian=guardian)
            yield person
            recent.append(name)


@dataclass(frozen=True, slots=True)
class Household:
    """People of one family name, who may share a phone and an e-mail address."""

    family: names.Family
    size: int
    email: str | None
    phone: str | None


def _draw_household(random: Random, gym: Gym) -> Household:
    family = names.draw_family(random, draw_from(random, gym.languages))
    # A third of a family's size, since each of its members counts as in a family.
    size = random.choice((2, 3, 4)) if random.random() < IN_FAMILIES / 3 else 1
    if size == 1:
        return Household(family, 1, None, None)
    email = f"family.{names.plain(family.parts[0].latin)}{random.randrange(100)}@{draw_from(random, DOMAINS)}"
    return Household(family, size, email, gym.draw_phone(random))


def _draw_person(
    random: Random, gym: Gym, household: Household, name: names.Name, *, child: bool, number: int, today: date
) -> Person:
    client = random.random() < CLIENTS
    # Most have been known for long; one in twelve came in the last two months.
    days = random.randrange(1, 60) if random.random() < 0.08 else random.randrange(60, 1500)
    created_at = datetime.combine(
        today - timedelta(days=days), time(random.randrange(7, 21), random.randrange(60)), gym.zone
    )
    blocked = random.choice(REASONS) if random.random() < BLOCKED else None
    signed = created_at + timedelta(minutes=10) if random.random() < (0.95 if client else 0.5) else None
    return Person(
        kind="client" if client else "lead",
        id=draw_id(random),
        language=name.language,
        name=name.full,
        email=household.email or _draw_email(random, name),
        phone=household.phone or (gym.draw_phone(random) if random.random() < 0.93 else None),
        birth_date=_draw_birth_date(random, today, child=child),
        barcode=f"{gym.currency}{number:07}" if client and random.random() < 0.7 else None,
        emergency_contact=gym.draw_phone(random) if client and random.random() < 0.5 else None,
        waiver_signed_at=signed,
        blocked_at=created_at + timedelta(days=random.uniform(0, days - 1)) if blocked else None,
        blocked_reason=blocked,
        created_at=created_at,
        status=draw_from(random, LEAD_STATUS),
        source=draw_from(random, SOURCES),
        converted_from=draw_id(random) if client and random.random() < CONVERTED else None,
    )


def _draw_email(random: Random, name: names.Name) -> str | None:
    if random.random() < 0.06:
        return None
    parts = names.plain(name.latin).split(".")
    local = random.choice((".".join(parts), parts[0] + parts[-1], f"{parts[0][0]}.{parts[-1]}"))
    number = random.choice(("", "", str(random.randrange(1, 100))))
    return f"{local}{number}@{draw_from(random, DOMAINS)}"


def _is_minor(born: date | None, today: date) -> bool:
    return born is not None and today - born < OF_AGE


def _draw_birth_date(random: Random, today: date, *, child: bool) -> date | None:
    if random.random() < 0.12:
        return None
    years = random.uniform(6, 17) if child else random.triangular(17, 74, 31)
    return today - timedelta(days=int(years * 365.25))
