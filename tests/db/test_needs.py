"""What waits for staff today, and that it stops waiting once it is done."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from gym import Gym

from db import errors
from db.records import Answer, BookingRequest, Need
from db.repositories import bookings, needs

Superuser = psycopg.Connection[Any]


def book(gym: Gym, session: str, key: str, who: str = "ana", **more: Any) -> Answer:
    kind, person = ("lead", gym.leads[key]) if key in gym.leads else ("client", gym.clients[key])
    asked = BookingRequest(uuid.uuid4(), gym.sessions[session], kind, person, **more)  # type: ignore[arg-type]
    return bookings.book(gym.signed_in(who), asked)


def today(gym: Gym, *kinds: str) -> list[Need]:
    found = needs.today(gym.signed_in())
    return [each for each in found if each.need in kinds] if kinds else found


def free_a_seat(superuser: Superuser, gym: Gym, session: str) -> None:
    superuser.execute(
        "update bookings set booking_status = 'cancelled' where class_session_id = %s"
        " and booking_status = 'confirmed'",
        (gym.sessions[session],),
    )


def test_nothing_waits_in_a_quiet_gym(gym: Gym) -> None:
    assert today(gym) == []


def test_who_got_a_seat_is_told_once(gym: Gym, superuser: Superuser) -> None:
    book(gym, "full", "olsen", waitlist=True)
    free_a_seat(superuser, gym, "full")
    (need,) = today(gym)
    assert (need.need, need.kind, need.name, need.phone) == (
        *("to_tell", "lead", "Sam Olsen"),
        "+44 7700 900412",
    )
    assert (need.program, need.session_id, need.person_id) == (
        *("Boxing", gym.sessions["full"]),
        gym.leads["olsen"],
    )
    assert need.task_id is not None
    needs.told(gym.signed_in("ana"), need.task_id)
    needs.told(gym.signed_in("mia"), need.task_id)
    assert today(gym) == []
    done = superuser.execute("select done_by, done_at > now() - interval '1 minute' from tasks").fetchall()
    assert done == [(gym.users["ana"], True)]


@pytest.mark.parametrize("status", ["cancelled", "attended"])
def test_who_cancelled_or_came_needs_not_be_told(gym: Gym, superuser: Superuser, status: str) -> None:
    book(gym, "full", "olsen", waitlist=True)
    free_a_seat(superuser, gym, "full")
    superuser.execute(
        "update bookings set booking_status = %s where customer_id = %s", (status, gym.leads["olsen"])
    )
    assert today(gym, "to_tell") == []


def test_a_seat_is_held_for_the_first_in_line(gym: Gym, superuser: Superuser) -> None:
    for key in ("okafor", "ortiz"):
        book(gym, "yoga", key)
    for key in ("olsen", "zoe"):
        book(gym, "yoga", key, waitlist=True)
    assert today(gym) == []
    free_a_seat(superuser, gym, "yoga")
    (need,) = today(gym)
    assert (need.need, need.name, need.program, need.seats) == ("seat_held", "Sam Olsen", "Yoga", 2)
    superuser.execute("update bookings set booking_status = 'cancelled' where booking_status = 'waitlisted'")
    assert today(gym) == []


def test_who_is_here_and_owes_or_has_no_waiver(gym: Gym, superuser: Superuser) -> None:
    """Booked for later is not here, and what is owed of another class counts."""
    superuser.execute("update clients set waiver_signed_at = now() where id = %s", (gym.clients["okafor"],))
    book(gym, "tomorrow", "okafor", pay="later")
    book(gym, "spin", "olsen", pay="card")
    assert today(gym) == []
    book(gym, "spin", "okafor", pay="card", arrive=True)
    book(gym, "open", "okafor", arrive=True)
    book(gym, "spin", "zoe", pay="card", arrive=True)
    found = [(each.need, each.name, each.owes, each.task_id) for each in today(gym)]
    assert found == [
        ("owes", "Sam Okafor", 1200, None),
        ("no_waiver", "Zoë Müller-O'Brien", None, None),
    ]


def test_no_task_of_another_organization(gym: Gym, superuser: Superuser) -> None:
    book(gym, "full", "olsen", waitlist=True)
    free_a_seat(superuser, gym, "full")
    (need,) = today(gym)
    assert need.task_id is not None
    assert needs.today(gym.signed_in("ben", "union")) == []
    for signed_in, task in (
        (gym.signed_in("ben", "union"), need.task_id),
        (gym.signed_in("ana"), uuid.uuid4()),
    ):
        with pytest.raises(errors.NotFound):
            needs.told(signed_in, task)
    with pytest.raises(errors.NotPermitted):
        needs.told(gym.signed_in("vera"), need.task_id)
    assert len(today(gym)) == 1
