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
from db.repositories import bookings

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
