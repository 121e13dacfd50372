"""Processes racing for the seats of one session: exactly those are sold, by whichever road."""

from __future__ import annotations

import multiprocessing
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import psycopg
import pytest
from gym import Gym
from security.psql import SIGN

from db import errors
from db.records import BookingRequest
from db.repositories import bookings
from db.transaction import Database, SignedIn

INSERT = "insert into bookings (organization_id, class_session_id, client_id) values (%s, %s, %s)"
SEATS, DESKS, ATTEMPTS = 20, 8, 200
Superuser = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def desks() -> Iterator[ProcessPoolExecutor]:
    """Desks that are processes of their own."""
    with ProcessPoolExecutor(DESKS, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.fixture
def people(superuser: Superuser, gym: Gym) -> list[uuid.UUID]:
    """As many clients as there are attempts."""
    made = superuser.execute(
        "insert into clients (organization_id, name) select %s, 'Runner ' || n from generate_series(1, %s) n"
        " returning id",
        (gym.organizations["harbour"], ATTEMPTS),
    )
    return [row[0] for row in made.fetchall()]


def set_seats(superuser: Superuser, session: uuid.UUID, seats: int = SEATS) -> None:
    superuser.execute("update class_sessions set capacity = %s where id = %s", (seats, session))


def live_rows(superuser: Superuser, session: uuid.UUID) -> tuple[int, int]:
    """How many seats the session counts, and how many bookings hold one."""
    row = superuser.execute(
        "select s.booked_count, (select count(*) from bookings b where b.class_session_id = s.id"
        " and b.booking_status in ('confirmed', 'attended', 'no_show')) from class_sessions s where id = %s",
        (session,),
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def shares(people: list[uuid.UUID]) -> list[list[uuid.UUID]]:
    return [people[number::DESKS] for number in range(DESKS)]


def book_all(
    conninfo: str,
    token: str,
    organization: uuid.UUID,
    session: uuid.UUID,
    people: list[uuid.UUID],
    waitlist: bool,
) -> list[str]:
    """One desk: books them one after the other, and returns what became of each."""
    database = Database(conninfo)
    signed_in = SignedIn(database, token, organization)
    asked = [
        BookingRequest(uuid.uuid4(), session, "client", who, pay="later", waitlist=waitlist) for who in people
    ]
    outcomes = [bookings.book(signed_in, request).outcome for request in asked]
    database.close()
    return list(outcomes)


def insert_all(
    conninfo: str, token: str, organization: uuid.UUID, session: uuid.UUID, people: list[uuid.UUID]
) -> list[str]:
    """One psql: inserts them one after the other, and returns each SQLSTATE and constraint."""
    said = []
    with psycopg.connect(conninfo, autocommit=True) as psql:
        for who in people:
            try:
                with psql.transaction():
                    psql.execute(SIGN, (token, str(organization)))
                    psql.execute(INSERT, (organization, session, who))
                said.append("booked")
            except psycopg.Error as error:
                said.append(f"{error.sqlstate} {error.diag.constraint_name}")
    return said


@pytest.mark.parametrize(("waitlist", "others"), [(False, "full"), (True, "waitlisted")])
def test_by_the_function(
    gym: Gym,
    superuser: Superuser,
    people: list[uuid.UUID],
    desks: ProcessPoolExecutor,
    cluster: Any,
    database_name: str,
    waitlist: bool,
    others: str,
) -> None:
    session = gym.sessions["tomorrow"]
    set_seats(superuser, session)
    desk = (
        cluster.conninfo("frontdesk_app", database_name),
        gym.token("ana"),
        gym.organizations["harbour"],
        session,
    )
    tries = [desks.submit(book_all, *desk, share, waitlist) for share in shares(people)]
    outcomes = Counter(outcome for each in tries for outcome in each.result(60))
    assert outcomes == {"booked": SEATS, others: ATTEMPTS - SEATS}
    assert live_rows(superuser, session) == (SEATS, SEATS)


def test_by_plain_insert(
    gym: Gym,
    superuser: Superuser,
    people: list[uuid.UUID],
    desks: ProcessPoolExecutor,
    cluster: Any,
    database_name: str,
) -> None:
    session = gym.sessions["tomorrow"]
    set_seats(superuser, session)
    desk = (
        cluster.conninfo("frontdesk_app", database_name),
        gym.token("ana"),
        gym.organizations["harbour"],
        session,
    )
    tries = [desks.submit(insert_all, *desk, share) for share in shares(people)]
    said = Counter(answer for each in tries for answer in each.result(60))
    assert said == {"booked": SEATS, "23514 class_sessions_seats": ATTEMPTS - SEATS}
    assert live_rows(superuser, session) == (SEATS, SEATS)


def test_the_count_holds_without_any_rule(superuser: Superuser, gym: Gym, people: list[uuid.UUID]) -> None:
    """Whoever writes past the rules meets the CHECK."""
    session = gym.sessions["tomorrow"]
    set_seats(superuser, session, 1)
    superuser.execute("alter table bookings disable trigger a_booking_rules")
    insert = "insert into bookings (organization_id, class_session_id, client_id, price, currency)"
    insert += " select organization_id, %s, id, 0, 'GBP' from clients where id = any (%s)"
    with pytest.raises(psycopg.errors.CheckViolation) as refused:
        superuser.execute(insert, (session, people[:2]))
    assert refused.value.diag.constraint_name == "class_sessions_seats"
    assert errors.refusal("class_sessions_seats").startswith("No seat is left")
