"""The day's class sessions and the chosen one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from textual import getters
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.style import Style

from db.errors import DeskError
from db.records import ClassSession, Organization
from frontdesk.app import Desk
from frontdesk.clock import day_of, local
from frontdesk.commands import keyed
from frontdesk.widgets.class_line import ClassLine
from frontdesk.widgets.pane import Pane
from frontdesk.widgets.session_list import SessionList

if TYPE_CHECKING:
    from db.transaction import SignedIn

OTHER_DAYS = "[desk.day_before] and [desk.day_after] show other days, [desk.back] today."


class DayPane(Pane):
    """A class chosen by hand stays chosen; otherwise the next bookable one is.

    The cursor follows whoever is at hand to the class they are booked in, and goes back for the next one,
    unless a class was chosen for them by hand or by its time. `held` says whether the cursor must stay, since
    somebody is being booked.
    """

    app = getters.app(Desk)
    sessions = getters.query_one(SessionList)

    @dataclass
    class Shown(Message):
        """Other sessions, or the same with other numbers, stand there; `today` where they are today's."""

        sessions: list[ClassSession]
        today: bool

    @dataclass
    class SessionsLoaded(Message):
        """The database answered the asking of that number."""

        sequence: int
        day: date | None
        answer: list[ClassSession] | DeskError

    def __init__(self, organization: Organization, held: Callable[[], bool]) -> None:
        super().__init__(id="right", classes="pane")
        self._organization = organization
        self.day: date | None = None
        self.by_hand = False
        self._held = held
        self._asked = self._shown = 0
        self._time: time | None = None
        self._by_them = False
        self._back_to: UUID | None = None

    def compose(self) -> ComposeResult:
        """The list over what there is to say about the chosen class."""
        yield SessionList(self._organization.timezone, self.app.clock.now, id="sessions")
        yield ClassLine(self._organization)

    def on_mount(self) -> None:
        """Say that the list is to come."""
        self.sessions.say("Asking the database.")

    @property
    def today(self) -> date:
        """The organization's day."""
        return local(self.app.clock.now(), self._organization.timezone).date()

    @property
    def current(self) -> ClassSession | None:
        """The class that Enter books."""
        return self.sessions.current

    @property
    def chosen(self) -> ClassSession | None:
        """The class that was chosen, though the cursor followed somebody to another one."""
        row = self._row(self._back_to) if self._time is None else None
        return self.current if row is None else self.sessions.items[row]

    def session(self, identity: UUID | None) -> ClassSession | None:
        """The session of that id, if it is one of the day that stands here."""
        return next((each for each in self.sessions.items if each and each.id == identity), None)

    def load_sessions(self) -> None:
        """Ask for the sessions of the day."""
        self._asked += 1
        self.app.ask(
            self,
            "sessions",
            partial(_sessions, self.day),
            partial(self.SessionsLoaded, self._asked, self.day),
            at=self._organization.id,
        )

    def other_day(self, by: int) -> None:
        """Show a day that many days on."""
        day = (self.day or self.today) + timedelta(days=by)
        self.day = None if day == self.today else day
        self._forget()
        self.load_sessions()

    def other_class(self, by: int) -> bool:
        """Choose a class that many rows on, around the end; whether that is another one."""
        moved = self.sessions.move(by, around=True)
        self.chosen_by_hand()
        return moved

    def chosen_by_hand(self) -> None:
        """From now on the chosen class stays chosen."""
        self.by_hand = self._by_them = True
        self._back_to = None
        self.query_one(ClassLine).show(self.current)

    def at(self, at: time | None) -> None:
        """Choose the class of a typed time, the first bookable one; without one the cursor follows again."""
        if at == self._time:
            return
        self._time, self._by_them = at, False
        rows = self._rows_at(at) if at else []
        if rows:
            self._by_them = True
            self._move(rows[0])

    @property
    def nothing_at(self) -> time | None:
        """The time that was typed, if no class begins then and none was chosen instead."""
        return None if self._by_them else self._time

    def follow(self, booked: UUID | None) -> None:
        """Show the class that whoever is at hand is booked in, or else the one from before."""
        if self._by_them or self._time:
            return
        row = self._row(booked)
        session = self.sessions.items[row] if row is not None else None
        if row is not None and session and session.ends_at > self.app.clock.now():
            self._move(row)
        elif self._back_to:
            row = self._row(self._back_to)
            self._back_to = None
            if row is not None:
                self.sessions.move(row - self.sessions.cursor)
            self.query_one(ClassLine).show(self.current)

    def take(self, session: ClassSession) -> None:
        """Choose that class, on whatever day it is."""
        self._forget()
        self.day = None if session.starts_on == self.today else session.starts_on
        row = self._row(session.id)
        if row is None:
            self.sessions.show([session])
            self.load_sessions()
        else:
            self.sessions.move(row - self.sessions.cursor)
        self.chosen_by_hand()

    def next_in_line(self) -> None:
        """Somebody else is at hand, of whom nothing is known: the class that was chosen before counts."""
        self._time, self._by_them = None, False
        self.follow(None)

    def back_to_next(self) -> None:
        """Choose the next bookable class again, today's if another day stands there."""
        self._forget()
        if self.day is not None:
            self.day = None
            self.load_sessions()
        else:
            self._show([each for each in self.sessions.items if each is not None])

    def on_day_pane_sessions_loaded(self, message: SessionsLoaded) -> None:
        """Show the newest answer; without one, what was there stays."""
        if message.sequence < self._shown or message.day != self.day:
            return
        self._shown = message.sequence
        if isinstance(message.answer, DeskError):
            if not self.sessions.items:
                self.sessions.say(message.answer.sentence)
            return
        self._show(message.answer)
        self.app.first_list_shown()
        self.post_message(self.Shown(message.answer, self.day is None))

    def _show(self, sessions: list[ClassSession]) -> None:
        day = self.day or self.today
        words = day_of(day) + ("" if self.day is None else ", not today")
        self.entitle(Content.assemble(_turn("<", -1), f" {words} ", _turn(">", 1)))
        self.set_class(self.day is not None, "elsewhere")
        stays = self.by_hand or self._back_to or self._held()
        keep = self.current.id if self.current and stays else None
        if sessions:
            self.sessions.loaded(sessions, keep)
        else:
            self.sessions.say("No classes on this day.", keyed(OTHER_DAYS))
        self.query_one(ClassLine).show(self.current)

    def _move(self, row: int) -> None:
        """Move the cursor for whoever is at hand, and remember from where."""
        if self._back_to is None and self.current:
            self._back_to = self.current.id
        self.sessions.move(row - self.sessions.cursor)
        self.query_one(ClassLine).show(self.current)

    def _row(self, session_id: UUID | None) -> int | None:
        ids = [each.id for each in self.sessions.items if each]
        return ids.index(session_id) if session_id in ids else None

    def _rows_at(self, at: time) -> list[int]:
        """The rows of the classes that begin then, those with a seat first."""
        zone = self._organization.timezone
        found = [
            (not each.bookable, row)
            for row, each in enumerate(self.sessions.items)
            if each and not each.open_gym and each.status == "scheduled"
            if local(each.starts_at, zone).time().replace(second=0, microsecond=0) == at
        ]
        return [row for _, row in sorted(found)]

    def _forget(self) -> None:
        self.by_hand = self._by_them = False
        self._time = self._back_to = None


def _turn(mark: str, by: int) -> Content:
    """A mark that shows another day when it is clicked."""
    return Content(mark).stylize(Style.from_meta({"@click": f"screen.other_day({by})"}))


def _sessions(day: date | None, signed_in: SignedIn) -> list[ClassSession]:
    from db.repositories import sessions

    return sessions.on(signed_in, day)
