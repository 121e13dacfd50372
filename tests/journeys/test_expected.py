"""Whom the class expects, before a letter is typed; and a scanned card, which is found by its code alone."""

from __future__ import annotations

import psycopg
from gym import Gym
from journeys.at_desk import OPEN, AtDesk, desk, play
from journeys.test_list import book, class_under_cursor, pane

Superuser = psycopg.Connection[tuple[object, ...]]


def test_nobody_is_chosen_before_an_arrow_is_used(gym: Gym, superuser: Superuser) -> None:
    for client in ("okafor", "ortiz"):
        book(superuser, gym, "spin", client)

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN, "Expected, ", "2 to come", " C Rosamund Ortiz", " C Sam Okafor")
        await at.press("enter", "enter")
        await at.sees("Choose somebody above")
        await at.press("down", "down")
        before = pane(at).current
        assert before is not None
        row = pane(at).people.cursor
        assert (row, class_under_cursor(at)) == (1, "Spin")
        # Another desk takes somebody off the list meanwhile: the row under the cursor stays.
        superuser.execute(
            "update bookings set booking_status = 'cancelled'"
            " where class_session_id = %s and client_id <> %s",
            (gym.sessions["spin"], before.id),
        )
        await at.press("f5")
        await at.sees("1 to come")
        await at.sees(f">C {before.name}")
        assert pane(at).people.cursor == 1
        await at.press("escape", "tab")
        await at.sees_no("Expected")

    play(desk(gym), steps)


def test_a_scanned_card_acts_at_once(gym: Gym, superuser: Superuser) -> None:
    superuser.execute("update clients set barcode = '1256712567' where id = %s", (gym.clients["okafor"],))
    superuser.execute("update leads set barcode = '5901234123457' where id = %s", (gym.leads["olsen"],))

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.rush(*"1256712567", "enter")
        await at.sees("Sam Okafor, client", "a digit, then Enter")
        await at.press("1")
        await at.sees("Enter again")
        await at.rush("enter", *"5901234123457", "enter")  # the one before is on its way
        await at.sees("Sam Okafor is in", "Sam Olsen, lead", "a digit, then Enter")

    play(desk(gym), steps)


def test_a_day_without_classes_expects_nobody(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("pageup")
        await at.sees("No classes on this day.")
        await at.sees_no("Expected, ")

    play(desk(gym), steps)


def test_the_card_of_somebody_booked_checks_in_without_another_key(gym: Gym, superuser: Superuser) -> None:
    superuser.execute("update clients set barcode = '1256712567' where id = %s", (gym.clients["okafor"],))
    book(superuser, gym, "spin", "okafor")

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.rush(*"1256712567", "enter")
        await at.sees("Sam Okafor is in", "here 1")

    play(desk(gym), steps)
