"""Desks that spend the last class of a package or of a month at the same moment: the others pay otherwise."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from bought import has_membership, has_package
from gym import Gym

from db import embedded
from db.records import BookingRequest, Pay
from db.repositories import bookings, rosters

Superuser = psycopg.Connection[tuple[Any, ...]]

WAITING = (
    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
)


def last_class_of(superuser: Superuser, gym: Gym, what: str) -> str:
    """Okafor has one class left of it; the statement that locks it."""
    if what == "package":
        has_package(superuser, gym, "client", "okafor", 1)
        return "select from packages for update"
    month = {"period_limit": 1, "period": "month", "anchored": "anniversary"}
    has_membership(
        superuser, gym, "client", "okafor", starts_on=datetime.now(UTC).date(), ends_on=None, **month
    )
    return "select from memberships for update"


@pytest.mark.parametrize(("pay", "heard"), [(None, ["booked", "due"]), ("card", ["booked", "booked"])])
@pytest.mark.parametrize("what", ["package", "membership"])
def test_the_last_class_is_spent_once(
    cluster: embedded.Cluster,
    database_name: str,
    gym: Gym,
    superuser: Superuser,
    what: str,
    pay: Pay | None,
    heard: list[str],
) -> None:
    """Both come to it while it is locked, so that neither sees what the other does."""
    lock = last_class_of(superuser, gym, what)
    asked = [
        BookingRequest(uuid.uuid4(), gym.sessions[session], "client", gym.clients["okafor"], pay=pay)
        for session in ("spin", "tomorrow")
    ]
    with (
        psycopg.connect(cluster.conninfo("postgres", database_name)) as holder,
        ThreadPoolExecutor(2) as pool,
    ):
        holder.execute(lock.encode())
        answers = pool.map(lambda each: bookings.book(gym.signed_in(), each), asked)
        deadline = time.monotonic() + 20
        while superuser.execute(WAITING).fetchone() != (2,):
            assert time.monotonic() < deadline, "they do not wait for it"
            time.sleep(0.02)
        holder.rollback()
        outcomes = list(answers)
    assert sorted(answer.outcome for answer in outcomes) == heard
    paid = {answer.paid_by for answer in outcomes if answer.outcome == "booked"}
    assert paid == ({what, pay} if pay else {what})


def test_the_last_class_is_spent_while_its_owner_gets_a_seat(
    cluster: embedded.Cluster, database_name: str, gym: Gym, superuser: Superuser
) -> None:
    """Another desk spends it just before: whoever waits goes on waiting, and does not owe."""
    has_package(superuser, gym, "client", "okafor", 1)
    okafor, ana = gym.clients["okafor"], gym.signed_in()
    waits, asked = (
        BookingRequest(uuid.uuid4(), gym.sessions[session], "client", okafor, waitlist=True)
        for session in ("full", "spin")
    )
    assert bookings.book(ana, waits).outcome == "waitlisted"
    (booked,) = (line for line in rosters.of(ana, gym.sessions["full"]) if line.place is None)
    with (
        psycopg.connect(cluster.conninfo("postgres", database_name)) as holder,
        ThreadPoolExecutor(2) as pool,
    ):
        holder.execute("select from packages for update")
        answers = []
        for waiting, act in (
            (1, lambda: bookings.book(ana, asked)),
            (2, lambda: bookings.cancel(ana, booked.booking_id)),
        ):
            answers.append(pool.submit(act))
            deadline = time.monotonic() + 20
            while superuser.execute(WAITING).fetchone() != (waiting,):
                assert time.monotonic() < deadline, "it does not wait for it"
                time.sleep(0.02)
        holder.rollback()
        outcomes = [each.result().outcome for each in answers]
    assert outcomes == ["booked", "cancelled"]
    paid = "select booking_status, paid_by from bookings where id = %s"
    assert superuser.execute(paid, (asked.id,)).fetchone() == ("confirmed", "package")
    assert superuser.execute(paid, (waits.id,)).fetchone() == ("waitlisted", None)
