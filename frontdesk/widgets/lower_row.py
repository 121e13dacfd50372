"""The lower row of a large desk: who comes to the chosen class, what waits for staff, what was done last."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from textual import getters
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message

from db.errors import DeskError
from db.records import ClassSession, Need, Organization, RosterLine
from frontdesk.app import Desk
from frontdesk.clock import local, time_of
from frontdesk.widgets.last_list import LastList
from frontdesk.widgets.lines import NONE
from frontdesk.widgets.needs_list import NOBODY, NeedsList
from frontdesk.widgets.rested import Rested
from frontdesk.widgets.roster_list import RosterList, count_of
from frontdesk.widgets.text import literal

if TYPE_CHECKING:
    from db.transaction import SignedIn

Beside = tuple[list[RosterLine], list[Need]]


class ClassRoster(RosterList):
    """The roster beside the desk; a click puts the person into find."""

    @dataclass
    class Chosen(Message):
        """Somebody of the class was clicked."""

        line: RosterLine

    def clicked(self, index: int) -> None:
        """Pass them on."""
        line = self.items[index]
        if line:
            self.post_message(self.Chosen(line))


class LowerRow(Horizontal, Rested):
    """Roster and needs are one question about the class that the cursor rests on."""

    app = getters.app(Desk)
    roster = getters.query_one(ClassRoster)
    needs = getters.query_one(NeedsList)
    last = getters.query_one(LastList)

    @dataclass
    class Loaded(Message):
        """The database answered the asking of that number, about the class of that id."""

        sequence: int
        session_id: UUID | None
        answer: Beside | DeskError

    def __init__(self, organization: Organization) -> None:
        super().__init__(id="lower")
        self._organization = organization
        self._session: ClassSession | None = None
        self._asked = self._shown = 0

    def compose(self) -> ComposeResult:
        """Three panes side by side."""
        zone = self._organization.timezone
        roster = ClassRoster(zone, local(self.app.clock.now(), zone).date(), id="class-roster")
        needs = NeedsList(self._organization, self.app.clock.now, id="needs")
        last = LastList(zone, self.app.clock.now, id="last")
        for pane in (roster, needs, last):
            pane.add_class("pane")
            yield pane

    def on_mount(self) -> None:
        """Say what is to come."""
        self.needs.border_title = "Needs you"
        self.last.border_title = "Last at this desk"
        self.last.keep(())
        self._begin("Asking the database.")

    def about(self, session: ClassSession | None) -> None:
        """Be about that class; another one's people go at once."""
        other = (session and session.id) != (self._session and self._session.id)
        self._session = session
        if other:
            self._begin("" if session else "No class is chosen.")
            self.load_soon()

    def on_lower_row_loaded(self, message: Loaded) -> None:
        """Show the newest answer about the chosen class; without one, what was there stays."""
        if message.sequence <= self._shown or message.session_id != (self._session and self._session.id):
            return
        self._shown = message.sequence
        if isinstance(message.answer, DeskError):
            for pane in (self.roster, self.needs):
                if not pane.items:
                    pane.say(message.answer.sentence)
            return
        lines, needs = message.answer
        self.needs.show_all(needs, *NOBODY)
        if self._session:
            self._show_roster(lines)

    def _begin(self, hint: str) -> None:
        session = self._session
        start = time_of(session.starts_at, self._organization.timezone) if session else ""
        self.roster.border_title = Content(
            f"Roster {start} {literal(session.program)}" if session else "Roster"
        )
        self.roster.border_subtitle = ""
        self.roster.scroll_home(animate=False, force=True)
        self.roster.say(hint)

    def _show_roster(self, lines: list[RosterLine]) -> None:
        self.roster.border_subtitle = count_of(lines)
        if lines:
            self.roster.show(lines, NONE)
        else:
            self.roster.say("Nobody is booked yet.")

    def load(self) -> None:
        """Ask for both."""
        self._asked += 1
        session_id = self._session.id if self._session else None
        self.app.ask(
            self,
            "beside",
            partial(_beside, session_id),
            partial(self.Loaded, self._asked, session_id),
            at=self._organization.id,
        )


def _beside(session_id: UUID | None, signed_in: SignedIn) -> Beside:
    from db.repositories import needs

    return needs.beside(signed_in, session_id)
