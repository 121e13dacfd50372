"""The sentence pane: from the first Enter to the database's answer, for the person at the counter.

A booking on its way may be set aside for the next person in line, but is asked for by its own id until there
is an answer: it is never claimed that it was dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID, uuid4

from textual import getters
from textual.app import ComposeResult
from textual.message import Message

from db.errors import DeskError, NotSignedIn, refusal
from db.records import Answer, ClassSession, Duplicate, FamilyMember, Person
from frontdesk.app import RETRY_S, Desk
from frontdesk.clock import age_on
from frontdesk.widgets.asking import ask
from frontdesk.widgets.field import Field
from frontdesk.widgets.intention import (
    DONE,
    WAIVER,
    Companion,
    Intention,
    Step,
    adding,
    cancelling,
    intend,
)
from frontdesk.widgets.outcome import is_unknown
from frontdesk.widgets.pane import Pane
from frontdesk.widgets.sentence import Sentence, Speaker, Spoken
from frontdesk.widgets.text import literal

if TYPE_CHECKING:
    from db.transaction import SignedIn

Result = TypeVar("Result")

REASON_LENGTH = 200
OF_AGE = 18
GONE = "It is not there any more. Search for the person again."
TYPING = frozenset({Step.REASON, Step.CONTACT})


class BookingPane(Pane):
    """What Enter does, and what became of it.

    `sent` is called as soon as a booking is on its way: the next letter is of the next in line.
    """

    app = getters.app(Desk)

    @dataclass
    class Previewed(Message):
        """The dry run answered."""

        request_id: UUID
        answer: list[Answer] | DeskError

    @dataclass
    class Answered(Message):
        """The database answered what was sent, or did not."""

        request_id: UUID
        answer: list[Answer] | DeskError

    @dataclass
    class FamilyFound(Message):
        """The others of the person's family, or why they are not known."""

        person_id: UUID
        signing: bool
        answer: list[FamilyMember] | DeskError

    @dataclass
    class DuplicatesFound(Message):
        """Whom the new person may be already."""

        request_id: UUID
        answer: list[Duplicate] | DeskError

    @dataclass
    class WaiverSigned(Message):
        """The waiver is signed by that name, or why not."""

        request_id: UUID
        signed_by: str
        answer: DeskError | None

    @dataclass
    class Did(Message):
        """It is in the database."""

        intention: Intention
        answers: list[Answer]

    @dataclass
    class NotDone(Message):
        """It is not, and the pane is about somebody else by now."""

        intention: Intention
        why: str

    @dataclass
    class Said(Message):
        """A sentence for the desk, about nothing that was done; `bad` if it should have been."""

        sentence: str
        bad: bool = False

    @dataclass
    class AsideChanged(Message):
        """Another set of bookings is on its way unseen."""

    @dataclass
    class ReasonClosed(Message):
        """The reason is typed, or not wanted: find takes the focus."""

    def __init__(self, organization_id: UUID, sent: Callable[[], None]) -> None:
        super().__init__(id="booking", classes="pane")
        self.organization_id = organization_id
        self.intention: Intention | None = None
        self.aside: dict[UUID, Intention] = {}
        self.speaker: Speaker | None = None
        self._hint: tuple[str, ...] = ()
        self._sent = sent
        self._again = False
        self._ahead: str | None = None
        self._family: tuple[UUID, list[FamilyMember]] | None = None

    def compose(self) -> ComposeResult:
        """The sentence, and the field for a reason."""
        yield Sentence(id="sentence")
        yield Field("desk", id="reason", max_length=REASON_LENGTH)

    # What the desk tells it.

    def offer(self, person: Person, session: ClassSession) -> None:
        """Be about this person and class; a question that is open about just these stays."""
        now = self.intention
        if now and now.lead:
            if now.session.id != session.id:
                self.restore(now.into(session), self.reason or now.contact)
        elif now is None or now.step is Step.STATED or not now.is_about(person, session):
            self._be(intend(person, session))

    def add(self, text: str, session: ClassSession) -> None:
        """Add somebody new: the typed text is their name or phone, and one field more asks for the other."""
        self._be(adding(text, session))
        self._open_field("")
        self._find_duplicates()

    def cancel(self, person: Person, session: ClassSession) -> None:
        """Ask what cancelling their booking would mean."""
        self._preview(cancelling(person, session))

    def restore(self, intention: Intention, reason: str) -> None:
        """Be about an intention from before, as it was."""
        self._be(intention)
        if intention.step in TYPING:
            self._open_field(reason)

    @property
    def reason(self) -> str:
        """The reason as far as it is typed."""
        return self.query_one("#reason", Field).value if self._typing else ""

    def free(self, *hint: str) -> None:
        """Be about nobody; what is on its way is set aside."""
        now = self.intention
        if now and now.on_its_way:
            self.aside[now.request.id] = now
            self.post_message(self.AsideChanged())
        elif now and now.step is Step.ASKING and self._again:
            self.post_message(self.NotDone(now, "You went on before the question was answered."))
        self._hint = hint
        self._be(None)

    def renew(self) -> None:
        """Ask an open question anew: something else may pay now."""
        now = self.intention
        if now and now.act == "serve" and now.step in {Step.ASKED, Step.STOPPED}:
            self._preview(now.anew())

    def redraw(self) -> None:
        """Say it again, in today's words."""
        sentence = self.query_one(Sentence)
        if self.intention is None or self.speaker is None:
            self.entitle("")
            sentence.hint(*self._hint)
        else:
            self.entitle(self.speaker.title(self.intention))
            sentence.say(Spoken(self.speaker, self.intention))

    @property
    def busy(self) -> bool:
        """Whether what stands here is more than the sentence about the row under the cursor."""
        return self.intention is not None and self.intention.step is not Step.STATED

    @property
    def words(self) -> str:
        """The sentence as a text to copy."""
        return " ".join(self.query_one(Sentence).render().plain.split())

    def asks(self, digit: str) -> bool:
        """Whether that digit answers the question that stands here, or is about to."""
        if self.intention is None or self.speaker is None:
            return False
        return digit in self.intention.digits(self.speaker.manager)

    # What keys tell it.

    def enter(self) -> None:
        """Do what the sentence says."""
        now = self.intention
        if now is None or (now.inert and now.step is Step.STATED):
            return
        if now.direct:
            self._send(now)
        elif now.step is Step.STATED or now.failed:
            self._preview(now)
        elif now.step is Step.ASKING:
            self._again = self._ahead is None
        elif now.step in TYPING:
            self._take_typed(now)
        elif now.step is Step.ASKED and not now.money_due:
            self._send(now)

    def choose(self, digit: str) -> None:
        """Answer the question; one that is still being asked may be answered ahead."""
        if self.intention and self.intention.step is Step.ASKING:
            self._ahead = digit
        elif self.intention and self.asks(digit):
            self._be(self.intention.choosing(digit))
            if self.intention.step is Step.REASON:
                self._open_field("")
                self._suggest_signer()

    def join(self) -> None:
        """Take the next one of the family along, and after the last nobody again."""
        now = self.intention
        if now is None or now.act == "cancel" or now.lead or now.on_its_way:
            return
        if self._family is None or self._family[0] != now.person.id:
            self._load_family(now.person, signing=False)
            return
        joined = {each.person_id for each in now.companions}
        others = [each for each in self._family[1] if each.id not in joined]
        if others:
            one = others[0]
            self._be(now.joined(Companion(one.kind, one.id, one.name, uuid4())))
        elif joined:
            self._be(intend(now.person, now.session))
        else:
            self.post_message(self.Said(f"{literal(now.person.name)} has no family here."))

    def pay_by_next(self) -> None:
        """Let the next membership or package pay; without a question yet, ask what pays, or has paid."""
        now = self.intention
        if now is None or now.act == "cancel" or now.on_its_way or now.step in TYPING:
            return
        if now.step is Step.STATED:
            self._preview(now)
        elif now.payable:
            self._preview(now.paid_by_next())
        elif now.step is Step.ASKED:
            self.post_message(self.Said(f"{literal(now.person.name)} has nothing else that could pay."))

    def back(self) -> bool:
        """Go one step back; whether there was one."""
        now = self.intention
        if now is None:
            return False
        if now.on_its_way:
            self.free(*self._hint)
            return True
        before = now.back()
        if before is None:
            return False
        self.restore(before, before.contact)
        return True

    # What the database tells it.

    def on_booking_pane_previewed(self, message: Previewed) -> None:
        """Ask what there is to ask; the second of two quick Enters counts where nothing new was said."""
        now, answer = self.intention, message.answer
        if now is None or now.step is not Step.ASKING or now.request.id != message.request_id:
            return
        if isinstance(answer, NotSignedIn):
            self.back()
        elif isinstance(answer, DeskError):
            self._be(now.stopped(answer.sentence))
        else:
            judged = now.judged(answer)
            self._be(judged)
            if self._again and _nothing_new(now, judged):
                self._send(judged)
            elif self._ahead:
                self.choose(self._ahead)

    def on_booking_pane_answered(self, message: Answered) -> None:
        """Say that it is done, why it is not, or that this is not known."""
        shown = self.intention and self.intention.request.id == message.request_id
        sent = self.intention if shown else self.aside.get(message.request_id)
        if sent is None or not sent.on_its_way:
            return
        answer = message.answer
        if is_unknown(answer, was_unknown=sent.step is Step.UNKNOWN):
            self._put(sent, sent.unknown())
            self.set_timer(RETRY_S, partial(self._ask_again, message.request_id))
        elif isinstance(answer, list) and answer and all(_is_done(sent, each) for each in answer):
            self._take_out(sent)
            self.post_message(self.Did(sent, answer))
        elif shown:
            self._fall_back(sent, answer)
        else:
            self._take_out(sent)
            self.post_message(self.NotDone(sent, _why(sent, answer)))

    def on_booking_pane_family_found(self, message: FamilyFound) -> None:
        """Take the first one along, or suggest who signs."""
        now = self.intention
        if now is None or now.person.id != message.person_id or isinstance(message.answer, DeskError):
            return
        self._family = (message.person_id, message.answer)
        if not message.signing:
            self.join()
            return
        field = self.query_one("#reason", Field)
        guardian = next((each.name for each in message.answer if each.is_guardian), "")
        if now.chosen == WAIVER and now.step is Step.REASON and not field.value:
            field.value = guardian
            field.cursor_position = len(guardian)

    def on_booking_pane_duplicates_found(self, message: DuplicatesFound) -> None:
        """Show them; they stop nothing."""
        now = self.intention
        if now and now.request.id == message.request_id and isinstance(message.answer, list):
            self._be(replace(now, duplicates=tuple(message.answer)))

    def on_booking_pane_waiver_signed(self, message: WaiverSigned) -> None:
        """Go on with the question, or say why it is not signed."""
        now = self.intention
        if now is None or now.request.id != message.request_id or now.step is not Step.REASON:
            return
        if message.answer is None:
            self._be(now.reasoned(message.signed_by))
        else:
            self.post_message(self.Said(f"The waiver is NOT signed. {message.answer.sentence}", bad=True))

    def _fall_back(self, sent: Intention, answer: list[Answer] | DeskError) -> None:
        if isinstance(answer, DeskError):
            self._be(sent.stopped(answer.sentence))
        elif not answer:
            self._be(sent.stopped(GONE))
        elif sent.own(answer).outcome == "full" and not sent.companions:
            self._preview(sent)
        else:
            self._be(sent.judged(answer).unchosen())

    def _take_typed(self, now: Intention) -> None:
        typed = self.query_one("#reason", Field).value.strip()
        if now.step is Step.CONTACT:
            reached = now.reached(typed)
            if reached.new and reached.new.name:
                self._be(reached)
                self._find_duplicates()
                self._preview(reached)
        elif typed and now.chosen == WAIVER:
            self._sign(now, typed)
        elif typed:
            reasoned = now.reasoned(typed)
            if reasoned.request.override_reason and not now.request.override_reason:
                self._preview(reasoned)
            else:
                self._send(reasoned)

    # What it asks of the database.

    def _preview(self, intention: Intention) -> None:
        self._again, self._ahead = False, None
        asking = intention.asking()
        self._be(asking)
        self._call("preview", partial(ask, asking, dry=True), partial(self.Previewed, asking.request.id))

    def _send(self, intention: Intention) -> None:
        self._be(intention.sent())
        self._ask_for(intention)
        self._sent()

    def _ask_again(self, request_id: UUID) -> None:
        shown = self.intention and self.intention.request.id == request_id
        sent = self.intention if shown else self.aside.get(request_id)
        if sent is not None:
            self._ask_for(sent)

    def _ask_for(self, sent: Intention) -> None:
        self._call("booking", partial(ask, sent, dry=False), partial(self.Answered, sent.request.id))

    def _load_family(self, person: Person, *, signing: bool) -> None:
        self._call("family", partial(_family, person), partial(self.FamilyFound, person.id, signing))

    def _find_duplicates(self) -> None:
        now = self.intention
        if now and now.new:
            call = partial(_duplicates, now.new.name, now.new.phone)
            self._call("duplicates", call, partial(self.DuplicatesFound, now.request.id))

    def _sign(self, now: Intention, signed_by: str) -> None:
        call = partial(_sign_waiver, now.person, signed_by)
        self._call("waiver", call, partial(self.WaiverSigned, now.request.id, signed_by))

    def _suggest_signer(self) -> None:
        """An adult signs for themselves, a minor's guardian for them."""
        now = self.intention
        if now is None or now.chosen != WAIVER or self.speaker is None:
            return
        born = now.person.birth_date
        if born and age_on(born, self.speaker.today) < OF_AGE:
            self._load_family(now.person, signing=True)
        else:
            self._open_field(now.person.name)

    def _call(
        self,
        name: str,
        call: Callable[[SignedIn], Result],
        answered: Callable[[Result | DeskError], Message],
    ) -> None:
        self.app.ask(self, name, call, answered, at=self.organization_id)

    # How it stands.

    def _open_field(self, value: str) -> None:
        field = self.query_one("#reason", Field)
        field.value = value
        field.cursor_position = len(value)
        if self.speaker and self.intention:
            field.placeholder = self.speaker.title(self.intention)
        field.focus()

    def _put(self, sent: Intention, now: Intention) -> None:
        if sent.request.id in self.aside:
            self.aside[sent.request.id] = now
        else:
            self._be(now)

    def _take_out(self, sent: Intention) -> None:
        if self.aside.pop(sent.request.id, None):
            self.post_message(self.AsideChanged())
        else:
            self._be(None)

    def _be(self, intention: Intention | None) -> None:
        closing = self._typing and not (intention and intention.step in TYPING)
        self.intention = intention
        self.set_class(self._typing, "reason")
        if closing:
            self.post_message(self.ReasonClosed())
        self.redraw()

    @property
    def _typing(self) -> bool:
        return self.intention is not None and self.intention.step in TYPING


