"""Whoever has to look for a card is set aside and fetched back, by keys alone."""

from __future__ import annotations

import psycopg
from gym import Gym
from journeys.at_desk import OPEN, AtDesk, desk, play

Superuser = psycopg.Connection[tuple[object, ...]]


async def choose_card(at: AtDesk, name: str, last: str) -> None:
    """Somebody pays by card; Enter is all that is missing."""
    await at.type(last)
    await at.sees("BOOK", name)
    await at.press("enter")
    await at.sees("a digit, then Enter")
    await at.press("1")
    await at.sees(">1 £12.00 card", "Enter again")


def booked(superuser: Superuser, gym: Gym, session: str) -> list[tuple[object, ...]]:
    return superuser.execute(
        "select coalesce(customer_id, client_id), paid_by from bookings where class_session_id = %s"
        " order by recorded_at",
        (gym.sessions[session],),
    ).fetchall()


def test_one_is_parked_while_the_next_is_booked(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await choose_card(at, "Sam Okafor", "okafor")
        await at.press("ctrl+n")
        await at.sees("type a name", "parked: Sam Okafor  ^n fetches", "Choose somebody above")
        await at.press("tab")
        await at.type("olsen")
        await at.sees("BOOK", "Sam Olsen", "Yoga")
        await at.press("enter")
        await at.sees("Enter again")
        await at.press("enter")
        await at.sees("Sam Olsen is in", "parked: Sam Okafor")
        assert booked(superuser, gym, "spin") == []  # never sent by itself
        await at.press("ctrl+n")
        await at.sees("okafor", ">1 £12.00 card", "Enter again", "Sam Okafor, client", ">C Sam Okafor", OPEN)
        assert "parked" not in at.text
        await at.press("f5")
        await at.pilot.pause(0.2)
        await at.sees(">1 £12.00 card", "Enter again")
        await at.press("enter")
        await at.sees("Sam Okafor is in")

    play(desk(gym), steps)
    assert booked(superuser, gym, "spin") == [(gym.clients["okafor"], "card")]
    assert booked(superuser, gym, "yoga") == [(gym.leads["olsen"], None)]


def test_several_are_a_list_to_choose_from(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await choose_card(at, "Sam Okafor", "okafor")
        await at.press("ctrl+n")
        await at.sees("parked: Sam Okafor")
        await at.type("olsen")
        await at.sees("BOOK", "Sam Olsen")
        await at.press("ctrl+n")
        await at.sees("parked: Sam Okafor, Sam Olsen  ^n fetches")
        await at.press("ctrl+n")
        await at.sees("Parked", ">C Sam Okafor", " L Sam Olsen", "Enter fetches Sam Okafor back, ")
        await at.press("escape")
        await at.sees_no("Sam Olsen   ")
        await at.press("ctrl+n")
        await at.sees(">C Sam Okafor")
        await at.press("down", "f5", "enter")
        await at.sees("olsen", ">L Sam Olsen", "BOOK", "parked: Sam Okafor  ^n")
        await at.press("escape", "ctrl+n")
        await at.sees(">1 £12.00 card", "Enter again")

    play(desk(gym), steps)


def test_a_reason_half_typed_and_another_day_come_back(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("pagedown")
        await at.sees("not today")
        await at.type("okafor")
        await at.sees("BOOK", "Sam Okafor")
        await at.press("enter")
        await at.sees("a digit, then Enter")
        await at.press("6")
        await at.type("his fri")
        await at.press("ctrl+n")
        await at.sees("parked: Sam Okafor")
        await at.press("escape")
        await at.sees(OPEN)
        await at.press("ctrl+n")
        await at.sees("type the reason, then Enter", "his fri", "not today")
        await at.type("end")
        await at.press("enter")
        await at.sees("Sam Okafor is booked")

    play(desk(gym), steps)
    reasons = superuser.execute(
        "select comp_reason from bookings where class_session_id = %s", (gym.sessions["tomorrow"],)
    ).fetchall()
    assert reasons == [("his friend",)]


def test_letters_come_before_the_key(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("ctrl+n")
        await at.sees("nobody is parked")
        await at.type("sa")
        await at.sees("BOOK", "Sam Okafor")
        await at.rush("m", "space", "o", "l", "s", "ctrl+n")
        await at.sees("sam ols", "Sam Olsen, lead")
        assert "parked:" not in at.text

    play(desk(gym), steps)


def test_leaving_names_who_is_parked(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await choose_card(at, "Sam Okafor", "okafor")
        await at.press("ctrl+n", "ctrl+q")
        await at.sees("Parked and not booked: Sam Okafor.")
        assert at.app.is_running
        await at.press("ctrl+q")

    app = desk(gym)
    play(app, steps)
    assert app.return_code == 0
    assert booked(superuser, gym, "spin") == []
