"""What the desk is about to do for a person, from the first sentence to the answer; knows no widget."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any, Literal
from uuid import UUID, uuid4

from db.errors import refusal
from db.records import (
    Answer,
    BookingRequest,
    ClassSession,
    Duplicate,
    Kind,
    NewLead,
    Offered,
    Outcome,
    Pay,
    Person,
    Sale,
)
from frontdesk.widgets.text import literal

PAYS: dict[str, Pay] = {"1": "card", "2": "cash", "5": "later", "6": "comp", "9": "credit"}
SELLS: dict[str, Literal["card", "cash"]] = {"3": "card", "4": "cash"}
OVERRIDE = "7"
ARRIVE = "0"
COMP = "6"
CREDIT = "9"
WAIVER = "8"
OVERRIDABLE = frozenset(
    {
        "booking_blocked_person",
        "class_sessions_seats",
        "booking_held_for_waitlist",
        "booking_session_over",
    }
)
DONE = frozenset({"booked", "checked_in", "confirmed", "cancelled"})

PHONE = re.compile(r"[+(]?[0-9][0-9 ()./-]{2,}")

Act = Literal["serve", "cancel"]


class Step(Enum):
    """How far an intention has come."""

    STATED = auto()
    CONTACT = auto()
    ASKING = auto()
    ASKED = auto()
    REASON = auto()
    SENDING = auto()
    UNKNOWN = auto()
    STOPPED = auto()


@dataclass(frozen=True, slots=True)
class Companion:
    """One more of the family who is booked by the same action; the booking has an id of its own."""

    kind: Kind
    person_id: UUID
    name: str
    booking_id: UUID


@dataclass(frozen=True, slots=True)
class Intention:
    """One person into one class; its request keeps one id, so that asking again never books twice.

    `answer` is the dry run's, `chosen` the digit pressed, `stop` why it goes no further. `companions` come
    along or nobody does; `lead` is the person themselves, who is new and added by the same action: of them
    find knows the name or the phone, and `contact` is the other, asked for in a field of its own. `payers`
    are the ids of the memberships and packages that may pay, in their order; `sale` is a package that is sold
    and used at once.
    """

    person: Person
    session: ClassSession
    request: BookingRequest
    act: Act = "serve"
    step: Step = Step.STATED
    answer: Answer | None = None
    chosen: str | None = None
    stop: str | None = None
    companions: tuple[Companion, ...] = ()
    lead: NewLead | None = None
    contact: str = ""
    duplicates: tuple[Duplicate, ...] = ()
    payers: tuple[str, ...] = ()
    sale: Sale | None = None

    @property
    def verb(self) -> str:
        """What Enter does, as the sentence says it."""
        if self.act == "cancel":
            return "CANCEL"
        if self.answer is None:
            return self._add + self._expected
        if self.chosen == OVERRIDE or self.request.override_reason:
            return "BOOK OVER CAPACITY" if self.over_capacity else self._book
        return self._add + {
            "waitlisted": "WAITLIST",
            "full": "FULL",
            "exists": existing(self.answer.booking_status),
            "refused": "REFUSED",
            "checked_in": "CHECK IN",
            "confirmed": "CONFIRM",
        }.get(self.answer.outcome, self._book)

    @property
    def _add(self) -> str:
        return "ADD, " if self.lead else ""

    @property
    def _book(self) -> str:
        if self.booked_here == "waitlisted":
            return "CONFIRM"
        return "BOOK AND CHECK IN" if self.request.arrive and self.session.check_in_open else "BOOK"

    @property
    def booked_here(self) -> str | None:
        """The status of the person's booking in this class, if they have one."""
        return self.person.booked_status if self.person.booked_session_id == self.session.id else None

    @property
    def _expected(self) -> str:
        if self.person.blocked:
            return "BLOCKED"
        if self.booked_here == "confirmed" and self.session.check_in_open:
            return "CHECK IN"
        if self.booked_here == "waitlisted" and not self.session.full:
            return "CONFIRM"
        if self.booked_here:
            return existing(self.booked_here)
        return "WAITLIST" if self.session.full else self._book

    @property
    def doubtful(self) -> bool:
        """Whether it is asked once more: who it is, or whether they may, is not certain."""
        return self.person.blocked or not self.person.waiver or self.mistakable

    @property
    def mistakable(self) -> bool:
        """Whether others have the same name; a scanned card leaves no doubt."""
        return self.person.namesakes > 0 and not self.person.scanned

    @property
    def direct(self) -> bool:
        """Whether one Enter does it: someone booked walks up, and nothing is in doubt."""
        return (
            self.act == "serve"
            and self.step is Step.STATED
            and self._expected == "CHECK IN"
            and not self.doubtful
            and not self.companions
        )

    @property
    def inert(self) -> bool:
        """Whether there is nothing to do, since they are here already."""
        return self.act == "serve" and self._expected == "HERE" and not self.companions

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
        unsaid = self.request.pay is None and self.sale is None
        return self.answer is not None and self.answer.outcome == "due" and unsaid

    def is_about(self, person: Person, session: ClassSession) -> bool:
        """Whether it is about them; a cancelling is about its class, whichever is chosen."""
        return self.person.id == person.id and (self.act == "cancel" or self.session.id == session.id)

    @property
    def on_its_way(self) -> bool:
        """Whether it was sent and its answer is not known."""
        return self.step in {Step.SENDING, Step.UNKNOWN}

    @property
    def failed(self) -> bool:
        """Whether the dry run got no answer, so that Enter tries again."""
        return self.step is Step.STOPPED and self.answer is None

    @property
    def requests(self) -> list[BookingRequest]:
        """What is asked for, the person's own first."""
        others = (
            replace(self.request, id=each.booking_id, kind=each.kind, person_id=each.person_id)
            for each in self.companions
        )
        return [self.request, *others]

    @property
    def names(self) -> list[str]:
        """Whom it is about, the person first."""
        return [self.person.name, *(each.name for each in self.companions)]

    def asking(self) -> Intention:
        """The dry run was sent; it says where the waitlist would lead."""
        return replace(self, step=Step.ASKING, stop=None, request=replace(self.request, waitlist=True))

    def judged(self, answers: Sequence[Answer]) -> Intention:
        """The dry run answered, for each one whom it is about."""
        answer = self.own(answers)
        refused = next((each for each in answers if each.outcome not in DONE | {"exists", "due"}), None)
        if self.companions and refused:
            who = literal(refused.person_name or self.person.name)
            why = f"Nobody is booked. {who}: {refusal(refused.rule)}"
            return replace(self, answer=replace(answer, outcome="refused"), stop=why, step=Step.STOPPED)
        if self.companions:
            answer = self._sum(answer, answers)
        stop = refusal(answer.rule) if answer.outcome == "refused" else None
        inert = answer.outcome in {"refused", "full", "exists", "taken_back"}
        # Who was told 'book' is not to find themselves on a waitlist because the last seat went meanwhile.
        request = replace(self.request, waitlist=answer.outcome == "waitlisted")
        step = Step.STOPPED if inert else Step.ASKED
        payers = self.payers or _payers(answer)
        return replace(self, answer=answer, request=request, stop=stop, step=step, payers=payers)

    def own(self, answers: Sequence[Answer]) -> Answer:
        """The answer for the person themselves; a converted lead's is the client's."""
        return next((each for each in answers if each.person_id == self.person.id), answers[0])

    def _sum(self, answer: Answer, answers: Sequence[Answer]) -> Answer:
        """One answer for several: what is due is the sum, and the last seat taken is said."""
        made = [each for each in answers if each.outcome in {"booked", "confirmed"}]
        due = sum(each.price or 0 for each in made if self.request.pay is None and each.paid_by == "later")
        outcome: Outcome = "due" if due else "booked" if made else answer.outcome
        return replace(answer, outcome=outcome, price=due, seat=max(each.seat or 0 for each in answers))

    @property
    def payable(self) -> bool:
        """Whether another may pay than the one that does; what is booked stays as it was decided."""
        request_open = self.step in {Step.ASKED, Step.STOPPED} and not self.companions
        booked = self.answer is not None and self.answer.outcome == "exists"
        return self.act == "serve" and request_open and bool(self.payers) and not booked

    def paid_by_next(self) -> Intention:
        """The next membership or package pays, after the last the drop-in, then the first again."""
        ways = (*self.payers, "")
        by = self.answer.decided["by"] if self.answer and self.answer.decided else None
        now = "" if self.request.drop_in or by is None else by["id"]
        chosen = ways[(ways.index(now) + 1) % len(ways)] if now in ways else ways[0]
        request = replace(
            self.request,
            entitlement_id=UUID(chosen) if chosen else None,
            drop_in=not chosen,
            pay=None,
            comp_reason=None,
        )
        return replace(self, request=request, chosen=None, sale=None)

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
        return replace(
            self, chosen=None, sale=None, request=replace(self.request, pay=None, comp_reason=None)
        )

    def anew(self) -> Intention:
        """What pays has to be decided anew."""
        now = self.unchosen()
        request = replace(now.request, entitlement_id=None, drop_in=False)
        return replace(now, request=request, payers=())

    def digits(self, manager: bool) -> str:
        """The digits that answer the question, or may answer the one that is being asked."""
        if self.step is Step.ASKING:
            return "" if self.act == "cancel" else "".join((*PAYS, *SELLS))
        if self.answer is None or self.step not in {Step.ASKED, Step.STOPPED}:
            return ""
        pays = "".join(PAYS) if self.answer.outcome == "due" else ""
        pays = pays if self.credit else pays.replace(CREDIT, "")
        pays += "".join(SELLS) if self.offer else ""
        override = OVERRIDE if manager and self.overridable else ""
        return pays + override + (WAIVER if self.signable else "") + (ARRIVE if self.arrivable else "")

    @property
    def credit(self) -> int:
        """What stands to their credit, where that covers what is due."""
        answer = self.answer
        if answer is None or answer.outcome != "due" or self.companions:
            return 0
        credit = answer.credit or 0
        return credit if credit >= (answer.price or 0) else 0

    @property
    def offer(self) -> Offered | None:
        """The package that can be sold to them and used at once."""
        return None if self.answer is None or self.companions else self.answer.offer

    @property
    def signable(self) -> bool:
        """Whether the missing waiver can be signed now."""
        return self.step is Step.ASKED and self.act == "serve" and not self.person.waiver and not self.lead

    @property
    def arrivable(self) -> bool:
        """Whether it can be said that they are not here yet, or are after all."""
        return (
            self.step is Step.ASKED
            and self.act == "serve"
            and self.session.check_in_open
            and self.answer is not None
            and self.answer.outcome in {"due", "booked"}
        )

    @property
    def overridable(self) -> bool:
        """Whether a manager may do it all the same, with a reason."""
        answer = self.answer
        if answer is None or self.request.override_reason or self.companions:
            return False
        if self.act == "cancel":
            return answer.booking_status == "late_cancelled"
        return answer.outcome in {"full", "waitlisted"} or (
            answer.outcome == "refused" and answer.rule in OVERRIDABLE
        )

    def choosing(self, digit: str) -> Intention:
        """That digit was pressed; a comp and an override wait for their reason."""
        if digit == ARRIVE:
            return replace(self, request=replace(self.request, arrive=not self.request.arrive))
        if digit in {OVERRIDE, COMP, WAIVER}:
            return replace(self, chosen=digit, step=Step.REASON)
        if digit in SELLS and self.offer:
            return replace(
                self.unchosen(),
                chosen=digit,
                sale=Sale(uuid4(), "package", UUID(self.offer["id"]), SELLS[digit]),
                step=Step.ASKED,
            )
        request = replace(self.request, pay=PAYS[digit], comp_reason=None)
        return replace(self, chosen=digit, sale=None, request=request, step=Step.ASKED)

    def reasoned(self, reason: str) -> Intention:
        """The reason was typed."""
        if self.chosen == OVERRIDE:
            return replace(self, request=replace(self.request, override_reason=reason), chosen=None)
        if self.chosen == WAIVER:
            person = replace(self.person, waiver=True)
            return replace(self, person=person, chosen=self._paid_by, step=Step.ASKED)
        request = replace(self.request, pay="comp", comp_reason=reason)
        return replace(self, request=request, sale=None, step=Step.ASKED)

    @property
    def _paid_by(self) -> str | None:
        return next((digit for digit, pay in PAYS.items() if pay == self.request.pay), None)

    @property
    def new(self) -> NewLead | None:
        """The new person with all that is known of them."""
        if self.lead is None:
            return None
        if self.lead.name:
            return replace(self.lead, phone=self.contact)
        return replace(self.lead, name=self.contact)

    def reached(self, contact: str) -> Intention:
        """The one field more was typed: how to reach the new person, or their name."""
        reached = replace(self, contact=contact)
        name = reached.new.name if reached.new else self.person.name
        return replace(reached, person=replace(self.person, name=name))

    def into(self, session: ClassSession) -> Intention:
        """The same person into another class; how they pay is asked anew."""
        request = replace(self.request, session_id=session.id, pay=None, comp_reason=None)
        step = Step.CONTACT if self.lead else Step.STATED
        return replace(
            self, session=session, request=request, step=step, answer=None, chosen=None, stop=None, sale=None
        )

    def joined(self, companion: Companion) -> Intention:
        """One more of the family comes along."""
        return replace(intend(self.person, self.session), companions=(*self.companions, companion))

    def back(self) -> Intention | None:
        """One step back; None when there is none left."""
        if self.step in {Step.STATED, Step.CONTACT}:
            return None
        if self.step is Step.REASON or (self.step is Step.ASKED and self.chosen):
            if self.chosen == WAIVER:
                return replace(self, chosen=self._paid_by, step=Step.ASKED)
            inert = self.answer is None or self.answer.outcome in {"refused", "full"}
            request = replace(self.request, pay=None, comp_reason=None)
            step = Step.STOPPED if inert else Step.ASKED
            return replace(self, request=request, chosen=None, sale=None, step=step)
        if self.lead:
            return replace(self, answer=None, stop=None, step=Step.CONTACT)
        return intend(self.person, self.session)


