"""Signing in and out, and who is signed in."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from db import errors
from db.records import Profile
from db.transaction import Database, SignedIn, call, do

PIN_SPENT = "The PIN was wrong too often. Sign in with your password; the PIN works again after that."
# Stretching a password or PIN: 64 MiB and about 0.2 s a guess.
SCRYPT = {"n": 2**16, "r": 8, "p": 1, "maxmem": 2**27, "dklen": 32}


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the server asks before it looks at a password; counted as a failure until the sign-in succeeds."""

    challenge_id: UUID | None
    salt: bytes
    locked_for: timedelta | None


@dataclass(frozen=True, slots=True)
class PinChallenge:
    """The same for a PIN; `tries_left` after this one, without a salt none was left."""

    salt: bytes | None
    tries_left: int


def stretch(secret: str, salt: bytes) -> bytes:
    """The 32-byte proof of a password or PIN; only its sha256 is ever stored."""
    return hashlib.scrypt(secret.encode(), salt=salt, **SCRYPT)


def sign_in(database: Database, email: str, password: str, installation: UUID) -> SignedIn:
    """A new token for the user of that e-mail; `SignInFailed` when they do not fit or are locked.

    Two steps, each committed, so that a failure counts although the caller hangs up in between.
    """
    asked = call(Challenge, "login_challenge", email.replace("\0", ""))
    challenge: Challenge = database.run(None, asked, once=True)[0][0]
    if challenge.challenge_id is None:
        wait = waiting_time(challenge.locked_for or timedelta())
        raise errors.SignInFailed(f"Too many failed tries. Wait {wait}, then sign in again.")
    proof, (token, token_hash) = stretch(password, challenge.salt), _new_token()
    database.run(None, do("login", challenge.challenge_id, proof, token_hash, installation), once=True)
    signed_in = SignedIn(database, token)
    try:
        profile(signed_in)
    except errors.NotSignedIn:
        raise errors.SignInFailed("E-mail and password do not fit. Type them again.") from None
    return signed_in


def profile(signed_in: SignedIn) -> Profile:
    """Who is signed in; `NotSignedIn` when the token is not valid any more."""
    found = signed_in.all(call(Profile, "profile"))
    if not found:
        raise errors.NotSignedIn
    return found[0]


def waiting_time(wait: timedelta) -> str:
    """How long that is, in words, rounded up."""
    minutes = max(1, -(-int(wait.total_seconds()) // 60))
    count, unit = (minutes, "minute") if minutes < 100 else (-(-minutes // 60), "hour")
    return f"{count} {unit}{'' if count == 1 else 's'}"


def sign_out(signed_in: SignedIn) -> None:
    """Revoke the token, and with one that a PIN opened, the password's that it hangs on."""
    signed_in.run(do("sign_out"))


def sleep(signed_in: SignedIn) -> None:
    """Let the token be good for nothing any more but to be opened by the PIN, see `unlock`."""
    signed_in.run(do("sleep"))


def unlock(asleep: SignedIn, pin: str) -> SignedIn:
    """A new token for the user whose password made this one, asleep or not.

    `SignInFailed` when the PIN does not fit, `PinSpent` when no try is left, `NotSignedIn` when the token has
    ended. Two steps as in `sign_in`.
    """
    asked = call(PinChallenge, "pin_challenge")
    challenge: PinChallenge = asleep.database.run(asleep, asked, once=True)[0][0]
    if challenge.salt is None:
        raise errors.PinSpent(PIN_SPENT)
    proof, (token, token_hash) = stretch(pin, challenge.salt), _new_token()
    asleep.database.run(asleep, do("pin_login", proof, token_hash), once=True)
    opened = SignedIn(asleep.database, token)
    try:
        profile(opened)
    except errors.NotSignedIn:
        left = challenge.tries_left
        if not left:
            raise errors.PinSpent(PIN_SPENT) from None
        tries = "1 try is" if left == 1 else f"{left} tries are"
        raise errors.SignInFailed(f"The PIN does not fit. Type it again: {tries} left.") from None
    return opened


def set_pin(signed_in: SignedIn, pin: str | None) -> None:
    """Set the user's PIN, or remove it; needs a token that a password made in the last ten minutes."""
    if pin is None:
        signed_in.run(do("set_pin", None, None))
        return
    salt = secrets.token_bytes(16)
    signed_in.run(do("set_pin", salt, hashlib.sha256(stretch(pin, salt)).digest()))


def _new_token() -> tuple[str, bytes]:
    token = secrets.token_urlsafe(32)
    return token, hashlib.sha256(token.encode()).digest()


def change_password(signed_in: SignedIn, new: str) -> None:
    """Replace the user's password and end their other tokens; needs a token made in the last ten minutes."""
    salt = secrets.token_bytes(16)
    signed_in.run(do("change_password", salt, hashlib.sha256(stretch(new, salt)).digest()))


def open_desk(signed_in: SignedIn, name: str) -> None:
    """Make this installation a desk of the organization, under that name."""
    signed_in.run(do("open_desk", name))
