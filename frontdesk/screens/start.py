"""The way from signing in to the desk; stands under all other screens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from textual import getters
from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Static

from db.errors import DeskError, NoDatabase, NotPermitted, NotSignedIn
from db.records import Handover, Organization, Profile
from frontdesk.app import RETRY_S, Desk
from frontdesk.commands import may
from frontdesk.locking import How

if TYPE_CHECKING:
    from db.transaction import SignedIn
    from frontdesk.screens.desk import DeskScreen

FORMS = frozenset({"sign-in", "new-password", "pin", "lock", "organization", "handover"})
IDLE_MINUTES = 10


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in, and where they work."""

    profile: Profile
    organizations: list[Organization]


class Start(Screen[None]):
    """Goes on to the one thing that is next: signing in, a new password, the organization, its desk.

    A desk stays as it was left, whoever signs in after that, and wherever else they have worked meanwhile.
    """

    app = getters.app(Desk)
    CSS_PATH = "start.tcss"

    @dataclass
    class AccountLoaded(Message):
        """Who is signed in, and where they work; or why that is not known."""

        answer: Account | DeskError

    @dataclass
    class DeskOpened(Message):
        """This installation is a desk of the organization now, or why it is not; and what was handed over."""

        organization: Organization
        answer: Handover | DeskError | None

    def __init__(self, token: str | None) -> None:
        super().__init__()
        self.desks: dict[UUID, DeskScreen] = {}
        self._token = token
        self._account: Account | None = None
        self._how: How = "kept"
        self._password: str | None = None
        self._offered: set[UUID] = set()

    def compose(self) -> ComposeResult:
        """One sentence."""
        yield Static("", markup=False)

    async def on_mount(self) -> None:
        """Begin with whoever is signed in already."""
        if self._token is None:
            await self.show_sign_in()
        else:
            self._say("Opening the desk.")
            self._enter_with(self._token)

    @property
    def user_id(self) -> UUID | None:
        """Who is signed in, as far as it is known."""
        return self._account.profile.user_id if self._account else None

    @property
    def organizations(self) -> Sequence[Organization]:
        """Where whoever is signed in works."""
        return self._account.organizations if self._account else ()

    def works_in(self, organization_id: UUID) -> bool:
        """Whether whoever is signed in works there, as far as it is known."""
        return any(each.id == organization_id for each in self.organizations)

    @property
    def idle_minutes(self) -> int:
        """After how long the desk that stands locks itself."""
        standing = [each for each in self.organizations if self.desks.get(each.id) in self.app.screen_stack]
        return min((each.idle_minutes for each in standing or self.organizations), default=IDLE_MINUTES)

    def entered(self, signed_in: SignedIn, how: How, password: str | None = None) -> None:
        """Somebody has signed in; the password is kept until it is known whether it has to be changed."""
        self.app.signed_in = signed_in
        self._account = None
        self._how, self._password = how, password
        self.load_account()

    def load_account(self) -> None:
        """Ask who is signed in, then go on."""
        self.app.ask(self, "account", _account, self.AccountLoaded)

    async def on_start_account_loaded(self, message: AccountLoaded) -> None:
        """Go on."""
        answer = message.answer
        if isinstance(answer, NoDatabase):
            self._say(answer.sentence)
            self.set_timer(RETRY_S, self.load_account)
            return
        password, self._password = self._password, None
        if isinstance(answer, NotSignedIn):
            return  # the app asks whoever stands there to sign in
        if isinstance(answer, DeskError):
            await self.show_sign_in(answer.sentence)
        elif answer.profile.must_change:
            await self._show_new_password(answer.profile, password)
        else:
            self._account = answer
            if self.app.signed_in:
                self.app.locking.entered(answer.profile, self.app.signed_in, self._how)
            here = self._standing(answer)
            if here or len(answer.organizations) == 1:
                self.open_desk(here or answer.organizations[0])
            else:
                await self.show_organizations()

    def open_desk(self, organization: Organization) -> None:
        """Make this installation a desk of the organization, then show it."""
        self.app.ask(
            self,
            "desk",
            partial(_open_desk, self.app.desk_name),
            partial(self.DeskOpened, organization),
            at=organization.id,
        )

    async def on_start_desk_opened(self, message: DeskOpened) -> None:
        """Show the desk, as it was left."""
        answer = message.answer
        # Whoever may only look has no desk of their own to book at, and needs none.
        looks_only = isinstance(answer, NotPermitted) and not isinstance(answer, NotSignedIn)
        if not isinstance(answer, DeskError) or looks_only:
            await self._show_desk(message.organization)
            if isinstance(answer, Handover):
                await self._show_handover(message.organization, answer)
            return
        self.notify(answer.sentence, severity="error", markup=False)
        if isinstance(answer, NoDatabase):
            self.set_timer(RETRY_S, partial(self.open_desk, message.organization))

    async def leave_alone(self) -> None:
        """Nobody is there any more: lock the desk; whoever has not even a password of their own is out."""
        if self._account:
            await self.lock_desk()
        elif getattr(self.app.screen, "place", None) == "new-password":
            await self.app.action_sign_out()

    async def lock_desk(self) -> None:
        """Hide the desk until somebody unlocks it, who finds it as it was left."""
        if self.app.signed_in and self._account and not self.app.locked:
            await self.show_lock()
            self.app.locking.rest(self.app.signed_in)

    async def show_lock(self, why: str = "") -> None:
        """Ask for a PIN of whoever is here, over whatever stands; for a password where nobody is."""
        from frontdesk.screens.lock import Lock

        if not list(self.app.locking):
            await self.show_sign_in(why)
            return
        self.app.clear_notifications()
        await self.app.push_screen(Lock(self.user_id, why))

    async def show_pin(self) -> None:
        """Ask for a PIN, or for another one."""
        from frontdesk.screens.pin import PinScreen

        if self._account:
            here = {each.profile.user_id: each.profile for each in self.app.locking}
            profile = here.get(self._account.profile.user_id, self._account.profile)
            await self.app.push_screen(PinScreen(profile, offered=False))

    async def show_sign_in(self, why: str = "", email: str = "") -> None:
        """Ask for e-mail and password, over whatever stands."""
        from frontdesk.screens.sign_in import SignIn

        self._account = None
        standing = [each for each in self.app.screen_stack if isinstance(each, SignIn)]
        if standing:
            while self.app.screen is not standing[0]:
                await self.app.pop_screen()
            standing[0].failed(why)
        else:
            await self.app.push_screen(SignIn(why, email))

    async def show_organizations(self) -> None:
        """Ask which organization."""
        from frontdesk.screens.organization import OrganizationScreen

        await self.app.push_screen(OrganizationScreen(self.organizations))

    async def _show_new_password(self, profile: Profile, old: str | None) -> None:
        from frontdesk.screens.new_password import NewPassword

        await self.app.push_screen(NewPassword(profile, old))

    async def _show_desk(self, organization: Organization) -> None:
        from frontdesk.screens.desk import DeskScreen

        if self._account is None:
            return
        desk = self.desks.get(organization.id)
        if desk is None:
            desk = self.desks[organization.id] = DeskScreen(self._account.profile, organization)
            self.app.install_screen(desk, f"desk-{organization.id}")
        if desk not in self.app.screen_stack:
            await self._leave_forms(desk)
            await self.app.push_screen(desk)
        # Before it shows: nobody sees the desk of whoever was there before.
        desk.serve(self._account.profile, organization)
        await self._leave_forms(desk)
        self.app.unlocked()
        await self._offer_pin(self._account.profile)

    async def _show_handover(self, organization: Organization, handover: Handover) -> None:
        """What whoever was here before leaves to whoever works here now."""
        from frontdesk.screens.handover import HandoverScreen

        if self._account and may(organization.rank, "staff"):
            await self.app.push_screen(HandoverScreen(organization, handover))

    async def _offer_pin(self, profile: Profile) -> None:
        """Once, to whoever has typed a password just now and has no PIN."""
        from frontdesk.screens.pin import PinScreen

        if self._how == "password" and not profile.pin and profile.user_id not in self._offered:
            self._offered.add(profile.user_id)
            await self.app.push_screen(PinScreen(profile, offered=True))

    async def _leave_forms(self, desk: DeskScreen) -> None:
        """Leave what stands over that desk, or over this screen when it does not stand."""
        while self.app.screen not in (desk, self):
            stands = desk in self.app.screen_stack
            if stands and getattr(self.app.screen, "place", None) not in FORMS:
                break
            await self.app.pop_screen()

    def _standing(self, account: Account) -> Organization | None:
        """The organization of the desk that stands under the sign-in, if this user works there too."""
        for screen in reversed(self.app.screen_stack):
            for organization in account.organizations:
                if screen is self.desks.get(organization.id):
                    return organization
        return None

    def _enter_with(self, token: str) -> None:
        from db.transaction import SignedIn

        self.entered(SignedIn(self.app.database, token), "kept")

    def _say(self, sentence: str) -> None:
        self.query_one(Static).update(sentence)


def _account(signed_in: SignedIn) -> Account:
    from db.repositories import organizations, staff

    profile = staff.profile(signed_in)
    return Account(profile, [] if profile.must_change else organizations.mine(signed_in))


def _open_desk(name: str, signed_in: SignedIn) -> Handover | None:
    from db.repositories import till

    return till.arrive(signed_in, name)
