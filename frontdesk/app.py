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
from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.command import Provider
from textual.message import Message
from textual.message_pump import MessagePump
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Input

from db.errors import BeingUpgraded, DeskError, NoDatabase, NotSignedIn
from db.records import Profile, Rank
from frontdesk import crash, themes
from frontdesk.clock import Clock
from frontdesk.commands import bindings_everywhere, keyed, use_keys
from frontdesk.locking import Locking
from frontdesk.preferences import Preferences
from frontdesk.scanner import Scanner
from frontdesk.widgets.text import cut, literal

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

    from db.transaction import Database, SignedIn
    from frontdesk.screens.start import Start

Result = TypeVar("Result")

RETRY_S = 3.0
LOOK_S = 1.0
TOUCHES = (events.Key, events.Paste, events.MouseDown, events.MouseScrollDown, events.MouseScrollUp)
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

    @dataclass
    class TokenSlept(Message):
        """That token sleeps, as far as the database answered."""

        signed_in: SignedIn
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
        self.locking = Locking(self)
        self._token = token
        self._leaving = False
        self._held: list[Callable[[], None]] = []
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

    def on_mount(self) -> None:
        """Lock the desk that nobody touches."""
        self.set_interval(LOOK_S, self.locking.tick)

    async def on_event(self, event: events.Event) -> None:
        """Every key and click goes through here."""
        if isinstance(event, TOUCHES):
            self.locking.touched()
        await super().on_event(event)

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
        # A desk that waits for its own users stands behind one of somebody who does not work there.
        if signed_in is None or (at is not None and not self.start.works_in(at)):
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
        ended = message.signed_in
        if isinstance(message.error, NotSignedIn) and ended and ended is self.signed_in:
            self.signed_in = None
            self.locking.ended(ended)
            if not self.locked:
                await self.start.show_lock(message.error.sentence)

    def on_desk_token_slept(self, message: TokenSlept) -> None:
        """Or not yet."""
        self.locking.slept(message.signed_in, message.answer)

    @property
    def start(self) -> Start:
        """What stands under all other screens, and knows the way from signing in to the desk."""
        return cast("Start", self.screen_stack[0])

    @property
    def locked(self) -> bool:
        """Whether the desk is hidden until somebody types a PIN or password."""
        return any(getattr(screen, "place", None) == "lock" for screen in self.screen_stack)

    @property
    def unanswered(self) -> bool:
        """Whether something is on its way, at any desk."""
        return any(desk.unanswered for desk in self.start.desks.values())

    def unlocked(self) -> None:
        """Say what could not be said while the desk was locked."""
        held, self._held = self._held, []
        for say in held:
            say()

    def renewed(self, profile: Profile, signed_in: SignedIn) -> None:
        """Go on with another token of the same user, whose password was typed again."""
        self.signed_in = signed_in
        self.locking.entered(profile, signed_in, "password")
        if self.locked:
            self.locking.rest(signed_in)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Say it in a corner; on a locked desk later, since it may name somebody."""
        say = partial(super().notify, message, title=title, severity=severity, timeout=timeout, markup=markup)
        if self.locked:
            self._held.append(say)
        else:
            say()

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

    async def action_lock(self) -> None:
        """Hide the desk as it stands, until its user or another one unlocks it."""
        await self.start.lock_desk()

    async def action_sign_out(self) -> None:
        """Revoke the token; the desk stands as it was left under whatever lets somebody else in."""
        if self.signed_in is not None and not self.locked:
            self.locking.sign_out(self.start.user_id, self.signed_in)
            self.signed_in = None
            await self.start.show_lock("You are signed out.")

    async def action_pin(self) -> None:
        """Set, change or remove one's PIN."""
        await self.start.show_pin()

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
            said = ["Somebody would be forgotten."] if self.locked else forgotten
            super().notify(
                " ".join([*said, keyed("[app.quit] again leaves all the same.")]),
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
