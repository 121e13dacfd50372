"""A barcode ended by Enter, by keys alone and faster than anything can answer."""

from __future__ import annotations

import psycopg
import pytest
from gym import Gym
from journeys.at_desk import OPEN, AtDesk, desk, play

Superuser = psycopg.Connection[tuple[object, ...]]
CODE = "1256712567"
"""All of it digits that answer a question."""


def test_a_barcode_that_nobody_has(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        for code in ("5901234", CODE):
            await at.rush(*code, "enter")
            await at.sees(f"Nobody has the barcode {code}. Type the name instead.", "type a name")
        await at.rush(*"7700900", "enter")  # part of three phone numbers, and of no card
        await at.sees("Nobody has the barcode 7700900.", "type a name")

    play(desk(gym), steps)


@pytest.mark.parametrize("opened", [(), ("1",), ("6",)])
def test_a_scan_answers_no_open_question(gym: Gym, superuser: Superuser, opened: tuple[str, ...]) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK", "Sam Okafor")
        await at.press("enter")
        await at.sees("a digit, then Enter")
        await at.press(*opened)
        await at.pilot.pause(0.1)
        await at.rush(*CODE, "enter")
        await at.sees(f"Nobody has the barcode {CODE}.", "type a name")
        await at.type("olsen")  # find has the focus
        await at.sees("BOOK", "Sam Olsen")

    play(desk(gym), steps)
    assert superuser.execute("select count(*) from bookings").fetchone() == (1,)
