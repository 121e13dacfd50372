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
from db.records import Answer, BookingStatus, Sale
from frontdesk.app import RETRY_S, Desk
from frontdesk.commands import keyed
from frontdesk.widgets.intention import Intention
from frontdesk.widgets.sentence import Speaker
from frontdesk.widgets.text import cut, literal, money, ordinal

if TYPE_CHECKING:
    from db.transaction import SignedIn


# What has a seat of its own to name; a booking found by its id, when its answer was lost, has one too.
SEATED = frozenset({"booked", "confirmed", "exists"})


@dataclass(frozen=True, slots=True)
class Done:
    """What was done at this desk by one action, and the words for it.

    `changes` are the bookings, each with the status that it had before. `is_so` says what stays so where it
    cannot be taken back, such as 'is booked'. `sale` was made with the booking, for `price` in minor units.
    """

    changes: tuple[tuple[UUID, BookingStatus | None], ...]
    name: str
    what: str
    is_so: str
    sale: Sale | None = None
    price: int = 0


class DoneLine(Static):
    """One sentence whose end, the key, is never cut off; the key acts on what the sentence names.

    What was done before that is named first: a second press never takes back what nobody was told of.
    """

    app = getters.app(Desk)

    @dataclass
    class TakenBack(Message):
        """The database answered, or did not."""

        done: Done
        answer: list[Answer] | DeskError

    @dataclass
    class Undone(Message):
        """Something is taken back: seats are free or taken that were not."""

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

    def did(self, speaker: Speaker, intention: Intention, answers: list[Answer]) -> None:
        """Say what is done."""
        own = intention.own(answers)
        names = [own.person_name or intention.person.name, *intention.names[1:]]
        name = " and ".join(literal(each) for each in names)
        what = speaker.class_of(intention.session)
        many = len(answers) > 1
        is_so = f"{'are' if many else 'is'} {state_of(own)}"
        seat, more = ("", "") if many else (_seat(own), _more(speaker, own))
        sentence, shorter = f"{name} {is_so}, {what}{seat}{more}.", f"{name} {is_so}, {what}{more}."
        self.say(sentence, keyed("[desk.take_back] takes it back"), shorter=shorter)
        changed = [each for each in answers if each.outcome != "exists" or each.booking_id in _own(intention)]
        changes = tuple((each.booking_id, each.before) for each in changed if each.booking_id)
        if changes:
            price = intention.offer["price"] if intention.sale and intention.offer else 0
            self._named = Done(changes, name, what, is_so, intention.sale, price)
            self.done.append(self._named)

    def take_back(self) -> None:
        """Take back what the sentence names, or name what was before."""
        if self._asking:
            return
        if not self.done:
            self.say("Nothing to take back: nothing was done at this desk yet.", style="")
        elif self._named is self.done[-1]:
            self._ask(self.done[-1])
        else:
            last = self.done[-1]
            self.say(
                f"Before that: {last.name} {last.is_so}, {last.what}.",
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
            self.fail(f"{done.name} still {done.is_so}. {answer.sentence}")
            return
        refused = [each for each in answer if each.outcome != "taken_back"]
        if refused or not answer:
            rule = refused[0].rule if refused else None
            self.fail(f"{done.name} still {done.is_so}. {refusal(rule)}")
        else:
            self.say(f"Taken back: {done.name}, {done.what}.{_money_back(done, answer)}")
        if len(refused) < len(answer):
            self.post_message(self.Undone())

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
            partial(_take_back, done),
            partial(self.TakenBack, done),
            at=self.organization_id,
        )


def state_of(answer: Answer) -> str:
    """What somebody is now, in a word or two."""
    return {
        "attended": "in",
        "waitlisted": "waitlisted",
        "cancelled": "cancelled in time",
        "late_cancelled": "cancelled late",
    }.get(answer.booking_status or "", "booked")


def _own(intention: Intention) -> set[UUID]:
    return {each.id for each in intention.requests}


def _seat(answer: Answer) -> str:
    seated = answer.outcome in SEATED and answer.booking_status in {"attended", "confirmed"}
    return f", seat {answer.seat} of {answer.seats}" if seated else ""


def _more(speaker: Speaker, answer: Answer) -> str:
    """The place in line, who has the seat now, or how it is paid."""
    if answer.booking_status == "waitlisted":
        return f", {ordinal(answer.place)} in line" if answer.place else ""
    if answer.outcome == "cancelled":
        return f"; {literal(answer.promotes)} has the seat and must be told" if answer.promotes else ""
    return f", {speaker.paid(answer)}" if answer.price else ""


def _money_back(done: Done, answers: list[Answer]) -> str:
    """What has to be handed back, where what was undone had taken money."""
    back = [(each.paid_by, each.currency, each.price) for each in answers if each.payment_status == "void"]
    if done.sale:
        back.append((done.sale.pay, answers[0].currency, done.price))
    sums: dict[tuple[str, str], int] = {}
    for method, currency, price in back:
        if method in {"card", "cash"} and price:
            by = (method, currency or "")
            sums[by] = sums.get(by, 0) + price
    return "".join(f" Give back {money(amount, currency)} {by}." for (by, currency), amount in sums.items())


def _take_back(done: Done, signed_in: SignedIn) -> list[Answer]:
    from db.repositories import bookings

    return bookings.take_back_together(signed_in, done.changes, done.sale.id if done.sale else None)
