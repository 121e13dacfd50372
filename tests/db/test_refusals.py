"""What desks are refused is counted by user and statement: what no rule words, and not in a desk's way."""

from __future__ import annotations

import uuid

import psycopg
import pytest
from gym import Gym

from db import errors
from db.records import BookingRequest
from db.repositories import bookings, checks, organizations, people
from db.transaction import NOTE_TIMEOUT_MS, SignedIn, Statement, Talk, call, do

Superuser = psycopg.Connection[tuple[object, ...]]

COUNTED = "select user_id, sqlstate, rule, statement, times from refusals order by sqlstate, statement"


def nobody(gym: Gym, session: str = "spin") -> BookingRequest:
    """A booking of somebody who is not there."""
    return BookingRequest(uuid.uuid4(), gym.sessions[session], "client", uuid.uuid4())


def test_a_reference_to_nothing(gym: Gym, superuser: Superuser) -> None:
    for _ in range(3):
        with pytest.raises(errors.NotFound):
            bookings.book(gym.signed_in("ana"), nobody(gym))
    with pytest.raises(errors.NotFound):
        bookings.book(gym.signed_in("mia"), nobody(gym))
    assert set(superuser.execute(COUNTED).fetchall()) == {
        (gym.users["ana"], "23503", "bookings_person_fkey", "book", 3),
        (gym.users["mia"], "23503", "bookings_person_fkey", "book", 1),
    }


def test_a_policy(gym: Gym, superuser: Superuser) -> None:
    asked = BookingRequest(uuid.uuid4(), gym.sessions["spin"], "lead", gym.leads["olsen"])
    with pytest.raises(errors.NotPermitted):
        bookings.book(gym.signed_in("vera"), asked)
    assert superuser.execute(COUNTED).fetchall() == [(gym.users["vera"], "42501", "", "book", 1)]


def test_a_row_that_is_not_to_be_seen(gym: Gym, superuser: Superuser) -> None:
    """The other organization's person, whom the policy hides."""
    with pytest.raises(errors.NotFound):
        people.details(gym.signed_in("ana"), "lead", gym.leads["other"])
    assert superuser.execute(COUNTED).fetchall() == [(gym.users["ana"], "P0002", "", "person", 1)]


def test_a_rule_that_has_words_is_nobodys_fault(gym: Gym, superuser: Superuser) -> None:
    asked = BookingRequest(uuid.uuid4(), gym.sessions["cancelled"], "lead", gym.leads["olsen"])
    assert bookings.book(gym.signed_in("ana"), asked).outcome != "booked"
    with pytest.raises(errors.Refused):
        people.sign_waiver(gym.signed_in("ana"), "lead", gym.leads["olsen"], "")
    with pytest.raises(errors.NotSignedIn):
        organizations.mine(SignedIn(gym.signed_in().database, "no token"))
    assert superuser.execute(COUNTED).fetchall() == []


def test_what_is_only_tried_is_not_counted(gym: Gym, superuser: Superuser) -> None:
    with pytest.raises(errors.NotFound):
        bookings.book(gym.signed_in("ana"), nobody(gym), dry=True)
    with pytest.raises(errors.NotFound):
        checks.try_booking(gym.signed_in("ana"), nobody(gym))
    assert superuser.execute(COUNTED).fetchall() == []


def test_the_refused_one_of_several_is_named(gym: Gym, superuser: Superuser) -> None:
    """Sent together or one after the other."""
    version, told = call(checks.Version, "version"), do("told", uuid.uuid4(), True)
    with pytest.raises(errors.NotFound):
        gym.signed_in("ana").run(version, told, version)

    def talk() -> Talk[None]:
        yield version
        yield told

    with pytest.raises(errors.NotFound):
        gym.signed_in("mia").talk(talk)
    with pytest.raises(errors.NotPermitted):
        gym.signed_in("ana").run(version, Statement("select * from users", (), checks.Version), version)
    assert set(superuser.execute(COUNTED).fetchall()) == {
        (gym.users["ana"], "P0002", "", "told", 1),
        (gym.users["mia"], "P0002", "", "told", 1),
        (gym.users["ana"], "42501", "", "sql", 1),
    }


def test_the_refusal_is_said_though_it_cannot_be_counted(gym: Gym, superuser: Superuser) -> None:
    with superuser.transaction():
        superuser.execute(f"set local statement_timeout = {NOTE_TIMEOUT_MS * 5}")
        superuser.execute("lock table refusals")
        with pytest.raises(errors.NotFound):
            bookings.book(gym.signed_in("ana"), nobody(gym))
    superuser.execute("drop function app.note_refusal")
    with pytest.raises(errors.NotFound):
        bookings.book(gym.signed_in("ana"), nobody(gym))
    asked = BookingRequest(uuid.uuid4(), gym.sessions["spin"], "lead", gym.leads["olsen"], pay="later")
    assert bookings.book(gym.signed_in("ana"), asked).outcome == "booked"
    assert superuser.execute(COUNTED).fetchall() == []
