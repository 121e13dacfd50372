"""The list and the class cursor by keys: whom it shows, what moves, and what must not."""

from __future__ import annotations

from uuid import UUID

import psycopg
import pytest
from gym import Gym
from journeys.at_desk import OPEN, AtDesk, desk, play
from made import person
from textual.geometry import Size
from textual.screen import Screen

from db.errors import NoDatabase
from db.records import Person
from db.repositories import people
from db.transaction import SignedIn
from frontdesk.screens.desk import DeskScreen
from frontdesk.widgets.find_pane import FINDS_AT_ONCE, FindPane, Wanted

Superuser = psycopg.Connection[tuple[object, ...]]


def pane(at: AtDesk) -> FindPane:
    assert isinstance(at.app.screen, DeskScreen)
    return at.app.screen.finding


def book(superuser: Superuser, gym: Gym, session: str, client: str, status: str = "confirmed") -> None:
    superuser.execute(
        "insert into bookings (organization_id, class_session_id, client_id, booking_status, paid_by)"
        " values (%s, %s, %s, %s, 'later')",
        (gym.organizations["harbour"], gym.sessions[session], gym.clients[client], status),
    )


def class_under_cursor(at: AtDesk) -> str:
    assert isinstance(at.app.screen, DeskScreen)
    current = at.app.screen.day.current
    assert current is not None
    return current.program


def test_the_class_cursor_follows_who_is_booked_and_goes_back(gym: Gym, superuser: Superuser) -> None:
    book(superuser, gym, "yoga", "okafor")

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("sam o")
        await at.sees(">C Sam Okafor", "to 1", "Yoga  R1")
        assert class_under_cursor(at) == "Yoga"
        await at.press("down")
        await at.sees(">L Sam Olsen", "BOOK", OPEN)
        await at.press("up")
        await at.sees(">C Sam Okafor", "Yoga  R1")
        await at.press("tab")  # by hand, and so it stays
        await at.sees("Boxing  R1")
        await at.press("down")
        await at.sees(">L Sam Olsen", "Boxing  R1")
        await at.press("up", "f5")
        await at.sees(">C Sam Okafor", "Boxing  R1")

    play(desk(gym), steps)


def test_the_class_from_before_counts_for_the_next_in_line(gym: Gym, superuser: Superuser) -> None:
    book(superuser, gym, "yoga", "okafor")

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("okafor")
        await at.sees("Sam Okafor", "Yoga  R1")
        await at.press("escape")
        await at.sees("type a name", OPEN)

    play(desk(gym), steps)


def test_a_time_behind_the_name_chooses_the_class(gym: Gym, superuser: Superuser) -> None:
    when = superuser.execute(
        "select to_char(s.starts_at at time zone o.timezone, 'HH24:MI') from class_sessions s"
        " join organizations o on o.id = s.organization_id where s.id = %s",
        (gym.sessions["yoga"],),
    ).fetchone()
    assert when is not None
    yoga = str(when[0])

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("olsen")
        await at.sees("BOOK AND CHECK IN  Sam Olsen", OPEN)
        for letter in " " + yoga.replace(":", "."):
            await at.type(letter)
            assert "Sam Olsen" in at.text, letter
        await at.sees("BOOK", f"to {yoga} Yoga")
        await at.press("backspace")
        await at.sees("BOOK AND CHECK IN  Sam Olsen", OPEN)
        await at.type(yoga[-1])
        await at.sees("Yoga  R1")
        await at.press("enter")
        await at.sees("Enter again", "! no waiver signed")
        await at.press("enter")
        await at.sees("Sam Olsen is in", "Yoga", OPEN)

    play(desk(gym), steps)
    booked = superuser.execute(
        "select count(*) from bookings where class_session_id = %s", (gym.sessions["yoga"],)
    ).fetchone()
    assert booked == (1,)


def test_a_time_and_enter_faster_than_anything_can_follow(gym: Gym, superuser: Superuser) -> None:
    book(superuser, gym, "spin", "okafor")
    row = superuser.execute(
        "select to_char(starts_at at time zone timezone, 'HH24:MI') from class_sessions s"
        " join organizations o on o.id = s.organization_id where s.id = %s",
        (gym.sessions["yoga"],),
    ).fetchone()
    assert row is not None

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("sam o")
        await at.sees("CHECK IN  Sam Okafor", OPEN)
        await at.rush("space", *str(row[0]), "enter")
        await at.sees("Enter again", "CHECK IN  Sam Okafor, client ..412, to", "Yoga, seat 1 of 2")
        await at.press("escape", "escape")
        await at.type("olsen")
        await at.sees("BOOK AND CHECK IN  Sam Olsen", OPEN)
        await at.rush("space", "enter")  # a space is no other text
        await at.sees("a digit, then Enter", "Sam Olsen")

    play(desk(gym), steps)
    assert superuser.execute("select 1 from bookings where booking_status = 'attended'").fetchall() == []


