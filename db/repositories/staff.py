"""Signing in and out, and who is signed in."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from db import errors
from db.records import Profile
from db.transaction import Database, SignedIn, call, do

# Stretching a password: 64 MiB and about 0.2 s a guess.
SCRYPT = {"n": 2**16, "r": 8, "p": 1, "maxmem": 2**27, "dklen": 32}


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the server asks before it looks at a password; counted as a failure until the sign-in succeeds."""

    challenge_id: UUID | None
    salt: bytes
    locked_until: datetime | None


def stretch(password: str, salt: bytes) -> bytes:
    """The 32-byte proof of a password; only its sha256 is ever stored."""
    return hashlib.scrypt(password.encode(), salt=salt, **SCRYPT)


def sign_in(database: Database, email: str, password: str, installation: UUID) -> SignedIn:
    """A new token for the user of that e-mail; `SignInFailed` when they do not fit or are locked.

    Two steps, each committed, so that a failure counts although the caller hangs up in between.
    """
    asked = call(Challenge, "login_challenge", email.replace("\0", ""))
    challenge: Challenge = database.run(None, asked, once=True)[0][0]
    if challenge.challenge_id is None:
        raise errors.SignInFailed("Too many failed tries. Wait a few minutes, then sign in again.")
    token = secrets.token_urlsafe(32)
    proof, token_hash = stretch(password, challenge.salt), hashlib.sha256(token.encode()).digest()
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


def sign_out(signed_in: SignedIn) -> None:
    """Revoke the token."""
    signed_in.run(do("sign_out"))


def change_password(signed_in: SignedIn, new: str) -> None:
    """Replace the user's password and end their other tokens; needs a token made in the last ten minutes."""
    salt = secrets.token_bytes(16)
    signed_in.run(do("change_password", salt, hashlib.sha256(stretch(new, salt)).digest()))


def open_desk(signed_in: SignedIn, name: str) -> None:
    """Make this installation a desk of the organization, under that name."""
    signed_in.run(do("open_desk", name))
