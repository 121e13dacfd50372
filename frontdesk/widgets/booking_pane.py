"""The sentence pane: from the first Enter to the database's answer, for the person at the counter.

A booking on its way may be set aside for the next person in line, but is asked for by its own id until there
is an answer: it is never claimed that it was dropped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from textual import getters
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message

from db.errors import DeskError, NoDatabase, NotPermitted, NotSignedIn, refusal
from db.records import Answer, BookingRequest, ClassSession, Person
from frontdesk.app import RETRY_S, Desk
from frontdesk.commands import keyed
from frontdesk.widgets.field import Field
from frontdesk.widgets.intention import Intention, Step, intend
from frontdesk.widgets.sentence import Sentence, Speaker

if TYPE_CHECKING:
    from db.transaction import SignedIn

REASON_LENGTH = 200


class BookingPane(Vertical):
    """What Enter does, and what became of it.

    `sent` is called as soon as a booking is on its way: the next letter is of the next in line.
    """

    app = getters.app(Desk)

    @dataclass
    class Previewed(Message):
        """The dry run answered."""

        request_id: UUID
        answer: Answer | DeskError

    @dataclass
    class Answered(Message):
        """The database answered a booking, or did not."""

        request_id: UUID
        answer: Answer | DeskError

    @dataclass
    class Booked(Message):
        """It is in the database."""

        intention: Intention
        answer: Answer

    @dataclass
    class NotBooked(Message):
        """It is not, and the pane is about somebody else by now."""

        intention: Intention
        why: str

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

    def compose(self) -> ComposeResult:
        """The sentence, and the field for a reason."""
        yield Sentence(id="sentence")
        yield Field("desk", id="reason", max_length=REASON_LENGTH, placeholder=keyed("why? then [desk.do]"))

    # What the desk tells it.

    def offer(self, person: Person, session: ClassSession) -> None:
        """Be about this person and class; a question that is open about just these stays."""
        now = self.intention
        if now and (now.person.id, now.session.id) == (person.id, session.id) and now.step is not Step.STATED:
            return
        self._be(intend(person, session))

    def restore(self, intention: Intention, reason: str) -> None:
        """Be about an intention from before, as it was."""
        self._be(intention)
        if intention.step is Step.REASON:
            self._type_reason(reason)

    @property
    def reason(self) -> str:
        """The reason as far as it is typed."""
        return self.query_one("#reason", Field).value if self._typing_reason else ""

    def free(self, *hint: str) -> None:
        """Be about nobody; what is on its way is set aside."""
        now = self.intention
        if now and now.on_its_way:
            self.aside[now.request.id] = now
            self.post_message(self.AsideChanged())
        elif now and now.step is Step.ASKING and self._again:
            self.post_message(self.NotBooked(now, "You went on before the question was answered."))
        self._hint = hint
        self._be(None)

    def rest(self, *hint: str) -> None:
        """The hint for when nobody is chosen; what is open stays."""
        self._hint = hint
        self.redraw()

    def redraw(self) -> None:
        """Say it again, in today's words."""
        sentence = self.query_one(Sentence)
        if self.intention is None or self.speaker is None:
            self.border_title = ""
            sentence.hint(*self._hint)
        else:
            self.border_title = self.speaker.title(self.intention)
            sentence.say(self.speaker, self.intention)

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
        if now is None:
            return
        if now.step is Step.STATED or now.failed:
            self._preview(now)
        elif now.step is Step.ASKING:
            self._again = self._ahead is None
        elif now.step is Step.REASON:
            self._take_reason(now)
        elif now.step is Step.ASKED and not now.money_due:
            self._send(now)

    def choose(self, digit: str) -> None:
        """Answer the question; one that is still being asked may be answered ahead."""
        if self.intention and self.intention.step is Step.ASKING:
            self._ahead = digit
        elif self.intention and self.asks(digit):
            self._be(self.intention.choosing(digit))
            if self.intention.step is Step.REASON:
                self._type_reason("")

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
        self._be(before)
        return True

    # What the database tells it.

    def on_booking_pane_previewed(self, message: Previewed) -> None:
        """Ask what there is to ask; the second of two quick Enters counts where nothing new was said."""
        now, answer = self.intention, message.answer
        if now is None or now.step is not Step.ASKING or now.request.id != message.request_id:
            return
        if isinstance(answer, NotSignedIn):
            self._be(intend(now.person, now.session))
        elif isinstance(answer, DeskError):
            self._be(now.stopped(answer.sentence))
        else:
            judged = now.judged(answer)
            self._be(judged)
            same = now.answer is None and now.verb == judged.verb == "BOOK" and answer.outcome == "booked"
            if self._again and same and not answer.overlaps:
                self._send(judged)
            elif self._ahead:
                self.choose(self._ahead)

    def on_booking_pane_answered(self, message: Answered) -> None:
        """Say that it is booked, why it is not, or that this is not known."""
        shown = self.intention and self.intention.request.id == message.request_id
        sent = self.intention if shown else self.aside.get(message.request_id)
        if sent is None or not sent.on_its_way:
            return
        answer = message.answer
        if _unknown(sent, answer):
            self._put(sent, sent.unknown())
            self.set_timer(RETRY_S, partial(self._ask_again, message.request_id))
        elif isinstance(answer, Answer) and _is_booked(sent, answer):
            self._take_out(sent)
            self.post_message(self.Booked(sent, answer))
        elif shown:
            self._fall_back(sent, answer)
        else:
            self._take_out(sent)
            self.post_message(self.NotBooked(sent, _why(answer)))

    def _fall_back(self, sent: Intention, answer: Answer | DeskError) -> None:
        if isinstance(answer, DeskError):
            self._be(sent.stopped(answer.sentence))
        elif answer.outcome == "full":
            self._preview(sent)
        else:
            self._be(sent.judged(answer).unchosen())

    def _take_reason(self, now: Intention) -> None:
        reason = self.query_one("#reason", Field).value.strip()
        if not reason:
            return
        reasoned = now.reasoned(reason)
        if reasoned.request.override_reason and not now.request.override_reason:
            self._preview(reasoned)
        else:
            self._send(reasoned)

    def _type_reason(self, so_far: str) -> None:
        field = self.query_one("#reason", Field)
        field.value, field.cursor_position = so_far, len(so_far)
        field.focus()

    def _preview(self, intention: Intention) -> None:
        self._again, self._ahead = False, None
        asking = intention.asking()
        self._be(asking)
        request = asking.request
        self.app.ask(
            self,
            "preview",
            partial(_preview, request),
            partial(self.Previewed, request.id),
            at=self.organization_id,
        )

    def _send(self, intention: Intention) -> None:
        self._be(intention.sent())
        self._ask_for(intention.request)
        self._sent()

    def _ask_again(self, request_id: UUID) -> None:
        shown = self.intention and self.intention.request.id == request_id
        sent = self.intention if shown else self.aside.get(request_id)
        if sent is not None:
            self._ask_for(sent.request)

    def _ask_for(self, request: BookingRequest) -> None:
        self.app.ask(
            self,
            "booking",
            partial(_book, request),
            partial(self.Answered, request.id),
            at=self.organization_id,
        )

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
        closing = self._typing_reason and not (intention and intention.step is Step.REASON)
        self.intention = intention
        self.set_class(self._typing_reason, "reason")
        if closing:
            self.post_message(self.ReasonClosed())
        self.redraw()

    @property
    def _typing_reason(self) -> bool:
        return self.intention is not None and self.intention.step is Step.REASON


def _unknown(sent: Intention, answer: Answer | DeskError) -> bool:
    """Whether it is open if the booking was made; once it was, only a real answer settles it."""
    if isinstance(answer, NoDatabase | NotSignedIn):
        return True
    return isinstance(answer, NotPermitted) and sent.step is Step.UNKNOWN


def _is_booked(sent: Intention, answer: Answer) -> bool:
    """A booking that exists under the request's own id is the one that was asked for."""
    if answer.outcome == "exists":
        return answer.booking_id == sent.request.id
    return answer.outcome in {"booked", "waitlisted"}


def _why(answer: Answer | DeskError) -> str:
    if isinstance(answer, DeskError):
        return answer.sentence
    return {
        "full": refusal("class_sessions_seats"),
        "due": "It was not said how they pay.",
        "exists": "They have another booking in this class already.",
    }.get(answer.outcome, refusal(answer.rule))


def _preview(request: BookingRequest, signed_in: SignedIn) -> Answer:
    from db.repositories import bookings

    return bookings.preview(signed_in, request)


def _book(request: BookingRequest, signed_in: SignedIn) -> Answer:
    from db.repositories import bookings

    return bookings.book(signed_in, request)
