"""What the desk is about to do for a person, from the first sentence to the answer; knows no widget."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from uuid import uuid4

from db.errors import refusal
from db.records import Answer, BookingRequest, ClassSession, Pay, Person

PAYS: dict[str, Pay] = {"1": "card", "2": "cash", "5": "later", "6": "comp"}
OVERRIDE = "7"
OVERRIDABLE = frozenset(
    {
        "booking_blocked_person",
        "class_sessions_seats",
        "booking_held_for_waitlist",
        "booking_session_over",
    }
)


class Step(Enum):
    """How far an intention has come."""

    STATED = auto()
    ASKING = auto()
    ASKED = auto()
    REASON = auto()
    SENDING = auto()
    UNKNOWN = auto()
    STOPPED = auto()


@dataclass(frozen=True, slots=True)
class Intention:
    """One person into one class; its request keeps one id, so that asking again never books twice.

    `answer` is the dry run's, `chosen` the digit pressed, `stop` why it goes no further.
    """

    person: Person
    session: ClassSession
    request: BookingRequest
    step: Step = Step.STATED
    answer: Answer | None = None
    chosen: str | None = None
    stop: str | None = None

    @property
    def verb(self) -> str:
        """What Enter does, as the sentence says it."""
        if self.answer is None:
            return self._expected
        if self.chosen == OVERRIDE or self.request.override_reason:
            return "BOOK OVER CAPACITY" if self.over_capacity else "BOOK"
        return {
            "waitlisted": "WAITLIST",
            "full": "FULL",
            "exists": existing(self.answer),
            "refused": "REFUSED",
        }.get(self.answer.outcome, "BOOK")

    @property
    def _expected(self) -> str:
        if self.person.booked_session_id == self.session.id:
            return {"waitlisted": "WAITLISTED already", "attended": "HERE already"}.get(
                self.person.booked_status or "", "BOOKED already"
            )
        if self.person.blocked:
            return "BLOCKED"
        return "WAITLIST" if self.session.full else "BOOK"

    @property
    def over_capacity(self) -> bool:
        """Whether it takes a seat that the class does not have."""
        answer = self.answer
        if answer is None:
            return False
        due = answer.outcome == "due"
        return answer.outcome in {"full", "waitlisted"} or (due and (answer.seat or 0) >= (answer.seats or 0))

    @property
    def money_due(self) -> bool:
        """Whether it has to be said how it is paid, and was not."""
        return self.answer is not None and self.answer.outcome == "due" and self.chosen is None

    @property
    def on_its_way(self) -> bool:
        """Whether the booking was sent and its answer is not known."""
        return self.step in {Step.SENDING, Step.UNKNOWN}

    @property
    def failed(self) -> bool:
        """Whether the dry run got no answer, so that Enter tries again."""
        return self.step is Step.STOPPED and self.answer is None

    def asking(self) -> Intention:
        """The dry run was sent; it says where the waitlist would lead."""
        return replace(self, step=Step.ASKING, stop=None, request=replace(self.request, waitlist=True))

    def judged(self, answer: Answer) -> Intention:
        """The dry run answered."""
        stop = refusal(answer.rule) if answer.outcome == "refused" else None
        inert = answer.outcome in {"refused", "full", "exists", "taken_back"}
        # Who was told 'book' is not to find themselves on a waitlist because the last seat went meanwhile.
        request = replace(self.request, waitlist=answer.outcome == "waitlisted")
        return replace(
            self, answer=answer, request=request, stop=stop, step=Step.STOPPED if inert else Step.ASKED
        )

    def stopped(self, sentence: str) -> Intention:
        """It goes no further, for that reason."""
        return replace(self, step=Step.STOPPED, stop=sentence)

    def sent(self) -> Intention:
        """It is on its way."""
        return replace(self, step=Step.SENDING)

    def unknown(self) -> Intention:
        """The connection was lost before the answer came."""
        return replace(self, step=Step.UNKNOWN)

    def unchosen(self) -> Intention:
        """It has to be said anew how it is paid."""
        return replace(self, chosen=None, request=replace(self.request, pay=None, comp_reason=None))

    def digits(self, manager: bool) -> str:
        """The digits that answer the question, or may answer the one that is being asked."""
        if self.step is Step.ASKING:
            return "".join(PAYS)
        if self.answer is None or self.step not in {Step.ASKED, Step.STOPPED}:
            return ""
        pays = "".join(PAYS) if self.answer.outcome == "due" else ""
        return pays + (OVERRIDE if manager and self.overridable else "")

    @property
    def overridable(self) -> bool:
        """Whether a manager may do it all the same, with a reason."""
        if self.answer is None or self.request.override_reason:
            return False
        return self.answer.outcome in {"full", "waitlisted"} or (
            self.answer.outcome == "refused" and self.answer.rule in OVERRIDABLE
        )

    def choosing(self, digit: str) -> Intention:
        """That digit was pressed; a comp and an override wait for their reason."""
        if digit in {OVERRIDE, "6"}:
            return replace(self, chosen=digit, step=Step.REASON)
        request = replace(self.request, pay=PAYS[digit], comp_reason=None)
        return replace(self, chosen=digit, request=request, step=Step.ASKED)

    def reasoned(self, reason: str) -> Intention:
        """The reason was typed."""
        if self.chosen == OVERRIDE:
            return replace(self, request=replace(self.request, override_reason=reason), chosen=None)
        return replace(self, request=replace(self.request, pay="comp", comp_reason=reason), step=Step.ASKED)

    def back(self) -> Intention | None:
        """One step back; None when there is none left."""
        if self.step is Step.STATED:
            return None
        if self.step is Step.REASON or (self.step is Step.ASKED and self.chosen):
            inert = self.answer is None or self.answer.outcome in {"refused", "full"}
            request = replace(self.request, pay=None, comp_reason=None)
            return replace(self, request=request, chosen=None, step=Step.STOPPED if inert else Step.ASKED)
        return intend(self.person, self.session)


def intend(person: Person, session: ClassSession) -> Intention:
    """A new intention, with an id of its own."""
    return Intention(person, session, BookingRequest(uuid4(), session.id, person.kind, person.id))


def existing(answer: Answer) -> str:
    """The booking that exists, in words."""
    return {"waitlisted": "WAITLISTED already", "attended": "HERE already"}.get(
        answer.booking_status or "", "BOOKED already"
    )
