"""Find and its list: what is typed and the people it may mean, or whom the class expects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from textual import getters
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from db.errors import DeskError
from db.records import ClassSession, Organization, Person
from frontdesk.app import Desk
from frontdesk.clock import local
from frontdesk.commands import keyed
from frontdesk.widgets.find import Find
from frontdesk.widgets.pane import Pane
from frontdesk.widgets.people_list import NewPerson, PeopleList, Row
from frontdesk.widgets.sentence import Speaker
from frontdesk.widgets.text import literal
from frontdesk.widgets.typed import as_name, read

if TYPE_CHECKING:
    from db.transaction import SignedIn

DEBOUNCE_S = 0.02
FEWEST_LETTERS = 2
# One of the three connections stays free for a booking.
FINDS_AT_ONCE = 2
MOST = 50
HINT = (
    "Type two letters or more of a name, or part of a phone number or e-mail.",
    "",
    "[desk.up] and [desk.down] choose the person, [desk.next_class] the class.",
    "[desk.do] says what it would do, [desk.do] again does it.",
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked: the people of a name, or without one the people whom the class expects."""

    name: str
    session: ClassSession | None

    @property
    def key(self) -> tuple[str, UUID | None]:
        """The same for the same question, whatever the class's numbers have become."""
        return self.name, self.session.id if self.session else None


