"""Whoever has to look for a card is set aside, and fetched back with the booking as it was."""

from __future__ import annotations

from dataclasses import dataclass

from db.records import Person
from frontdesk.widgets.intention import Intention, Step, intend
from frontdesk.widgets.text import several


@dataclass(frozen=True, slots=True)
class Parked:
    """A question that was not sent: for whom, how far, the reason so far, and what was typed to find them."""

    intention: Intention
    text: str
    reason: str


class Parking:
    """Those set aside at a desk, the longest first; nothing of them is ever sent by itself."""

    def __init__(self) -> None:
        self.waiting: list[Parked] = []

    def park(self, intention: Intention, text: str, reason: str) -> None:
        """Set somebody aside; a question that the database was still asked is asked anew then."""
        asking = intention.step is Step.ASKING
        still = intend(intention.person, intention.session) if asking else intention
        self.waiting = [*self._others(intention.person), Parked(still, text, reason)]

    def fetch(self, person: Person) -> Parked | None:
        """Take somebody out; None for who is not here."""
        found = self.of(person)
        self.waiting = self._others(person)
        return found

    def of(self, person: Person) -> Parked | None:
        """What waits of that person."""
        return next((each for each in self.waiting if each.intention.person.id == person.id), None)

    @property
    def people(self) -> list[Person]:
        """Who waits, the longest first."""
        return [each.intention.person for each in self.waiting]

    @property
    def names(self) -> str:
        """Who waits, in a few words; empty when nobody does."""
        return several([each.name for each in self.people])

    def _others(self, person: Person) -> list[Parked]:
        return [each for each in self.waiting if each.intention.person.id != person.id]
