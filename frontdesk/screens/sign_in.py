"""Signing in with e-mail and password."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Label, Static

from db.errors import DeskError
from frontdesk.commands import Place, bindings_of
from frontdesk.screens.place import PlaceScreen
from frontdesk.widgets.field import Field

if TYPE_CHECKING:
    from db.transaction import Database, SignedIn


class SignIn(PlaceScreen):
    """Two fields; what stood on the desk below stays there."""

    CSS_PATH = "sign_in.tcss"
    # Before the field hears of it: what is typed right behind Enter is the password, and must not be read.
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings_of("sign-in"),
        Binding("enter", "to_password", show=False, priority=True),
    ]
    AUTO_FOCUS = "#email"
    place: ClassVar[Place] = "sign-in"

    @dataclass
    class Answered(Message):
        """The database said whether e-mail and password fit."""

        answer: SignedIn | DeskError

    def __init__(self, why: str = "", email: str = "") -> None:
        super().__init__()
        self._why = why
        self._email = email
        self._waiting = False

    def compose(self) -> ComposeResult:
        """The fields, and a line for what went wrong."""
        with Vertical(classes="dialog"):
            yield Static("frontdesk", classes="title", markup=False)
            yield Label("E-mail", markup=False)
            yield Field("sign-in", id="email", max_length=320, value=self._email)
            yield Label("Password", markup=False)
            yield Input(id="password", compact=True, password=True, max_length=1000)
            yield Static(self._why, id="why", markup=False)
        yield self.key_bar()

    def action_to_password(self) -> None:
        """Enter in the e-mail goes on to the password."""
        if self.focused is not self.query_one("#email"):
            raise SkipAction
        self.set_focus(self.query_one("#password"))

    def on_input_submitted(self) -> None:
        """Enter in the password signs in."""
        email, password = self.query_one("#email", Input), self.query_one("#password", Input)
        if not email.value.strip():
            email.focus()
        elif password.value and not self._waiting:
            self._waiting = True
            self._say("Signing in.")
            call = partial(_sign_in, self.app.database, email.value, password.value, self.app.installation)
            self.app.call(self, "sign_in", call, self.Answered)

    def on_sign_in_answered(self, message: Answered) -> None:
        """Go on, or say why not; the e-mail stays."""
        self._waiting = False
        if isinstance(message.answer, DeskError):
            self.failed(message.answer.sentence)
            return
        password = self.query_one("#password", Input)
        self.app.start.entered(message.answer, "password", password.value)
        password.value = ""

    def on_mount(self) -> None:
        """Where it is known who signs in, only the password is missing."""
        if self._email:
            self.query_one("#password", Input).focus()

    async def action_leave(self) -> None:
        """Go back to the locked desk, if this stands over one and somebody is here."""
        if self.app.locked and list(self.app.locking):
            await super().action_leave()

    def failed(self, why: str) -> None:
        """Ask again, and say why."""
        self._say(why)
        password = self.query_one("#password", Input)
        password.value = ""
        if self.query_one("#email", Input).value:
            password.focus()

    def _say(self, sentence: str) -> None:
        self.query_one("#why", Static).update(sentence)


def _sign_in(database: Database, email: str, password: str, installation: UUID) -> SignedIn:
    from db.repositories import staff

    return staff.sign_in(database, email, password, installation)
