"""The sentence that says what Enter does, in words and as a widget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from textwrap import wrap
from typing import Protocol

from rich.cells import cell_len
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from db.records import Answer, ClassSession, Duplicate, Offered, Organization, Person
from frontdesk.clock import day_of, local, time_of
from frontdesk.commands import keyed
from frontdesk.widgets.intention import ARRIVE, COMP, CREDIT, OVERRIDE, PAYS, WAIVER, Intention, Step
from frontdesk.widgets.marks import birthday, birthday_words
from frontdesk.widgets.paying import because, charged, could_not, entitled, how_paid
from frontdesk.widgets.text import cut, literal, money, ordinal, several

LABEL = 10
OTHERS = "[desk.next_class] other class   [desk.up]/[desk.down] other person"
SHORTEST = 6  # what is left of a name that does not fit
CANCELLABLE = frozenset({"confirmed", "waitlisted"})
ON_ITS_WAY = {"serve": "BOOKING", "cancel": "CANCELLING"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A digit that answers the question, and what it stands for; can be clicked."""

    digit: str
    words: str
    chosen: bool


Line = tuple[str, list[str | Choice]]


class Saying(Protocol):
    """What a sentence says: the verb and its object, and what stands under them; `bad` where it warns."""

    @property
    def bad(self) -> bool:
        """Whether it goes no further, or its outcome is unknown."""

    def headline(self, cells: int) -> tuple[str, str]:
        """The verb and its object, in that many cells where that is possible."""

    def lines(self) -> Iterator[Line]:
        """What stands under the headline, the most needed first."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Words an intention, for one organization on one day."""

    organization: Organization
    today: date
    manager: bool

    def title(self, intention: Intention) -> str:
        """What to press."""
        return keyed(self._title(intention))

    def _title(self, intention: Intention) -> str:
        if intention.step is Step.ASKED:
            return "a digit, then [desk.do]" if intention.money_due else "[desk.do] again"
        if intention.failed:
            return "[desk.do] tries again"
        return {
            Step.STATED: "nothing to do" if intention.inert else "[desk.do]",
            Step.CONTACT: self.asks_for(intention),
            Step.ASKING: "asking",
            Step.REASON: self.asks_for(intention),
            Step.SENDING: "on its way",
            Step.UNKNOWN: "OUTCOME UNKNOWN: asking",
        }.get(intention.step, "[desk.back] back")

    def asks_for(self, intention: Intention) -> str:
        """What the field asks for, if it stands there."""
        if intention.step is Step.CONTACT and intention.lead:
            return "phone, or nothing, then [desk.do]" if intention.lead.name else "name, then [desk.do]"
        if intention.chosen == WAIVER:
            return "who signs the waiver, then [desk.do]"
        return "type the reason, then [desk.do]"

    def headline(self, intention: Intention, cells: int) -> tuple[str, str]:
        """The verb and its object, with what matters least left out where it does not fit."""
        verb = {Step.SENDING: ON_ITS_WAY[intention.act], Step.UNKNOWN: "OUTCOME UNKNOWN"}.get(
            intention.step, intention.verb
        )
        if intention.inert and intention.person.arrived_at:
            verb = f"HERE since {time_of(intention.person.arrived_at, self.organization.timezone)}"
        person, session = intention.person, intention.session
        name = " and ".join(literal(each) for each in intention.names) or literal(person.phone_end)
        facts = ", new" if intention.lead else f", {facts_of(person)}"
        to, seat = f", to {self.class_of(session)}", seat_of(intention)
        if intention.act == "cancel":
            to = f", {self.class_of(session)}"
        kim = f" with {literal(session.instructors)}" if session.instructors else ""
        room = cells - cell_len(verb) - 2
        for said in (name + facts + to + kim + seat, name + facts + to + seat, name + facts + to, name + to):
            if cell_len(said) <= room:
                return verb, said
        return verb, cut(name, max(SHORTEST, room - cell_len(to))) + to

    def class_of(self, session: ClassSession) -> str:
        """A class session, such as '18:00 Spin'; with its day when that is not today."""
        day = "" if session.starts_on == self.today else day_of(session.starts_on) + " "
        start = "" if session.open_gym else time_of(session.starts_at, self.organization.timezone) + " "
        return f"{day}{start}{literal(session.program)}"

    def lines(self, intention: Intention) -> Iterator[Line]:
        """What stands under the headline, the most needed first: label, then words and choices."""
        if intention.step is Step.UNKNOWN:
            yield "why", ["the connection was lost before the answer came"]
            yield "now", ["asked again by its own id: nothing is done twice"]
            yield "or", [keyed("[desk.back] sets it aside; it is asked for until there is an answer")]
        elif intention.step is Step.SENDING:
            yield "now", ["sent to the database"]
        elif intention.answer is None:
            yield from self._stated(intention)
        elif intention.act == "cancel":
            yield from self._cancelling(intention, intention.answer)
        else:
            yield from self._judged(intention, intention.answer)

    def _stated(self, intention: Intention) -> Iterator[Line]:
        session, verb = intention.session, intention.verb
        if intention.stop:
            yield "why", [intention.stop]
        elif verb == "BLOCKED":
            yield "why", ["this person is blocked; a manager may book them with a reason"]
        elif verb == "WAITLIST":
            waiting = f", {session.waiting} on the waitlist" if session.waiting else ""
            yield "full", [f"{session.booked_count} of {session.seats} seats are taken{waiting}"]
        elif verb.endswith("already"):
            yield "now", [keyed("[desk.do] shows the booking")]
        elif not intention.booked_here and session.price:
            yield "price", [f"drop-in {money(session.price, self.organization.currency)}"]
        yield from self._doubts(intention)
        yield from self._notes(intention)
        if intention.step is Step.CONTACT:
            yield "or", [keyed("[desk.back] back")]
        else:
            yield "or", [keyed(OTHERS + self._more(intention))]

    def _more(self, intention: Intention) -> str:
        cancel = "   [desk.cancel] cancel" if intention.booked_here in CANCELLABLE else ""
        family = "   [desk.family] add family" if intention.person.family else ""
        why = "   [desk.payer] what paid" if intention.inert else ""
        collect = "   [desk.collect] collect" if intention.person.owes else ""
        return family + why + collect + cancel

    def _doubts(self, intention: Intention) -> Iterator[Line]:
        """Why it is asked once more."""
        doubts = []
        if intention.mistakable:
            others = intention.person.namesakes
            doubts.append(f"! {others} more of this name: ask year or phone")
        if not intention.person.waiver and not intention.lead:
            doubts.append("! no waiver signed")
        if doubts:
            yield "sure?", ["   ".join(doubts)]
        for each in intention.duplicates[:2]:
            yield "maybe", [f"{literal(each.name)}, {facts_of(each)} ({each.reason})"]

    def _notes(self, intention: Intention) -> Iterator[Line]:
        """What staff should know or say."""
        person = intention.person
        notes = [f"! {literal(alert)}" for alert in person.alerts[:2]]
        if person.owes:
            notes.insert(0, f"! owes {money(person.owes, self.organization.currency)}")
        if day := birthday(person, self.today):
            notes.append(f"* {birthday_words(day, self.today)}")
        if notes:
            yield "note", ["   ".join(notes)]

    def _judged(self, intention: Intention, answer: Answer) -> Iterator[Line]:
        if answer.outcome == "waitlisted" and answer.place:
            after = f", after {several(answer.ahead)}" if answer.ahead else ", nobody is before them"
            yield "place", [f"{ordinal(answer.place)} in line{after}"]
        elif answer.outcome == "due":
            yield "pays", self._ways(intention, answer)
            if answer.decided and answer.decided["refused"]:
                yield "why", [f"{could_not(answer.decided)}; nothing else covers it"]
        elif answer.outcome == "exists":
            yield "booking", [self.booking(answer)]
            if answer.decided:
                yield "why", [charged(answer.decided, how_paid(answer))]
        elif intention.stop:
            yield "why", [intention.stop]
        elif answer.outcome in {"booked", "confirmed"}:
            yield "pays", ["nothing is due" if not answer.price else self._covered(answer)]
        elif answer.outcome == "checked_in":
            yield "paid", [self.paid(answer)]
        if answer.overlaps and answer.outcome != "exists":
            yield "note", [f"! has another booking at the same time: {literal(answer.overlaps)}"]
        yield from self._doubts(intention)
        choices = [*self._override(intention, answer), *self._choices(intention)]
        payer = "[desk.payer] other payer   " if intention.payable else ""
        other = payer if choices else f"{payer}[desk.next_class] other class   "
        yield "or", [*choices, keyed(f"{other}[desk.back] back")]
        if answer.outcome in {"booked", "confirmed"} and answer.decided and answer.decided["refused"]:
            yield "not", [could_not(answer.decided)]
        yield from self._notes(intention)

    def _cancelling(self, intention: Intention, answer: Answer) -> Iterator[Line]:
        if intention.stop:
            yield "why", [intention.stop]
        elif answer.booking_status == "late_cancelled":
            yield "late", ["it counts as used, and nothing comes back"]
        elif answer.paid_by == "package":
            yield "in time", [f"the class goes back to {self._name_of_payer(answer)}"]
        elif answer.paid_by == "membership":
            yield "in time", [f"it does not count for {self._name_of_payer(answer)}"]
        elif answer.credit and answer.paid_by == "credit":
            yield "in time", [f"{self._price(answer.credit, answer)} goes back to their credit"]
        elif answer.credit:
            yield "in time", [f"{self.paid(answer)} stays to their credit"]
        elif answer.payment_status == "paid" and answer.price:
            yield "in time", [f"{self.paid(answer)} was paid in another system, so it gives no credit here"]
        else:
            yield "in time", ["nothing is owed for it"]
        if answer.promotes:
            yield "then", [f"the seat goes to {literal(answer.promotes)}, who has to be told"]
        waive = []
        if self.manager and intention.overridable:
            waive = [Choice(OVERRIDE, "in time all the same, with a reason", intention.chosen == OVERRIDE)]
        yield "or", [*waive, keyed("[desk.back] back")]

    def _choices(self, intention: Intention) -> list[str | Choice]:
        choices: list[str | Choice] = []
        if intention.signable:
            choices.append(Choice(WAIVER, "sign the waiver", intention.chosen == WAIVER))
        if intention.arrivable:
            choices.append(Choice(ARRIVE, "not here yet", not intention.request.arrive))
        return choices

    def _ways(self, intention: Intention, answer: Answer) -> list[str | Choice]:
        price = self._price(answer.price, answer)
        ways = {"1": f"{price} card", "2": f"{price} cash"}
        if intention.offer:
            pack = f"{literal(intention.offer['name'])} {self._money(intention.offer)}"
            ways |= {"3": f"sell {pack} card", "4": "sell it, cash"}
        ways |= {"5": "later", COMP: "comp"}
        if intention.credit:
            ways[CREDIT] = f"from their credit {self._price(intention.credit, answer)}"
        paid = intention.request.pay
        return [
            Choice(digit, words, PAYS.get(digit) == paid if paid else digit == intention.chosen)
            for digit, words in ways.items()
        ]

    def _price(self, amount: int | None, answer: Answer) -> str:
        return money(amount or 0, answer.currency or self.organization.currency)

    def _money(self, offer: Offered) -> str:
        return money(offer["price"], offer["currency"])

    def _override(self, intention: Intention, answer: Answer) -> list[str | Choice]:
        if not (self.manager and intention.overridable):
            return []
        words = "book over capacity" if answer.outcome in {"full", "waitlisted"} else "book all the same"
        return [Choice(OVERRIDE, f"{words}, with a reason", intention.chosen == OVERRIDE)]

    def booking(self, answer: Answer) -> str:
        """A booking that exists: since when, and how it is paid."""
        since = ""
        if answer.recorded_at:
            zone = self.organization.timezone
            day = local(answer.recorded_at, zone).date()
            since = (
                f"made {'today' if day == self.today else day_of(day)} {time_of(answer.recorded_at, zone)}, "
            )
        place = f"{ordinal(answer.place)} in line, " if answer.place else ""
        return since + place + self.paid(answer)

    def _covered(self, answer: Answer) -> str:
        """What pays and why, before it is done."""
        decided = answer.decided
        return self.paid(answer) + (because(decided) if decided and decided["by"] else "")

    def _name_of_payer(self, answer: Answer) -> str:
        by = answer.decided["by"] if answer.decided else None
        return literal(by["name"]) if by else answer.paid_by or ""

    def paid(self, answer: Answer) -> str:
        """How a booking is paid, such as '£12.00 card', 'owes £12.00', '10-Class Pass, 2 left'."""
        if answer.decided and answer.decided["by"]:
            return entitled(answer.decided["by"])
        price = self._price(answer.price, answer)
        if answer.paid_by == "comp":
            return "comp"
        if answer.booking_status == "waitlisted" or not answer.price:
            return "nothing due"
        return f"owes {price}" if answer.payment_status == "pending" else f"{price} {answer.paid_by or ''}"


