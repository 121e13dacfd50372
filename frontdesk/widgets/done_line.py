"""The line that says what was done last, and the key that takes it back."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from rich.cells import cell_len
from textual import getters
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from db.errors import DeskError, NoDatabase, NotSignedIn, refusal
from db.records import Answer
from frontdesk.app import RETRY_S, Desk
from frontdesk.commands import keyed
from frontdesk.widgets.intention import Intention
from frontdesk.widgets.sentence import Speaker
from frontdesk.widgets.text import cut, literal, money, ordinal

if TYPE_CHECKING:
    from db.transaction import SignedIn


@dataclass(frozen=True, slots=True)
class Done:
    """A booking made at this desk, and the words for it."""

    booking_id: UUID
    name: str
    what: str


class DoneLine(Static):
    """One sentence whose end, the key, is never cut off; the key acts on what the sentence names.

    Bookings before that are named first: a second press never takes back one that nobody was told of.
    """

    app = getters.app(Desk)

    @dataclass
    class TakenBack(Message):
        """The database answered, or did not."""

        done: Done
        answer: Answer | DeskError

    @dataclass
    class Undone(Message):
        """A booking is taken back: seats are free that were not."""

    def __init__(self, organization_id: UUID) -> None:
        super().__init__(markup=False)
        self.organization_id = organization_id
        self.done: list[Done] = []
        self._named: Done | None = None
        self._asking = False
        self._sentence = self._shorter = self._key = self._style = self._aside = ""

    def say(self, sentence: str, key: str = "", style: str = "$success", shorter: str = "") -> None:
        """What is so, and the key that goes on from there; `shorter` where there is no room."""
        self._sentence, self._key, self._style = sentence, key, style
        self._shorter = shorter or sentence
        self._named = None
        self.refresh()

    def fail(self, sentence: str) -> None:
        """What is not so, and why."""
        self.say(sentence, style="bold $error")

    def set_aside(self, intentions: list[Intention]) -> None:
        """Whose bookings are on their way without an answer."""
        names = ", ".join(literal(each.person.name) for each in intentions)
        self._aside = f"OUTCOME UNKNOWN: asking for {names}" if names else ""
        self.refresh()

    def booked(self, speaker: Speaker, intention: Intention, answer: Answer) -> None:
        """Say that it is booked."""
        name = literal(answer.person_name or intention.person.name)
        what = speaker.class_of(intention.session)
        if answer.booking_status == "waitlisted":
            place = f"{ordinal(answer.place)} for" if answer.place else "for"
            sentence = shorter = f"{name} is waitlisted, {place} {what}."
        else:
            paid = f", {speaker.paid(answer)}" if answer.price else ""
            sentence = f"{name} is booked, {what}, seat {answer.seat} of {answer.seats}{paid}."
            shorter = f"{name} is booked, {what}{paid}."
        self.say(sentence, keyed("[desk.take_back] takes it back"), shorter=shorter)
        if answer.booking_id:
            self._named = Done(answer.booking_id, name, what)
            self.done.append(self._named)

    def take_back(self) -> None:
        """Take back the booking that the sentence names, or name the one before."""
        if self._asking:
            return
        if not self.done:
            self.say("Nothing to take back: nothing was booked at this desk yet.", style="")
        elif self._named is self.done[-1]:
            self._ask(self.done[-1])
        else:
            last = self.done[-1]
            self.say(
                f"The booking before: {last.name}, {last.what}.",
                keyed("[desk.take_back] again takes it back"),
                style="",
            )
            self._named = last

    def on_done_line_taken_back(self, message: TakenBack) -> None:
        """Say what became of it; without an answer, ask until there is one."""
        done, answer = message.done, message.answer
        if isinstance(answer, NoDatabase | NotSignedIn):
            self.fail(f"Not known yet whether {done.name}, {done.what}, is taken back: asking.")
            self.set_timer(RETRY_S, partial(self._ask, done))
            return
        self._asking = False
        if done in self.done:
            self.done.remove(done)
        if isinstance(answer, DeskError):
            self.fail(f"{done.name} stays booked. {answer.sentence}")
        elif answer.outcome == "taken_back":
            self.say(f"Taken back: {done.name}, {done.what}.{_money_back(answer)}")
            self.post_message(self.Undone())
        else:
            self.fail(f"{done.name} stays booked. {refusal(answer.rule)}")

    def render(self) -> Content:
        """What there is room for."""
        width = self.size.width
        aside = cut(self._aside, width // 2 if self._sentence else width)
        key = f"  {self._key}" if self._key else ""
        room = width - cell_len(key) - (cell_len(aside) + 2 if aside else 0)
        sentence = self._sentence if cell_len(self._sentence) <= room else self._shorter
        said = Content.assemble((cut(sentence, max(room, 8)), self._style), (key, "bold"))
        return Content.assemble((aside, "bold $error"), "  " if aside and self._sentence else "", said)

    def _ask(self, done: Done) -> None:
        self._asking = True
        self.app.ask(
            self,
            "take_back",
            partial(_take_back, done.booking_id),
            partial(self.TakenBack, done),
            at=self.organization_id,
        )


def _money_back(answer: Answer) -> str:
    if answer.paid_by in {"card", "cash"} and answer.price:
        return f" Give back {money(answer.price, answer.currency or '')} {answer.paid_by}."
    return ""


def _take_back(booking_id: UUID, signed_in: SignedIn) -> Answer:
    from db.repositories import bookings

    return bookings.take_back(signed_in, booking_id)