def _payers(answer: Answer) -> tuple[str, ...]:
    decided = answer.decided
    if decided is None:
        return ()
    first = [decided["by"]] if decided["by"] else []
    return tuple(one["id"] for one in (*first, *decided["others"]))


def intend(person: Person, session: ClassSession) -> Intention:
    """A new intention, with an id of its own."""
    return Intention(
        person, session, BookingRequest(uuid4(), session.id, person.kind, person.id, arrive=True)
    )


def adding(text: str, session: ClassSession) -> Intention:
    """Somebody new, whose name or phone number was typed, to be added and booked by one action."""
    phone = PHONE.fullmatch(text) is not None
    lead = NewLead(uuid4(), "" if phone else text, text if phone else "")
    facts: dict[str, Any] = dict.fromkeys(Person.__slots__)
    facts |= {"blocked": False, "waiver": False, "owes": 0, "alerts": [], "family": 0, "namesakes": 0}
    facts |= {"regular": False, "scanned": False, "phone_end": "", "email": ""}
    person = Person(**facts | {"kind": "lead", "id": lead.id, "name": lead.name})
    return replace(intend(person, session), lead=lead, step=Step.CONTACT)


def cancelling(person: Person, session: ClassSession) -> Intention:
    """The wish to cancel the person's booking of the class."""
    request = BookingRequest(person.booked_id or uuid4(), session.id, person.kind, person.id)
    return Intention(person, session, request, act="cancel")


def existing(status: str | None) -> str:
    """The booking that exists, in words."""
    return {"waitlisted": "WAITLISTED already", "attended": "HERE"}.get(status or "", "BOOKED already")
