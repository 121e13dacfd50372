"""Find and its list: what is typed, and the people it may mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual import getters
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from db.errors import DeskError
from db.records import Organization, Person
from frontdesk.app import Desk
from frontdesk.clock import local
from frontdesk.commands import keyed
from frontdesk.widgets.find import Find
from frontdesk.widgets.people_list import PeopleList
from frontdesk.widgets.text import literal

if TYPE_CHECKING:
    from db.transaction import SignedIn

DEBOUNCE_S = 0.02
FEWEST_LETTERS = 2
# One of the three connections stays free for a booking.
FINDS_AT_ONCE = 2
MOST = 50


class FindPane(Vertical):
    """The list is `settled` once it answers the text that stands there now; the newer answer counts."""

    app = getters.app(Desk)
    find = getters.query_one(Find)
    people = getters.query_one(PeopleList)

    @dataclass
    class Typed(Message):
        """The text is another one."""

        text: str

    @dataclass
    class Settled(Message):
        """The list answers the text that stands there now."""

    @dataclass
    class PeopleFound(Message):
        """The database answered that text, at the asking of that number."""

        sequence: int
        text: str
        answer: list[Person] | DeskError

    def __init__(
        self, organization: Organization, asked: Callable[[str], bool], answer: Callable[[str], None]
    ) -> None:
        super().__init__(id="left", classes="pane")
        self._organization = organization
        self._asked = asked
        self._answer = answer
        self._sequence = self._shown = 0
        self._shown_text = ""
        self._under_way: list[str] = []
        self._delay: Timer | None = None

    def compose(self) -> ComposeResult:
        """The field over the list."""
        yield Find(self._asked, self._answer)
        zone = self._organization.timezone
        yield PeopleList(zone, local(self.app.clock.now(), zone).date(), id="people")

    def on_mount(self) -> None:
        """Nothing is typed yet."""
        self.border_title = "Find"
        self.empty()

    @property
    def text(self) -> str:
        """What is typed, without the space around it."""
        return self.find.value.strip()

    @property
    def settled(self) -> bool:
        """Whether the list answers the text that stands there now."""
        return self._shown_text == self.text

    @property
    def current(self) -> Person | None:
        """Whom Enter is about; nobody while the list answers an older text."""
        return self.people.current if self.settled else None

    def empty(self) -> None:
        """Be ready for the next in line."""
        with self.prevent(Input.Changed):
            self.find.value = ""
        self._say(
            "Type two letters or more of a name, or part of a phone number or e-mail.",
            "",
            keyed("[desk.up] and [desk.down] choose the person, [desk.next_class] the class."),
            keyed("[desk.do] says what it would do, [desk.do] again does it."),
        )

    def load_people(self) -> None:
        """Ask for the people of the text; the last of many waits until fewer are under way."""
        text = self.text
        if len(text) < FEWEST_LETTERS or len(self._under_way) >= FINDS_AT_ONCE:
            return
        self._sequence += 1
        self._under_way.append(text)
        self.app.ask(
            self,
            "people",
            partial(_find, text),
            partial(self.PeopleFound, self._sequence, text),
            at=self._organization.id,
        )

    def on_input_changed(self, event: Input.Changed) -> None:
        """Ask for whom is meant, soon; letters that follow at once go along."""
        event.stop()
        self.people.unpin()
        self.post_message(self.Typed(self.text))
        if not self.text:
            self.empty()
        elif len(self.text) < FEWEST_LETTERS:
            self._say("One letter more.")
        else:
            if self._delay:
                self._delay.stop()
            self._delay = self.set_timer(DEBOUNCE_S, self.load_people)

    def on_find_pane_people_found(self, message: PeopleFound) -> None:
        """Show the answer, unless a newer one was shown; the newest text is asked for next."""
        self._under_way.remove(message.text)
        newer = message.sequence > self._shown
        if isinstance(message.answer, DeskError):
            if newer and not self.people.items:
                self.people.say(message.answer.sentence)
            return
        if newer:
            self._show(message, message.answer)
        if not self.settled and self.text not in self._under_way:
            self.load_people()

    def _show(self, message: PeopleFound, people: list[Person]) -> None:
        self._shown, self._shown_text = message.sequence, message.text
        if people or (self.people.pinned and self.people.current):
            self.people.found(people)
        else:
            self.people.say(
                f"Nobody here matches '{literal(message.text)}'.",
                "",
                "Check the spelling, or type part of the phone number or of the e-mail.",
            )
        self.border_subtitle = f"{len(people)} found" if len(people) < MOST else f"the best {MOST}"
        if self.settled:
            self.post_message(self.Settled())

    def _say(self, *hint: str) -> None:
        self._shown, self._shown_text = self._sequence, self.text
        self.border_subtitle = ""
        self.people.unpin()
        self.people.say(*hint)


def _find(text: str, signed_in: SignedIn) -> list[Person]:
    from db.repositories import people

    return people.find(signed_in, text)
