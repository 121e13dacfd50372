"""The app: who is signed in, which screen stands, and the one place that runs database calls.

A screen hands over a repository call and the message that its answer becomes. The call runs in a worker's
thread, touches no widget and is never cancelled: a late cancel would hit the next statement. SQLAlchemy and
the screens after the first are imported when they are first needed, not before the first paint.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar, TypeVar
from uuid import UUID

from rich.text import Text
from textual.app import App, ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.message import Message
from textual.message_pump import MessagePump
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from db.errors import SIGN_IN_AGAIN, BeingUpgraded, DeskError, NoDatabase, NotPermitted
from db.records import Organization, Profile, Rank
from frontdesk import crash, themes
from frontdesk.clock import Clock
from frontdesk.commands import Place, commands_of, key_of
from frontdesk.widgets.text import literal

if TYPE_CHECKING:
    from db.transaction import Database, SignedIn
    from frontdesk.screens.desk import DeskScreen

Result = TypeVar("Result")

RETRY_S = 3.0


class SignedOut(NotPermitted):
    """The token has ended: whoever asked keeps what was typed until somebody has signed in."""

    def __init__(self) -> None:
        super().__init__(SIGN_IN_AGAIN)


@dataclass(frozen=True, slots=True)
class Outage:
    """Since when the database does not answer, and what to call it."""

    since: datetime
    what: str


class Desk(App[None]):
    """The front desk of one installation."""

    TITLE = "frontdesk"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = []
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012

    outage: reactive[Outage | None] = reactive(None)
    """Since when the database does not answer, if it does not."""

    @dataclass
    class Heard(Message):
        """A database call came back: `error` is what went wrong, if anything did."""

        signed_in: SignedIn | None
        error: DeskError | None

    @dataclass
    class AccountLoaded(Message):
        """Who is signed in, and where they work; or why that is not known."""

        answer: Account | DeskError

    @dataclass
    class DeskOpened(Message):
        """This installation is a desk of the organization now, or why it is not."""

        organization: Organization
        answer: DeskError | None

    @dataclass
    class TokenRevoked(Message):
        """Whoever signed out is signed out, as far as the database answered."""

        answer: DeskError | None

    def __init__(
        self, database: Database, *, installation: UUID, desk_name: str, token: str | None, demo: str | None
    ) -> None:
        # The filter that takes colours away is chosen here, before there is a theme.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.database = database
        self.installation = installation
        self.desk_name = desk_name
        self.demo = demo
        self.clock = Clock()
        self.signed_in: SignedIn | None = None
        self.account: Account | None = None
        self.desks: dict[UUID, DeskScreen] = {}
        self._token = token
        self._password: str | None = None
        self._leaving = False
        self._use_themes()

    def _use_themes(self) -> None:
        for theme in themes.THEMES:
            self.register_theme(theme)
        self.theme = themes.NO_COLOR if self.no_color else themes.DARK
        kept = {theme.name for theme in themes.THEMES} | {themes.NO_COLOR}
        for name in set(self.available_themes) - kept:
            self.unregister_theme(name)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables, for the theme that does not have them."""
        return themes.DEFAULTS

    def compose(self) -> ComposeResult:
        """What stands there until it is known who is signed in."""
        yield Static("", id="start", markup=False)

    def on_load(self) -> None:
        """The first list should not wait for a collection; `first_list_shown` ends this."""
        gc.disable()

    async def on_mount(self) -> None:
        """Begin with whoever is signed in already."""
        if self._token is None:
            await self._show_sign_in()
        else:
            self._say("Opening the desk.")
            self._enter_with(self._token)

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
            sender.post_message(answered(SignedOut()))
            return
        working = signed_in if at is None else signed_in.at(at)
        self._load(sender, name, signed_in, partial(_still_signed_in, working, call), answered)

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
        if isinstance(message.error, SignedOut) and message.signed_in is self.signed_in:
            self.signed_in = None
            await self._show_sign_in(message.error.sentence)

    # From signing in to the desk.

    @property
    def rank(self) -> Rank:
        """The rank that counts on the screen that stands."""
        rank: Rank = getattr(self.screen, "rank", "viewer")
        return rank

    def entered(self, signed_in: SignedIn, password: str | None = None) -> None:
        """Somebody has signed in; the password is kept only where it has to be changed now."""
        self.signed_in = signed_in
        self._password = password
        self._load_account()

    def _enter_with(self, token: str) -> None:
        from db.transaction import SignedIn

        self.entered(SignedIn(self.database, token))

    def _load_account(self) -> None:
        self.ask(self, "account", _account, self.AccountLoaded)

    async def on_desk_account_loaded(self, message: AccountLoaded) -> None:
        """Go on to the one thing that is next: a new password, the organization, or its desk."""
        answer = message.answer
        if isinstance(answer, NoDatabase):
            self._say(answer.sentence)
            self.set_timer(RETRY_S, self._load_account)
        elif isinstance(answer, DeskError):
            await self._show_sign_in(answer.sentence)
        elif answer.profile.must_change:
            await self._show_new_password(answer.profile)
        else:
            self.account = answer
            here = self._standing(answer)
            if here or len(answer.organizations) == 1:
                self.open_desk(here or answer.organizations[0])
            else:
                await self._show_organizations()

    def _standing(self, account: Account) -> Organization | None:
        """The organization of the desk that stands under the sign-in, if this user works there too."""
        for screen in reversed(self.screen_stack):
            for organization in account.organizations:
                if screen is self.desks.get(organization.id):
                    return organization
        return None

    def open_desk(self, organization: Organization) -> None:
        """Make this installation a desk of the organization, then show it."""
        self.ask(
            self,
            "desk",
            partial(_open_desk, self.desk_name),
            partial(self.DeskOpened, organization),
            at=organization.id,
        )

    async def on_desk_desk_opened(self, message: DeskOpened) -> None:
        """Show the desk, as it was left."""
        if isinstance(message.answer, NotPermitted) and not isinstance(message.answer, SignedOut):
            # Whoever may only look has no desk of their own to book at, and needs none.
            await self._show_desk(message.organization)
        elif isinstance(message.answer, DeskError):
            self.notify(message.answer.sentence, severity="error", markup=False)
            if isinstance(message.answer, NoDatabase):
                self.set_timer(RETRY_S, partial(self.open_desk, message.organization))
        else:
            await self._show_desk(message.organization)

    async def _show_desk(self, organization: Organization) -> None:
        from frontdesk.screens.desk import DeskScreen

        if self.account is None:
            return
        desk = self.desks.get(organization.id)
        if desk is None:
            desk = self.desks[organization.id] = DeskScreen(self.account.profile, organization)
            self.install_screen(desk, f"desk-{organization.id}")
        await self._uncover(desk)
        if self.screen is not desk:
            await self.push_screen(desk)
        desk.serve(self.account.profile, organization)

    async def _uncover(self, desk: DeskScreen) -> None:
        """Leave what stands over that desk, or over the start when it does not stand."""
        forms = {"sign-in", "new-password", "organization"}
        while self.screen is not desk and len(self.screen_stack) > 1:
            if desk in self.screen_stack and getattr(self.screen, "place", None) not in forms:
                break
            await self.pop_screen()

    async def _show_sign_in(self, why: str = "") -> None:
        from frontdesk.screens.sign_in import SignIn

        self._password = None
        sign_in = next((each for each in self.screen_stack if isinstance(each, SignIn)), None)
        if sign_in is None:
            await self.push_screen(SignIn(why))
        else:
            sign_in.failed(why)

    async def _show_new_password(self, profile: Profile) -> None:
        from frontdesk.screens.new_password import NewPassword

        await self.push_screen(NewPassword(profile, self._password))
        self._password = None

    async def _show_organizations(self) -> None:
        from frontdesk.screens.organization import OrganizationScreen

        if self.account is not None:
            await self.push_screen(OrganizationScreen(self.account.organizations))

    def password_changed(self) -> None:
        """Go on with the token, which can do everything now."""
        self._load_account()

    def _say(self, sentence: str) -> None:
        self.screen_stack[0].query_one("#start", Static).update(sentence)

    # What keys do everywhere.

    async def action_help(self) -> None:
        """Say what the keys do here."""
        from frontdesk.screens.help import Help

        place: Place = getattr(self.screen, "place", "desk")
        await self.push_screen(Help(place, self.rank))

    async def action_sign_out(self) -> None:
        """Revoke the token; the desk stands under the sign-in as it was left."""
        from db.repositories import staff

        if self.signed_in is not None:
            self.call(self, "sign_out", partial(staff.sign_out, self.signed_in), self.TokenRevoked)
        self.signed_in = self.account = None
        await self._show_sign_in("You are signed out.")

    async def action_organization(self) -> None:
        """Work in another organization; the desk of this one stands as it was left."""
        if self.account is not None and len(self.account.organizations) > 1:
            await self._show_organizations()
        else:
            self.notify("You work in this organization only.", markup=False)

    async def action_quit(self) -> None:
        """Leave; a booking without an answer is named first, since nobody could tell what became of it."""
        waiting = [each for desk in self.desks.values() for each in desk.unanswered]
        if waiting and not self._leaving:
            self._leaving = True
            names = ", ".join(literal(each.person.name) for each in waiting)
            self.notify(
                f"Not known yet whether {names} is booked. {key_of('app.quit')} again leaves all the same.",
                severity="warning",
                timeout=20,
                markup=False,
            )
        else:
            self.exit()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette shows the registry's commands of the place, and the themes."""
        place = getattr(screen, "place", None)
        for each in commands_of(place, self.rank) if place else ():
            if each.bound and each.footer is not None:
                run = partial(self.run_action, each.action, default_namespace=screen)
                yield SystemCommand(f"{each.label} ({each.key_name})", each.help, run)
        yield SystemCommand("theme", "Change the colours", self.action_change_theme)

    # When it breaks.

    def _fatal_error(self) -> None:
        """Textual's own would print local variables: passwords and clients' names among them."""
        error = self._exception or RuntimeError()
        text = crash.sentences(error, crash.write_report(error))
        self._exit_renderables.append(Text(text))
        self._close_messages_no_wait()


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in, and where they work."""

    profile: Profile
    organizations: list[Organization]


def _still_signed_in(signed_in: SignedIn, call: Callable[[SignedIn], Result]) -> Result:
    """Make the call; `SignedOut` when it is refused since the token has ended.

    A list that an ended token asks for is empty.
    """
    from db.repositories import staff

    try:
        answer = call(signed_in)
    except NotPermitted:
        _check(partial(staff.profile, signed_in))
        raise
    if answer == []:
        _check(partial(staff.profile, signed_in))
    return answer


def _check(profile: Callable[[], Profile]) -> None:
    try:
        profile()
    except NotPermitted:
        raise SignedOut from None


def _account(signed_in: SignedIn) -> Account:
    from db.repositories import organizations, staff

    profile = staff.profile(signed_in)
    return Account(profile, [] if profile.must_change else organizations.mine(signed_in))


def _open_desk(name: str, signed_in: SignedIn) -> None:
    from db.repositories import staff

    staff.open_desk(signed_in, name)
