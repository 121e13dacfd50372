"""How many trips to the database each thing a desk does costs, and so how it feels on a server far away.

A proxy between the desk and the server makes every trip so long and counts them. Run it with

    python -m benchmarks.round_trips [--latency 30] [--times 7] [--people 5000]

It fails (exit 1) unless a find, a preview, a booking, its taking back and the day's sessions cost one trip
each.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import median
from uuid import uuid4

from benchmarks.ground import Ground, ground, table
from benchmarks.proxy import Proxy
from db import demo, upgrade
from db.records import BookingRequest
from db.repositories import bookings, organizations, people, rosters, sessions, staff
from db.transaction import Database, SignedIn

ONE_TRIP = ("find", "find with a typo", "sessions of the day", "roster", "preview", "book", "take back")


@dataclass(frozen=True, slots=True)
class Measured:
    """What one thing cost: trips, the same each time or not, and the median of its milliseconds."""

    what: str
    trips: set[int]
    milliseconds: float


def measure(proxy: Proxy, what: str, times: int, action: Callable[[], object]) -> Measured:
    """Do it so many times."""
    trips, took = set(), []
    for _ in range(times):
        before, started = proxy.trips, time.perf_counter()
        action()
        took.append(time.perf_counter() - started)
        trips.add(proxy.trips - before)
    return Measured(what, trips, median(took) * 1000)


def everything(on: Ground, proxy: Proxy, times: int) -> Iterator[Measured]:
    """Each thing a desk does, signed in through the proxy."""
    database = Database(proxy.conninfo)
    yield measure(proxy, "connect, sign in", 1, lambda: staff.sign_in(database, *demo.STAFF, uuid4()))
    signed_in = staff.sign_in(database, *demo.STAFF, uuid4())
    desk = signed_in.at(organizations.mine(signed_in)[0].id)
    yield measure(proxy, "connect, ask once", times, lambda: _ask_anew(proxy, desk))
    yield measure(proxy, "sign in", 3, lambda: staff.sign_in(database, *demo.STAFF, uuid4()))
    yield measure(proxy, "organizations", times, lambda: organizations.mine(signed_in))
    yield measure(proxy, "find", times, lambda: people.find(desk, "ana"))
    yield measure(proxy, "find with a typo", times, lambda: people.find(desk, "kowalzki"))
    yield measure(proxy, "sessions of the day", times, lambda: sessions.on(desk))
    requests = _requests(on, desk, times)
    yield measure(proxy, "roster", times, lambda: rosters.of(desk, requests[0].session_id))
    for what, action in (("preview", partial(bookings.book, dry=True)), ("book", bookings.book)):
        left = iter(requests)
        yield measure(proxy, what, times, lambda action=action, left=left: _booked(action(desk, next(left))))  # type: ignore[misc]
    left_ids = iter(requests)
    yield measure(proxy, "take back", times, lambda: bookings.take_back(desk, next(left_ids).id))
    database.close()


def _ask_anew(proxy: Proxy, desk: SignedIn) -> None:
    database = Database(proxy.conninfo)
    organizations.mine(SignedIn(database, desk.token))
    database.close()


def _booked(answer: object) -> None:
    outcome = getattr(answer, "outcome", None)
    assert outcome == "booked", outcome


def _requests(on: Ground, desk: SignedIn, count: int) -> list[BookingRequest]:
    """So many people for one class session that has room for all of them."""
    session = uuid4()
    with upgrade.as_owner(on.admin) as owner:
        owner.execute(
            "insert into class_sessions (organization_id, id, program_id, starts_at, ends_at, capacity)"
            " select organization_id, %s, id, now() + interval '3 hours', now() + interval '4 hours', 1000"
            " from programs where organization_id = %s and name = 'Spin'",
            (session, desk.organization_id),
        )
        ids = owner.execute(
            "select id from clients where organization_id = %s and blocked_at is null limit %s",
            (desk.organization_id, count),
        ).fetchall()
    return [BookingRequest(uuid4(), session, "client", row[0], pay="later") for row in ids]


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; 0 when what must cost one trip does."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--latency", type=float, default=30, help="of one trip, in milliseconds")
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--people", type=int, default=demo.PEOPLE)
    asked = parser.parse_args(arguments)
    with ground(asked.people) as on, Proxy(on.app, asked.latency / 1000) as proxy:
        measured = list(everything(on, proxy, asked.times))
    table(
        f"Trips of {asked.latency:.0f} ms",
        ("what", "trips", "ms", "of one trip"),
        [
            (one.what, _trips(one), f"{one.milliseconds:.1f}", f"{one.milliseconds / asked.latency:.2f}")
            for one in measured
        ],
    )
    wrong = [one.what for one in measured if one.what in ONE_TRIP and one.trips != {1}]
    for what in wrong:
        print(f"WRONG: {what} costs more than one trip")
    return 1 if wrong else 0


def _trips(one: Measured) -> str:
    return " or ".join(map(str, sorted(one.trips)))


if __name__ == "__main__":
    raise SystemExit(main())
