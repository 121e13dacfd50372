"""What pays, at the desk: it stands in the sentence before it is done, and can be chosen by a key."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import psycopg
from bought import has_membership, has_package, left, paid
from gym import Gym
from journeys.at_desk import OPEN, AtDesk, desk, play

from db.records import BookingRequest
from db.repositories import bookings

Superuser = psycopg.Connection[tuple[Any, ...]]


def _booking(superuser: Superuser) -> tuple[object, ...] | None:
    found = superuser.execute(
        "select id from bookings where booking_status in ('confirmed', 'attended')"
        " order by recorded_at desc limit 1"
    ).fetchone()
    return paid(superuser, found[0]) if found else None


def test_enter_enter_books_whoever_is_covered(gym: Gym, superuser: Superuser) -> None:
    package = has_package(superuser, gym, "client", "okafor", 3)

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("enter")
        await at.sees("10-Class Pass, 2 left", "Enter again")
        await at.press("enter")
        await at.sees("Sam Okafor is in")

    play(desk(gym), steps)
    assert _booking(superuser) == ("package", "paid", package)
    assert left(superuser, package) == 2


def test_f4_goes_round_what_may_pay_and_the_drop_in(gym: Gym, superuser: Superuser) -> None:
    has_membership(superuser, gym, "client", "okafor")
    package = has_package(superuser, gym, "client", "okafor", 3)

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("f4")
        await at.sees("Unlimited", "unlimited comes first")
        await at.press("f4")
        await at.sees("10-Class Pass, 2 left", "your choice")
        await at.press("f4")
        await at.sees("£12.00 card", "a digit, then Enter")
        await at.press("f4")
        await at.sees("Unlimited", "unlimited comes first")
        await at.press("f4")
        await at.sees("10-Class Pass, 2 left", "your choice")
        await at.press("enter")
        await at.sees("Sam Okafor is in")

    play(desk(gym), steps)
    assert _booking(superuser) == ("package", "paid", package)


def test_what_could_not_pay_is_said_where_money_is_due(gym: Gym, superuser: Superuser) -> None:
    has_package(superuser, gym, "client", "okafor", 0)

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("enter")
        await at.sees("£12.00 card", "10-Class Pass has no class left; nothing else covers it")
        await at.press("1", "enter")
        await at.sees("Sam Okafor is in")

    play(desk(gym), steps)
    assert _booking(superuser) == ("card", "paid", None)


def test_what_does_not_pay_is_said_beside_what_does(gym: Gym, superuser: Superuser) -> None:
    has_membership(superuser, gym, "client", "okafor", cancelled_at=datetime.now(UTC))
    has_package(superuser, gym, "client", "okafor", 3)

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("enter")
        await at.sees("pays      10-Class Pass, 2 left", "not       Unlimited was cancelled")

    play(desk(gym), steps)


def test_enter_3_enter_sells_a_package_and_books_with_it(gym: Gym, superuser: Superuser) -> None:
    superuser.execute(
        "insert into package_products (organization_id, name, price, class_count)"
        " values (%s, '10-Class Pass', 9000, 10)",
        (gym.organizations["harbour"],),
    )

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("enter")
        await at.sees("3 sell 10-Class Pass £90.00 card", "4 sell it, cash")
        await at.press("3")
        await at.sees(">3 sell 10-Class Pass £90.00 card", "Enter again")
        await at.press("enter")
        await at.sees("Sam Okafor is in", "10-Class Pass, 9 left")

    play(desk(gym), steps)
    found = superuser.execute("select id from packages").fetchone()
    assert found is not None
    assert _booking(superuser) == ("package", "paid", found[0])
    assert left(superuser, found[0]) == 9
    assert superuser.execute("select method, amount from payments").fetchall() == [("card", 9000)]


def test_f9_takes_the_sale_back_with_its_booking(gym: Gym, superuser: Superuser) -> None:
    superuser.execute(
        "insert into package_products (organization_id, name, price, class_count)"
        " values (%s, '10-Class Pass', 9000, 10)",
        (gym.organizations["harbour"],),
    )

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("enter")
        await at.sees("4 sell it, cash")
        await at.press("4", "enter")
        await at.sees("Sam Okafor is in", "10-Class Pass, 9 left")
        await at.press("f9")
        await at.sees("Taken back: Sam Okafor", "Give back £90.00 cash.")

    play(desk(gym), steps)
    assert superuser.execute(
        "select payment_status from bookings where package_id is not null"
    ).fetchall() == [("void",)]
    assert superuser.execute("select cancel_reason, refunded from packages").fetchall() == [
        ("taken back", True)
    ]
    assert superuser.execute("select sum(amount) from payments").fetchone() == (0,)


def test_9_pays_from_their_credit(gym: Gym, superuser: Superuser) -> None:
    def asked(session: str) -> BookingRequest:
        return BookingRequest(
            uuid.uuid4(), gym.sessions[session], "client", gym.clients["okafor"], pay="card"
        )

    cancelled = asked("tomorrow")
    bookings.book(gym.signed_in(), cancelled)
    bookings.cancel(gym.signed_in(), cancelled.id)

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("enter")
        await at.sees("6 comp", "9 from their credit £12.00")
        await at.press("9", "enter")
        await at.sees("Sam Okafor is in", "£12.00 credit")

    play(desk(gym), steps)
    assert _booking(superuser) == ("credit", "paid", None)
    assert superuser.execute("select method, amount from payments").fetchall() == [("card", 1200)]


def test_f4_after_a_sale_was_chosen_sells_nothing(gym: Gym, superuser: Superuser) -> None:
    package = has_package(superuser, gym, "client", "okafor", 3)

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("enter")
        await at.sees("10-Class Pass, 2 left")
        await at.press("f4")
        await at.sees("3 sell 10-Class Pass £90.00 card")
        await at.press("3")
        await at.sees(">3 sell 10-Class Pass", "Enter again")
        await at.press("f4")
        await at.sees("10-Class Pass, 2 left", "Enter again")
        await at.press("enter")
        await at.sees("Sam Okafor is in")

    play(desk(gym), steps)
    assert _booking(superuser) == ("package", "paid", package)
    assert superuser.execute("select count(*) from packages").fetchone() == (1,)


def test_f4_on_whoever_is_here_says_what_paid_and_changes_nothing(gym: Gym, superuser: Superuser) -> None:
    package = has_package(superuser, gym, "client", "okafor", 3)

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("enter")
        await at.sees("10-Class Pass, 2 left", "Enter again")
        await at.press("enter")
        await at.sees("Sam Okafor is in")
        await at.type("okafor")
        await at.sees("HERE since", "F4 what paid")
        await at.press("f4")
        await at.sees("It was covered by 10-Class Pass, 2 left")
        await at.press("f4", "enter", "f8")
        await at.sees("They are here, and who came is not cancelled.")

    play(desk(gym), steps)
    assert _booking(superuser) == ("package", "paid", package)
    assert left(superuser, package) == 2
