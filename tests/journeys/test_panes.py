"""What a large desk shows besides: the person under the cursor, the class's roster, who waits for staff."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from bought import has_package
from gym import HOSTILE, Gym
from journeys.at_desk import OPEN, AtDesk, desk, play

from db.records import BookingRequest
from db.repositories import bookings, people
from frontdesk.app import Desk
from frontdesk.widgets.person_pane import PersonPane

Superuser = psycopg.Connection[Any]
LARGE = (120, 40)
NOBODY = "Nobody is chosen."


@pytest.fixture
def to_tell(gym: Gym, superuser: Superuser) -> None:
    """Sam Olsen waited for Boxing and has got the seat."""
    asked = BookingRequest(uuid.uuid4(), gym.sessions["full"], "lead", gym.leads["olsen"], waitlist=True)
    assert bookings.book(gym.signed_in(), asked).outcome == "waitlisted"
    superuser.execute(
        "update bookings set booking_status = 'cancelled' where client_id = %s", (gym.clients["ortiz"],)
    )


def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of everything that the desk asks of the database from now on."""
    names: list[str] = []
    ask: Callable[..., None] = Desk.ask

    def listening(self: Desk, sender: Any, name: str, *more: Any, **named: Any) -> None:
        names.append(name)
        ask(self, sender, name, *more, **named)

    monkeypatch.setattr(Desk, "ask", listening)
    return names


def test_the_person_under_the_cursor(gym: Gym, superuser: Superuser) -> None:
    harbour, okafor = gym.organizations["harbour"], gym.clients["okafor"]
    superuser.execute(
        "insert into notes (organization_id, text, alert_priority, client_id) values (%s, %s, 1, %s)",
        (harbour, "knee injury: tell Kim", okafor),
    )
    superuser.execute("update clients set waiver_signed_at = now() where id = %s", (okafor,))

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN, NOBODY)
        await at.type("sam o")
        await at.sees("!        knee injury: tell Kim", "020 7946 0412", "nothing booked", "waiver   signed")
        await at.press("down")
        await at.sees("waiver   NO WAIVER", "sam.olsen@post.example")
        await at.sees_no("!        knee injury")
        assert at.app.screen.focused is at.app.screen.query_one("#find")
        await at.press("enter")
        await at.sees("a digit, then Enter")
        await at.press("5", "enter")
        await at.sees("Sam Olsen is in", NOBODY, "[x] Sam Olsen")
        await at.type("olsen")
        await at.sees("OWES     £12.00", "coming   ", "Spin")
        await at.press("escape")
        await at.sees(NOBODY)

    play(desk(gym), steps, LARGE)


def test_the_newest_asked_counts(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("sam o")
        await at.sees("e-mail   okafor@post.example")
        pane = at.app.screen.query_one(PersonPane)
        other = people.details(gym.signed_in(), "client", gym.clients["ortiz"])
        newer, older = pane._asked + 1, pane._asked
        for sequence, about in ((newer, gym.clients["ortiz"]), (older, gym.clients["okafor"])):
            pane.post_message(PersonPane.PersonLoaded(sequence, about, other))
        await at.pilot.pause()
        assert "client   Sam Okafor" in at.text
        pane.post_message(PersonPane.PersonLoaded(newer, gym.clients["okafor"], other))
        await at.sees("client   Rosamund Ortiz")

    play(desk(gym), steps, LARGE)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((119, 40), set()), ((80, 24), set()), ((120, 35), {"person"}), (LARGE, {"person", "beside"})],
)
def test_what_is_not_in_sight_asks_nothing(
    gym: Gym, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], expected: set[str]
) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees("R1", "Spin")
        names = asked(monkeypatch)
        await at.type("okafor")
        await at.sees(">", "Sam Okafor")
        await at.press("f5", "tab")
        await at.pilot.pause(0.5)
        assert set(names) - {"people", "sessions"} == expected

    play(desk(gym), steps, size)


def test_resizing_keeps_what_was_typed(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("sam o")
        await at.press("down", "enter")
        await at.sees("a digit, then Enter")
        for size in (LARGE, (80, 24), (200, 60), (119, 36), (120, 36)):
            await at.pilot.resize_terminal(*size)
            await at.sees("sam o", "Sam Olsen", "a digit, then Enter")
            assert ("e-mail   sam.olsen@post.example" in at.text) <= (size[0] >= 120)
        await at.sees("e-mail   sam.olsen@post.example", "Needs you")
        await at.pilot.pause(0.3)  # what it asks for when it comes into sight
        names = asked(monkeypatch)
        await at.pilot.resize_terminal(119, 36)
        await at.sees_no("Needs you")
        await at.press("f5")
        await at.pilot.pause(0.5)
        assert set(names) <= {"people", "sessions"}

    play(desk(gym), steps)


def test_the_roster_is_ticked_off(gym: Gym) -> None:
    def book(session: str, key: str, **more: Any) -> None:
        asked = BookingRequest(uuid.uuid4(), gym.sessions[session], "client", gym.clients[key], **more)
        bookings.book(gym.signed_in(), asked)

    book("spin", "okafor", pay="later")

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN, "Spin", "[ ] Sam Okafor", "OWES £12.00", "here 0  to come 1  due 1")
        book("spin", "okafor", arrive=True)
        await at.press("f5")
        await at.sees("[x] Sam Okafor", "1 here, 0 to come", "here 1  to come 0  due 1")
        await at.pilot.click("#class-roster", offset=(8, 1))
        await at.sees("│Sam Okafor", "e-mail   okafor@post.example")
        await at.press("escape")
        await at.press("tab")
        await at.sees("Nobody is booked yet.", "here 0  to come 0")
        await at.press("tab")
        await at.sees("[ ] Rosamund Ortiz", "Boxing")
        await at.press("f2")
        await at.sees("CLIENT", "to come", "1 of 1 seats: 0 here, 1 to come")

    play(desk(gym), steps, LARGE)