@dataclass(frozen=True, slots=True)
class Spoken:
    """An intention in the words of its speaker."""

    speaker: Speaker
    intention: Intention

    @property
    def bad(self) -> bool:
        """Whether it goes no further, or its outcome is unknown."""
        stopped = self.intention.step in {Step.STOPPED, Step.UNKNOWN}
        return stopped or "BLOCKED" in self.intention.verb

    def headline(self, cells: int) -> tuple[str, str]:
        """The verb and its object, with what matters least left out where it does not fit."""
        return self.speaker.headline(self.intention, cells)

    def lines(self) -> Iterator[Line]:
        """What stands under the headline, the most needed first."""
        return self.speaker.lines(self.intention)


class Sentence(Static):
    """The lines of the sentence, drawn anew at each size."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._saying: Saying | None = None
        self._hint: tuple[str, ...] = ()
        self._said = Content("")

    def say(self, saying: Saying) -> None:
        """Say what is about to be done."""
        self._saying = saying
        self._paint_changes()

    def hint(self, *lines: str) -> None:
        """Say quietly what can be done, while there is no intention."""
        self._saying, self._hint = None, lines
        self._paint_changes()

    def render(self) -> Content:
        """The lines as they fit now."""
        self._said = self._words()
        return self._said

    def _paint_changes(self) -> None:
        """Another letter often leaves what Enter does as it is."""
        if not self._words().is_same(self._said):
            self.refresh()

    def _words(self) -> Content:
        if self._saying is None:
            return Content("\n".join(self._hint)).stylize("$quiet")
        verb, said = self._saying.headline(self.size.width)
        head = Content.assemble((verb, "bold $error" if self._saying.bad else "bold $accent"), f"  {said}")
        lines = [line for label, words in self._saying.lines() for line in self._lines(label, words)]
        return Content("\n").join([head, *lines[: max(self.size.height - 1, 1)]])

    def _lines(self, label: str, words: list[str | Choice]) -> Iterator[Content]:
        """One line, and where it has not room for all of it, another."""
        room = max(self.size.width - LABEL, SHORTEST)
        parts = [part for each in words for part in _parts(each, room)]
        # A choice brings the blank before its mark along.
        gap = "  " if any(isinstance(each, Choice) for each in words) else "   "
        line = Content.assemble((label.ljust(LABEL), "$quiet"), parts[0])
        for part in parts[1:]:
            if line.cell_length + len(gap) + part.cell_length > self.size.width:
                yield line.truncate(self.size.width, ellipsis=True)
                line = Content.assemble(" " * LABEL, part)
            else:
                line = Content.assemble(line, gap, part)
        yield line.truncate(self.size.width, ellipsis=True)


def facts_of(person: Person | Duplicate) -> str:
    """What tells namesakes apart, such as 'client b.1988 ..412'."""
    born = f" b.{person.birth_date:%Y}" if person.birth_date else ""
    phone = f" ..{literal(person.phone_end)}" if person.phone_end else ""
    return f"{person.kind}{born}{phone}"


def seat_of(intention: Intention) -> str:
    """The seat this booking would take, once the dry run has said that there is one."""
    answer = intention.answer
    if (
        answer is None
        or answer.outcome not in {"booked", "due", "confirmed"}
        or intention.companions
        or not answer.seats
        or intention.over_capacity
    ):
        return ""
    # While money is due no seat is taken yet.
    seat = (answer.seat or 0) + (answer.outcome == "due")
    return f", seat {seat} of {answer.seats}"


def _parts(words: str | Choice, room: int) -> list[Content]:
    """A choice stays whole; a sentence that is too long goes on in the next line."""
    if isinstance(words, Choice):
        return [_choice(words)]
    return [Content(line) for line in wrap(words, room) or [""]]


def _choice(choice: Choice) -> Content:
    mark, style = (">", "bold reverse") if choice.chosen else (" ", "")
    words = Content.assemble(mark, (choice.digit, "bold $accent"), f" {choice.words}").stylize(style)
    return words.stylize(Style.from_meta({"@click": f"screen.choose('{choice.digit}')"}))
