"""The app: who is signed in, which screen stands, and the one place that runs database calls.

A screen hands over a repository call and the message that its answer becomes. The call runs in a worker's
thread, touches no widget and is never cancelled: a late cancel would hit the next statement. SQLAlchemy and
the screens after the first are imported when they are first needed, not before the first paint.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast
from uuid import UUID

from rich.text import Text
from textual.app import App
from textual.binding import BindingType
from textual.command import Provider
from textual.message import Message
from textual.message_pump import MessagePump
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Input

from db.errors import BeingUpgraded, DeskError, NoDatabase, NotSignedIn
from db.records import Rank
from frontdesk import crash, themes
from frontdesk.clock import Clock
from frontdesk.commands import bindings_everywhere, keyed, use_keys
from frontdesk.preferences import Preferences
from frontdesk.scanner import Scanner
from frontdesk.widgets.text import cut, literal

if TYPE_CHECKING:
    from db.transaction import Database, SignedIn
    from frontdesk.screens.start import Start

Result = TypeVar("Result")

RETRY_S = 3.0
COPIED_CELLS = 60
NO_PREFERENCES = Preferences()


@dataclass(frozen=True, slots=True)
class Outage:
    """Since when the database does not answer, and what to call it."""

    since: datetime
    what: str


def _palette() -> type[Provider]:
    """The palette's commands, imported when it is opened."""
    from frontdesk.palette import Commands

    return Commands


