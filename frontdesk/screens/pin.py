"""Choosing a PIN, which opens a locked desk without the password; or removing it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar
from uuid import UUID

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Label, Static

from db.errors import DeskError
from db.records import Profile
from frontdesk.commands import Place, bindings_of, key_of
from frontdesk.screens.twice import TypedTwice
from frontdesk.widgets.text import literal

if TYPE_CHECKING:
    from db.transaction import Database, SignedIn

SHORTEST, LONGEST = 4, 8
ROWS = ("01234567890", "09876543210")
ALIKE = re.compile(r"(\d)\1{3}")


class PinScreen(TypedTwice):
    """The PIN, twice; `offered` just after the password was typed, otherwise it is asked for too."""

    CSS_PATH = "pin.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("pin")]
    place: ClassVar[Place] = "pin"

    @dataclass
    class Answered(Message):
        """The database said whether the PIN is set; with the token of the password, if one was typed."""

        pin: str | None
        answer: SignedIn | DeskError | None

    def __init__(self, profile: Profile, *, offered: bool) -> None:
        super().__init__()
        self._profile = profile
        self._offered = offered

    def compose(self) -> ComposeResult:
        """What it is for, the fields, and a line for what went wrong."""
        lock, leave = key_of("app.lock"), key_of("screen.leave")
        with Vertical(classes="dialog"):
            yield Static(f"A PIN for {literal(self._profile.name)}", classes="title", markup=False)
            about = f"{lock} locks the desk; your PIN opens it. {leave}: not now."
            yield Static(about, id="about", markup=False)
            if not self._offered:
                yield Label("Your password", markup=False)
                yield Input(id="password", compact=True, password=True, max_length=1000)
            removes = "; none removes it" if self._profile.pin else ""
            yield Label(f"PIN, {SHORTEST} to {LONGEST} digits{removes}", markup=False)
            yield _pin_field("new")
            yield Label("The same again", markup=False)
            yield _pin_field("again")
            yield Static("", id="why", markup=False)
        yield self.key_bar()

    def keep(self, new: str, again: str) -> None:
        """Set the PIN, or remove it where none is typed."""
        remove = self._profile.pin and not (new or again)
        if not remove and (why := refusal(new, again)):
            self.ask_again(why)
            return
        self.wait("Keeping it.")
        pin = new or None
        answered = partial(self.Answered, pin)
        if self._offered:
            self.app.ask(self, "pin", partial(_set_pin, pin), answered)
        else:
            password = self.query_one("#password", Input).value
            app, email = self.app, self._profile.email
            call = partial(_set_with_password, app.database, email, password, app.installation, pin)
            self.app.call(self, "pin", call, answered)

    def on_pin_screen_answered(self, message: Answered) -> None:
        """Go back to the desk, or say why not."""
        self.answered()
        if isinstance(message.answer, DeskError):
            self.ask_again(message.answer.sentence)
            return
        user_id, has_pin = self._profile.user_id, message.pin is not None
        if message.answer is not None:
            self.app.renewed(self._profile, message.answer)
        self.app.locking.changed_pin(user_id, has_pin)
        if self.is_current:
            self.dismiss()
        self.app.notify("Your PIN is set." if has_pin else "Your PIN is removed.", markup=False)


def refusal(new: str, again: str) -> str | None:
    """Why that is no good PIN; only the desk can tell, since the database never sees the digits."""
    if not SHORTEST <= len(new) <= LONGEST:
        return f"A PIN has {SHORTEST} to {LONGEST} digits. Type it anew."
    if new != again:
        return "The two are not the same. Type both anew."
    fours = {new[start : start + 4] for start in range(len(new) - 3)}
    if ALIKE.search(new) or any(four in row for four in fours for row in ROWS):
        return "Four digits alike or in a row are guessed first. Choose another PIN."
    return None


def _pin_field(id: str) -> Input:
    return Input(id=id, compact=True, password=True, restrict="[0-9]*", max_length=LONGEST)


def _set_pin(pin: str | None, signed_in: SignedIn) -> None:
    from db.repositories import staff

    staff.set_pin(signed_in, pin)


def _set_with_password(
    database: Database, email: str, password: str, installation: UUID, pin: str | None
) -> SignedIn:
    from db.repositories import staff

    signed_in = staff.sign_in(database, email, password, installation)
    staff.set_pin(signed_in, pin)
    return signed_in
