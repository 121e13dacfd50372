"""The sentence of the person screen: what Enter does with the row under the cursor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from textual import getters
from textual.app import ComposeResult
from textual.message import Message

from db.errors import DeskError, NotSignedIn
from frontdesk.app import RETRY_S, Desk
from frontdesk.widgets.deals.deal import Deal, Said
from frontdesk.widgets.done import Made
from frontdesk.widgets.errands import Errand
from frontdesk.widgets.field import Field
from frontdesk.widgets.intention import Step
from frontdesk.widgets.outcome import is_unknown
from frontdesk.widgets.pane import Pane
from frontdesk.widgets.sentence import Sentence

TYPED_LENGTH = 200


class DealPane(Pane):
    """States the row's deal, asks, and does it; `send` takes what the screen does not wait for."""

    app = getters.app(Desk)

    @dataclass
    class Tried(Message):
        """The database said what would come of the asking of that number."""

        number: int
        answer: Said | DeskError

    @dataclass
    class Answered(Message):
        """The database did it, or not."""

        answer: Made | DeskError

    @dataclass
    class Did(Message):
        """It is done."""

        made: Made

    @dataclass
    class NotDone(Message):
        """It is not, and why."""

        sentence: str

    def __init__(self, organization_id: UUID, send: Callable[[Errand], None]) -> None:
        super().__init__(id="deal", classes="pane")
        self.organization_id = organization_id
        self.deal: Deal | None = None
        self._send_errand = send
        self._hint = ""
        self._number = 0
        self._ahead: str | None = None

    def compose(self) -> ComposeResult:
        """The sentence, and the field for what is typed."""
        yield Sentence(id="sentence")
        yield Field("person", id="typed", max_length=TYPED_LENGTH)

    @property
    def busy(self) -> bool:
        """Whether a question stands here, or something is on its way."""
        return self.deal is not None and self.deal.busy

    @property
    def words(self) -> str:
        """The sentence as a text to copy."""
        return " ".join(self.query_one(Sentence).render().plain.split())

    def offer(self, deal: Deal | None, hint: str = "") -> None:
        """Be about that row, or about none; a question that is open stays."""
        if not self.busy:
            self._hint = hint
            self._be(deal)

    def enter(self) -> None:
        """Do what the sentence says."""
        now = self.deal
        if now is None or not now.ways:
            return
        if now.step is Step.STATED or (now.step is Step.STOPPED and not now.chosen):
            self._go_on(now.opened())
        elif now.step is Step.STOPPED and now.chosen:
            self._go_on(now.choosing(now.chosen.digit))
        elif now.step is Step.REASON:
            self._take_typed(now)
        elif now.ready:
            self._send(now)

    def choose(self, digit: str) -> None:
        """Answer the question; one that is still being asked may be answered ahead."""
        now = self.deal
        if now is None or not now.asks(digit):
            return
        if now.step is Step.ASKING:
            self._ahead = digit
        else:
            self._go_on(now.choosing(digit))

    def leave(self) -> None:
        """Ask nothing any more; what is on its way stays."""
        if self.deal and not self.deal.on_its_way:
            self._be(None)

    def back(self) -> bool:
        """Go one step back; whether there was one. What is on its way is left to the desk."""
        now = self.deal
        if now and now.on_its_way:
            self._be(None)
            self._leave(now)
            return True
        before = now.back() if now else None
        if before is None:
            return False
        self._be(before)
        return True

    def on_deal_pane_tried(self, message: Tried) -> None:
        """Say what would come of it, and ask what there is to ask."""
        now, answer = self.deal, message.answer
        if now is None or now.step is not Step.ASKING or message.number != self._number:
            return
        ahead, self._ahead = self._ahead, None
        if isinstance(answer, NotSignedIn):
            self.back()
        elif isinstance(answer, DeskError):
            self._go_on(now.refused(answer.sentence))
        else:
            self._be(now.told(answer))
            if ahead and now.chosen is None:
                self.choose(ahead)

    def on_deal_pane_answered(self, message: Answered) -> None:
        """Be about the row again and tell what became of it; ask again while that is not known."""
        now, answer = self.deal, message.answer
        if now is None or not now.on_its_way or now.chosen is None:
            return
        if is_unknown(answer, was_unknown=now.step is Step.UNKNOWN):
            self._be(now.unknown())
            self.set_timer(RETRY_S, partial(self._ask, now))
            return
        self._be(None)
        if isinstance(answer, DeskError):
            self.post_message(self.NotDone(f"{now.chosen.is_not} {answer.sentence}"))
        else:
            self.post_message(self.Did(answer))

    def _take_typed(self, now: Deal) -> None:
        typed = self.query_one("#typed", Field).value.strip()
        if not typed:
            return
        took = now.took(typed)
        if took.step is Step.ASKING:
            self._go_on(took)
        else:
            self._send(took)

    def _go_on(self, deal: Deal) -> None:
        """Be so far, and ask what comes next of the database or of whoever types."""
        asking = deal.step is Step.ASKING
        self._be(deal)
        if asking and deal.trial:
            self._number += 1
            self._ahead = None
            self.app.ask(
                self, "trial", deal.trial, partial(self.Tried, self._number), at=self.organization_id
            )
        elif deal.step is Step.REASON:
            self._open_field(deal.typed)

    def _send(self, deal: Deal) -> None:
        if deal.chosen and deal.chosen.leaves:
            self._be(None)
            self._leave(deal)
        else:
            self._be(deal.sent())
            self._ask(deal)

    def _leave(self, deal: Deal) -> None:
        way = deal.chosen
        if way:
            self._send_errand(Errand(way.name, way.is_so, way.is_not, partial(way.do, deal.typed)))

    def _ask(self, deal: Deal) -> None:
        if deal.chosen:
            do = partial(deal.chosen.do, deal.typed)
            self.app.ask(self, "deal", do, self.Answered, at=self.organization_id)

    def _open_field(self, value: str) -> None:
        field = self.query_one("#typed", Field)
        field.value = value
        field.cursor_position = len(value)
        field.placeholder = self.deal.title if self.deal else ""
        field.focus()

    def _be(self, deal: Deal | None) -> None:
        self.deal = deal
        typing = deal is not None and deal.step is Step.REASON
        self.set_class(typing, "typing")
        if not typing:
            # Digits are answers again, and nothing that was typed stays behind.
            self.screen.set_focus(None)
            self.query_one("#typed", Field).value = ""
        sentence = self.query_one(Sentence)
        if deal is None:
            self.entitle("")
            sentence.hint(self._hint)
        else:
            self.entitle(deal.title)
            sentence.say(deal)
