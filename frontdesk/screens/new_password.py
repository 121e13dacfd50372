"""Replacing a one-time password, before anything else can be done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Label, Static

from db.errors import DeskError
from db.records import Profile
from frontdesk.commands import Place, bindings_of
from frontdesk.screens.twice import TypedTwice
from frontdesk.widgets.text import literal

if TYPE_CHECKING:
    from db.transaction import SignedIn

SHORTEST = 10


class NewPassword(TypedTwice):
    """The new password, twice; `old` is the one-time password where it was typed just now."""

    CSS_PATH = "new_password.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("new-password")]
    place: ClassVar[Place] = "new-password"

    @dataclass
    class Answered(Message):
        """The database said whether the password is changed."""

        answer: DeskError | None

    def __init__(self, profile: Profile, old: str | None) -> None:
        super().__init__()
        self._profile = profile
        self._old = old

    def compose(self) -> ComposeResult:
        """The fields, and a line for what went wrong."""
        name = literal(self._profile.name)
        with Vertical(classes="dialog"):
            yield Static(f"{name}, choose a password of your own", classes="title", markup=False)
            yield Label(f"New password, {SHORTEST} characters or more", markup=False)
            yield Input(id="new", compact=True, password=True)
            yield Label("The same again", markup=False)
            yield Input(id="again", compact=True, password=True)
            yield Static("", id="why", markup=False)
        yield self.key_bar()

    def keep(self, new: str, again: str) -> None:
        """Change the password."""
        if why := _refusal(self._old, new, again):
            self.ask_again(why)
            return
        self.wait("Changing it.")
        self.app.ask(self, "new_password", partial(_change_password, new), self.Answered)

    def on_new_password_answered(self, message: Answered) -> None:
        """Go on, or say why not."""
        self.answered()
        if isinstance(message.answer, DeskError):
            self.ask_again(message.answer.sentence)
        else:
            self.app.start.load_account()


def _refusal(old: str | None, new: str, again: str) -> str | None:
    if len(new) < SHORTEST:
        return f"Too short: {SHORTEST} characters or more. Type it anew."
    if new != again:
        return "The two are not the same. Type both anew."
    return "That is the old password. Choose another one." if new == old else None


def _change_password(new: str, signed_in: SignedIn) -> None:
    from db.repositories import staff

    staff.change_password(signed_in, new)
