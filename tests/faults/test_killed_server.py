"""The server killed with signal 9 while desks book: what was answered stands."""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from gym import Gym, fill

from db import embedded, errors, upgrade
from db.records import BookingRequest
from db.repositories import bookings
from db.transaction import Database


@pytest.fixture
def own_cluster() -> Iterator[embedded.Cluster]:
    """A server of this test's own, which may be killed."""
    home = Path(tempfile.mkdtemp(prefix="fd-"))
    cluster = embedded.start(home)
    yield cluster
    cluster.leave()
    embedded.remove(home)


@pytest.fixture
def own_gym(own_cluster: embedded.Cluster) -> Gym:
    passwords = {login: own_cluster.secret(login) for login in ("frontdesk_app", "frontdesk_widget")}
    upgrade.upgrade(own_cluster.conninfo("frontdesk_admin"), passwords)
    return fill(own_cluster.conninfo("frontdesk_admin"))


def superuser_of(cluster: embedded.Cluster) -> psycopg.Connection[Any]:
    return psycopg.connect(cluster.conninfo("postgres", "frontdesk"), autocommit=True)


def kill(cluster: embedded.Cluster) -> None:
    with superuser_of(cluster) as superuser:
        row = superuser.execute(
            "select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int"
        ).fetchone()
    assert row is not None
    os.kill(row[0], signal.SIGKILL)


def test_killed_in_mid_booking(own_cluster: embedded.Cluster, own_gym: Gym) -> None:
    cluster, gym = own_cluster, own_gym
    with superuser_of(cluster) as superuser:
        superuser.execute("update class_sessions set capacity = 1000")
        people = superuser.execute(
            "insert into clients (organization_id, name) select %s, 'Runner ' || n"
            " from generate_series(1, 400) n returning id",
            (gym.organizations["harbour"],),
        ).fetchall()
    database = Database(cluster.conninfo("frontdesk_app"), cluster.ensure)
    signed_in = gym.on(database).signed_in()
    requests = [
        BookingRequest(uuid.uuid4(), gym.sessions["tomorrow"], "client", who, pay="cash") for (who,) in people
    ]
    answered: set[uuid.UUID] = set()
    unanswered: list[BookingRequest] = []

    def work(share: list[BookingRequest]) -> None:
        for request in share:
            try:
                if bookings.book(signed_in, request).outcome in {"booked", "exists"}:
                    answered.add(request.id)
            except errors.NoDatabase:
                unanswered.append(request)

    desks = [threading.Thread(target=work, args=(requests[number::3],)) for number in range(3)]
    for desk in desks:
        desk.start()
    for _ in range(2):
        before = len(answered)
        deadline = time.monotonic() + 20
        while len(answered) < before + 40 and time.monotonic() < deadline:
            time.sleep(0.02)
        kill(cluster)
        cluster.ensure()
    for desk in desks:
        desk.join(60)
    for request in unanswered:
        assert bookings.book(signed_in, request).outcome in {"booked", "exists"}
    database.close()
    with superuser_of(cluster) as superuser:
        kept = {
            row[0] for row in superuser.execute("select id from bookings where paid_by = 'cash'").fetchall()
        }
        assert kept == {request.id for request in requests} and answered <= kept
        sums = superuser.execute(
            "select s.booked_count = count(b.id), (select count(*) from payments) from class_sessions s"
            " left join bookings b on b.class_session_id = s.id where s.id = %s group by s.booked_count",
            (gym.sessions["tomorrow"],),
        ).fetchone()
        assert sums == (True, len(requests))
        assert superuser.execute(
            "select count(*) from audit_log where table_name = 'payments'"
        ).fetchone() == (len(requests),)
