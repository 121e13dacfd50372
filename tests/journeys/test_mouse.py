"""What keys do, the mouse does: the footer, rows, digits, days, help, palette and colours can be clicked."""

from __future__ import annotations

from functools import partial

import psycopg
from gym import Gym
from journeys.at_desk import OPEN, AtDesk, desk, play

from frontdesk import themes

Superuser = psycopg.Connection[tuple[object, ...]]


async def click(at: AtDesk, text: str) -> None:
    """Click on the first letter of a text on the screen."""
    shown = await at.sees(text)
    y, line = next((y, line) for y, line in enumerate(shown.splitlines()) if text in line)
    await at.pilot.click(offset=(line.index(text), y))


def fills(at: AtDesk, width: int) -> bool:
    """Whether the screen is painted for that width, with nothing beyond it."""
    return max(map(len, at.text.splitlines())) == width


def test_a_day_at_the_desk(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await click(at, "> ─")
        await at.sees("not today")
        await click(at, "< ")
        await at.sees_no("not today")
        await at.type("okafor")
        await click(at, "Yoga")
        await at.sees("BOOK AND CHECK IN  Sam Okafor", "Yoga")
        await click(at, "Enter do")
        await at.sees("Enter again")
        await click(at, "Enter do")
        await at.sees("Sam Okafor is in")
        await click(at, "F9 undo")
        await at.sees("Taken back: Sam Okafor")
        await click(at, "F2 roster")
        await at.sees("Roster:")
        await click(at, "Esc back")
        await click(at, "F1 help")
        await at.sees("Help:")
        await click(at, "Esc back")
        await click(at, "^p more")
        await click(at, "refresh  (F5)")
        await at.sees(OPEN)
        await click(at, "^p more")
        await at.type("colours")
        await click(at, "colours  (^t)")
        await click(at, "light")
        await at.until(lambda: at.app.theme == themes.LIGHT, "the light colours")
        await click(at, "Esc as before")
        await at.until(lambda: at.app.theme == themes.DARK, "the dark colours")
        await at.type("olsen")  # wherever was clicked, letters are typed into find
        await at.sees("BOOK AND CHECK IN  Sam Olsen")

    play(desk(gym), steps)
    yoga = gym.sessions["yoga"]
    booked = superuser.execute("select booking_status from bookings where class_session_id = %s", (yoga,))
    assert booked.fetchall() == [("cancelled",)]


def test_signing_in_and_choosing_where(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees("Password")
        await at.type("nobody@gym.example")
        await click(at, "Enter go on")
        await at.until(lambda: "password" in str(at.app.focused), "the password's field")
        await at.type("wrong")
        await click(at, "Enter go on")
        await at.sees("do not fit")
        await click(at, "F1 help")
        await at.sees("Help: your password")

    play(desk(gym, None), steps)


def test_resizing_keeps_everything(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("sam o")
        await at.sees("C Sam Okafor", "L Sam Olsen")
        await at.press("down", "pagedown")
        await at.sees(">L Sam Olsen", "not today", "BOOK  Sam Olsen")
        await at.press("enter")
        await at.sees("a digit, then Enter")
        await at.press("6")
        await at.type("their first")
        for width, height in ((40, 24), (60, 20), (120, 40), (100, 30), (80, 24)):
            await at.pilot.resize_terminal(width, height)
            await at.until(partial(fills, at, width), f"{width} columns")
            await at.sees("their first", "type the reason", "Enter do", "^p more")
        await at.sees("sam o", ">L Sam Olsen", "not today", "type the reason")
        await at.press("escape", "5", "enter")
        await at.sees("Sam Olsen is booked", "owes £")

    play(desk(gym), steps)


def test_resizing_keeps_a_sign_in(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees("Password")
        await at.type("ana@gym.example")
        for size in ((40, 20), (120, 40), (60, 24), (80, 24)):
            await at.pilot.resize_terminal(*size)
            await at.sees("ana@gym.example", "Enter go on")

    play(desk(gym, None), steps)