def test_each_text_is_asked_for_once(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def find(signed_in: SignedIn, text: str, session_id: UUID | None) -> list[Person]:
        if text:
            asked.append(text)
        return answer(signed_in, text, session_id)

    answer = people.find
    monkeypatch.setattr(people, "find", find)
    # What stands there is asked for again every ten seconds: a slow run may take so long.
    monkeypatch.setattr("frontdesk.screens.desk.REFRESH_S", 3600.0)

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.rests()
        for letter in "okaf":
            await at.type(letter)
            await at.until(lambda: asked[-1:] == [pane(at).text], "a question for what stands there")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.pilot.pause(0.1)
        assert asked == ["o", "ok", "oka", "okaf"]

    play(desk(gym), steps)


def test_a_letter_lays_nothing_out(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out = []

    def lay_out(screen: Screen[None], size: Size | None = None, scroll: bool = False) -> None:
        laid_out.append(screen)
        as_ever(screen, size, scroll)

    as_ever = Screen._refresh_layout

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("oka")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        await at.rests()
        pane(at)._under_way += [Wanted("slow", None)] * FINDS_AT_ONCE
        monkeypatch.setattr(Screen, "_refresh_layout", lay_out)
        await at.type("for ")
        await at.sees("│okafor")
        assert laid_out == []
        await at.type("of the long name" * 4)  # longer than the field
        await at.sees("nameof the long name")

    play(desk(gym), steps)


def test_no_class_at_that_time(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("olsen 3.07")
        await at.sees("No class begins at 03:07. Tab chooses another one.", "Sam Olsen")
        await at.press("enter", "enter")
        await at.sees("No class begins at 03:07.")
        await at.press("tab")
        await at.sees("BOOK AND CHECK IN  Sam Olsen")

    play(desk(gym), steps)


def test_who_is_not_found_can_be_added(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("sam o")
        await at.sees(">C Sam Okafor", ' + add "Sam O" as a new lead', "3 found")
        await at.press("down", "down", "down")
        await at.sees('>+ add "Sam O" as a new lead', 'Enter adds "Sam O" as a new lead.')
        await at.press("f5")
        await at.sees('>+ add "Sam O" as a new lead')
        await at.press("escape")
        await at.type("zzyzx")
        await at.sees('>+ add "Zzyzx" as a new lead', "Nobody here matches 'zzyzx'.", "0 found")

    play(desk(gym), steps)


def test_late_and_older_answers_move_nothing(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("sam o")
        await at.sees(">C Sam Okafor", " L Sam Olsen")
        await at.press("down")
        finding = pane(at)
        others = [person("Aaron First"), person("Abel Second"), person("Adam Third")]

        async def answered(sequence: int, name: str, answer: object) -> None:
            wanted = Wanted(name, finding._chosen())
            finding._under_way.append(wanted)
            finding.post_message(FindPane.PeopleFound(sequence, wanted, answer))  # type: ignore[arg-type]
            await at.pilot.pause(0.05)

        await answered(1, "sa", others)  # to an older text, and late
        assert "Aaron" not in await at.sees(">L Sam Olsen")
        await answered(finding._sequence + 1, "sam o", others)  # newer, and without them
        await at.sees(" C Aaron First", ">L Sam Olsen", " C Abel Second", "BOOK AND CHECK IN  Sam Olsen")
        assert finding.people.cursor == 1
        await answered(finding._sequence + 2, "sam o", NoDatabase("The database does not answer."))
        await at.sees(">L Sam Olsen", "BOOK AND CHECK IN  Sam Olsen")

    play(desk(gym), steps)


def test_word_of_an_older_text_forgets_no_enter(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.rests()
        finding = pane(at)
        finding._under_way += [Wanted("slow", None)] * FINDS_AT_ONCE
        await at.rush(*"okafor", "enter")
        await at.sees("Enter waits for the list.")
        finding._under_way.clear()
        finding.load_people()
        await at.sees("a digit, then Enter", "Sam Okafor")

    play(desk(gym), steps)


def test_a_refresh_leaves_the_row_without_an_arrow_too(gym: Gym, superuser: Superuser) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("sam o")
        await at.sees(">C Sam Okafor", " L Sam Olsen")
        superuser.execute("update clients set name = 'Zed Samoa' where id = %s", (gym.clients["okafor"],))
        await at.press("f5")
        await at.sees(">C Zed Samoa", "BOOK AND CHECK IN  Zed Samoa", " L Sam Olsen")

    play(desk(gym), steps)


def test_the_list_and_the_sentence_stand_while_the_next_letter_is_typed(gym: Gym) -> None:
    seen: list[str] = []

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("ok")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")
        for letter in "afor":
            await at.rush(letter)
            seen.append(at.text)
        await at.sees("okafor", "BOOK AND CHECK IN  Sam Okafor")

    play(desk(gym), steps)
    assert all("BOOK AND CHECK IN  Sam Okafor" in text and ">C Sam Okafor" in text for text in seen)
