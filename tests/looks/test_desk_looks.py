"""How the desk looks in each of its states; every picture was looked at before it was accepted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from journeys.at_desk import AtDesk
from journeys.wire import Wire

from db.records import Profile
from frontdesk import themes

Look = Callable[..., None]
Superuser = psycopg.Connection[Any]

SMALL, LARGE = (80, 24), (120, 40)
BOTH = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x40"])


async def empty(at: AtDesk) -> None:
    await at.sees("Harbour Lane", ">18:00 Spin", "drop-in £12.00", "14 to come")


async def typed(at: AtDesk, text: str = "sam o", shown: str = "CHECK IN  Sam Okafor") -> None:
    await empty(at)
    await at.type(text)
    await at.sees(shown)


async def due(at: AtDesk) -> None:
    await typed(at, "samira", "BOOK AND CHECK IN  Samira Oduya")
    await at.press("enter")
    await at.sees("a digit, then Enter")


async def chosen(at: AtDesk) -> None:
    await due(at)
    await at.press("2")
    await at.sees(">2 £12.00 cash", "Enter again")


async def reason(at: AtDesk) -> None:
    await due(at)
    await at.press("6")
    await at.type("first class of a friend")
    await at.sees("first class of a friend")


async def armed(at: AtDesk) -> None:
    await typed(at, "samira", "BOOK AND CHECK IN  Samira Oduya")
    await at.press("shift+tab", "shift+tab", "shift+tab")
    await at.sees(">19:30 Pilates")
    await at.press("enter")
    await at.sees("Enter again", "nothing is due")


async def full(at: AtDesk) -> None:
    await typed(at, "samira", "BOOK AND CHECK IN  Samira Oduya")
    await at.press("tab")
    await at.sees("WAITLIST  Samira")
    await at.press("enter")
    await at.sees("4th in line, after Ana, Bo, Cy")


async def booked(at: AtDesk) -> None:
    await chosen(at)
    await at.press("enter")
    await at.sees("Samira Oduya is in", "15/16")


async def here(at: AtDesk) -> None:
    await typed(at)
    await at.press("enter")
    await at.sees("Sam Okafor is in", "here 1")
    await at.type("sam o")
    await at.sees("HERE since 17:52")


async def cancel(at: AtDesk) -> None:
    await typed(at)
    await at.press("f8")
    await at.sees("CANCEL  Sam Okafor", "it counts as used")


async def doubt(at: AtDesk) -> None:
    await typed(at, "olsen", "BOOK AND CHECK IN  Sam Olsen")
    await at.press("enter")
    await at.sees("! no waiver signed", "8 sign the waiver")


async def new(at: AtDesk) -> None:
    await empty(at)
    await at.type("zora quill")
    await at.sees('add "Zora Quill"')
    await at.press("enter")
    await at.sees("phone, or nothing")
    await at.type("07700 900118")
    await at.press("enter")
    await at.sees("maybe", "Rosamund Ortiz", "a digit, then Enter")


async def blocked(at: AtDesk) -> None:
    await typed(at, "osman", "BLOCKED  Sami Osman")
    await at.press("enter")
    await at.sees("REFUSED", "7 book all the same")


async def nobody(at: AtDesk) -> None:
    await empty(at)
    await at.type("zzyzx")
    await at.sees("Nobody here matches")


async def hostile(at: AtDesk) -> None:
    await empty(at)
    await at.type("mo")
    await at.sees("3 found")
    await at.press("down")
    await at.sees(">L Mo")


async def adding(at: AtDesk) -> None:
    await typed(at)
    await at.press("up", "down", "down", "down", "down", "down")
    await at.sees('>+ add "Sam O"')


async def another_time(at: AtDesk) -> None:
    await typed(at, "sam ol 19:00", "BOOK AND CHECK IN  Sam Olsen")
    await at.sees(">19:00 Boxing")


async def no_such_time(at: AtDesk) -> None:
    await typed(at, "sam ol 19:10", "No class begins at 19:10")


async def parked(at: AtDesk) -> None:
    await chosen(at)
    await at.press("ctrl+n")
    await at.type("olsen")
    await at.sees("BOOK AND CHECK IN  Sam Olsen", "parked: Samira Oduya")


async def two_parked(at: AtDesk) -> None:
    await parked(at)
    await at.press("ctrl+n", "ctrl+n")
    await at.sees(
        ">C Samira Oduya", "parked: Samira Oduya, Sam Olsen", "fetches Samira Oduya back, 18:00 Spin."
    )


async def unknown_card(at: AtDesk) -> None:
    await empty(at)
    await at.rush(*"5901234123457", "enter")
    await at.sees("Nobody has the barcode")


async def another_day(at: AtDesk) -> None:
    await empty(at)
    await at.press("pagedown")
    await at.sees("No classes on this day.")


@BOTH
def test_empty(look: Look, size: tuple[int, int]) -> None:
    look(empty, size=size)


@BOTH
def test_typing(look: Look, size: tuple[int, int]) -> None:
    look(typed, size=size)


@BOTH
def test_due(look: Look, size: tuple[int, int]) -> None:
    look(due, size=size)


@BOTH
def test_booked(look: Look, size: tuple[int, int]) -> None:
    look(booked, size=size)


@BOTH
def test_full(look: Look, size: tuple[int, int]) -> None:
    look(full, size=size)


@pytest.mark.parametrize(
    "state",
    [
        chosen,
        reason,
        armed,
        here,
        cancel,
        doubt,
        new,
        blocked,
        nobody,
        hostile,
        another_day,
        adding,
        another_time,
        no_such_time,
        parked,
        two_parked,
        unknown_card,
    ],
)
def test_state(look: Look, state: Callable[[AtDesk], object]) -> None:
    look(state)


def test_staff_has_no_override(look: Look) -> None:
    look(full, who="ana")


@pytest.mark.parametrize("theme", [themes.LIGHT, themes.CONTRAST])
def test_theme(look: Look, theme: str) -> None:
    look(due, theme=theme)


def test_no_color(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    look(due)


@BOTH
def test_no_connection(look: Look, wire: Wire, size: tuple[int, int]) -> None:
    async def steps(at: AtDesk) -> None:
        await typed(at)
        await at.rests()
        wire.cut()
        await at.press("f5")
        await at.sees("NO DATABASE since 17:52")

    look(steps, size=size)


def test_outcome_unknown(look: Look, wire: Wire) -> None:
    async def steps(at: AtDesk) -> None:
        await chosen(at)
        wire.cut()
        await at.press("enter")
        await at.sees("OUTCOME UNKNOWN: asking", "NO DATABASE")

    look(steps)


def test_set_aside(look: Look, wire: Wire) -> None:
    async def steps(at: AtDesk) -> None:
        await booked(at)
        await at.type("olsen")
        await at.sees("BOOK AND CHECK IN  Sam Olsen")
        await at.press("enter")
        await at.sees("a digit")
        await at.press("1")
        wire.cut()
        await at.press("enter")
        await at.sees("OUTCOME UNKNOWN: asking", "NO DATABASE")
        await at.press("escape")
        await at.sees("asking for Sam Olsen")

    look(steps)


SELLING = """
with pass as (
  insert into package_products (organization_id, name, price, class_count)
  select id, '10-Class Pass', 9000, 10 from organizations where name = 'Harbour Lane'
  returning organization_id, id
), plan as (
  insert into membership_plans (organization_id, name, price)
  select organization_id, 'Unlimited', 8900 from pass returning organization_id, id
), has as (
  insert into packages
    (organization_id, product_id, class_count, starts_on, ends_on, price, currency, client_id)
  select p.organization_id, p.id, 10, date '2026-09-01', date '2026-12-02', 9000, 'GBP', c.id
    from pass p join clients c on c.organization_id = p.organization_id and c.name = 'Rosamund Ortiz'
  returning organization_id, id
), had as (
  insert into memberships (organization_id, plan_id, starts_on, ends_on, price, currency, client_id)
  select p.organization_id, p.id, date '2026-09-01', date '2026-11-22', 8900, 'GBP', c.id
    from plan p join clients c on c.organization_id = p.organization_id and c.name = 'Samira Oduya'
)
insert into entitlement_ledger (organization_id, package_id, kind, amount)
select organization_id, id, 'opening', 3 from has
"""


@BOTH
def test_covered(look: Look, superuser: Superuser, size: tuple[int, int]) -> None:
    superuser.execute(SELLING)

    async def steps(at: AtDesk) -> None:
        await typed(at, "ortiz", "BOOK AND CHECK IN  Rosamund Ortiz")
        await at.press("enter")
        await at.sees("10-Class Pass, 2 left, ends Wed 2 Dec", "Enter again")

    look(steps, size=size)


@BOTH
def test_selling(look: Look, superuser: Superuser, size: tuple[int, int]) -> None:
    superuser.execute(SELLING)

    async def steps(at: AtDesk) -> None:
        await due(at)
        await at.press("3")
        await at.sees(">3 sell 10-Class Pass £90.00 card", "Unlimited ended Sun 22 Nov", "Enter again")

    look(steps, size=size)


def test_roster(look: Look) -> None:
    async def steps(at: AtDesk) -> None:
        await empty(at)
        await at.press("f2")
        await at.sees("Roster: Tue 24 Nov 18:00 Spin", "14 of 16 seats")

    look(steps)


@pytest.mark.parametrize("columns", [60, 40])
def test_slim(look: Look, columns: int) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(">18:00 Spin", "drop-in £12.00")
        await at.type("samira")
        await at.sees("BOOK AND CHECK IN  Samir")
        await at.press("enter")
        await at.sees("a digit, then Enter")

    look(steps, size=(columns, 24))


def test_help(look: Look) -> None:
    async def steps(at: AtDesk) -> None:
        await due(at)
        await at.press("f1")
        await at.sees("Help: the open question, then the keys of the desk")

    look(steps)


@BOTH
def test_sign_in(look: Look, size: tuple[int, int]) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees("E-mail")
        await at.type("mia@harbour.example")
        await at.press("enter")
        await at.type("wrong")
        await at.press("enter")
        await at.sees("E-mail and password do not fit.")

    look(steps, who=None, size=size)


@BOTH
def test_organization(look: Look, size: tuple[int, int]) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees("Which desk?", "Santa Rosa")
        await at.press("down")
        await at.sees(">Quai Ouest")

    look(steps, who="kim", size=size)


def test_palette(look: Look) -> None:
    async def steps(at: AtDesk) -> None:
        await empty(at)
        await at.rests()
        await at.press("ctrl+p")
        await at.sees("do  (Enter)", "class  (Tab)")

    look(steps)


def test_colours(look: Look) -> None:
    async def steps(at: AtDesk) -> None:
        await typed(at)
        await at.rests()
        await at.press("ctrl+t", "up")
        await at.sees(">high contrast")

    look(steps)


def test_leaving_without_an_answer(look: Look, wire: Wire) -> None:
    async def steps(at: AtDesk) -> None:
        await chosen(at)
        wire.cut()
        await at.press("enter")
        await at.sees("OUTCOME UNKNOWN: asking", "NO DATABASE")
        await at.press("ctrl+q")
        await at.sees("Not known yet whether")

    look(steps)


async def locked(at: AtDesk) -> None:
    await empty(at)
    signed_in = at.app.signed_in
    assert signed_in
    late = datetime(2126, 1, 1, tzinfo=UTC)
    for name, pin in (("Ana Ruiz", False), ("Kim Park", True)):
        profile = Profile(uuid4(), name, "", at.app.installation, late, must_change=False, pin=pin)
        at.app.locking.entered(profile, signed_in, "kept")
    await at.press("f7")
    await at.sees("Locked", ">Mia Chen", "PIN of Mia Chen")


async def pin_refused(at: AtDesk) -> None:
    await empty(at)
    await at.press("ctrl+g")
    await at.sees("A PIN for Mia Chen")
    await at.type("secret")
    await at.press("enter")
    await at.type("1234")
    await at.press("enter")
    await at.type("1234")
    await at.press("enter")
    await at.sees("Four digits alike or in a row are guessed first.")


@BOTH
def test_locked(look: Look, size: tuple[int, int]) -> None:
    look(locked, size=size)


@BOTH
def test_pin(look: Look, size: tuple[int, int]) -> None:
    look(pin_refused, size=size)