def _nothing_new(before: Intention, judged: Intention) -> bool:
    """Whether the dry run said just what the first Enter saw, and nothing is in doubt."""
    answer = judged.answer
    return (
        before.answer is None
        and before.verb == judged.verb
        and judged.step is Step.ASKED
        and not judged.money_due
        and not judged.doubtful
        and answer is not None
        and not answer.overlaps
        and answer.outcome in DONE
    )


def _is_done(sent: Intention, answer: Answer) -> bool:
    """What exists under the request's own id was asked for; and whoever is here is here."""
    if answer.outcome == "exists":
        own = {each.id for each in sent.requests}
        return answer.booking_id in own or answer.booking_status == "attended" or bool(sent.companions)
    return answer.outcome in DONE | {"waitlisted"}


def _why(sent: Intention, answer: list[Answer] | DeskError) -> str:
    if isinstance(answer, DeskError):
        return answer.sentence
    if not answer:
        return GONE
    refused = next((each for each in answer if not _is_done(sent, each)), answer[0])
    return {
        "full": refusal("class_sessions_seats"),
        "due": "It was not said how they pay.",
        "exists": "They have another booking in this class already.",
    }.get(refused.outcome, refusal(refused.rule))


def _family(person: Person, signed_in: SignedIn) -> list[FamilyMember]:
    from db.repositories import people

    return people.family(signed_in, person.kind, person.id)


def _duplicates(name: str, phone: str, signed_in: SignedIn) -> list[Duplicate]:
    from db.repositories import people

    return people.duplicates(signed_in, name, phone)


def _sign_waiver(person: Person, signed_by: str, signed_in: SignedIn) -> None:
    from db.repositories import people

    people.sign_waiver(signed_in, person.kind, person.id, signed_by)