class FindPane(Pane):
    """The list is `settled` once it answers the text that stands there now; the newer answer counts.

    `typed` is told that the text is another one, and when the class begins that it names: at once and not by
    a message, which an Enter could overtake. `chosen` is the class that people are found for: who is booked
    in it, or usually comes, is first.
    """

    app = getters.app(Desk)
    find = getters.query_one(Find)
    people = getters.query_one(PeopleList)

    @dataclass
    class Settled(Message):
        """The list answered the text that stood there then; whether it still does, `settled` says."""

    @dataclass
    class Add(Message):
        """Whoever this is the name or number of is new here."""

        text: str

    @dataclass
    class PeopleFound(Message):
        """The database answered that question, the one of that number."""

        sequence: int
        wanted: Wanted
        answer: list[Person] | DeskError

    def __init__(
        self,
        organization: Organization,
        asked: Callable[[str], bool],
        answer: Callable[[str], None],
        typed: Callable[[str, time | None], None],
        chosen: Callable[[], ClassSession | None],
    ) -> None:
        super().__init__(id="left", classes="pane")
        self._organization = organization
        self._asked = asked
        self._answer = answer
        self._typed = typed
        self._chosen = chosen
        self._sequence = self._shown = 0
        self._told = self._typed_name = ""
        self._shows = Wanted("", None)
        self._expected: dict[UUID, list[Person]] = {}
        self._under_way: list[Wanted] = []
        self._delay: Timer | None = None
        self._offering = False

    def compose(self) -> ComposeResult:
        """The field over the list."""
        yield Find(self._asked, self._answer)
        zone, currency = self._organization.timezone, self._organization.currency
        yield PeopleList(zone, currency, local(self.app.clock.now(), zone).date(), id="people")

    def on_mount(self) -> None:
        """Nothing is typed yet, and no class is chosen."""
        self.entitle("Find")
        self.people.say(*map(keyed, HINT))

    @property
    def text(self) -> str:
        """What is typed, without the space around it."""
        return self.find.value.strip()

    @property
    def settled(self) -> bool:
        """Whether the list answers the text that stands there now, and its class is chosen."""
        return self._told == self.text and self._shows.name == read(self.text).name

    @property
    def current(self) -> Person | None:
        """Whom Enter is about; nobody while the list answers an older name."""
        row = self.people.current
        return row if isinstance(row, Person) and self.settled else None

    @property
    def adding(self) -> str | None:
        """The name or number of whom Enter adds, when the cursor is on that row."""
        row = self.people.current
        return row.text if isinstance(row, NewPerson) and self.settled else None

    def empty(self) -> None:
        """Be ready for the next in line."""
        with self.prevent(Input.Changed):
            self.find.value = self._told = ""
        self._wait()

    def restore(self, text: str, person: Person) -> None:
        """Have that person at hand, found by that text."""
        with self.prevent(Input.Changed):
            self.find.value, self.find.cursor_position = text, len(text)
        self._told = self.text
        self._stand_for(read(self.text).name)
        self.people.show([person])
        self.people.pin(0)
        self._entitle()
        self.load_people()

    def offer(self, people: list[Person], title: str) -> None:
        """Let one of these be chosen, until something is typed."""
        self._stand_for("")
        self._offering = True
        self.people.show(people)
        self.entitle(title, "")

    @property
    def offered(self) -> Person | None:
        """The one under the cursor of those who were offered."""
        return self.current if self._offering else None

    def add(self) -> None:
        """Add whom the list lacks."""
        if self.adding:
            self.people.pin(0)
            self.post_message(self.Add(self.adding))

    def load_people(self) -> None:
        """Ask for the people of the name or the class; the last of many waits until fewer are under way."""
        wanted = self._wanted
        if self._offering or len(self._under_way) >= FINDS_AT_ONCE or not (wanted.name or wanted.session):
            return
        self._sequence += 1
        self._under_way.append(wanted)
        self.app.ask(
            self,
            "people",
            partial(_ask, *wanted.key),
            partial(self.PeopleFound, self._sequence, wanted),
            at=self._organization.id,
        )

    def class_chosen(self) -> None:
        """Another class may be chosen: who is booked in it, or usually comes, is first."""
        if self._shows.session and not (self._wanted.name or self._wanted.session):
            self._wait()  # a day without classes expects nobody
            return
        self._entitle()
        if self._wanted.key not in {self._shows.key, *(each.key for each in self._under_way)}:
            self.load_people()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Ask for whom is meant, soon; letters that follow at once go along."""
        event.stop()
        if self.text == self._told:
            return  # told with a letter before it, or a space
        self._told, typed = self.text, read(self.text)
        self._typed(self.text, typed.time)
        if typed.name == self._typed_name and self.text:
            # The time of a class: the people are the same, unless it has others of its own.
            self.class_chosen()
            if self.settled:
                self.post_message(self.Settled())
            return
        self._typed_name, self._offering = typed.name, False
        self.people.unpin()
        if self._delay:
            self._delay.stop()
        if typed.name:
            self._delay = self.set_timer(DEBOUNCE_S, self.load_people)
        else:
            self._wait()

    def on_find_pane_people_found(self, message: PeopleFound) -> None:
        """Show the answer, unless a newer one was shown; the newest question is asked next."""
        self._under_way.remove(message.wanted)
        newer = message.sequence > self._shown
        if isinstance(message.answer, DeskError):
            if newer and not self.people.items:
                self.people.say(message.answer.sentence)
            return
        if newer:
            self._show(message, message.answer)
        self.class_chosen()

    @property
    def _wanted(self) -> Wanted:
        # While somebody of the class's people is at hand, Tab is about them and not about the list.
        at_hand = not self._typed_name and self.people.pinned
        return Wanted(self._typed_name, self._shows.session if at_hand else self._chosen())

    def _show(self, message: PeopleFound, people: list[Person]) -> None:
        """An answer to a question that was answered before leaves the cursor's row alone."""
        again = self._shows.name == message.wanted.name
        self._shown, self._shows = message.sequence, message.wanted
        if message.wanted.name:
            self._find(message.wanted.name, people, again)
        else:
            self._expect(people)
        self._entitle()
        if self.settled:
            self.post_message(self.Settled())

    def _find(self, name: str, people: list[Person], again: bool) -> None:
        rows: list[Row] = [*people]
        if len(name) >= FEWEST_LETTERS:
            rows.append(NewPerson(as_name(name)))
        self.people.found(rows, *([] if people else _nobody(name)), keep=again or self.people.pinned)

    def _wait(self) -> None:
        """Nobody is typed: show whom the class expects, as far as that is known."""
        self._stand_for("")
        session = self._shows.session
        self._expect(self._expected.get(session.id, []) if session else [])
        self._entitle()
        self.load_people()

    def _stand_for(self, name: str) -> None:
        """Let the list be about that name from now on, whatever answers are still to come."""
        self.people.unpin()
        self._typed_name, self._offering = name, False
        self._shown, self._shows = self._sequence, Wanted(name, self._chosen())

    def _expect(self, people: list[Person]) -> None:
        session = self._shows.session
        if session:
            self._expected = {session.id: people}
        if people or self.people.pinned:
            self.people.expected(people)
        else:
            self.people.say(*map(keyed, HINT))

    def _entitle(self) -> None:
        """Say what list this is, and how many are in it or still to come."""
        if self._offering:
            return
        session, chosen = self._shows.session, self._chosen()
        if chosen and session and chosen.id == session.id:
            session = chosen
        people = sum(isinstance(each, Person) for each in self.people.items)
        if self._shows.name:
            self.entitle("Find", f"{people} found" if people < MOST else f"the best {MOST}")
        elif people and session:
            speaker = Speaker(self._organization, self.people.today, manager=False)
            self.entitle(Content(f"Expected, {speaker.class_of(session)}"), f"{session.to_come} to come")
        else:
            self.entitle("Find", "")


def _nobody(name: str) -> tuple[str, ...]:
    if len(name) < FEWEST_LETTERS:
        return ("One letter more.",)
    return (
        "",
        f"Nobody here matches '{literal(name)}'.",
        "",
        "Check the spelling, or type part of the phone number or of the e-mail.",
    )


def _ask(name: str, session_id: UUID | None, signed_in: SignedIn) -> list[Person]:
    from db.repositories import people

    return people.find(signed_in, name, session_id)