class Desk(App[None], inherit_bindings=False):
    """The front desk of one installation."""

    TITLE = "frontdesk"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_everywhere()]
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_palette}
    HORIZONTAL_BREAKPOINTS = [(0, "-slim"), (70, "-narrow"), (100, "-wide"), (120, "-widest")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (36, "-high")]  # noqa: RUF012

    outage: reactive[Outage | None] = reactive(None)
    """Since when the database does not answer, if it does not."""

    @dataclass
    class Heard(Message):
        """A database call came back: `error` is what went wrong, if anything did."""

        signed_in: SignedIn | None
        error: DeskError | None

    @dataclass
    class TokenRevoked(Message):
        """Whoever signed out is signed out, as far as the database answered."""

        answer: DeskError | None

    def __init__(
        self,
        database: Database,
        *,
        installation: UUID,
        desk_name: str,
        token: str | None,
        demo: str | None,
        preferences: Preferences = NO_PREFERENCES,
    ) -> None:
        # The filter that takes colours away is chosen here, before there is a theme.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.database = database
        self.installation = installation
        self.desk_name = desk_name
        self.demo = demo
        self.clock = Clock()
        self.scanner = Scanner()
        self.signed_in: SignedIn | None = None
        self._token = token
        self._leaving = False
        self.keep_theme = preferences.keep_theme
        use_keys(preferences.keys)
        self.set_keymap({**preferences.keys})
        self._use_themes(preferences.theme or themes.DARK)

    def _use_themes(self, name: str) -> None:
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = themes.NO_COLOR if self.no_color else name
        kept = {theme.name for theme in themes.THEMES} | {themes.NO_COLOR}
        for name in set(self.available_themes) - kept:
            self.unregister_theme(name)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables, for the theme that does not have them."""
        return themes.DEFAULTS

    def get_default_screen(self) -> Screen[None]:
        """What stands there until it is known who is signed in."""
        from frontdesk.screens.start import Start

        return Start(self._token)

    def on_load(self) -> None:
        """The first list should not wait for a collection; `first_list_shown` ends this."""
        gc.disable()

    def first_list_shown(self) -> None:
        """Collect garbage again, without what lives as long as the app."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

    # Database calls.

    def call(
        self,
        sender: MessagePump,
        name: str,
        call: Callable[[], Result],
        answered: Callable[[Result | DeskError], Message],
    ) -> None:
        """Run a repository call in a worker; `sender` gets its answer, or what went wrong, as a message."""
        self._load(sender, name, None, call, answered)

    def ask(
        self,
        sender: MessagePump,
        name: str,
        call: Callable[[SignedIn], Result],
        answered: Callable[[Result | DeskError], Message],
        at: UUID | None = None,
    ) -> None:
        """The same as whoever is signed in, working in the organization `at`."""
        signed_in = self.signed_in
        if signed_in is None:
            sender.post_message(answered(NotSignedIn()))
            return
        working = signed_in if at is None else signed_in.at(at)
        self._load(sender, name, signed_in, partial(call, working), answered)

    def _load(
        self,
        sender: MessagePump,
        name: str,
        signed_in: SignedIn | None,
        call: Callable[[], Result],
        answered: Callable[[Result | DeskError], Message],
    ) -> None:
        async def load() -> None:
            error: DeskError | None = None
            answer: Result | DeskError
            try:
                answer = await asyncio.to_thread(call)
            except DeskError as refused:
                answer = error = refused
            self.post_message(self.Heard(signed_in, error))
            sender.post_message(answered(answer))

        self.run_worker(load(), name=f"load_{name}", group=f"load_{name}")

    async def on_desk_heard(self, message: Heard) -> None:
        """Keep whether the database answers, and whether the token is still valid."""
        if isinstance(message.error, NoDatabase):
            what = "BEING UPGRADED" if isinstance(message.error, BeingUpgraded) else "NO DATABASE"
            self.outage = Outage(self.outage.since if self.outage else self.clock.now(), what)
        else:
            self.outage = None
        if isinstance(message.error, NotSignedIn) and message.signed_in is self.signed_in:
            self.signed_in = None
            await self.start.show_sign_in(message.error.sentence)

    @property
    def start(self) -> Start:
        """What stands under all other screens, and knows the way from signing in to the desk."""
        return cast("Start", self.screen_stack[0])

    @property
    def rank(self) -> Rank:
        """The rank that counts on the screen that stands."""
        rank: Rank = getattr(self.screen, "rank", "viewer")
        return rank

    # What keys do everywhere.

    async def action_help(self) -> None:
        """Say what the keys do here."""
        from frontdesk.screens.help import Help
        from frontdesk.screens.place import PlaceScreen

        screen = self.screen
        if isinstance(screen, PlaceScreen):
            await self.push_screen(Help(screen.place, screen.rank, screen.topic))

    async def action_sign_out(self) -> None:
        """Revoke the token; the desk stands under the sign-in as it was left."""
        from db.repositories import staff

        if self.signed_in is not None:
            self.call(self, "sign_out", partial(staff.sign_out, self.signed_in), self.TokenRevoked)
        self.signed_in = None
        await self.start.show_sign_in("You are signed out.")

    async def action_organization(self) -> None:
        """Work in another organization; the desk of this one stands as it was left."""
        if len(self.start.organizations) > 1:
            await self.start.show_organizations()
        else:
            self.notify("You work in this organization only.", markup=False)

    async def action_quit(self) -> None:
        """Leave; who would be forgotten by it is named first: nobody could tell what became of them."""
        forgotten = [sentence for desk in self.start.desks.values() for sentence in desk.forgotten]
        if forgotten and not self._leaving:
            self._leaving = True
            self.notify(
                " ".join([*forgotten, keyed("[app.quit] again leaves all the same.")]),
                severity="warning",
                timeout=20,
                markup=False,
            )
        else:
            self.exit()

    async def action_themes(self) -> None:
        """Choose the colours."""
        from frontdesk.screens.themes import ThemesScreen

        if self.no_color:
            self.notify("NO_COLOR is set, so there are no colours to choose.", markup=False)
        else:
            await self.push_screen(ThemesScreen())

    def action_copy(self) -> None:
        """Copy what the mouse has selected, or else what the cursor is on."""
        text = self.screen.get_selected_text() or getattr(self.screen, "words", "")
        self.screen.clear_selection()
        if text:
            self.copy_to_clipboard(text)
        else:
            self.notify("Nothing to copy: choose somebody, or select text with the mouse.", markup=False)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy to the terminal's clipboard (OSC 52, over ssh too) and to this machine's, and say so."""
        if isinstance(self.focused, Input) and self.focused.password:
            self.notify("A password is not copied.", markup=False)
            return
        super().copy_to_clipboard(text)
        # A clipboard's program may never come back; it must not hold the desk up, nor its end.
        Thread(target=_copy_here, args=(text,), daemon=True).start()
        self.notify(f"Copied: {cut(literal(' '.join(text.split())), COPIED_CELLS)}", markup=False)

    # When it breaks.

    def _fatal_error(self) -> None:
        """Textual's own would print local variables: passwords and clients' names among them."""
        error = self._exception or RuntimeError()
        text = crash.sentences(error, crash.write_report(error))
        self._exit_renderables.append(Text(text))
        self._close_messages_no_wait()


def _copy_here(text: str) -> None:
    """Copy to the clipboard of the machine that frontdesk runs on, where it has one."""
    import pyperclip

    with suppress(pyperclip.PyperclipException, OSError):
        pyperclip.copy(text)
