"""The day's class sessions and the chosen one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING

from textual import getters
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from db.errors import DeskError
from db.records import ClassSession, Organization
from frontdesk.app import Desk
from frontdesk.clock import day_of, local
from frontdesk.commands import keyed
from frontdesk.widgets.class_line import ClassLine
from frontdesk.widgets.session_list import SessionList

if TYPE_CHECKING:
    from db.transaction import SignedIn

OTHER_DAYS = "[desk.day_before] and [desk.day_after] show other days, [desk.back] today."


class DayPane(Vertical):
    """A class chosen by hand stays chosen; otherwise the next bookable one is.

    `held` says whether the cursor must stay, since somebody is being booked.
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
        self.by_hand = False
        self.load_sessions()

    def other_class(self, by: int) -> bool:
        """Choose a class that many rows on, around the end; whether that is another one."""
        moved = self.sessions.move(by, around=True)
        self.chosen_by_hand()
        return moved

    def chosen_by_hand(self) -> None:
        """From now on the chosen class stays chosen."""
        self.by_hand = True
        self.query_one(ClassLine).show(self.current)

    def back_to_next(self) -> None:
        """Choose the next bookable class again, today's if another day stands there."""
        self.by_hand = False
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
        self.border_title = Content(day_of(day) + ("" if self.day is None else ", not today"))
        self.set_class(self.day is not None, "elsewhere")
        keep = self.current.id if self.current and (self.by_hand or self._held()) else None
        if sessions:
            self.sessions.loaded(sessions, keep)
        else:
            self.sessions.say("No classes on this day.", keyed(OTHER_DAYS))
        self.query_one(ClassLine).show(self.current)


def _sessions(day: date | None, signed_in: SignedIn) -> list[ClassSession]:
    from db.repositories import sessions

    return sessions.on(signed_in, day)
