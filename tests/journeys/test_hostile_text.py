"""What comes from outside stands there as text, whatever it is."""

from __future__ import annotations

import psycopg
from gym import Gym
from journeys.at_desk import OPEN, AtDesk, desk, play
from rich.cells import cell_len

Superuser = psycopg.Connection[tuple[object, ...]]


def test_names(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("eve")
        text = await at.sees("[bold]Eve[/bold] �[31mred�")
        assert "\x1b" not in text
        assert "\u202e" not in text
        await at.press("tab", "enter")
        await at.sees("Enter again", "! no waiver signed", "8 sign the waiver")
        await at.press("enter")
        await at.sees("[bold]Eve[/bold] �[31mred� is in", "Yoga")
        await at.press("tab", "f2")
        await at.sees("Roster", "[bold]Eve[/bold]")

    play(desk(gym), steps)


def test_wide_and_right_to_left_names_keep_the_columns(gym: Gym, superuser: Superuser) -> None:
    name = "👩‍👩‍👧 مح李" + "é́́́́" * 3
    superuser.execute("update clients set name = %s where name = 'Sam Okafor'", (name,))

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        for typed, shown in (("okafor", "👩"), ("محمد", "محمد علي"), ("李小", "李小龍")):
            await at.press("escape")
            await at.paste(typed)
            await at.sees(shown, "1 found")
            widths = {cell_len(line) for line in at.text.splitlines()[1:21]}
            assert widths == {80}

    play(desk(gym), steps)


SEARCHES = [
    "x" * 10_000,
    "\0\0sam\0",
    "%%",
    "__",
    "'; drop table clients; --",
    '"\\',
    "[bold]x[/]",
    "[/nothing]",
    "\x1b[2J\x1b[31m",
    "\u202e\u2066abc",
    "\n\n\r\n",
    "\ud800\udfff",
    "   ",
]


def test_searches(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        for typed in SEARCHES:
            await at.paste(typed)
            await at.press("enter")
            await at.pilot.pause(0.05)
            assert not any(ord(letter) < 32 and letter != "\n" for letter in at.text)
            assert {cell_len(line) for line in at.text.splitlines()[1:21]} == {80}
            await at.press("escape", "escape")
            await at.sees("type a name")
        await at.type("olsen")
        await at.sees("BOOK AND CHECK IN  Sam Olsen")

    play(desk(gym), steps)


def test_a_reason_and_an_email_are_text_too(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("enter")
        await at.sees("a digit, then Enter")
        await at.press("6")
        await at.paste("[b]\x1b[31m friend\0 of")
        await at.press("enter")
        await at.sees("Sam Okafor is in")

    play(desk(gym), steps)
    reasons = superuser.execute("select comp_reason from bookings where paid_by = 'comp'").fetchall()
    assert reasons == [("[b]�[31m friend� of",)]
