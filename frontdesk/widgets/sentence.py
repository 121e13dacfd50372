"""The sentence that says what Enter does, in words and as a widget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from rich.cells import cell_len
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from db.records import Answer, ClassSession, Organization, Person
from frontdesk.clock import day_of, local, time_of
from frontdesk.commands import keyed
from frontdesk.widgets.intention import OVERRIDE, Intention, Step
from frontdesk.widgets.text import cut, literal, money, ordinal, several

LABEL = 10
OTHERS = "[desk.next_class] other class   [desk.up]/[desk.down] other person"


@dataclass(frozen=True, slots=True)
class Choice:
    """A digit that answers the question, and what it stands for; can be clicked."""

    digit: str
    words: str
    chosen: bool


Line = tuple[str, list[str | Choice]]


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
            Step.STATED: "[desk.do]",
            Step.ASKING: "asking",
            Step.REASON: "type the reason, then [desk.do]",
            Step.SENDING: "on its way",
            Step.UNKNOWN: "OUTCOME UNKNOWN: asking",
        }.get(intention.step, "[desk.back] back")

    def headline(self, intention: Intention, cells: int) -> tuple[str, str]:
        """The verb and its object, with what matters least left out where it does not fit."""
        verb = {Step.SENDING: "BOOKING", Step.UNKNOWN: "OUTCOME UNKNOWN"}.get(intention.step, intention.verb)
        person, session = intention.person, intention.session
        name, facts = literal(person.name), f", {facts_of(person)}"
        to, seat = f", to {self.class_of(session)}", seat_of(intention)
        kim = f" with {literal(session.instructors)}" if session.instructors else ""
        room = cells - cell_len(verb) - 2
        for said in (name + facts + to + kim + seat, name + facts + to + seat, name + facts + to, name + to):
            if cell_len(said) <= room:
                return verb, said
        return verb, cut(name, max(8, room - cell_len(to))) + to

    def class_of(self, session: ClassSession) -> str:
        """A class session, such as '18:00 Spin'; with its day when that is not today."""
        day = "" if session.starts_on == self.today else day_of(session.starts_on) + " "
        start = "" if session.open_gym else time_of(session.starts_at, self.organization.timezone) + " "
        return f"{day}{start}{literal(session.program)}"

    def lines(self, intention: Intention) -> Iterator[Line]:
        """What stands under the headline: label, then words and choices."""
        if intention.step is Step.UNKNOWN:
            yield "why", ["the connection was lost before the answer came"]
            yield "now", ["asked again by its own id: nothing is booked twice"]
            yield "or", [keyed("[desk.back] sets it aside; it is asked for until there is an answer")]
        elif intention.step is Step.SENDING:
            yield "now", ["sent to the database"]
        elif intention.answer is None:
            yield from self._stated(intention)
        else:
            yield from self._judged(intention, intention.answer)

    def _stated(self, intention: Intention) -> Iterator[Line]:
        session = intention.session
        if intention.stop:
            yield "why", [intention.stop]
        elif intention.verb == "BLOCKED":
            yield "why", ["this person is blocked; a manager may book them with a reason"]
        elif intention.verb == "WAITLIST":
            waiting = f", {session.waiting} on the waitlist" if session.waiting else ""
            yield "full", [f"{session.booked_count} of {session.seats} seats are taken{waiting}"]
        elif intention.verb == "BOOK" and session.price:
            yield "price", [f"drop-in {money(session.price, self.organization.currency)}"]
        elif intention.verb != "BOOK":
            yield "now", [keyed("[desk.do] shows the booking")]
        yield "or", [keyed(OTHERS)]

    def _judged(self, intention: Intention, answer: Answer) -> Iterator[Line]:
        if answer.outcome == "waitlisted" and answer.place:
            after = f", after {several(answer.ahead)}" if answer.ahead else ", nobody is before them"
            yield "place", [f"{ordinal(answer.place)} in line{after}"]
        elif answer.outcome == "due":
            yield "pays", self._ways(intention, answer)
        elif answer.outcome == "exists":
            yield "booking", [self.booking(answer)]
        elif intention.stop:
            yield "why", [intention.stop]
        elif answer.outcome == "booked":
            yield "pays", ["nothing is due" if not answer.price else "paid"]
        if answer.overlaps and answer.outcome != "exists":
            yield "note", [f"! has another booking at the same time: {literal(answer.overlaps)}"]
        yield (
            "or",
            [*self._override(intention, answer), keyed("[desk.next_class] other class   [desk.back] back")],
        )

    def _ways(self, intention: Intention, answer: Answer) -> list[str | Choice]:
        price = money(answer.price or 0, answer.currency or self.organization.currency)
        ways = {"1": f"{price} card", "2": f"{price} cash", "5": "later", "6": "comp"}
        return [Choice(digit, words, digit == intention.chosen) for digit, words in ways.items()]

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

    def paid(self, answer: Answer) -> str:
        """How a booking is paid, such as '£12.00 by card', 'owes £12.00'."""
        price = money(answer.price or 0, answer.currency or self.organization.currency)
        if answer.paid_by == "comp":
            return "comp"
        if answer.booking_status == "waitlisted" or not answer.price:
            return "nothing due"
        return f"owes {price}" if answer.payment_status == "pending" else f"{price} {answer.paid_by or ''}"


class Sentence(Static):
    """The lines of the sentence, drawn anew at each size."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._speaker: Speaker | None = None
        self._intention: Intention | None = None
        self._hint: tuple[str, ...] = ()

    def say(self, speaker: Speaker, intention: Intention) -> None:
        """Say what the intention is."""
        self._speaker, self._intention = speaker, intention
        self.refresh()

    def hint(self, *lines: str) -> None:
        """Say quietly what can be done, while there is no intention."""
        self._intention, self._hint = None, lines
        self.refresh()

    def render(self) -> Content:
        """The lines as they fit now."""
        if self._intention is None or self._speaker is None:
            return Content("\n".join(self._hint)).stylize("$quiet")
        verb, said = self._speaker.headline(self._intention, self.size.width)
        bad = self._intention.step in {Step.STOPPED, Step.UNKNOWN} or self._intention.verb == "BLOCKED"
        head = Content.assemble((verb, "bold $error" if bad else "bold $accent"), f"  {said}")
        rest = [self._line(label, words) for label, words in self._speaker.lines(self._intention)]
        return Content("\n").join([head, *rest])

    def _line(self, label: str, words: list[str | Choice]) -> Content:
        parts = [_choice(each) if isinstance(each, Choice) else Content(each) for each in words]
        # A choice brings the blank before its mark along.
        gap = "  " if any(isinstance(each, Choice) for each in words) else "   "
        line = Content.assemble((label.ljust(LABEL), "$quiet"), Content(gap).join(parts))
        return line.truncate(self.size.width, ellipsis=True)


def facts_of(person: Person) -> str:
    """What tells namesakes apart, such as 'client b.1988 ..412'."""
    born = f" b.{person.birth_date:%Y}" if person.birth_date else ""
    phone = f" ..{literal(person.phone_end)}" if person.phone_end else ""
    return f"{person.kind}{born}{phone}"


def seat_of(intention: Intention) -> str:
    """The seat this booking would take, once the dry run has said that there is one."""
    answer = intention.answer
    if (
        answer is None
        or answer.outcome not in {"booked", "due"}
        or not answer.seats
        or intention.over_capacity
    ):
        return ""
    # While money is due no seat is taken yet.
    seat = (answer.seat or 0) + (answer.outcome == "due")
    return f", seat {seat} of {answer.seats}"


def _choice(choice: Choice) -> Content:
    mark, style = (">", "bold reverse") if choice.chosen else (" ", "")
    words = Content.assemble(mark, (choice.digit, "bold $accent"), f" {choice.words}").stylize(style)
    return words.stylize(Style.from_meta({"@click": f"screen.choose('{choice.digit}')"}))
