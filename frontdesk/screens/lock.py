"""The locked desk: nothing of it shows, and whoever is here goes on with a PIN."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Label, Static

from db.errors import DeskError, NotSignedIn, PinSpent
from frontdesk.commands import Place, bindings_of, key_of
from frontdesk.locking import Here
from frontdesk.screens.place import PlaceScreen
from frontdesk.widgets.here_list import HereList
from frontdesk.widgets.text import literal

if TYPE_CHECKING:
    from db.transaction import SignedIn

HIGHEST = 8
LONGEST = 8
ENDED = "Too long ago, or signed out elsewhere. Sign in with your password."


class Lock(PlaceScreen):
    """Who is here, and a field for the PIN; the desk stands behind as it was left."""

    CSS_PATH = "lock.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("lock")]
    AUTO_FOCUS = "#pin"
    place: ClassVar[Place] = "lock"

    @dataclass
    class Answered(Message):
        """The database said whether the PIN fits."""

        user_id: UUID
        answer: SignedIn | DeskError

    def __init__(self, user_id: UUID | None, why: str = "") -> None:
        super().__init__()
        self._user_id = user_id
        self._why = why
        self._waiting = False

    def compose(self) -> ComposeResult:
        """The names, the field, and a line for what went wrong."""
        with Vertical(classes="dialog"):
            yield Static("Locked", classes="title", markup=False)
            yield HereList()
            yield Label("", id="whose", markup=False)
            yield Input(id="pin", compact=True, password=True, restrict="[0-9]*", max_length=LONGEST)
            yield Static(self._why, id="why", markup=False)
        yield self.key_bar()

    def on_mount(self) -> None:
        """Show who is here."""
        self._show_who_is_here()

    def on_here_list_chosen(self) -> None:
        """A click on a name."""
        self._chose()

    def action_other(self, by: int) -> None:
        """Choose another one."""
        self.query_one(HereList).move(by, around=True)
        self._chose()

    async def action_password(self) -> None:
        """The other way in; Esc leads back here."""
        await self.app.start.show_sign_in()

    async def action_sign_out(self) -> None:
        """Sign out whoever is chosen; without anybody left, only a password helps."""
        chosen = self._chosen
        if chosen is None:
            return
        self.app.locking.sign_out(chosen.profile.user_id, chosen.password)
        if chosen.profile.user_id == self._user_id:
            self.app.signed_in = None
        said = f"{literal(chosen.profile.name)} is signed out."
        self.say(said)
        self._show_who_is_here()
        if not list(self.app.locking):
            await self.app.start.show_sign_in(said)

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Unlock, or ask for the password where there is no PIN."""
        chosen = self._chosen
        if chosen is None or not chosen.opens_by_pin:
            await self.app.start.show_sign_in(email=chosen.profile.email if chosen else "")
        elif event.value and not self._waiting:
            self._waiting = True
            self.say("Unlocking.")
            answered = partial(self.Answered, chosen.profile.user_id)
            self.app.call(self, "unlock", partial(_unlock, chosen.password, event.value), answered)

    def on_lock_answered(self, message: Answered) -> None:
        """Go on, or say why not."""
        self._waiting = False
        self.query_one("#pin", Input).value = ""
        if isinstance(message.answer, PinSpent):
            self.app.locking.spent(message.user_id)
            self._show_who_is_here()
        if isinstance(message.answer, DeskError):
            self.say(message.answer.sentence)
        else:
            self.app.start.entered(message.answer, "pin")

    def say(self, sentence: str) -> None:
        """Say what went wrong, or what is being done."""
        self.query_one("#why", Static).update(sentence)

    @property
    def _chosen(self) -> Here | None:
        return self.query_one(HereList).current

    def _show_who_is_here(self) -> None:
        here, listed = list(self.app.locking), self.query_one(HereList)
        chosen = self._chosen.profile.user_id if self._chosen else self._user_id
        users = [each.profile.user_id for each in here]
        listed.styles.height = max(1, min(len(here), HIGHEST))
        listed.show(here, users.index(chosen) if chosen in users else 0)
        self._say_whose()

    def _chose(self) -> None:
        self.query_one("#pin", Input).value = ""
        self.say("")
        self._say_whose()

    def _say_whose(self) -> None:
        chosen = self._chosen
        if chosen is None:
            whose = f"Nobody is signed in: {key_of('lock.enter')} asks for e-mail and password"
        elif chosen.opens_by_pin:
            whose = f"PIN of {literal(chosen.profile.name)}"
        else:
            whose = f"{literal(chosen.profile.name)}: {key_of('lock.enter')} asks for the password"
        self.query_one("#whose", Label).update(whose)


def _unlock(password: SignedIn, pin: str) -> SignedIn:
    from db.repositories import staff

    try:
        return staff.unlock(password, pin)
    except NotSignedIn:
        raise PinSpent(ENDED) from None
