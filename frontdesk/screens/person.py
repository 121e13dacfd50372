"""One person: what is known of them, what they owe and have, and what is sold to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, getters
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from db.errors import DeskError, NoDatabase, NotSignedIn
from db.records import Organization, Person, PersonFile, Rank
from frontdesk.app import RETRY_S
from frontdesk.clock import local
from frontdesk.commands import Place, bindings_of
from frontdesk.screens.place import PlaceScreen
from frontdesk.widgets.deals.account import cards, credit
from frontdesk.widgets.deals.collecting import OWES, owed
from frontdesk.widgets.deals.deal_list import DealList, Row
from frontdesk.widgets.deals.deal_pane import DealPane
from frontdesk.widgets.deals.holding import bought
from frontdesk.widgets.deals.selling import for_sale
from frontdesk.widgets.deals.whom import Whom
from frontdesk.widgets.errands import Errand
from frontdesk.widgets.fact_list import FactList
from frontdesk.widgets.key_bar import KeyBar
from frontdesk.widgets.person_facts import facts_of
from frontdesk.widgets.text import literal

if TYPE_CHECKING:
    from db.transaction import SignedIn

NOTHING = "Nothing is sold here yet. A manager says what is, in a shell: frontdesk offer."
VIEWER = "A viewer may look, but not sell. Ask an owner for another rank."


class PersonScreen(PlaceScreen):
    """The desk stands under it as it was left; what is sold here is asked for by the desk (`send`)."""

    CSS_PATH = "person.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("person")]
    place: ClassVar[Place] = "person"

    facts = getters.query_one(FactList)
    deals = getters.query_one(DealList)
    deal = getters.query_one(DealPane)

    @dataclass
    class Loaded(Message):
        """All about the person, or why that is not known."""

        answer: PersonFile | DeskError

    def __init__(
        self,
        organization: Organization,
        person: Person,
        send: Callable[[Errand], None],
        *,
        collecting: bool = False,
    ) -> None:
        super().__init__()
        self._collecting = collecting
        self.changed = False
        self._organization = organization
        self._person = person
        self._send = send
        self._file: PersonFile | None = None

    @property
    def rank(self) -> Rank:
        """The rank in the organization of whoever is signed in now."""
        works = {each.id: each.rank for each in self.app.start.organizations}
        return works.get(self._organization.id, "viewer")

    @property
    def topic(self) -> str:
        """Help is about how far it has come with the row."""
        return f"person.{self.deal.deal.step.name.lower()}" if self.deal.deal else "person.stated"

    @property
    def words(self) -> str:
        """What there is to copy: an open question, or else the row under the cursor."""
        return self.deal.words if self.deal.busy else self.deals.words

    def compose(self) -> ComposeResult:
        """What is known beside what can be done, the sentence below."""
        with Horizontal():
            facts, deals = FactList(id="facts"), DealList(id="deals")
            facts.border_title, deals.border_title = "Person", Content(literal(self._person.name))
            for pane in (facts, deals):
                pane.add_class("pane")
                yield pane
        yield DealPane(self._organization.id, self._sent)
        yield Static("", id="said", markup=False)
        yield self.key_bar()

    def on_mount(self) -> None:
        """Say that it is to come; while the database does not answer, it is asked for again."""
        self.deals.say("Asking the database.")
        self._retry = self.set_interval(RETRY_S, self.action_refresh_now, pause=True)

    def on_screen_resume(self) -> None:
        """Ask for it, after somebody else has signed in too."""
        self.query_one(KeyBar).serve(self.rank)
        self.action_refresh_now()

    # What keys do.

    def action_refresh_now(self) -> None:
        """Ask for it again."""
        call = partial(_file, self._person)
        self.app.ask(self, "file", call, self.Loaded, at=self._organization.id)

    def action_do(self) -> None:
        """Do what the sentence says."""
        if not self._whom.by_staff:
            self._say(VIEWER, bad=True)
        else:
            self._say("")
            self.deal.enter()

    def action_choose(self, digit: str) -> None:
        """Answer the question, or choose what is for sale by its number."""
        if self.deal.busy:
            self.deal.choose(digit)
        elif self.deals.stand_on(lambda row: row.digit == digit):
            self._offer()
            self.action_do()

    def action_other_row(self, by: int) -> None:
        """Choose another row; an open question is left."""
        if self.deals.move(by):
            self._other_row()

    def action_scroll(self, by: int) -> None:
        """Show more of what is known."""
        self.facts.scroll_relative(y=by, animate=False, force=True)

    def action_back(self) -> None:
        """One step back, from the row to the desk."""
        if not self.deal.back():
            self._leave()

    def on_key(self, event: events.Key) -> None:
        """Digits answer; nothing is typed here but in the field of a reason or a day, which takes them."""
        if event.character and event.character.isdecimal():
            event.stop()
            self.action_choose(event.character)

    # What happens.

    def on_person_screen_loaded(self, message: Loaded) -> None:
        """Show it; without an answer, what was there stays, and it is asked for again."""
        answer = message.answer
        if isinstance(answer, NotSignedIn):
            return
        if isinstance(answer, DeskError):
            if self._file is None:
                self.deals.say(answer.sentence)
            else:
                self._say(answer.sentence, bad=True)
            if isinstance(answer, NoDatabase):
                self._retry.reset()
                self._retry.resume()
            return
        self._file = answer
        self._retry.pause()
        self._tell()
        self.deals.renew(list(self._rows(answer)), *([] if answer.offers else ["", NOTHING]))
        self._offer()
        if self._collecting:
            self._collecting = False
            self._collect()

    def on_deal_list_chosen(self) -> None:
        """A click on a row."""
        self._other_row()

    def on_deal_pane_did(self, message: DealPane.Did) -> None:
        """Say so, and show what is so now."""
        self.changed = True
        self._say(message.made.sentence)
        self.action_refresh_now()

    def on_deal_pane_not_done(self, message: DealPane.NotDone) -> None:
        """Say so, and show what is so now."""
        self._say(message.sentence, bad=True)
        self.action_refresh_now()

    @property
    def _whom(self) -> Whom:
        today = local(self.app.clock.now(), self._organization.timezone).date()
        person = self._person
        credit = self._file.details.credit if self._file else 0
        return Whom(person.kind, person.id, person.name, self._organization, today, self.rank, credit)

    def _rows(self, file: PersonFile) -> Iterator[Row]:
        whom = self._whom
        yield from owed(whom, file.details.owed)
        yield from bought(whom, file.has)
        yield from credit(whom)
        yield from for_sale(whom, file.offers)
        yield from cards(whom, file.details.cards)

    def _collect(self) -> None:
        """Ask at once how what they owe is paid."""
        if self.deals.stand_on(lambda row: row.label == OWES):
            self._offer()
            self.action_do()
        else:
            self._say(f"{self._whom.shown} owes nothing.")

    def _other_row(self) -> None:
        """Leave an open question, but nothing that is on its way."""
        self.deal.leave()
        self._offer()

    def _offer(self) -> None:
        """Let the sentence be about the row under the cursor."""
        row = self.deals.current
        self.deal.offer(row.deal if row else None)

    def _sent(self, errand: Errand) -> None:
        """The desk asks for it from now on, and the next in line may come."""
        self._send(errand)
        self._leave()

    def _leave(self) -> None:
        """Once: a second key of a rush is not the desk's."""
        if self.is_current:
            self.dismiss()

    def _say(self, sentence: str, *, bad: bool = False) -> None:
        said = self.query_one("#said", Static)
        said.update(sentence)
        said.set_class(bad, "bad")

    def _tell(self) -> None:
        if self._file:
            # What they have stands in the list beside.
            known = replace(self._file.details, has=[], cards=[], credit=0)
            self.facts.tell(list(facts_of(known, self._organization, self._whom.today)))


def _file(person: Person, signed_in: SignedIn) -> PersonFile:
    from db.repositories import sales

    return sales.file_of(signed_in, person.kind, person.id)
