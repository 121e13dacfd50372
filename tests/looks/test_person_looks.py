"""How the person looks; every picture was looked at before it was accepted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
from journeys.at_desk import AtDesk
from looks.test_desk_looks import BOTH, SELLING, typed

Look = Callable[..., None]
Superuser = psycopg.Connection[Any]


async def person(at: AtDesk, name: str) -> None:
    await typed(at, name.split()[-1].lower(), f"CHECK IN  {name}")
    await at.press("f3")
    await at.sees("10-Class Pass, £90.00, 10 classes", name)


@BOTH
def test_selling(look: Look, superuser: Superuser, size: tuple[int, int]) -> None:
    superuser.execute(SELLING)

    async def steps(at: AtDesk) -> None:
        await person(at, "Samira Oduya")
        await at.press("1")
        await at.sees("SELL  10-Class Pass to Samira Oduya", "a digit, then Enter")
        await at.press("2")
        await at.sees(">2 £90.00 cash", "Enter again")

    look(steps, size=size)


@BOTH
def test_holding(look: Look, superuser: Superuser, size: tuple[int, int]) -> None:
    superuser.execute(SELLING)

    async def steps(at: AtDesk) -> None:
        await person(at, "Rosamund Ortiz")
        await at.press("down", "enter")
        await at.sees("CHANGE  10-Class Pass", "2 hold until a day")
        await at.press("2")
        await at.type("14 dec")
        await at.press("enter")
        await at.sees("today to Mon 14 Dec, 21 days", "Enter again")

    look(steps, size=size)
