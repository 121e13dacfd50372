"""How much longer a booking takes that a package or a membership pays for.

People with a package, with a membership of so many classes a month, with three of each, with a package that
is used up, and with nothing book one after the other into the same class session, as the desk does it: what
pays is decided, the credit is written off, and all of it is audited, in the one trip of the booking. Run it
with

    python -m benchmarks.paying [--times 120] [--people 5000]

It fails (exit 1) when one of them costs more than one trip, or takes more than 1.5 times the time of a
booking by card of somebody who has nothing, or of one that is owed.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from uuid import UUID, uuid4

from benchmarks.ground import Ground, ground, milliseconds, table
from benchmarks.proxy import Proxy
from db import demo, upgrade
from db.records import BookingRequest, Pay
from db.repositories import bookings
from db.transaction import Database, SignedIn

LIMIT = 1.5
WARMING = 10

# How it is paid where nothing covers it, and what is then said to have paid.
WAYS: dict[str, tuple[Pay, str]] = {
    "by card": ("card", "card"),
    "owed": ("later", "later"),
    "a package": ("later", "package"),
    "a membership": ("later", "membership"),
    "one of six": ("later", "membership"),
    "by card, used up": ("card", "card"),
}
MONEY = ("by card", "owed")

PACKAGES = """
    with sold as (
      insert into packages
        (organization_id, product_id, class_count, starts_on, ends_on, price, currency, client_id)
      select %(organization)s, o.id, 10, current_date - 9, current_date + 90 + n, 9000, 'GBP', c.id
        from unnest(%(people)s::uuid[]) c(id), package_products o, generate_series(1, %(packages)s) n
       where o.id = %(offer)s returning id)
    insert into entitlement_ledger (organization_id, package_id, kind, amount)
    select %(organization)s, id, 'grant', 10 from sold where not %(used_up)s"""
MEMBERSHIPS = """
    insert into memberships
      (organization_id, plan_id, period_limit, period, starts_on, ends_on, price, currency, client_id)
    select %(organization)s, o.id, 8, 'month', current_date - 9, current_date + 90 + n, 5900, 'GBP', c.id
      from unnest(%(people)s::uuid[]) c(id), membership_plans o, generate_series(1, %(memberships)s) n
     where o.id = %(offer)s"""
PRODUCT = """
    insert into package_products (organization_id, id, name, price, class_count)
    values (%(organization)s, %(offer)s, '10-Class Pass', 9000, 10)"""
PLAN = """
    insert into membership_plans (organization_id, id, name, price, period_limit, period)
    values (%(organization)s, %(offer)s, '8 a month', 5900, 8, 'month')"""
# How many packages and memberships each of them has.
SOLD = {"a package": (1, 0), "a membership": (0, 1), "one of six": (3, 3), "by card, used up": (1, 0)}


@dataclass(frozen=True, slots=True)
class Took:
    """What the bookings of one way took, in seconds, and their trips."""

    way: str
    seconds: list[float]
    trips: set[int]


def measure(on: Ground, times: int) -> list[Took]:
    """Book so many times in each way, in turns; the trips are counted on as many again, a few."""
    desk = on.sign_in()
    counted = min(times, WARMING)
    everyone = prepare(on, desk, WARMING + times + counted)
    book(desk, [requests[:WARMING] for requests in everyone])
    seconds = book(desk, [requests[WARMING:-counted] for requests in everyone])
    with Proxy(on.app, 0) as proxy:
        trips = count_trips(proxy, desk, [requests[-counted:] for requests in everyone])
    return [Took(*each) for each in zip(WAYS, seconds, trips, strict=True)]


def book(desk: SignedIn, everyone: Sequence[Sequence[BookingRequest]]) -> list[list[float]]:
    """One of each way after the other, so that whatever slows the machine slows all; seconds of each way."""
    took: list[list[float]] = [[] for _ in WAYS]
    for turn in zip(*everyone, strict=True):
        for seconds, way, request in zip(took, WAYS, turn, strict=True):
            started = time.perf_counter()
            answer = bookings.book(desk, request)
            seconds.append(time.perf_counter() - started)
            assert (answer.outcome, answer.paid_by) == ("booked", WAYS[way][1]), answer
    return took


def count_trips(proxy: Proxy, desk: SignedIn, everyone: Sequence[Sequence[BookingRequest]]) -> list[set[int]]:
    """The trips of each way."""
    far = SignedIn(Database(proxy.conninfo), desk.token, desk.organization_id)
    bookings.book(far, everyone[0][0])  # connects, and books: what follows finds the booking
    trips: list[set[int]] = [set() for _ in WAYS]
    for turn in zip(*everyone, strict=True):
        for counted, request in zip(trips, turn, strict=True):
            before = proxy.trips
            bookings.book(far, request)
            counted.add(proxy.trips - before)
    far.database.close()
    return trips


def prepare(on: Ground, desk: SignedIn, count: int) -> list[list[BookingRequest]]:
    """So many requests of each way, for people who have what pays for it, into classes with room for all."""
    people = _people(on, desk, count * len(WAYS))
    session = _session(on, desk, count * len(WAYS))
    everyone = []
    for number, (way, (pay, _)) in enumerate(WAYS.items()):
        theirs = people[number :: len(WAYS)]
        if way in SOLD:
            _sell(on, desk, way, theirs)
        everyone.append([BookingRequest(uuid4(), session, "client", person, pay=pay) for person in theirs])
    return everyone


def _people(on: Ground, desk: SignedIn, count: int) -> list[UUID]:
    """Clients who have nothing yet, and no relative to share with."""
    with upgrade.as_owner(on.admin) as owner:
        found = owner.execute(
            "select c.id from clients c where c.organization_id = %s and c.blocked_at is null"
            " and not exists (select from memberships m where m.client_id = c.id)"
            " and not exists (select from packages k where k.client_id = c.id)"
            " and not exists (select from family_members f where f.client_id = c.id) order by c.id limit %s",
            (desk.organization_id, count),
        ).fetchall()
    if len(found) < count:
        raise SystemExit(f"There are {len(found)} of {count} people to book; give more with --people.")
    return [row[0] for row in found]


def _session(on: Ground, desk: SignedIn, seats: int) -> UUID:
    session = uuid4()
    with upgrade.as_owner(on.admin) as owner:
        owner.execute(
            "insert into class_sessions (organization_id, id, program_id, starts_at, ends_at, capacity)"
            " select organization_id, %s, id, now() + interval '3 hours', now() + interval '4 hours', %s"
            " from programs where organization_id = %s and name = 'Spin'",
            (session, seats, desk.organization_id),
        )
    return session


def _sell(on: Ground, desk: SignedIn, way: str, people: Sequence[UUID]) -> None:
    packages, memberships = SOLD[way]
    values = {
        "organization": desk.organization_id,
        "offer": uuid4(),
        "people": list(people),
        "packages": packages,
        "memberships": memberships,
        "used_up": way == "by card, used up",
    }
    with upgrade.as_owner(on.admin) as owner:
        for statement in (PRODUCT, PLAN, PACKAGES, MEMBERSHIPS):
            owner.execute(statement.encode(), values)
        owner.execute("analyze packages, memberships, entitlement_ledger")


def wrong(measured: Sequence[Took]) -> list[str]:
    """What costs more than it may, in words."""
    p50 = {each.way: median(each.seconds) for each in measured}
    said = [f"{each.way} costs {max(each.trips)} trips" for each in measured if each.trips != {1}]
    for way in SOLD:
        for money in MONEY:
            if p50[way] > LIMIT * p50[money]:
                said.append(f"{way} takes {p50[way] / p50[money]:.2f} times a booking {money}")
    return sorted(said)


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; 0 when what pays is found in time and in one trip."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--times", type=int, default=120)
    parser.add_argument("--people", type=int, default=demo.PEOPLE)
    asked = parser.parse_args(arguments)
    with ground(asked.people) as on:
        measured = measure(on, asked.times)
    show(asked.times, measured)
    said = wrong(measured)
    for line in said:
        print(f"WRONG: {line}")
    return 1 if said else 0


def show(times: int, measured: Sequence[Took]) -> None:
    """Print the figures of each way, and how they compare with the two that nothing pays for."""
    p50 = {each.way: median(each.seconds) for each in measured}
    table(
        f"{times} bookings of each, in turns",
        ("paid", "trips", "p50 ms", "p95 ms", *(f"times {money}" for money in MONEY)),
        [
            (
                each.way,
                " or ".join(map(str, sorted(each.trips))),
                *milliseconds(each.seconds),
                *(f"{p50[each.way] / p50[money]:.2f}" for money in MONEY),
            )
            for each in measured
        ],
    )


if __name__ == "__main__":
    raise SystemExit(main())
