"""Who has signed in at this desk today, which tokens are to sleep, and when the desk locks itself.

It is kept in memory only: after a restart everybody signs in by password again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from db.errors import DeskError, NoDatabase
from db.records import Profile

if TYPE_CHECKING:
    from db.transaction import SignedIn
    from frontdesk.app import Desk

How = Literal["password", "kept", "pin"]
"""By a password typed here, with a token that a shell keeps, or by the PIN."""


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody who signed in here by password, with the token that it made.

    `kept` is one that a shell keeps too: it never sleeps, or the shell's commands would end with the lock.
    `spent` says that the PIN was wrong too often.
    """

    profile: Profile
    password: SignedIn
    kept: bool
    spent: bool = False

    @property
    def opens_by_pin(self) -> bool:
        """Whether there is a PIN to ask for."""
        return self.profile.pin and not self.spent


class Locking:
    """The desk's memory of its users. What it locks is `frontdesk.screens.lock`."""

    def __init__(self, app: Desk) -> None:
        self._app = app
        self._here: dict[UUID, Here] = {}
        self._tired: list[SignedIn] = []
        self._asking = False
        self._touched = app.clock.now()

    def __iter__(self) -> Iterator[Here]:
        """Who is here, by name; after twelve hours nobody is who was."""
        now = self._app.clock.now()
        here = [each for each in self._here.values() if each.profile.expires_at > now]
        return iter(sorted(here, key=lambda each: each.profile.name.casefold()))

    def entered(self, profile: Profile, signed_in: SignedIn, how: How) -> None:
        """Remember whoever signed in; what an earlier password of theirs made here ends."""
        before = self._here.get(profile.user_id)
        if how == "pin":
            if before:
                self._here[profile.user_id] = replace(before, profile=profile)
            return
        self._here[profile.user_id] = Here(profile, signed_in, how == "kept")
        if before and before.password != signed_in and not before.kept:
            self._sign_out(before.password)

    def changed_pin(self, user_id: UUID, pin: bool) -> None:
        """Whoever that is has a PIN now, or none any more."""
        here = self._here[user_id]
        self._here[user_id] = replace(here, profile=replace(here.profile, pin=pin))

    def spent(self, user_id: UUID) -> None:
        """Ask whoever that is for the password from now on."""
        if user_id in self._here:
            self._here[user_id] = replace(self._here[user_id], spent=True)

    def sign_out(self, user_id: UUID | None, signed_in: SignedIn) -> None:
        """Whoever that is has to type the password again: its token ends with any of theirs."""
        if user_id:
            self._here.pop(user_id, None)
        self._sign_out(signed_in)

    def ended(self, signed_in: SignedIn) -> None:
        """That token is not valid any more: forget who had it, if a password made it."""
        self._here = {key: each for key, each in self._here.items() if each.password != signed_in}

    def touched(self) -> None:
        """A key or a click."""
        self._touched = self._app.clock.now()

    async def tick(self) -> None:
        """Lock what was left alone too long, and let sleep what is done with."""
        if not self._app.screen_stack:
            return  # it is being left, and nothing stands any more
        self._settle()
        idle = self._app.clock.now() - self._touched
        if idle >= timedelta(minutes=self._app.start.idle_minutes):
            await self._app.start.leave_alone()

    def rest(self, signed_in: SignedIn) -> None:
        """Let that token sleep, as soon as no booking that was sent with it waits for an answer."""
        self._tired.append(signed_in)
        self._settle()

    def slept(self, signed_in: SignedIn, answer: DeskError | None) -> None:
        """It sleeps, or is asked to again when the database is back."""
        self._asking = False
        if isinstance(answer, NoDatabase):
            self._tired.append(signed_in)

    def _settle(self) -> None:
        if not self._tired or self._asking or self._app.unanswered:
            return
        signed_in = self._tired.pop(0)
        if self._app.signed_in == signed_in:
            self._app.signed_in = None
        if not any(each.kept and each.password == signed_in for each in self._here.values()):
            self._asking = True
            self._app.call(
                self._app, "sleep", partial(_sleep, signed_in), partial(self._app.TokenSlept, signed_in)
            )

    def _sign_out(self, signed_in: SignedIn) -> None:
        self._app.call(self._app, "sign_out", partial(_sign_out, signed_in), self._app.TokenRevoked)


def _sleep(signed_in: SignedIn) -> None:
    from db.repositories import staff

    staff.sleep(signed_in)


def _sign_out(signed_in: SignedIn) -> None:
    from db.repositories import staff

    staff.sign_out(signed_in)
