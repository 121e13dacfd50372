"""Who is booked in a class session and who has come; to read, not to change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message

from db.errors import DeskError, NotSignedIn
from db.records import ClassSession, Organization, RosterLine
from frontdesk.clock import day_of, local, time_of
from frontdesk.commands import Place, bindings_of
from frontdesk.screens.place import PlaceScreen
from frontdesk.widgets.roster_list import RosterList, count_of
from frontdesk.widgets.text import literal

if TYPE_CHECKING:
    from db.transaction import SignedIn


class RosterScreen(PlaceScreen):
    """The roster; the desk stands under it as it was left."""

    CSS_PATH = "roster.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("roster")]
    place: ClassVar[Place] = "roster"

    @dataclass
    class RosterLoaded(Message):
        """The bookings, or why they are not known."""

        answer: list[RosterLine] | DeskError

    def __init__(self, organization: Organization, session: ClassSession) -> None:
        super().__init__()
        self._organization = organization
        self._session = session

    def compose(self) -> ComposeResult:
        """One pane."""
        session, zone = self._session, self._organization.timezone
        lines = RosterList(zone, local(self.app.clock.now(), zone).date())
        lines.add_class("pane")
        start = time_of(session.starts_at, zone)
        title = f"Roster: {day_of(session.starts_on)} {start} {literal(session.program)}"
        lines.border_title = Content(title)
        yield lines
        yield self.key_bar()

    def on_mount(self) -> None:
        """Say that the list is to come."""
        self.query_one(RosterList).say("Asking the database.")

    def on_screen_resume(self) -> None:
        """Ask for it, after somebody has signed in again too."""
        self.action_refresh_now()

    def on_roster_screen_roster_loaded(self, message: RosterLoaded) -> None:
        """Show it; without an answer, what was there stays."""
        roster = self.query_one(RosterList)
        if isinstance(message.answer, NotSignedIn):
            return
        if isinstance(message.answer, DeskError):
            if not roster.items:
                roster.say(message.answer.sentence)
            self.notify(message.answer.sentence, severity="error", markup=False)
            return
        seats = [line for line in message.answer if line.booking_status != "waitlisted"]
        roster.border_subtitle = f"{len(seats)} of {self._session.seats} seats: {count_of(message.answer)}"
        if message.answer:
            roster.show(message.answer, roster.cursor)
        else:
            roster.say("Nobody is booked yet.")

    def action_refresh_now(self) -> None:
        """Ask for it again."""
        self.app.ask(
            self, "roster", partial(_roster, self._session.id), self.RosterLoaded, at=self._organization.id
        )

    def action_scroll(self, by: int) -> None:
        """Move the cursor that far, or to the end."""
        roster = self.query_one(RosterList)
        roster.move(max(-roster.cursor, min(by, len(roster.items) - 1 - roster.cursor)))


def _roster(session_id: UUID, signed_in: SignedIn) -> list[RosterLine]:
    from db.repositories import rosters

    return rosters.of(signed_in, session_id)
