"""Booking as the rules of docs/rules.md say, through the real function, read back past row-level security."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from gym import Gym

from db import errors
from db.records import BookingRequest, Pay
from db.repositories import bookings, people, rosters, sessions

Superuser = psycopg.Connection[tuple[object, ...]]


def request(gym: Gym, session: str, *, lead: str = "", client: str = "", **more: Any) -> BookingRequest:
    kind, person = ("lead", gym.leads[lead]) if lead else ("client", gym.clients[client])
    return BookingRequest(uuid.uuid4(), gym.sessions[session], kind, person, **more)  # type: ignore[arg-type]


def row(superuser: Superuser, booking: uuid.UUID | None, columns: str) -> tuple[object, ...] | None:
    return superuser.execute(f"select {columns} from bookings where id = %s", (booking,)).fetchone()


@pytest.mark.parametrize(("kind", "key"), [("lead", "olsen"), ("client", "okafor")])
def test_book(gym: Gym, superuser: Superuser, kind: str, key: str) -> None:
    asked = request(gym, "spin", **{kind: key}, pay="card")
    answer = bookings.book(gym.signed_in(), asked)
    assert (answer.outcome, answer.seat, answer.seats) == ("booked", 1, 3)
    columns = "customer_id, client_id, booking_status, payment_status, paid_by, price, currency"
    person = (asked.person_id, None) if kind == "lead" else (None, asked.person_id)
    assert row(superuser, asked.id, columns) == (*person, "confirmed", "paid", "card", 1200, "GBP")


def test_find(gym: Gym) -> None:
    found = people.find(gym.signed_in(), "sam o")
    assert [(p.kind, p.name) for p in found] == [
        ("client", "Sam Okafor"),
        ("lead", "Sam Olsen"),
        ("client", "Rosamund Ortiz"),
    ]


def test_day(gym: Gym) -> None:
    day = sessions.on(gym.signed_in())
    assert [s.program for s in day] == ["Spin", "Spin", "Yoga", "Boxing", "Spin", "Open gym"]


def test_roster(gym: Gym) -> None:
    assert [line.name for line in rosters.of(gym.signed_in(), gym.sessions["full"])] == ["Rosamund Ortiz"]
    with pytest.raises(errors.NotFound):
        rosters.of(gym.signed_in(), gym.sessions["other"])


def test_due(gym: Gym, superuser: Superuser) -> None:
    asked = request(gym, "spin", lead="olsen")
    answer = bookings.book(gym.signed_in(), asked)
    assert (answer.outcome, answer.price, answer.currency, answer.seat) == ("due", 1200, "GBP", 0)
    assert row(superuser, asked.id, "id") is None


@pytest.mark.parametrize(
    ("pay", "status"), [("card", "paid"), ("cash", "paid"), ("later", "pending"), ("comp", "comp")]
)
def test_pay(gym: Gym, superuser: Superuser, pay: Pay, status: str) -> None:
    asked = request(gym, "spin", lead="olsen", pay=pay, comp_reason="first visit")
    assert bookings.book(gym.signed_in(), asked).payment_status == status
    payments = superuser.execute(
        "select method, amount from payments where booking_id = %s", (asked.id,)
    ).fetchall()
    assert payments == ([(pay, 1200)] if status == "paid" else [])


def test_waitlist_and_promotion(gym: Gym, superuser: Superuser) -> None:
    mia = gym.signed_in("mia")
    first = request(gym, "full", lead="olsen", waitlist=True)
    answer = bookings.book(gym.signed_in(), first)
    assert (answer.outcome, answer.place, answer.ahead) == ("waitlisted", 1, [])
    answer = bookings.book(gym.signed_in(), request(gym, "full", lead="zoe", waitlist=True), dry=True)
    assert (answer.outcome, answer.place, answer.ahead) == ("waitlisted", 2, ["Sam Olsen"])
    booked = rosters.of(mia, gym.sessions["full"])[0]
    assert bookings.take_back(mia, booked.booking_id).outcome == "taken_back"
    assert row(superuser, first.id, "booking_status, payment_status, paid_by") == (
        "confirmed",
        "pending",
        "later",
    )
    assert superuser.execute("select kind, booking_id from tasks").fetchall() == [("to_tell", first.id)]


def test_take_back(gym: Gym, superuser: Superuser) -> None:
    asked = request(gym, "spin", client="okafor", pay="cash")
    bookings.book(gym.signed_in(), asked)
    for _ in range(2):
        answer = bookings.take_back(gym.signed_in(), asked.id)
        assert (answer.outcome, answer.seat, answer.payment_status) == ("taken_back", 0, "void")
    amounts = superuser.execute("select amount from payments order by taken_at, amount desc").fetchall()
    assert amounts == [(1200,), (-1200,)]


@pytest.mark.parametrize(
    ("who", "session", "lead", "more", "outcome", "rule"),
    [
        ("ana", "spin", "blocked", {}, "refused", "booking_blocked_person"),
        ("ana", "spin", "blocked", {"override_reason": "ok"}, "refused", "booking_blocked_person"),
        ("mia", "spin", "blocked", {"override_reason": "ok"}, "booked", None),
        ("ana", "cancelled", "olsen", {}, "refused", "booking_session_not_scheduled"),
        ("ana", "over", "olsen", {}, "refused", "booking_session_over"),
        ("mia", "over", "olsen", {}, "booked", None),
        ("ana", "full", "olsen", {}, "full", "class_sessions_seats"),
        ("ana", "full", "olsen", {"override_reason": "VIP"}, "refused", "booking_override_rank"),
        ("mia", "full", "olsen", {"override_reason": "VIP"}, "booked", None),
        ("ana", "spin", "olsen", {"pay": "comp"}, "refused", "booking_comp_reason"),
        ("ana", "spin", "olsen", {"pay": "comp", "comp_reason": "  "}, "refused", "booking_comp_reason"),
        ("ana", "spin", "converted", {}, "booked", None),
    ],
)
def test_rules(
    gym: Gym, who: str, session: str, lead: str, more: dict[str, Any], outcome: str, rule: str | None
) -> None:
    answer = bookings.book(gym.signed_in(who), request(gym, session, lead=lead, **{"pay": "later", **more}))
    assert (answer.outcome, answer.rule) == (outcome, rule)


def test_converted_lead_stands_for_its_client(gym: Gym, superuser: Superuser) -> None:
    asked = request(gym, "spin", lead="converted", pay="later")
    bookings.book(gym.signed_in(), asked)
    assert row(superuser, asked.id, "customer_id, client_id") == (None, gym.clients["converted"])


def test_repeat(gym: Gym) -> None:
    asked = request(gym, "spin", lead="olsen", pay="card")
    first = bookings.book(gym.signed_in(), asked)
    again = bookings.book(gym.signed_in(), asked)
    other = bookings.book(gym.signed_in(), request(gym, "spin", lead="olsen", pay="cash"))
    assert (first.outcome, again.outcome, other.outcome) == ("booked", "exists", "exists")
    assert first.booking_id == again.booking_id == other.booking_id
    assert (other.paid_by, other.seat) == ("card", 1)
