"""What whoever counted the drawer leaves to the next one at the desk."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from db.errors import DeskError
from db.records import Handover, HandoverHead, Organization, Rank
from frontdesk.clock import day_of, local, time_of
from frontdesk.commands import Place, bindings_of
from frontdesk.screens.place import PlaceScreen
from frontdesk.widgets.handover_list import HandoverList
from frontdesk.widgets.text import literal, money

if TYPE_CHECKING:
    from db.transaction import SignedIn

HIGHEST = 10
NOBODY = "Nobody was to be told, waited, or owed."


class HandoverScreen(PlaceScreen):
    """Taken over by one key; the desk stands under it."""

    CSS_PATH = "handover.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("handover")]
    place: ClassVar[Place] = "handover"

    @dataclass
    class Accepted(Message):
        """It is taken over, or why it is not."""

        answer: DeskError | None

    def __init__(self, organization: Organization, handover: Handover) -> None:
        super().__init__()
        self._organization = organization
        self._handover = handover
        self._waiting = False

    @property
    def rank(self) -> Rank:
        """The user's rank in the organization."""
        return self._organization.rank

    def compose(self) -> ComposeResult:
        """Who leaves it, what the drawer came to, and what waited for somebody then."""
        head = self._handover.head
        with Vertical(classes="dialog"):
            yield Static(
                f"{literal(head.made_by or 'Somebody')} hands this desk over", classes="title", markup=False
            )
            yield Static(about(head, self._organization.timezone), id="about", markup=False)
            yield HandoverList(self._organization)
            yield Static("", id="why", markup=False)
        yield self.key_bar()

    def on_mount(self) -> None:
        """Show what waited."""
        listed, lines = self.query_one(HandoverList), self._handover.lines
        listed.styles.height = max(1, min(len(lines), HIGHEST))
        if lines:
            listed.show(lines)
        else:
            listed.say(NOBODY)

    def action_scroll(self, by: int) -> None:
        """Move the cursor."""
        self.query_one(HandoverList).move(by)

    def action_accept(self) -> None:
        """Take it over; nothing more is sent until there is an answer."""
        if not self._waiting:
            self._waiting = True
            accept = partial(_accept, self._handover.head.id)
            self.app.ask(self, "handover", accept, self.Accepted, at=self._organization.id)

    def on_handover_screen_accepted(self, message: Accepted) -> None:
        """Go on to the desk, or say why not."""
        self._waiting = False
        if isinstance(message.answer, DeskError):
            self.query_one("#why", Static).update(message.answer.sentence)
        elif self.is_current:
            self.dismiss()


def about(head: HandoverHead, zone: str) -> str:
    """What the drawer came to, and when it was counted."""
    at = local(head.made_at, zone)
    when = f"{day_of(at.date())} {time_of(head.made_at, zone)}"
    over = head.counted - head.expected
    by = f"{money(abs(over), head.currency)} {'over' if over > 0 else 'short'}" if over else "as expected"
    note = f"\nNote: {literal(head.note)}" if head.note else ""
    return f"The drawer was counted on {when}: {money(head.counted, head.currency)}, {by}{note}"


def _accept(handover_id: UUID, signed_in: SignedIn) -> None:
    from db.repositories import till

    till.accept(signed_in, handover_id)
