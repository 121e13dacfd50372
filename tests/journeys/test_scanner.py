"""A barcode ended by Enter, by keys alone and faster than anything can answer."""

from __future__ import annotations

import asyncio

import psycopg
import pytest
from gym import Gym
from journeys.at_desk import OPEN, AtDesk, desk, play
from journeys.test_list import pane

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


@pytest.mark.parametrize("typed", [CODE, "okafor"])
def test_word_of_an_older_list_is_no_answer_to_what_was_typed_since(
    gym: Gym, superuser: Superuser, typed: str
) -> None:
    superuser.execute("update clients set barcode = %s where id = %s", (CODE, gym.clients["okafor"]))

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        desk_reads_on = asyncio.Event()
        at.app.screen.call_next(desk_reads_on.wait)
        pane(at).load_people()
        await asyncio.sleep(0.3)  # whom the class expects is answered, and word of it waits
        at.strike(*typed, "enter")
        await asyncio.sleep(0.1)
        assert pane(at).text == typed
        desk_reads_on.set()
        await at.sees("Sam Okafor, client", "a digit, then Enter")

    play(desk(gym), steps)
