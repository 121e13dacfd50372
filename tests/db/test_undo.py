"""Taking a booking back: who may, until when, what comes of the seat, the money and the line."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from gym import INSTALLATION, Gym

from db import errors
from db.records import Answer, BookingRequest
from db.repositories import bookings, rosters, staff

Superuser = psycopg.Connection[Any]


def book(gym: Gym, session: str, key: str, who: str = "ana", **more: Any) -> Answer:
    kind, person = ("lead", gym.leads[key]) if key in gym.leads else ("client", gym.clients[key])
    asked = BookingRequest(uuid.uuid4(), gym.sessions[session], kind, person, **{"pay": "later", **more})  # type: ignore[arg-type]
    return bookings.book(gym.signed_in(who), asked)


def take_back(gym: Gym, answer: Answer, who: str = "ana") -> Answer:
    assert answer.booking_id is not None
    return bookings.take_back(gym.signed_in(who), answer.booking_id)


def seats(superuser: Superuser, gym: Gym, session: str) -> Any:
    return superuser.execute(
        "select booked_count, capacity, extra_seats from class_sessions where id = %s",
        (gym.sessions[session],),
    ).fetchone()


def test_again_and_again(gym: Gym, superuser: Superuser) -> None:
    first = book(gym, "spin", "olsen")
    assert [take_back(gym, first).outcome for _ in range(3)] == ["taken_back"] * 3
    assert seats(superuser, gym, "spin") == (0, 3, 0)
    # Booked anew, it is another booking; taking back the first one leaves it alone.
    second = book(gym, "spin", "olsen")
    assert (second.outcome, take_back(gym, first).outcome) == ("booked", "taken_back")
    assert seats(superuser, gym, "spin") == (1, 3, 0)


def test_a_place_in_line(gym: Gym, superuser: Superuser) -> None:
    places = [book(gym, "full", key, waitlist=True) for key in ("olsen", "zoe", "okafor")]
    assert [answer.place for answer in places] == [1, 2, 3]
    assert take_back(gym, places[0]).booking_status == "cancelled"
    lines = rosters.of(gym.signed_in(), gym.sessions["full"])
    assert [(line.name, line.place) for line in lines[1:]] == [("Zoë Müller-O'Brien", 1), ("Sam Okafor", 2)]
    assert seats(superuser, gym, "full") == (1, 1, 0)
    assert superuser.execute("select count(*) from tasks").fetchone() == (0,)
    assert superuser.execute("select count(*) from payments").fetchone() == (0,)


def test_after_the_start(gym: Gym, superuser: Superuser) -> None:
    answer = book(gym, "earlier", "olsen", pay="cash")
    assert answer.outcome == "booked"
    assert take_back(gym, answer).outcome == "taken_back"
    assert superuser.execute("select sum(amount) from payments").fetchone() == (0,)


def test_by_another_desk(gym: Gym, superuser: Superuser) -> None:
    staff.open_desk(gym.signed_in(), "Front door")
    answer = book(gym, "spin", "olsen")
    superuser.execute(
        "update tokens set installation = %s where user_id = any (%s)",
        (uuid.UUID(int=1), [gym.users["kim"], gym.users["mia"]]),
    )
    refused = take_back(gym, answer, "kim")
    assert (refused.outcome, refused.rule, refused.booking_status) == (
        "refused",
        "booking_undo_elsewhere",
        "confirmed",
    )
    assert take_back(gym, answer, "mia").outcome == "taken_back"


def test_by_a_colleague_at_the_same_desk(gym: Gym) -> None:
    staff.open_desk(gym.signed_in(), "Front door")
    assert take_back(gym, book(gym, "spin", "olsen"), "kim").outcome == "taken_back"
    assert INSTALLATION


@pytest.mark.parametrize(
    ("who", "age", "outcome"),
    [
        ("ana", "9 min", "taken_back"),
        ("ana", "11 min", "refused"),
        ("mia", "23 h", "taken_back"),
        ("mia", "25 h", "refused"),
    ],
)
def test_until_when(gym: Gym, superuser: Superuser, who: str, age: str, outcome: str) -> None:
    answer = book(gym, "spin", "olsen", pay="cash")
    superuser.execute("update bookings set recorded_at = now() - %s::interval", (age,))
    taken = take_back(gym, answer, who)
    assert (taken.outcome, taken.rule) == (outcome, None if outcome == "taken_back" else "booking_undo_over")
    assert superuser.execute("select sum(amount) from payments").fetchone() == (
        0 if outcome == "taken_back" else 1200,
    )


def test_by_a_viewer(gym: Gym, superuser: Superuser) -> None:
    answer = book(gym, "spin", "olsen")
    with pytest.raises(errors.NotPermitted):
        take_back(gym, answer, "vera")
    assert seats(superuser, gym, "spin") == (1, 3, 0)


def test_a_seat_over_capacity_goes_first(gym: Gym, superuser: Superuser) -> None:
    """An extra seat that is freed is nobody's; the next one freed is the line's."""
    over = book(gym, "full", "olsen", "mia", override_reason="VIP")
    assert seats(superuser, gym, "full") == (2, 1, 1)
    waiting = book(gym, "full", "zoe", waitlist=True)
    assert take_back(gym, over, "mia").outcome == "taken_back"
    assert seats(superuser, gym, "full") == (1, 1, 0)
    (ortiz,) = (
        line for line in rosters.of(gym.signed_in(), gym.sessions["full"]) if line.name == "Rosamund Ortiz"
    )
    assert bookings.take_back(gym.signed_in("mia"), ortiz.booking_id).outcome == "taken_back"
    assert seats(superuser, gym, "full") == (1, 1, 0)
    lines = rosters.of(gym.signed_in(), gym.sessions["full"])
    assert [(line.booking_id, line.booking_status) for line in lines] == [(waiting.booking_id, "confirmed")]


def test_whoever_may_not_be_booked_any_more_is_passed_over(gym: Gym, superuser: Superuser) -> None:
    first, second = (book(gym, "full", key, waitlist=True) for key in ("olsen", "zoe"))
    superuser.execute(
        "update leads set blocked_at = now(), blocked_reason = 'x' where id = %s", (gym.leads["olsen"],)
    )
    booked = rosters.of(gym.signed_in(), gym.sessions["full"])[0]
    bookings.take_back(gym.signed_in("mia"), booked.booking_id)
    statuses = {
        line.booking_id: line.booking_status for line in rosters.of(gym.signed_in(), gym.sessions["full"])
    }
    assert statuses == {first.booking_id: "waitlisted", second.booking_id: "confirmed"}
