"""People who walk up: one key for who is booked, once more where it is not certain, and back again."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
from gym import Gym
from journeys.at_desk import OPEN, AtDesk, desk, play

from db.records import BookingRequest, Kind
from db.repositories import bookings, people

Superuser = psycopg.Connection[Any]


def book(gym: Gym, key: str) -> None:
    """Into Spin, paid by card at the desk."""
    kind: Kind = "lead" if key in gym.leads else "client"
    person = gym.leads.get(key) or gym.clients[key]
    asked = BookingRequest(uuid.uuid4(), gym.sessions["spin"], kind, person, pay="card")
    assert bookings.book(gym.signed_in(), asked).outcome == "booked"


def sign(superuser: Superuser) -> None:
    for table in ("leads", "clients"):
        superuser.execute(f"update {table} set waiver_signed_at = now(), waiver_signed_by = name")


def statuses(superuser: Superuser, who: object) -> list[str]:
    rows = "select booking_status from bookings where %s in (customer_id, client_id) order by recorded_at"
    return [status for (status,) in superuser.execute(rows, (who,)).fetchall()]


def test_one_enter_for_who_is_booked(gym: Gym, superuser: Superuser) -> None:
    book(gym, "okafor")

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("CHECK IN  Sam Okafor", "─ Enter ─")
        await at.press("enter")
        await at.sees("Sam Okafor is in, ", "Spin", "F9 takes it back")
        assert statuses(superuser, gym.clients["okafor"]) == ["attended"]
        await at.type("okafor")
        await at.sees("HERE since", "nothing to do")
        await at.press("enter", "enter")
        await at.press("f9")
        await at.sees("Taken back: Sam Okafor", "CHECK IN  Sam Okafor")

    play(desk(gym), steps)
    assert statuses(superuser, gym.clients["okafor"]) == ["confirmed"]


def test_namesakes_and_a_missing_waiver_ask_once_more(gym: Gym, superuser: Superuser) -> None:
    superuser.execute("update leads set name = 'Sam Okafor' where name = 'Sam Olsen'")
    for key in ("okafor", "olsen"):
        book(gym, key)

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("CHECK IN  Sam Okafor", "1 more of this name")
        if "CHECK IN  Sam Okafor, lead" in at.text:
            await at.press("down")
        await at.sees("CHECK IN  Sam Okafor, client")
        await at.press("enter")
        await at.sees("Enter again")
        assert statuses(superuser, gym.clients["okafor"]) == ["confirmed"]
        await at.press("enter")
        await at.sees("Sam Okafor is in")
        await at.type("okafor")
        await at.sees("BOOKED")
        if "CHECK IN  Sam Okafor, lead" not in at.text:
            await at.press("down")
        await at.sees("CHECK IN  Sam Okafor, lead", "no waiver signed")
        await at.press("enter")
        await at.sees("8 sign the waiver")
        await at.press("8")
        await at.sees("who signs the waiver, then Enter", "Sam Okafor")
        await at.press("enter")
        await at.sees_no("no waiver signed")
        await at.press("enter")
        await at.sees("Sam Okafor is in")

    play(desk(gym), steps)
    assert statuses(superuser, gym.leads["olsen"]) == ["attended"]
    assert superuser.execute(
        "select waiver_signed_by from leads where id = %s", (gym.leads["olsen"],)
    ).fetchone() == ("Sam Okafor",)


def test_a_guardian_signs_for_a_minor(gym: Gym, superuser: Superuser) -> None:
    superuser.execute("update leads set birth_date = current_date - 4000 where name = 'Sam Olsen'")
    people.join_family(
        gym.signed_in("mia"), "lead", gym.leads["olsen"], "client", gym.clients["ortiz"], guardian=True
    )
    book(gym, "olsen")

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("olsen")
        await at.sees("CHECK IN  Sam Olsen")
        await at.press("enter")
        await at.sees("8 sign the waiver")
        await at.press("8")
        await at.sees("who signs the waiver", "Rosamund Ortiz")
        await at.type(" x")
        await at.press("enter")
        await at.sees("The waiver is NOT signed.")
        await at.press("backspace", "backspace", "enter")
        await at.sees_no("no waiver signed")
        await at.press("enter")
        await at.sees("Sam Olsen is in")

    play(desk(gym), steps)
    assert superuser.execute(
        "select waiver_signed_by from leads where id = %s", (gym.leads["olsen"],)
    ).fetchone() == ("Rosamund Ortiz",)


def test_not_here_yet(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("enter")
        await at.sees("0 not here yet")
        await at.press("0", "1")
        await at.sees("BOOK  Sam Okafor")
        await at.press("enter")
        await at.sees("Sam Okafor is booked")

    play(desk(gym), steps)
    assert statuses(superuser, gym.clients["okafor"]) == ["confirmed"]


def test_cancel_and_back(gym: Gym, superuser: Superuser) -> None:
    book(gym, "okafor")

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("F8 cancel")
        await at.press("f8")
        await at.sees("CANCEL  Sam Okafor", "stays to their credit", "Enter again")
        await at.press("escape")
        await at.sees("CHECK IN  Sam Okafor")
        await at.press("f8")
        await at.sees("CANCEL  Sam Okafor")
        await at.press("enter")
        await at.sees("Sam Okafor is cancelled in time", "F9 takes it back")
        assert statuses(superuser, gym.clients["okafor"]) == ["cancelled"]
        await at.press("f9")
        await at.sees("Taken back: Sam Okafor")

    play(desk(gym), steps)
    assert statuses(superuser, gym.clients["okafor"]) == ["confirmed"]


def test_a_late_cancelling_is_waived_by_a_manager(gym: Gym, superuser: Superuser) -> None:
    book(gym, "okafor")
    superuser.execute("update bookings set recorded_at = now() - interval '1 hour' where paid_by = 'card'")

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("CHECK IN  Sam Okafor")
        await at.press("f8")
        await at.sees("it counts as used", "7 in time all the same")
        await at.press("7")
        await at.type("ill")
        await at.press("enter")
        await at.sees("Enter again", "stays to their credit")
        await at.press("enter")
        await at.sees("is cancelled in time")

    play(desk(gym, "mia"), steps)
    row = "select booking_status, cancel_reason from bookings where client_id = %s"
    assert superuser.execute(row, (gym.clients["okafor"],)).fetchall() == [("cancelled", "ill")]


def test_nothing_to_cancel(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("f8")
        await at.sees("Sam Okafor has no booking here to cancel.")

    play(desk(gym), steps)


def test_the_family_comes_along(gym: Gym, superuser: Superuser) -> None:
    sign(superuser)
    people.join_family(
        gym.signed_in("mia"), "client", gym.clients["okafor"], "lead", gym.leads["olsen"], guardian=False
    )

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("F6 add family")
        await at.press("f6")
        await at.sees("BOOK AND CHECK IN  Sam Okafor and Sam Olsen")
        await at.press("enter")
        await at.sees("a digit, then Enter", "1 £24.00 card")
        await at.press("2", "enter")
        await at.sees("Sam Okafor and Sam Olsen are in")
        assert superuser.execute("select sum(amount) from payments").fetchone() == (2400,)
        await at.press("f9")
        await at.sees("Taken back: Sam Okafor and Sam Olsen", "Give back £24.00 cash")

    play(desk(gym), steps)
    assert statuses(superuser, gym.clients["okafor"]) == ["cancelled"]


def test_all_of_the_family_or_nobody(gym: Gym, superuser: Superuser) -> None:
    sign(superuser)
    superuser.execute("update class_sessions set capacity = 1 where id = %s", (gym.sessions["yoga"],))
    people.join_family(
        gym.signed_in("mia"), "client", gym.clients["okafor"], "lead", gym.leads["olsen"], guardian=False
    )

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.press("tab")
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("f6")
        await at.sees("Sam Okafor and Sam Olsen")
        await at.press("enter")
        await at.sees("Nobody is booked. Sam O", "No seat is left.", "Esc back")

    play(desk(gym), steps)
    assert statuses(superuser, gym.clients["okafor"]) == []


def test_somebody_new(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("nova olsen")
        await at.sees('add "Nova Olsen" as a new lead')
        await at.press("down", "enter")
        await at.sees("phone, or nothing, then Enter", "ADD, BOOK AND CHECK IN  Nova Olsen, new")
        await at.type("07700 900412")
        await at.press("enter")
        await at.sees("a digit, then Enter", "maybe", "Sam Olsen, lead ..412 (same phone)")
        await at.press("1", "enter")
        await at.sees("Nova Olsen is in", "seat 1 of 3, £12.00 card")

    play(desk(gym), steps)
    found = superuser.execute(
        "select l.name, l.phone, b.booking_status, b.paid_by"
        " from leads l join bookings b on b.customer_id = l.id"
    ).fetchall()
    assert found == [("Nova Olsen", "07700 900412", "attended", "card")]


def test_somebody_new_buys_a_package_and_uses_it_at_once(gym: Gym, superuser: Superuser) -> None:
    superuser.execute(
        "insert into package_products (organization_id, name, price, class_count)"
        " values (%s, '10-Class Pass', 9000, 10)",
        (gym.organizations["harbour"],),
    )
    rows = (
        "select l.name, b.paid_by, b.payment_status, (select sum(e.amount)::int from entitlement_ledger e),"
        " (select sum(p.amount)::int from payments p) from leads l join bookings b on b.customer_id = l.id"
    )
    bought = [("Nova Olsen", "package", "paid", 9, 9000)]

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("nova olsen")
        await at.sees('add "Nova Olsen" as a new lead')
        await at.press("down", "enter")
        await at.sees("phone, or nothing, then Enter")
        await at.press("enter")
        await at.sees("a digit, then Enter", "3 sell 10-Class Pass £90.00 card", "4 sell it, cash")
        await at.press("4", "enter")
        await at.sees("Nova Olsen is in", "10-Class Pass, 9 left")
        assert superuser.execute(rows).fetchall() == bought
        await at.press("f9")
        await at.sees("Taken back: Nova Olsen", "Give back £90.00 cash.")

    play(desk(gym), steps)
    assert superuser.execute(rows).fetchall() == [("Nova Olsen", "package", "void", 0, 0)]


def test_somebody_new_who_is_not_booked_after_all_is_not_added(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("+44 7700 900999")
        await at.sees('add "+44 7700 900999" as a new lead')
        await at.press("enter")
        await at.sees("name, then Enter")
        await at.press("enter")  # a name is needed
        await at.type("Nova")
        await at.press("enter")
        await at.sees("a digit, then Enter", "ADD, BOOK AND CHECK IN  Nova, new")
        await at.press("escape", "escape", "escape")
        await at.sees("type a name")

    play(desk(gym), steps)
    assert superuser.execute("select count(*) from leads where name = 'Nova'").fetchone() == (0,)


def test_one_step_back_asks_for_the_same_again(gym: Gym, superuser: Superuser) -> None:
    """The field has the focus and what was typed; another class asks again, and nothing is mixed up."""

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("07700 900999")
        await at.sees('add "07700 900999" as a new lead')
        await at.press("enter")
        await at.sees("name, then Enter")
        await at.type("Nov")
        await at.press("enter")
        await at.sees("a digit, then Enter", "ADD, BOOK AND CHECK IN  Nov, new")
        await at.press("escape")
        await at.sees("name, then Enter")
        await at.type("a")
        await at.press("tab")
        await at.sees("name, then Enter", "Yoga  R1")
        await at.press("enter")
        await at.sees("Enter again", "ADD, BOOK AND CHECK IN  Nova, new", "Yoga")
        await at.press("enter")
        await at.sees("Nova is in")

    play(desk(gym), steps)
    added = superuser.execute("select name, phone from leads where phone like '%%900999'").fetchall()
    assert added == [("Nova", "07700 900999")]