@pytest.mark.usefixtures("to_tell")
def test_who_waits_is_put_into_find_and_told(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN, "tell   Sam Olsen", "Boxing [told]")
        await at.pilot.click("#needs", offset=(12, 1))
        await at.sees("│Sam Olsen", "e-mail   sam.olsen@post.example", "Sam Olsen, lead")
        assert superuser.execute("select done_at from tasks").fetchall() == [(None,)]
        needs = at.app.screen.query_one("#needs")
        await at.pilot.click("#needs", offset=(needs.size.width - 3, 1))
        await at.sees("Nobody waits for you.")

    play(desk(gym), steps, LARGE)
    assert superuser.execute("select done_by from tasks").fetchall() == [(gym.users["ana"],)]


def test_who_waits_and_has_nothing_any_more_that_pays(gym: Gym, superuser: Superuser) -> None:
    has_package(superuser, gym, "lead", "olsen")
    superuser.execute(
        "update class_sessions set starts_at = starts_at + interval '1 day',"
        " ends_at = ends_at + interval '1 day' where id = %s",
        (gym.sessions["full"],),
    )
    asked = BookingRequest(uuid.uuid4(), gym.sessions["full"], "lead", gym.leads["olsen"], waitlist=True)
    assert bookings.book(gym.signed_in(), asked).outcome == "waitlisted"
    superuser.execute("update packages set cancelled_at = now()")

    async def steps(at: AtDesk) -> None:
        start = superuser.execute(
            "select to_char(s.starts_at at time zone o.timezone, 'Dy HH24:MI') from class_sessions s"
            " join organizations o on o.id = s.organization_id where s.id = %s",
            (gym.sessions["full"],),
        ).fetchone()
        assert start
        await at.sees(OPEN, "PAY?   Sam Olsen", f"{start[0]} Boxing")
        await at.press("ctrl+p")
        await at.type("find sam olsen")
        await at.sees("waits, and nothing pays any more")

    play(desk(gym), steps, LARGE)


def test_of_two_namesakes_the_one_who_waits(gym: Gym, superuser: Superuser) -> None:
    """A name alone is not enough to find them by."""
    for _ in range(2):
        superuser.execute(
            "insert into clients (organization_id, name) values (%s, 'Sam Twin')",
            (gym.organizations["harbour"],),
        )
    listed = [each.id for each in people.find(gym.signed_in(), "sam twin")]
    waits = listed[1]
    asked = BookingRequest(uuid.uuid4(), gym.sessions["open"], "client", waits, arrive=True)
    assert bookings.book(gym.signed_in(), asked).booking_status == "attended"

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN, "WAIVER Sam Twin")
        await at.pilot.click("#needs", offset=(12, 1))
        await at.sees("Sam Twin, client")
        current = at.app.screen.query_one("#people").current  # type: ignore[attr-defined]
        assert current.id == waits

    play(desk(gym), steps, LARGE)


@pytest.mark.usefixtures("to_tell")
def test_the_palette_finds_and_tells_without_a_mouse(gym: Gym, superuser: Superuser) -> None:
    superuser.execute("update leads set name = %s where id = %s", (HOSTILE, gym.leads["olsen"]))

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN, "tell   [bold]Eve")
        await at.press("ctrl+p")
        await at.sees("Search for commands")
        await at.type("find")
        await at.sees("find [bold]Eve[/bold]", "(tell, ")
        await at.pilot.pause(0.3)
        await at.press("down", "enter")
        await at.sees("lead     [bold]Eve", "olsen@post.example")
        await at.press("ctrl+p")
        await at.type("told")
        await at.sees("told: [bold]Eve[/bold]")
        await at.pilot.pause(0.3)
        await at.press("down", "enter")
        await at.sees("Nobody waits for you.")

    play(desk(gym), steps, LARGE)
    assert superuser.execute("select done_by from tasks").fetchall() == [(gym.users["ana"],)]


def test_what_was_done_last(gym: Gym) -> None:
    """The key stands in the row that it acts on."""

    async def book(at: AtDesk, name: str) -> None:
        await at.type(name)
        await at.sees("BOOK", f"Sam {name.title()}, ")
        await at.press("enter")
        await at.sees("a digit, then Enter")
        await at.press("2", "enter")
        await at.sees(f"Sam {name.title()} is ", "F9 takes it back")

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN, "Last at this desk", "Nothing was done at this desk yet.")
        await book(at, "okafor")
        await book(at, "olsen")
        rows = [line for line in at.text.splitlines() if " F9" in line and "│" in line]
        assert len(rows) == 1 and "Sam Olsen" in rows[0] and "Spin F9" in rows[0]
        await at.press("f9")
        await at.sees("Taken back: Sam Olsen")
        rows = [line for line in at.text.splitlines() if " F9" in line and "│" in line]
        assert len(rows) == 1 and "Sam Okafor" in rows[0]

    play(desk(gym), steps, LARGE)
