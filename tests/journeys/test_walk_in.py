"""A walk-in is found and booked by keys alone, and the row is right."""

from __future__ import annotations

import psycopg
import pytest
from gym import Gym
from journeys.at_desk import OPEN, AtDesk, desk, play

Superuser = psycopg.Connection[tuple[object, ...]]
COLUMNS = "customer_id, client_id, booking_status, payment_status, paid_by, price, comp_reason, over_capacity"


def rows(superuser: Superuser, gym: Gym, session: str, columns: str = COLUMNS) -> list[tuple[object, ...]]:
    """The bookings of a session as they really are, those the gym began with left out."""
    return superuser.execute(
        f"select {columns} from bookings where class_session_id = %s and client_id is distinct from %s"
        " order by recorded_at",
        (gym.sessions[session], gym.clients["ortiz"]),
    ).fetchall()


@pytest.mark.parametrize(
    ("typed", "kind", "key", "name"),
    [("olsen", "lead", "olsen", "Sam Olsen"), ("okafor", "client", "okafor", "Sam Okafor")],
)
def test_lead_and_client(gym: Gym, superuser: Superuser, typed: str, kind: str, key: str, name: str) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type(typed)
        await at.sees(f"BOOK AND CHECK IN  {name}, {kind}")
        await at.press("enter")
        await at.sees("a digit, then Enter", "seat 1 of 3", "1 £12.00 card")
        await at.press("1", "enter")
        await at.sees(f"{name} is in, ", "Spin, seat 1 of 3, £12.00 card.", "F9 takes it back")
        await at.sees("type a name", "1/3")

    play(desk(gym), steps)
    person = (gym.leads[key], None) if kind == "lead" else (None, gym.clients[key])
    assert rows(superuser, gym, "spin") == [(*person, "attended", "paid", "card", 1200, None, False)]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (("1", "enter"), ("paid", "card", None)),
        (("2", "enter"), ("paid", "cash", None)),
        (("5", "enter"), ("pending", "later", None)),
        (("1", "2", "5", "1", "enter"), ("paid", "card", None)),
        (("6", "w", "h", "y", "enter"), ("comp", "comp", "why")),
    ],
)
def test_money_due(
    gym: Gym, superuser: Superuser, keys: tuple[str, ...], expected: tuple[str, str, str | None]
) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("enter")
        await at.sees("a digit, then Enter")
        await at.press("enter")  # no digit is preselected
        await at.sees("a digit, then Enter")
        await at.press(*keys)
        await at.sees("Sam Okafor is in")

    play(desk(gym), steps)
    assert rows(superuser, gym, "spin", "payment_status, paid_by, comp_reason") == [expected]


def test_comp_needs_a_reason(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("enter")
        await at.sees("a digit, then Enter")
        await at.press("6", "enter", "space", "enter")
        await at.sees("type the reason, then Enter")
        await at.press("escape")
        await at.sees("a digit, then Enter")
        await at.type("x")  # a letter returns to find
        await at.sees("okaforx")

    play(desk(gym), steps)
    assert rows(superuser, gym, "spin") == []


def test_free_takes_two_enters(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("tab")
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor", "Yoga")
        await at.press("enter", "enter")
        await at.sees("Sam Okafor is in", "Yoga, seat 1 of 2.")
        await at.sees(OPEN)  # the next in line most likely wants the next class

    play(desk(gym), steps)
    assert rows(superuser, gym, "yoga", "client_id, paid_by, price") == [(gym.clients["okafor"], None, 0)]


def test_quick_enters_never_choose_from_an_older_list(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("tab")
        await at.type("sa")
        await at.sees("BOOK AND CHECK IN  Sam")
        await at.rush("m", "space", "o", "l", "s", "enter", "enter", "enter", "enter")
        await at.sees("Enter again", "Sam Olsen, lead")
        await at.press("enter")
        await at.sees("Sam Olsen is in")

    play(desk(gym), steps)
    assert rows(superuser, gym, "yoga", "customer_id") == [(gym.leads["olsen"],)]


def test_a_digit_pressed_ahead_counts_but_books_nothing_unseen(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.rush("enter", "2", "enter")
        await at.sees(">2 £12.00 cash", "Enter again")
        assert rows(superuser, gym, "spin") == []
        await at.rush("enter", "o", "l", "s")
        await at.sees("Sam Okafor is in", "BOOK AND CHECK IN  Sam Olsen")

    play(desk(gym), steps)
    assert rows(superuser, gym, "spin", "client_id, paid_by") == [(gym.clients["okafor"], "cash")]


def test_going_on_too_early_is_named(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("tab")
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.rush("enter", "enter", "o", "l", "s")
        await at.sees("Sam Okafor is NOT booked", "You went on before")

    play(desk(gym), steps)
    assert rows(superuser, gym, "yoga") == []


def test_other_days(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("pagedown")
        await at.sees("not today", "[-------]  0/10")
        await at.type("okafor")
        await at.sees("BOOK  Sam Okafor")
        await at.press("enter")
        await at.sees("a digit, then Enter")
        await at.press("2", "enter")
        await at.sees("Sam Okafor is booked", "1/10")
        await at.press("escape")
        await at.sees_no("not today")

    play(desk(gym), steps)
    assert len(rows(superuser, gym, "tomorrow")) == 1


def test_arrows_choose_and_resizing_keeps_what_was_typed(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("sam o")
        await at.sees(">C Sam Okafor", "L Sam Olsen")
        await at.press("down")
        await at.sees(">L Sam Olsen", "BOOK AND CHECK IN  Sam Olsen, lead")
        await at.press("enter")
        await at.sees("a digit, then Enter")
        await at.pilot.resize_terminal(120, 40)
        await at.sees("sam o", ">L Sam Olsen", "a digit, then Enter", "sam.olsen@")
        await at.press("5", "enter")
        await at.sees("Sam Olsen is in", "owes £12.00.")

    play(desk(gym), steps)
    assert rows(superuser, gym, "spin", "customer_id, payment_status") == [(gym.leads["olsen"], "pending")]


def test_mouse_alone_after_typing(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("sam o")
        await at.sees("L Sam Olsen")
        await at.pilot.click("#people", offset=(5, 1))
        await at.sees(">L Sam Olsen")
        await at.pilot.click("#sessions", offset=(5, 2))
        await at.sees(
            "Yoga",
            "BOOK AND CHECK IN  Sam Olsen, lead ..412, to 13:"
            if ">13:" in at.text
            else "BOOK AND CHECK IN  Sam Olsen",
        )
        await at.pilot.click("#sessions", offset=(5, 1))
        await at.sees("Spin with Kim Park")
        await at.pilot.click("KeyBar", offset=(2, 0))
        await at.sees("a digit, then Enter")
        await at.pilot.click("#sentence", offset=(28, 1))
        await at.sees(">2 £12.00 cash", "Enter again")
        await at.pilot.click("KeyBar", offset=(2, 0))
        await at.sees("Sam Olsen is in")

    play(desk(gym), steps)
    assert rows(superuser, gym, "spin", "customer_id, paid_by") == [(gym.leads["olsen"], "cash")]
