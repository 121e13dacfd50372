"""The person under the cursor: what whoever serves them may want to know."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from textual import getters
from textual.message import Message

from db.errors import DeskError
from db.records import Kind, Organization, Person, PersonDetails
from frontdesk.app import Desk
from frontdesk.clock import local
from frontdesk.widgets.fact_list import FactList
from frontdesk.widgets.person_facts import facts_of
from frontdesk.widgets.rested import Rested
from frontdesk.widgets.text import literal

if TYPE_CHECKING:
    from db.transaction import SignedIn

NOBODY = (
    "Nobody is chosen.",
    "",
    "Whoever is under the cursor shows here: how often they come, what they owe, how they pay, what they "
    "booked, their family and waiver, and what was noted.",
)


class PersonPane(FactList, Rested):
    """What is known of whoever the cursor rests on; the newest asked counts."""

    app = getters.app(Desk)

    @dataclass
    class PersonLoaded(Message):
        """The database answered the asking of that number, about that person."""

        sequence: int
        person_id: UUID
        answer: PersonDetails | DeskError

    def __init__(self, organization: Organization) -> None:
        super().__init__(id="person")
        self.add_class("pane")
        self.border_title = "Person"
        self._organization = organization
        self._person: Person | None = None
        self._details: PersonDetails | None = None
        self._why = ""
        self._asked = self._shown = 0

    def on_mount(self) -> None:
        """Nobody is chosen yet."""
        self._draw()

    def about(self, person: Person | None) -> None:
        """Be about that person; somebody else's facts go at once."""
        other = (person and person.id) != (self._person and self._person.id)
        self._person = person
        if other:
            self._details, self._why = None, ""
            self.scroll_home(animate=False, force=True)
            self._draw()
            self.load_soon()

    def on_resize(self) -> None:
        """Fold the rows anew."""
        self._draw()

    def on_person_pane_person_loaded(self, message: PersonLoaded) -> None:
        """Show the newest answer about whoever is under the cursor; without one, what was there stays."""
        if message.sequence <= self._shown or not self._person or message.person_id != self._person.id:
            return
        self._shown = message.sequence
        if isinstance(message.answer, DeskError):
            self._why = message.answer.sentence
        else:
            self._details, self._why = message.answer, ""
        self._draw()

    def load(self) -> None:
        """Ask for what is known of whoever is under the cursor."""
        person = self._person
        if person is None:
            return
        self._asked += 1
        self.app.ask(
            self,
            "person",
            partial(_details, person.kind, person.id),
            partial(self.PersonLoaded, self._asked, person.id),
            at=self._organization.id,
        )

    def _draw(self) -> None:
        if self._person is None:
            self.say(*NOBODY)
        elif self._details is None:
            self.say(literal(self._person.name), *(["", self._why] if self._why else []))
        else:
            today = local(self.app.clock.now(), self._organization.timezone).date()
            self.tell(list(facts_of(self._details, self._organization, today)))


def _details(kind: Kind, person_id: UUID, signed_in: SignedIn) -> PersonDetails:
    from db.repositories import people

    return people.details(signed_in, kind, person_id)
