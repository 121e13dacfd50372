"""Write the demo gym into an empty database: one transaction, all or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from random import Random
from typing import Any

import psycopg

from db import upgrade
from db.demo import rows, sold_rows
from db.demo.bookings import Booking, Books, Counter, Payment
from db.demo.gyms import GYMS
from db.demo.habits import Habits, Member
from db.demo.people import Person, draw_people
from db.demo.rows import House
from db.demo.sales import Sales
from db.demo.staff import STAFF, User, draw_users, secret
from db.demo.timetable import draw_sessions, slots
from db.errors import Refused

PEOPLE = 5_000
SEED = "frontdesk"
BATCH = 5_000
OPEN_FOR = timedelta(days=1600)

Progress = Callable[[int, int], None]


def is_filled(admin: str) -> bool:
    """Whether the demo gym is in the database; `admin` is a libpq string of its owner."""
    with upgrade.as_owner(admin) as owner:
        return bool(_one(owner, "select exists (select from public.users where email = %s)", STAFF[0]))


def fill(
    admin: str,
    progress: Progress,
    *,
    people: int = PEOPLE,
    seed: str = SEED,
    now: datetime | None = None,
) -> None:
    """Fill an upgraded, empty database with the demo gym, as it stands at `now` (the clock's without one).

    `progress(done, total)` is told how much of the work is done. The same seed and day give the same rows;
    the hour decides only how much of the day has happened. Raises `Refused` when there is an organization.
    """
    now = (now or datetime.now(UTC)).astimezone(UTC)
    with upgrade.as_owner(admin) as owner:
        if _one(owner, "select exists (select from public.organizations)"):
            raise Refused("There is a gym in this database already. The demo gym needs an empty one.")
        work = _Work(progress, people)
        rows.set_triggers(owner, enabled=False)
        _fill(owner, Random(f"{seed} {now:%Y-%m-%d}"), people, now, work)  # noqa: S311
        for statement in rows.AFTERWARDS:
            owner.execute(statement)
            work.did(work.share)
        rows.set_triggers(owner, enabled=True)
        work.finish()


@dataclass(slots=True)
class _Work:
    """How much is done, in people; each gym's books and each closing statement count as some of them."""

    progress: Progress
    people: int
    done: int = 0

    @property
    def share(self) -> int:
        return self.people // 10 + 400

    @property
    def total(self) -> int:
        return self.people + self.share * (len(rows.AFTERWARDS) + 3 * len(GYMS))

    def did(self, people: int) -> None:
        self.done += people
        self.progress(min(self.done, self.total), self.total)

    def finish(self) -> None:
        self.progress(self.total, self.total)


def _fill(owner: psycopg.Connection[Any], random: Random, people: int, now: datetime, work: _Work) -> None:
    users = draw_users(random)
    houses = [rows.draw_house(random, gym) for gym in GYMS]
    opened_at = datetime.combine(now.date(), time(), UTC) - OPEN_FOR
    rows.write_organizations(owner, houses, opened_at)
    rows.write_staff(owner, users, houses, secret(random), opened_at)
    left = people
    for number, (gym, house) in enumerate(zip(GYMS, houses, strict=True)):
        count = left if gym is GYMS[-1] else round(people * gym.share)
        left -= count
        # Each gym's draws are its own: one more person in one moves nobody in another.
        _fill_gym(owner, Random(random.random()), house, count, _counter(users, house, number), now, work)  # noqa: S311


def _fill_gym(
    owner: psycopg.Connection[Any],
    random: Random,
    house: House,
    count: int,
    counter: Counter,
    now: datetime,
    work: _Work,
) -> None:
    gym = house.gym
    today = now.astimezone(gym.zone).date()
    habits = Habits(Random(random.random()), slots(gym), today)  # noqa: S311
    everybody = draw_people(Random(random.random()), gym, count, today)  # noqa: S311
    for batch in _batches(everybody):
        rows.write_people(owner, house, batch)
        for person in batch:
            habits.consider(person)
        work.did(len(batch))
    sessions = list(draw_sessions(random, gym, today))
    rows.write_sessions(owner, house, sessions, now, random)
    books = Books(random, gym, habits, counter, now)
    bookings = [booking for session in sessions for booking in books.of(session)]
    work.did(work.share)
    rows.write_bookings(owner, house, bookings)
    work.did(work.share)
    rows.write_payments(owner, house, list(_payments(bookings)))
    _sell(owner, house, habits.members, bookings, counter, now)
    work.did(work.share)


def _sell(
    owner: psycopg.Connection[Any],
    house: House,
    members: list[Member],
    bookings: list[Booking],
    counter: Counter,
    now: datetime,
) -> None:
    """Offers and what was sold, drawn from a source of their own: whoever books stays who they are."""
    random = Random(str(house.id))  # noqa: S311
    offers = sold_rows.write_offers(owner, house, random)
    sold = list(Sales(random, house.gym, counter, now).of(members, bookings))
    sold_rows.write_sold(owner, house, offers, sold, random)


def _counter(users: list[User], house: House, number: int) -> Counter:
    ranks = {user.id: user.ranks[number] for user in users}
    staff = [user for user, rank in ranks.items() if rank == "staff"]
    manager = next(user for user, rank in ranks.items() if rank == "manager")
    return Counter(staff, manager, house.desks)


def _payments(bookings: list[Booking]) -> Iterator[Payment]:
    for booking in bookings:
        yield from booking.payments


def _batches(people: Iterator[Person]) -> Iterator[list[Person]]:
    while batch := list(islice(people, BATCH)):
        yield batch


def _one(owner: psycopg.Connection[Any], query: str, *arguments: object) -> object:
    row = owner.execute(query, arguments).fetchone()
    return row[0] if row else None
