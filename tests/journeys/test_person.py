"""The person by keys: what they have, and what is sold to them, ending with the rows in the tables."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from bought import has_membership, has_package, left, one
from gym import HOSTILE, Gym
from journeys.at_desk import OPEN, AtDesk, desk, play
from journeys.test_mouse import click
from journeys.test_pin import sign_in
from journeys.wire import Wire
from textual.widgets import Input

from db.records import BookingRequest, Sale
from db.repositories import accounts, bookings, sales

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
        await at.sees(f"{offer} sold to Sam {who}", "F9 takes it back", f"Sam {who}", OPEN)
        await at.press("f3")
        await at.sees(f"has      {offer}", "ends ")

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
        await person_of(at, name, "has      Unlimited, ends")
        await at.press("enter")
        await at.sees("CHANGE  Unlimited of Sam", "1 hold until resumed", "2 hold until a day")
        await at.press("1")
        await at.sees("from today until it is resumed", "Enter again")
        await at.press("enter")
        await at.sees(f"Unlimited of Sam {name} is on hold until it is resumed.", "Unlimited, on hold")
        await at.press("enter")
        await at.sees("3 resume")
        await at.press("enter")
        await at.sees("is resumed: it pays again from tomorrow on.")

    play(desk(gym), steps)
    assert one(superuser, "select last_day - first_day from entitlement_holds") == 0


def test_hold_until_a_day(gym: Gym, superuser: Superuser) -> None:
    has_package(superuser, gym, "client", "okafor", 3)

    async def steps(at: AtDesk) -> None:
        await person_of(at, "Okafor", "has      10-Class Pass, 3 left")
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
        await person_of(at, "Okafor", "has      10-Class Pass, 10 left")
        await at.press("enter")
        shown = await at.sees("1 hold until resumed")
        assert "cancel" not in shown
        await at.press("8", "enter")

    async def manager(at: AtDesk) -> None:
        await person_of(at, "Okafor", "has      10-Class Pass, 10 left")
        await at.press("enter")
        await at.sees("7 cancel", "8 cancel, pay back £90.00")
        await at.press("8")
        await at.sees(
            "10 classes are written off", "£90.00 goes back to them, card", "type why it is cancelled"
        )
        await at.type("moves away")
        await at.press("enter")
        await at.sees("Pass of Sam Okafor is cancelled; £90.00 goes back to them, card.", "Pass, cancelled")

    play(desk(gym), staff)
    assert left(superuser, package) == 10
    play(desk(gym, "mia"), manager)
    assert left(superuser, package) == 0
    assert superuser.execute("select refunded, cancel_reason from packages").fetchall() == [
        (True, "moves away")
    ]
    assert money(superuser) == [("card", 9000), ("card", -9000)]


def test_f9_takes_a_sale_back(gym: Gym, superuser: Superuser, on_sale: None) -> None:
    async def steps(at: AtDesk) -> None:
        await person_of(at, "Olsen", "1 10-Class Pass")
        await at.press("1")
        await at.sees("a digit, then Enter")
        await at.press("2", "enter")
        await at.sees("10-Class Pass sold to Sam Olsen, £90.00 cash.")
        await at.press("f9")
        await at.sees("Taken back: Sam Olsen, 10-Class Pass. Give back £90.00 cash.")

    play(desk(gym), steps)
    assert superuser.execute("select taken_back, refunded from packages").fetchall() == [(True, True)]
    assert money(superuser) == [("cash", 9000), ("cash", -9000)]


def owing(gym: Gym, *sessions: str) -> None:
    for session in sessions:
        asked = BookingRequest(
            uuid4(), gym.sessions[session], "client", gym.clients["okafor"], pay="later", arrive=True
        )
        assert bookings.book(gym.signed_in(), asked).outcome == "booked"


def test_one_key_collects_what_is_owed_and_f9_owes_it_again(gym: Gym, superuser: Superuser) -> None:
    owing(gym, "spin", "earlier")

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees(">C Sam Okafor")
        await at.press("ctrl+y")
        await at.sees("owes     £12.00 for ", "COLLECT  what Sam Okafor owes", "£24.00 for 2 bookings")
        await at.press("1")
        await at.sees(">1 £24.00 card", "Enter again")
        await at.press("enter")
        await at.sees("Sam Okafor has paid £24.00 card for 2 bookings.  F9 takes it back", OPEN)
        await at.press("f3")
        await at.sees_no("owes  ")
        await at.press("escape", "f9")
        await at.sees("Taken back: Sam Okafor, £24.00 that was owed. Give back £24.00 card.")
        await at.press("f3")
        await at.sees("owes     £12.00 for ")
        await at.press("enter", "2")
        await at.sees(">2 £24.00 cash", "Enter again")
        await at.press("enter")
        await at.sees("Sam Okafor has paid £24.00 cash for 2 bookings.")

    play(desk(gym), steps)
    by_method = "select method, count(*), sum(amount) from payments group by method order by method"
    assert superuser.execute(by_method).fetchall() == [("card", 4, 0), ("cash", 2, 2400)]
    okafor = gym.clients["okafor"]
    paid = "select paid_by, payment_status from bookings where client_id = %s"
    assert superuser.execute(paid, (okafor,)).fetchall() == [("cash", "paid")] * 2


def test_what_another_desk_did_meanwhile_is_said_loudly(
    gym: Gym, superuser: Superuser, on_sale: None
) -> None:
    owing(gym, "spin")

    async def steps(at: AtDesk) -> None:
        await person_of(at, "Okafor", "1 10-Class Pass")
        await at.press("1")
        await at.sees("a digit, then Enter")
        await at.press("1")
        superuser.execute("update package_products set is_active = false")
        await at.press("enter")
        await at.sees("10-Class Pass is NOT sold to Sam Okafor. This is not sold any more.")
        superuser.execute("update package_products set is_active = true")
        await at.press("ctrl+y")
        await at.sees("£12.00 for 1 booking")
        await at.press("2")
        accounts.collect(gym.signed_in("kim"), uuid4(), "client", gym.clients["okafor"], "card")
        await at.press("enter")
        await at.sees("Nothing is collected from Sam Okafor. They owe nothing.")
        await at.press("f3")
        await at.sees("1 10-Class Pass")
        await at.press("1")
        await at.sees("a digit, then Enter")
        await at.press("1", "enter")
        await at.sees("10-Class Pass sold to Sam Okafor", "F9 takes it back")
        yoga = BookingRequest(uuid4(), gym.sessions["tomorrow"], "client", gym.clients["okafor"])
        assert bookings.book(gym.signed_in("kim"), yoga).paid_by == "package"
        await at.press("f9")
        await at.sees("Sam Okafor still has 10-Class Pass. Classes are booked with it.")

    play(desk(gym), steps, (120, 40))
    assert money(superuser) == [("card", 1200), ("card", 9000)]


def test_credit_pays_for_a_sale(gym: Gym, superuser: Superuser, on_sale: None) -> None:
    superuser.execute("update package_products set price = 1000")
    spin = BookingRequest(uuid4(), gym.sessions["spin"], "client", gym.clients["okafor"], pay="card")
    bookings.book(gym.signed_in(), spin)
    assert bookings.cancel(gym.signed_in(), spin.id).booking_status == "cancelled"

    async def steps(at: AtDesk) -> None:
        await person_of(at, "Okafor", "1 10-Class Pass", "credit   £12.00")
        await at.press("1")
        await at.sees("9 from their credit £12.00", "a digit, then Enter")
        await at.press("9", "enter")
        await at.sees("10-Class Pass sold to Sam Okafor, £10.00 credit.")

    play(desk(gym), steps)
    assert one(superuser, "select paid_by from packages") == "credit"
    assert money(superuser) == [("card", 1200)]


def test_a_manager_pays_credit_back(gym: Gym, superuser: Superuser) -> None:
    spin = BookingRequest(uuid4(), gym.sessions["spin"], "client", gym.clients["okafor"], pay="cash")
    bookings.book(gym.signed_in(), spin)
    assert bookings.cancel(gym.signed_in(), spin.id).booking_status == "cancelled"

    async def staff(at: AtDesk) -> None:
        await person_of(at, "Okafor", "credit   £12.00")
        await at.press("enter", "8", "enter")

    async def manager(at: AtDesk) -> None:
        await person_of(at, "Okafor", "credit   £12.00", "PAY BACK  the credit of Sam Okafor")
        await at.press("enter")
        await at.sees("type why it is paid back")
        await at.type("moved away")
        await at.press("enter")
        await at.sees("The credit of Sam Okafor is paid back. Give back £12.00 cash.")

    play(desk(gym), staff)
    assert money(superuser) == [("cash", 1200)]
    play(desk(gym, "mia"), manager)
    assert money(superuser) == [("cash", 1200), ("cash", -1200)]
    assert one(superuser, "select reason from credit_refunds") == "moved away"


def test_a_card_on_file(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await person_of(at, "Olsen", "cards    add a card")
        await at.press("enter")
        await at.sees("type brand and last four digits, like visa 4242")
        await at.type("4242 4242 4242 4242")
        await at.press("enter")
        await at.sees("Of a card only its brand and last four digits are kept.")
        await at.press("ctrl+u")
        await at.type("visa 4242")
        await at.press("enter")
        await at.sees("Visa ..4242", "Enter again")
        assert at.app.screen.query_one("#typed", Input).value == ""
        await at.press("enter")
        await at.sees("The card Visa ..4242 of Sam Olsen is on file.", "cards    Visa ..4242")
        await at.press("up", "enter")
        await at.sees("REMOVE  the card Visa ..4242 of Sam Olsen", "Enter again")
        await at.press("enter")
        await at.sees("The card Visa ..4242 of Sam Olsen is not on file any more.", "cards    add a card")

    play(desk(gym), steps)
    kept = "select brand, last_four, customer_id, removed_at is not null from cards_on_file"
    assert superuser.execute(kept).fetchall() == [("visa", "4242", gym.leads["olsen"], True)]


def test_what_is_booked_in_a_hold_is_said(gym: Gym, superuser: Superuser) -> None:
    has_package(superuser, gym, "client", "okafor", 3)
    spin = BookingRequest(uuid4(), gym.sessions["spin"], "client", gym.clients["okafor"])
    assert bookings.book(gym.signed_in(), spin).paid_by == "package"

    async def steps(at: AtDesk) -> None:
        await person_of(at, "Okafor", "has      10-Class Pass, 2 left")
        await at.press("enter")
        await at.sees("1 hold until resumed")
        await at.press("1")
        await at.sees("Spin stays booked: cancel what they miss", "Enter again")

    play(desk(gym), steps)
    assert one(superuser, "select count(*) from entitlement_holds") == 0


def test_a_lost_answer_sells_once(
    wired: Gym, wire: Wire, superuser: Superuser, on_sale: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("frontdesk.widgets.errands.RETRY_S", 0.2)
    monkeypatch.setattr("frontdesk.screens.desk.RETRY_S", 0.2)
    monkeypatch.setattr("frontdesk.screens.desk.REFRESH_S", 3600.0)

    async def steps(at: AtDesk) -> None:
        await person_of(at, "Okafor", "1 10-Class Pass")
        await at.press("1")
        await at.sees("a digit, then Enter")
        await at.press("1")
        await at.sees("Enter again")
        await at.rests()
        wire.lose_next_answer()
        await at.press("enter")
        await at.sees("OUTCOME UNKNOWN: asking for Sam Okafor", "NO DATABASE")
        await at.press("ctrl+q")
        await at.sees("Not known yet whether 10-Class Pass", "is sold to Sam Okafor.")
        wire.mend()
        await at.sees("10-Class Pass sold to Sam Okafor, £90.00 card.", "live")

    play(desk(wired), steps)
    assert one(superuser, "select count(*) from packages") == 1
    assert money(superuser) == [("card", 9000)]


def test_a_lost_answer_holds_once_and_the_desk_asks_on(
    wired: Gym, wire: Wire, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("frontdesk.widgets.errands.RETRY_S", 0.2)
    monkeypatch.setattr("frontdesk.widgets.deals.deal_pane.RETRY_S", 0.2)
    monkeypatch.setattr("frontdesk.screens.desk.RETRY_S", 0.2)
    has_membership(superuser, wired, "client", "okafor")

    async def held(at: AtDesk) -> None:
        await person_of(at, "Okafor", "has      Unlimited, ends")
        await at.press("enter")
        await at.sees("1 hold until resumed")
        await at.press("1")
        await at.sees("Enter again")
        await at.rests()
        wire.lose_next_answer()
        await at.press("enter")
        await at.sees("OUTCOME UNKNOWN: asking", "nothing is done twice")

    async def waiting(at: AtDesk) -> None:
        await held(at)
        wire.mend()
        await at.sees("Unlimited of Sam Okafor is on hold until it is resumed.", "Unlimited, on hold")

    async def leaving(at: AtDesk) -> None:
        await held(at)
        await at.press("escape")
        await at.sees("OUTCOME UNKNOWN: asking for Sam Okafor", OPEN)
        wire.mend()
        await at.sees("Unlimited of Sam Okafor is on hold until it is resumed.", "live")

    for steps in (waiting, leaving):
        superuser.execute("delete from entitlement_holds")
        play(desk(wired), steps)
        assert one(superuser, "select count(*) from entitlement_holds") == 1


def test_by_the_mouse(gym: Gym, superuser: Superuser, on_sale: None) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees(">C Sam Okafor")
        await click(at, "F3 person")
        await click(at, "Twice a week, £49.50")
        await at.sees("SELL  Twice a week to Sam Okafor")
        await click(at, "Enter do")
        await at.sees("a digit, then Enter")
        await click(at, "10-Class Pass, £90.00")
        await at.sees("SELL  10-Class Pass to Sam Okafor")
        await click(at, "Enter do")
        await click(at, "2 £90.00 cash")
        await at.sees("Enter again")
        await click(at, "Enter do")
        await at.sees("10-Class Pass sold to Sam Okafor, £90.00 cash.")
        await click(at, "^p more")
        await at.type("collect")
        await click(at, "collect  (^y)")
        await at.sees("Sam Okafor owes nothing.")

    play(desk(gym), steps)
    assert money(superuser) == [("cash", 9000)]


def test_a_rush_leaves_the_desk_where_it_is(gym: Gym, superuser: Superuser, on_sale: None) -> None:
    async def steps(at: AtDesk) -> None:
        await person_of(at, "Okafor", "1 10-Class Pass")
        await at.rush("1", "1", "enter", "enter")
        await at.sees(">1 £90.00 card", "Enter again")
        await at.rush("enter", "enter", "enter", "escape", "escape")
        await at.sees("10-Class Pass sold to Sam Okafor", OPEN)
        await at.rests()
        assert at.app.screen.query("#find")

    play(desk(gym), steps)
    assert one(superuser, "select count(*) from packages") == 1
    assert money(superuser) == [("card", 9000)]


def test_whoever_takes_over_has_their_own_ways(gym: Gym, on_sale: None) -> None:
    async def steps(at: AtDesk) -> None:
        await person_of(at, "Okafor", "1 10-Class Pass")
        await at.press("f7")
        await at.sees("Locked", "Ana Ruiz")
        await at.press("f4")
        await sign_in(at, gym.email("mia"))
        await at.sees("not now")
        await at.press("escape")
        await at.sees("1 10-Class Pass")
        await at.rests()
        await at.press("1")
        await at.sees("6 a gift")

    play(desk(gym), steps)


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


def test_help_is_about_the_open_question(gym: Gym, on_sale: None) -> None:
    async def steps(at: AtDesk) -> None:
        await person_of(at, "Okafor", "1 10-Class Pass")
        await at.press("1")
        await at.sees("a digit, then Enter")
        await at.press("f1")
        await at.sees("Help: the open question, then the keys of the person")

    play(desk(gym), steps)
