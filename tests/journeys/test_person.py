"""The person by keys: what they have, and what is sold to them, ending with the rows in the tables."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from bought import has_membership, has_package, left, one
from gym import HOSTILE, Gym
from journeys.at_desk import OPEN, AtDesk, desk, play

from db.records import Sale
from db.repositories import sales

Superuser = psycopg.Connection[tuple[Any, ...]]
HOSTILE_NAME = "[b]Pass[/b] \x1b[31m\u202e"


@pytest.fixture
def on_sale(gym: Gym, superuser: Superuser) -> None:
    """A package as 1, a membership as 2."""
    harbour = gym.organizations["harbour"]
    superuser.execute(
        "insert into package_products (organization_id, name, price, class_count, valid_days, is_shared)"
        " values (%s, '10-Class Pass', 9000, 10, 90, true)",
        (harbour,),
    )
    superuser.execute(
        "insert into membership_plans (organization_id, name, price, period_limit, period, term_months)"
        " values (%s, 'Twice a week', 4950, 2, 'week', 1)",
        (harbour,),
    )


async def person_of(at: AtDesk, name: str, *texts: str) -> None:
    await at.sees(OPEN)
    await at.type(name.lower())
    await at.sees(f">{'L' if name == 'Olsen' else 'C'} Sam {name}")
    await at.press("f3")
    await at.sees(*texts)


def money(superuser: Superuser) -> list[tuple[Any, ...]]:
    return superuser.execute("select method, amount from payments order by taken_at, amount").fetchall()


def sold(gym: Gym, superuser: Superuser) -> UUID:
    """Sold at another desk, so that there is money to pay back."""
    product = one(superuser, "select id from package_products")
    sale = Sale(uuid4(), "package", product, "card")
    sales.sell(gym.signed_in(), sale, "client", gym.clients["okafor"])
    return sale.id


@pytest.mark.parametrize(
    ("who", "digits", "table", "paid"),
    [
        ("Okafor", ("1", "1"), "packages", [("card", 9000)]),
        ("Olsen", ("2", "2"), "memberships", [("cash", 4950)]),
    ],
)
def test_three_keystrokes_sell(
    gym: Gym, superuser: Superuser, on_sale: None, who: str, digits: tuple[str, str], table: str, paid: Any
) -> None:
    offer = {"1": "10-Class Pass", "2": "Twice a week"}[digits[0]]
    terms = {"1": "£90.00; 10 classes; ", "2": "£49.50; 2 a week; "}[digits[0]]

    async def steps(at: AtDesk) -> None:
        await person_of(at, who, f"{digits[0]} {offer}")
        await at.press(digits[0])
        await at.sees(f"SELL  {offer} to Sam {who}", terms, "a digit, then Enter")
        assert one(superuser, f"select count(*) from {table}") == 0
        await at.press(digits[1])
        await at.sees("Enter again", f">{digits[1]} ")
        await at.press("enter")
        await at.sees(f"{offer} sold to Sam {who}", f"Sam {who}", OPEN)
        await at.press("f3")
        await at.sees(f"has     {offer}", "ends ")

    play(desk(gym), steps)
    key = gym.clients["okafor"] if who == "Okafor" else gym.leads["olsen"]
    assert one(superuser, f"select coalesce(client_id, customer_id) from {table}") == key
    assert money(superuser) == paid


def test_an_open_question_is_asked_anew_after_a_sale(gym: Gym, superuser: Superuser, on_sale: None) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("enter")
        await at.sees("£12.00 card")
        await at.press("f3")
        await at.sees("1 10-Class Pass")
        await at.press("enter")
        await at.sees("a digit, then Enter")
        await at.press("2", "enter")
        await at.sees("10-Class Pass sold to Sam Okafor", "10-Class Pass, 9 left", "Enter again")
        await at.press("enter")
        await at.sees("Sam Okafor is in")

    play(desk(gym), steps)
    assert (
        one(superuser, "select paid_by from bookings where client_id = %s", gym.clients["okafor"])
        == "package"
    )
    assert money(superuser) == [("cash", 9000)]


def test_a_manager_gives_with_a_reason_and_staff_cannot(
    gym: Gym, superuser: Superuser, on_sale: None
) -> None:
    async def staff(at: AtDesk) -> None:
        await person_of(at, "Okafor", "1 10-Class Pass")
        await at.press("1")
        shown = await at.sees("a digit, then Enter")
        assert "gift" not in shown
        await at.press("6", "enter")
        await at.sees("a digit, then Enter")

    async def manager(at: AtDesk) -> None:
        await person_of(at, "Okafor", "1 10-Class Pass")
        await at.press("1")
        await at.sees("6 a gift")
        await at.press("6")
        await at.sees("type why it is given, then Enter")
        await at.press("enter")
        await at.type("won 1 raffle")
        await at.press("enter")
        await at.sees("10-Class Pass sold to Sam Okafor, a gift")

    play(desk(gym), staff)
    assert one(superuser, "select count(*) from packages") == 0
    play(desk(gym, "mia"), manager)
    assert superuser.execute("select paid_by, comp_reason from packages").fetchall() == [
        ("comp", "won 1 raffle")
    ]
    assert money(superuser) == []


def test_what_may_not_be_sold_is_said_before(gym: Gym, superuser: Superuser, on_sale: None) -> None:
    superuser.execute("update package_products set is_intro = true")
    sold(gym, superuser)

    async def steps(at: AtDesk) -> None:
        await person_of(at, "Okafor", "1 10-Class Pass")
        await at.press("1")
        await at.sees("They had an offer for newcomers already.", "Enter tries again")
        await at.press("1", "enter", "escape", "escape")
        await at.sees(OPEN)

    play(desk(gym), steps)
    assert one(superuser, "select count(*) from packages") == 1
    assert money(superuser) == [("card", 9000)]


@pytest.mark.parametrize("kind", ["lead", "client"])
def test_hold_and_resume(gym: Gym, superuser: Superuser, kind: Any) -> None:
    key, name = ("olsen", "Olsen") if kind == "lead" else ("okafor", "Okafor")
    has_membership(superuser, gym, kind, key)

    async def steps(at: AtDesk) -> None:
        await person_of(at, name, "has     Unlimited, ends")
        await at.press("enter")
        await at.sees("CHANGE  Unlimited of Sam", "1 hold until resumed", "2 hold until a day")
        await at.press("1")
        await at.sees("from today until it is resumed", "Enter again")
        await at.press("enter")
        await at.sees(f"Unlimited of Sam {name} is on hold until it is resumed.", "Unlimited, on hold")
        await at.press("enter")
        await at.sees("3 resume")
        await at.press("3", "enter")
        await at.sees("is resumed: it pays again from tomorrow on.")

    play(desk(gym), steps)
    assert one(superuser, "select last_day - first_day from entitlement_holds") == 0


def test_hold_until_a_day(gym: Gym, superuser: Superuser) -> None:
    has_package(superuser, gym, "client", "okafor", 3)

    async def steps(at: AtDesk) -> None:
        await person_of(at, "Okafor", "has     10-Class Pass, 3 left")
        await at.press("enter")
        await at.sees("2 hold until a day")
        await at.press("2")
        await at.sees("type its last day, like 14 Dec, then Enter")
        await at.type("31 Fexuary")
        await at.press("enter")
        await at.sees("That is no day to come. Type it like 14 Dec")
        await at.press("ctrl+u")
        await at.type("2039-01-31")
        await at.press("enter")
        await at.sees("today to Mon 31 Jan 2039", "Enter again")
        await at.press("enter")
        await at.sees("10-Class Pass of Sam Okafor is on hold until Mon 31 Jan 2039.")

    play(desk(gym), steps)
    assert one(superuser, "select last_day::text from entitlement_holds") == "2039-01-31"


def test_a_manager_cancels_and_pays_back(gym: Gym, superuser: Superuser, on_sale: None) -> None:
    package = sold(gym, superuser)

    async def staff(at: AtDesk) -> None:
        await person_of(at, "Okafor", "has     10-Class Pass, 10 left")
        await at.press("enter")
        shown = await at.sees("1 hold until resumed")
        assert "refund" not in shown and "cancel" not in shown
        await at.press("8", "enter")

    async def manager(at: AtDesk) -> None:
        await person_of(at, "Okafor", "has     10-Class Pass, 10 left")
        await at.press("enter")
        await at.sees("7 cancel", "8 refund £90.00 card")
        await at.press("8")
        await at.sees("10 classes are written off", "£90.00 card goes back", "type why it is cancelled")
        await at.type("moves away")
        await at.press("enter")
        await at.sees("10-Class Pass of Sam Okafor is cancelled. Give back £90.00 card.", "cancelled")

    play(desk(gym), staff)
    assert left(superuser, package) == 10
    play(desk(gym, "mia"), manager)
    assert left(superuser, package) == 0
    assert superuser.execute("select refunded, cancel_reason from packages").fetchall() == [
        (True, "moves away")
    ]
    assert money(superuser) == [("card", 9000), ("card", -9000)]


def test_a_viewer_looks_on(gym: Gym, superuser: Superuser, on_sale: None) -> None:
    async def steps(at: AtDesk) -> None:
        await person_of(at, "Okafor", "1 10-Class Pass", "okafor@post.example")
        await at.press("1")
        await at.sees("A viewer may look, but not sell.")
        await at.press("escape")
        await at.sees(OPEN, ">C Sam Okafor")

    play(desk(gym, "vera"), steps)
    assert one(superuser, "select count(*) from packages") == 0


def test_hostile_names_only_stand_there(gym: Gym, superuser: Superuser, on_sale: None) -> None:
    superuser.execute("update package_products set name = %s", (HOSTILE_NAME.replace("\x1b", "\x02"),))

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("eve")
        await at.sees(">L [bold]Eve")
        await at.press("f3")
        await at.sees("1 [b]Pass[/b]", "[bold]Eve[/bold]")
        await at.press("1")
        await at.sees("SELL  [b]Pass[/b]", "to [bold]Eve[/bold]")
        await at.press("1", "enter")
        await at.sees("[b]Pass[/b]", "sold to [bold]Eve[/bold]")

    play(desk(gym), steps)
    assert one(superuser, "select customer_id from packages") == gym.leads["hostile"]
    assert HOSTILE.startswith("[bold]Eve")


def test_nobody_and_somebody_new_have_no_screen(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("f3")
        await at.sees("Nobody is chosen.")
        await at.type("nemo")
        await at.sees("Nobody here matches 'nemo'")
        await at.press("f3")
        await at.sees("Choose somebody who is known here.")

    play(desk(gym), steps)


@pytest.mark.parametrize("keys", [("f1",), ("1", "f1")])
def test_help(gym: Gym, on_sale: None, keys: tuple[str, ...]) -> None:
    async def steps(at: AtDesk) -> None:
        await person_of(at, "Okafor", "1 10-Class Pass")
        for key in keys:
            await at.press(key)
            await at.rests()
        await at.sees("the person" if keys == ("f1",) else "the open question")

    play(desk(gym), steps)
