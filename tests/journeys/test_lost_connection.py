"""The database goes away in the middle: reading goes on, nothing is booked twice, nothing is claimed."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from gym import PASSWORD, SALT, Gym
from journeys.at_desk import OPEN, AtDesk, desk, play
from journeys.wire import Wire

from db.records import BookingRequest
from db.repositories import bookings, staff
from frontdesk.widgets import booking_pane, done_line

Superuser = psycopg.Connection[tuple[object, ...]]


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (booking_pane, done_line):
        monkeypatch.setattr(module, "RETRY_S", 0.2)
    monkeypatch.setattr("frontdesk.screens.desk.RETRY_S", 0.2)


async def arm(at: AtDesk) -> None:
    """Okafor stands at the counter and pays by card; Enter is all that is missing."""
    await at.sees(OPEN)
    await at.type("okafor")
    await at.sees("BOOK AND CHECK IN  Sam Okafor")
    await at.press("enter")
    await at.sees("a digit, then Enter")
    await at.press("1")
    await at.sees("Enter again")
    await at.rests()  # the next that is asked is the booking


def count(superuser: Superuser, gym: Gym) -> object:
    return superuser.execute(
        "select count(*) from bookings where client_id = %s", (gym.clients["okafor"],)
    ).fetchall()[0][0]


def test_it_is_said_though_nobody_asks_anything(
    wired: Gym, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("frontdesk.screens.desk.REFRESH_S", 3600.0)

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN, "live")
        await at.rests()
        wire.cut()
        await at.sees("NO DATABASE since")
        wire.mend()
        await at.sees("live")

    play(desk(wired), steps)


def test_reading_goes_on(wired: Gym, wire: Wire) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN, "live")
        await at.type("sam o")
        await at.sees("Sam Okafor", "Sam Olsen")
        wire.cut()
        await at.press("f5")
        await at.sees("NO DATABASE since ")
        assert "Sam Okafor" in at.text
        assert OPEN in at.text
        await at.press("down", "enter")
        await at.sees("The database does not answer", "Enter tries again")
        await at.type("l")
        await at.sees("sam ol")
        wire.mend()
        await at.sees("live", "BOOK AND CHECK IN  Sam Olsen")

    play(desk(wired), steps)


def test_never_sent(wired: Gym, wire: Wire, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await arm(at)
        wire.cut()
        await at.press("enter")
        await at.sees("OUTCOME UNKNOWN: asking", "NO DATABASE")
        assert count(superuser, wired) == 0
        wire.mend()
        await at.sees("Sam Okafor is in", "live")

    play(desk(wired), steps)
    assert count(superuser, wired) == 1


def test_committed_but_the_answer_is_lost(wired: Gym, wire: Wire, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await arm(at)
        wire.lose_next_answer()
        await at.press("enter")
        await at.sees("OUTCOME UNKNOWN: asking")
        assert count(superuser, wired) == 1
        wire.mend()
        await at.sees("Sam Okafor is in", "seat 1 of 3", "F9 takes it back")

    play(desk(wired), steps)
    assert count(superuser, wired) == 1


def test_set_aside_for_the_next_in_line(wired: Gym, wire: Wire, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await arm(at)
        wire.cut()
        await at.press("enter")
        await at.sees("OUTCOME UNKNOWN: asking")
        await at.press("escape")
        await at.sees("OUTCOME UNKNOWN: asking for Sam Okafor", "Choose somebody above")
        await at.type("sam ol")
        wire.mend()
        await at.sees("Sam Okafor is in")
        await at.sees("BOOK AND CHECK IN  Sam Olsen")
        assert "OUTCOME UNKNOWN" not in at.text

    play(desk(wired), steps)
    assert count(superuser, wired) == 1


def test_another_class_leaves_what_is_on_its_way(wired: Gym, wire: Wire, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await arm(at)
        wire.cut()
        await at.press("enter")
        await at.sees("OUTCOME UNKNOWN: asking")
        await at.press("tab", "down", "enter")
        await at.sees("OUTCOME UNKNOWN: asking", "Yoga  R1")
        wire.mend()
        await at.sees("Sam Okafor is in", "Spin, seat 1 of 3")

    play(desk(wired), steps)
    assert count(superuser, wired) == 1


def test_refused_after_it_was_set_aside(wired: Gym, wire: Wire, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await arm(at)
        wire.cut()
        await at.press("enter")
        await at.sees("OUTCOME UNKNOWN: asking")
        await at.type("sam ol")  # the next in line sets it aside as well
        await at.sees("OUTCOME UNKNOWN: asking for Sam Okafor")
        superuser.execute(
            "update clients set blocked_at = now(), blocked_reason = 'why' where id = %s",
            (wired.clients["okafor"],),
        )
        wire.mend()
        await at.sees("Sam Okafor is NOT booked", "This person is blocked.")

    play(desk(wired), steps, size=(120, 40))
    assert count(superuser, wired) == 0


def test_taking_back_is_asked_again(wired: Gym, wire: Wire, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await arm(at)
        await at.press("enter")
        await at.sees("Sam Okafor is in")
        wire.cut()
        await at.press("f9")
        await at.sees("Not known yet whether Sam Okafor")
        wire.mend()
        await at.sees("Taken back: Sam Okafor", "Give back £12.00 card.")

    play(desk(wired), steps)
    statuses = superuser.execute("select booking_status, payment_status from bookings").fetchall()
    assert ("cancelled", "void") in statuses


def test_token_ended(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("olsen")
        await at.sees("BOOK AND CHECK IN  Sam Olsen")
        superuser.execute("update tokens set revoked_at = now()")
        await at.press("enter")
        await at.sees("You are not signed in any more", "Password")
        await at.type(gym.email("ana"))
        await at.press("enter")
        await at.type(PASSWORD)
        await at.press("enter")
        await at.sees("A PIN for Ana Ruiz")
        await at.press("escape")
        await at.sees("olsen", "BOOK AND CHECK IN  Sam Olsen")
        await at.press("enter")
        await at.sees("a digit, then Enter")

    play(desk(gym), steps)


ASLEEP = "select count(*) from tokens where asleep"


def test_a_booking_under_way_gets_its_answer_while_locked(
    gym: Gym, wired: Gym, wire: Wire, superuser: Superuser
) -> None:
    superuser.execute(
        "update users set pin_salt = %s, pin_key = sha256(%s) where email = %s",
        (SALT, staff.stretch("2580", SALT), gym.email("mia")),
    )

    async def steps(at: AtDesk) -> None:
        await at.sees("E-mail")
        await at.type(gym.email("mia"))
        await at.press("enter")
        await at.paste(PASSWORD)
        await at.press("enter")
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.press("enter")
        await at.sees("a digit, then Enter")
        await at.press("5")
        wire.cut()
        await at.press("enter")
        await at.sees("OUTCOME UNKNOWN: asking")
        await at.press("f7")
        shown = await at.sees("Locked", "PIN of Mia Chen")
        assert "Okafor" not in shown
        await at.press("ctrl+q")
        await at.sees("Somebody would be forgotten.")
        wire.mend()
        await at.until(lambda: not at.app.unanswered, "the answer")
        await at.until(lambda: superuser.execute(ASLEEP).fetchone() == (1,), "the token asleep")
        await at.type("2580")
        await at.press("enter")
        await at.sees("Mia Chen at desk 1", "Sam Okafor is in")

    play(desk(wired, None), steps)
    assert superuser.execute(
        "select count(*) from bookings where client_id = %s and booking_status = 'attended'",
        (gym.clients["okafor"],),
    ).fetchone() == (1,)


def test_leaving_names_what_has_no_answer(wired: Gym, wire: Wire) -> None:
    async def steps(at: AtDesk) -> None:
        await arm(at)
        wire.cut()
        await at.press("enter")
        await at.sees("OUTCOME UNKNOWN: asking")
        await at.press("ctrl+q")
        await at.sees("Not known yet whether")
        assert at.app.is_running
        await at.press("ctrl+q")

    app = desk(wired)
    play(app, steps)
    assert app.return_code == 0


def test_being_upgraded(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        superuser.execute("alter schema app rename to elsewhere")
        await at.press("f5")
        await at.sees("BEING UPGRADED since")
        superuser.execute("alter schema elsewhere rename to app")
        await at.sees("live")

    play(desk(gym), steps)


def test_the_panes_keep_what_was_there(wired: Gym, gym: Gym, wire: Wire, superuser: Superuser) -> None:
    asked = BookingRequest(uuid4(), gym.sessions["full"], "lead", gym.leads["olsen"], waitlist=True)
    bookings.book(gym.signed_in(), asked)
    superuser.execute(
        "update bookings set booking_status = 'cancelled' where client_id = %s", (gym.clients["ortiz"],)
    )

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN, "tell   Sam Olsen", "[told]")
        await at.type("okafor")
        await at.sees("e-mail   okafor@post.example")
        wire.cut()
        await at.press("f5")
        await at.sees("NO DATABASE since", "tell   Sam Olsen", "e-mail   okafor@post.example")
        told = at.app.screen.query_one("#needs").size.width - 3
        await at.pilot.click("#needs", offset=(told, 1))
        await at.sees("OUTCOME UNKNOWN: asking for Sam Olsen")
        wire.mend()
        await at.sees("Sam Olsen was told, ", "F9 takes it back", "Nobody waits for you.")
        await at.press("f9")
        await at.sees("Taken back: Sam Olsen, ", "tell   Sam Olsen", "[told]")

    play(desk(wired), steps, (120, 40))
