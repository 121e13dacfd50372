"""What was sent for somebody and is asked for until there is an answer, whatever the desk shows meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from textual import getters
from textual.message import Message
from textual.widget import Widget

from db.errors import DeskError
from frontdesk.app import RETRY_S, Desk
from frontdesk.widgets.done import Made
from frontdesk.widgets.outcome import is_unknown

if TYPE_CHECKING:
    from db.transaction import SignedIn


@dataclass(eq=False, slots=True)
class Errand:
    """Something for somebody; `do` may be asked again and does nothing twice.

    `is_so` says what is so when it is done, `is_not` what is not where it is refused; both are safe to show.
    """

    name: str
    is_so: str
    is_not: str
    do: Callable[[SignedIn], Made]
    unknown: bool = False


class Errands(Widget):
    """Shows nothing itself: the desk says what became of each."""

    app = getters.app(Desk)

    @dataclass
    class Answered(Message):
        """The database answered, or did not."""

        errand: Errand
        answer: Made | DeskError

    @dataclass
    class Did(Message):
        """It is done."""

        made: Made

    @dataclass
    class NotDone(Message):
        """It is not, and why."""

        sentence: str

    @dataclass
    class Changed(Message):
        """Others are on their way than before."""

    def __init__(self, organization_id: UUID) -> None:
        super().__init__()
        self.display = False
        self.organization_id = organization_id
        self.waiting: list[Errand] = []

    def send(self, errand: Errand) -> None:
        """Ask for it, from now on until there is an answer."""
        self.waiting.append(errand)
        self.post_message(self.Changed())
        self._ask(errand)

    def on_errands_answered(self, message: Answered) -> None:
        """Say that it is done, why it is not, or ask again while that is not known."""
        errand, answer = message.errand, message.answer
        if is_unknown(answer, was_unknown=errand.unknown):
            errand.unknown = True
            self.set_timer(RETRY_S, partial(self._ask, errand))
            return
        self.waiting.remove(errand)
        self.post_message(self.Changed())
        if isinstance(answer, DeskError):
            self.post_message(self.NotDone(f"{errand.is_not} {answer.sentence}"))
        else:
            self.post_message(self.Did(answer))

    def _ask(self, errand: Errand) -> None:
        self.app.ask(self, "errand", errand.do, partial(self.Answered, errand), at=self.organization_id)
