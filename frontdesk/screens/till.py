"""This desk's drawer of cash: its float, what is paid in and out, and its count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Literal
from uuid import UUID, uuid4

from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Label, Static

from db.errors import DeskError, NoDatabase, NotSignedIn
from db.records import Drawer, DrawerMove, Organization, Rank
from frontdesk import denominations
from frontdesk.clock import time_of
from frontdesk.commands import Place, bindings_of, may
from frontdesk.screens.place import PlaceScreen
from frontdesk.widgets.drawer_list import NOTHING, DrawerList
from frontdesk.widgets.text import literal, minor_units, money

if TYPE_CHECKING:
    from db.transaction import SignedIn

Act = Literal["shown", "opened", "paid", "counted"]

AMOUNT_LENGTH, PIECES_LENGTH, TEXT_LENGTH = 12, 5, 200
ENDS = {"reason", "note"}
NO_DRAWER = "No drawer is open at this desk. Cash is taken all the same, and goes into no drawer."
NO_AMOUNT = "That is no amount. Type it like 12.50, or -3.50 for what is paid out."
NO_FLOAT = "That is no amount. Type what is in the drawer, like 100 or 85.50."


class TillScreen(PlaceScreen):
    """The drawer beside its count, over what went in and out; the desk stands under it as it was left."""

    CSS_PATH = "till.tcss"
    # Before the field hears of it: what is typed right behind Enter belongs to the next one.
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of("till"),
        Binding("enter", "to_next_field", show=False, priority=True),
    ]
    AUTO_FOCUS = "#amount"
    place: ClassVar[Place] = "till"

    @dataclass
    class Answered(Message):
        """What became of the drawer, None where none is open; or why nothing did."""

        act: Act
        answer: Drawer | DeskError | None

    @dataclass
    class Moved(Message):
        """What went into the drawer and out of it, or why that is not known."""

        answer: list[DrawerMove] | DeskError

    def __init__(self, organization: Organization) -> None:
        super().__init__()
        self._organization = organization
        self._drawer: Drawer | None = None
        self._waiting = False
        self._asked_as = uuid4()

    @property
    def rank(self) -> Rank:
        """The user's rank in the organization."""
        return self._organization.rank

    @property
    def topic(self) -> str:
        """Help is about the field, and the same for all coins and notes."""
        focused = self.focused.id if self.focused else None
        return "till.pieces" if focused and focused.startswith("pieces-") else f"till.{focused}"

    def compose(self) -> ComposeResult:
        """The sums and the fields, the count of each coin and note, and what went in and out."""
        with Horizontal(id="sides"):
            with Vertical(id="drawer", classes="pane") as drawer:
                drawer.border_title = f"Till of {literal(self.app.desk_name)}"
                yield Static("Asking the database.", id="sums", markup=False)
                yield Label("", id="ask", markup=False)
                yield _field("amount", AMOUNT_LENGTH, r"[-+0-9.,]*")
                yield Label("Why", id="ask-why", markup=False)
                yield _field("reason", TEXT_LENGTH)
            with Vertical(id="count", classes="pane") as count:
                count.border_title = "Count"
                with Container(id="pieces"):
                    for worth in denominations.of(self._organization.currency):
                        with Horizontal():
                            yield Label(money(worth, self._organization.currency), markup=False)
                            yield _field(f"pieces-{worth}", PIECES_LENGTH, "[0-9]*")
                yield Static("", id="counted", markup=False)
                yield Label("Note, where it is over or short", markup=False)
                yield _field("note", TEXT_LENGTH)
        yield DrawerList(self._organization, self.app.clock.now, id="moves")
        yield Static("", id="said", markup=False)
        yield self.key_bar()

    def on_mount(self) -> None:
        """Nothing is said or typed before it is known what is there; viewers type nothing at all."""
        self._list.border_title = "In and out"
        self._list.add_class("pane")
        for field in self.query(Input):
            field.disabled = True

    def on_screen_resume(self) -> None:
        """Ask for it, after somebody has signed in again too."""
        self.action_refresh_now()

    def action_refresh_now(self) -> None:
        """Ask for it again."""
        self._ask("shown", _now)

    def on_input_changed(self) -> None:
        """Say what the pieces come to."""
        self._show_count()

    def action_to_next_field(self) -> None:
        """Enter goes to the next field, but in those that end a pane."""
        if self._drawer is None or self.focused is None or self.focused.id in ENDS:
            raise SkipAction
        self.focus_next(Input)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter in the last field of a pane does what the pane is for."""
        if self._drawer is None:
            self._open()
        elif event.input.id == "reason":
            self._pay()
        elif event.input.id == "note":
            self._count(self._drawer)

    def on_till_screen_answered(self, message: Answered) -> None:
        """Show it, or say why not; what was typed stays until it is done."""
        self._waiting = False
        answer = message.answer
        if not isinstance(answer, NoDatabase):
            self._asked_as = uuid4()  # whatever is asked next is another thing
        if isinstance(answer, NotSignedIn):
            return
        if isinstance(answer, DeskError):
            self._say(answer.sentence)
            return
        if message.act != "shown":
            self._empty(message.act)
            self._say("")
        if message.act == "counted" and answer is not None:
            self.notify(f"{counted(answer)}. Open the next drawer here.", markup=False)
            answer = None
        opened = (answer is None) != (self._drawer is None)
        self._show(answer)
        if opened or self.focused is None or message.act != "shown":
            # At once: what is typed next belongs there.
            self.set_focus(self.query_one("#amount", Input))

    def on_till_screen_moved(self, message: Moved) -> None:
        """Show it; what was there stays where there is no answer, and the sums say the same."""
        if not isinstance(message.answer, DeskError):
            self._list.show_all(message.answer, NOTHING)

    @property
    def _list(self) -> DrawerList:
        return self.query_one("#moves", DrawerList)

    def _open(self) -> None:
        amount = minor_units(self._typed("amount"), self._organization.currency)
        if amount is None or amount < 0:
            self._say(NO_FLOAT)
        else:
            self._ask("opened", partial(_open, self._asked_as, amount))

    def _pay(self) -> None:
        amount = minor_units(self._typed("amount"), self._organization.currency)
        if not amount:
            self._say(NO_AMOUNT)
            self.query_one("#amount", Input).focus()
        else:
            self._ask("paid", partial(_pay, self._asked_as, amount, self._typed("reason")))

    def _count(self, drawer: Drawer) -> None:
        self._ask("counted", partial(_count, drawer.id, self._pieces, self._typed("note")))

    def _ask(self, act: Act, call: Callable[[SignedIn], Drawer | None]) -> None:
        """Nothing more is sent until there is an answer; a viewer may only look."""
        if not self._waiting and (act == "shown" or may(self.rank, "staff")):
            self._waiting = True
            self.app.ask(self, "till", call, partial(self.Answered, act), at=self._organization.id)

    @property
    def _pieces(self) -> dict[int, int]:
        worths = denominations.of(self._organization.currency)
        return {worth: int(self._typed(f"pieces-{worth}") or 0) for worth in worths}

    def _typed(self, field: str) -> str:
        return self.query_one(f"#{field}", Input).value.strip()

    def _empty(self, act: Act) -> None:
        """What is done is not to be done again; pieces that were counted stay while something is paid."""
        for each in self.query(Input):
            if act == "counted" or each.id in {"amount", "reason"}:
                each.value = ""

    def _say(self, sentence: str) -> None:
        self.query_one("#said", Static).update(sentence)

    def _show(self, drawer: Drawer | None) -> None:
        self._drawer = drawer
        is_open, writes = drawer is not None, may(self.rank, "staff")
        self.query_one("#sums", Static).update(
            sums(drawer, self._organization.timezone) if drawer else NO_DRAWER
        )
        asked = "Paid in, or out with a minus" if is_open else "Float: what is in the drawer now"
        self.query_one("#ask", Label).update(asked)
        self.add_class("-known")
        self.set_class(is_open, "-open")
        for field in self.query(Input):
            field.disabled = not writes
        self._show_count()
        if drawer:
            moved = partial(_moves, drawer.id)
            self.app.ask(self, "moves", moved, self.Moved, at=self._organization.id)

    def _show_count(self) -> None:
        drawer = self._drawer
        if drawer is None:
            return
        found = sum(worth * pieces for worth, pieces in self._pieces.items())
        self.query_one("#counted", Static).update(over_or_short(found, drawer.expected, drawer.currency))


def sums(drawer: Drawer, zone: str) -> str:
    """What is in the drawer and why, a line each."""
    since = f"open since {time_of(drawer.opened_at, zone)}"
    said = f"{since} by {literal(drawer.opened_by)}" if drawer.opened_by else since
    lines = [
        ("float", drawer.float_amount),
        ("cash taken", drawer.takings),
        ("given back", drawer.refunds),
        ("paid in", drawer.paid_in),
        ("paid out", drawer.paid_out),
        ("expected", drawer.expected),
    ]
    amounts = [(word, money(amount, drawer.currency)) for word, amount in lines]
    width = max(len(amount) for _, amount in amounts)
    return "\n".join([said, "", *(f"{word:<12}{amount:>{width}}" for word, amount in amounts)])


def over_or_short(found: int, expected: int, currency: str) -> str:
    """What a count would come to, such as 'COUNT £105.00: £5.00 short'."""
    if found == expected:
        return f"COUNT {money(found, currency)}, as expected"
    by, which = money(abs(found - expected), currency), "over" if found > expected else "short"
    return f"COUNT {money(found, currency)}: {by} {which}"


def counted(drawer: Drawer) -> str:
    """What a count came to."""
    found = over_or_short(drawer.counted or 0, drawer.expected, drawer.currency)
    return found.replace("COUNT", "Counted", 1)


def _field(id: str, length: int, restrict: str | None = None) -> Input:
    return Input(id=id, compact=True, max_length=length, restrict=restrict, select_on_focus=False)


def _now(signed_in: SignedIn) -> Drawer | None:
    from db.repositories import till

    return till.drawer(signed_in)


def _moves(drawer_id: UUID, signed_in: SignedIn) -> list[DrawerMove]:
    from db.repositories import till

    return till.moves(signed_in, drawer_id)


def _open(drawer_id: UUID, amount: int, signed_in: SignedIn) -> Drawer:
    from db.repositories import till

    return till.open_drawer(signed_in, drawer_id, amount)


def _pay(movement_id: UUID, amount: int, reason: str, signed_in: SignedIn) -> Drawer | None:
    from db.repositories import till

    return till.move(signed_in, movement_id, amount, reason)


def _count(drawer_id: UUID, pieces: dict[int, int], note: str, signed_in: SignedIn) -> Drawer:
    from db.repositories import till

    return till.count(signed_in, drawer_id, pieces, note)
