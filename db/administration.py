"""What the database's owner does for organizations and their staff: no desk may.

A new user gets a one-time password, which is known to nobody before it is printed and can do nothing but be
changed.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, field
from typing import Any
from unicodedata import category
from uuid import UUID, uuid4

import psycopg

from db import upgrade
from db.errors import BadInput, NotFound, Refused
from db.records import Rank
from db.repositories.staff import stretch

EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]+@[^\s@.\x00-\x1f\x7f]+(\.[^\s@.\x00-\x1f\x7f]+)+")
CURRENCY = re.compile("[A-Z]{3}")
UNSHOWN = {"Cc", "Cs", "Zl", "Zp"}  # controls, lone surrogates, line and paragraph separators
# Nobody mistakes these for each other on paper; four groups of four hold 77 bits.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Member:
    """Who was added; `password` is None for a user known before, who keeps their own."""

    organization_id: UUID
    organization: str
    email: str
    rank: Rank
    password: str | None = field(repr=False)


def add_organization(
    admin: str, name: str, *, timezone: str, currency: str, owner_email: str, owner_name: str
) -> Member:
    """Add an organization and its owner; `timezone` is IANA, `currency` ISO 4217. Raises a `DeskError`."""
    _check_name("The organization's name", name)
    _check_user(owner_email, owner_name)
    if not CURRENCY.fullmatch(currency):
        raise BadInput("The currency is three capital letters of ISO 4217, such as GBP.")
    organization_id = uuid4()
    with upgrade.as_owner(admin) as connection:
        _check_timezone(connection, timezone)
        connection.execute(
            "insert into public.organizations (id, name, timezone, currency) values (%s, %s, %s, %s)",
            (organization_id, name.strip(), timezone, currency),
        )
        password = _join(connection, organization_id, owner_email, owner_name, "owner")
    return Member(organization_id, name.strip(), owner_email, "owner", password)


def add_staff(admin: str, organization: str, *, email: str, name: str, rank: Rank) -> Member:
    """Add someone to the staff of the organization of that id or name. Raises a `DeskError`."""
    _check_user(email, name)
    with upgrade.as_owner(admin) as connection:
        organization_id, organization_name = _organization(connection, organization)
        password = _join(connection, organization_id, email, name, rank)
    return Member(organization_id, organization_name, email, rank, password)


def _join(
    connection: psycopg.Connection[Any], organization_id: UUID, email: str, name: str, rank: Rank
) -> str | None:
    """Make the membership, and the user where the e-mail is new, whose one-time password is returned."""
    found = connection.execute(
        "select id from public.users where lower(email) = lower(%s)", (email,)
    ).fetchone()
    user_id, password = (found[0], None) if found else _add_user(connection, email, name)
    added = connection.execute(
        "insert into public.user_organizations (organization_id, user_id, role) values (%s, %s, %s)"
        " on conflict do nothing returning true",
        (organization_id, user_id, rank),
    ).fetchone()
    if not added:
        raise Refused("They are on the staff of this organization already. Nothing was changed.")
    return password


def _add_user(connection: psycopg.Connection[Any], email: str, name: str) -> tuple[UUID, str]:
    user_id = uuid4()
    password, salt, key = one_time_password()
    connection.execute(
        "insert into public.users (id, email, name, salt, stored_key, must_change)"
        " values (%s, %s, %s, %s, %s, true)",
        (user_id, email, name.strip(), salt, key),
    )
    return user_id, password


def one_time_password() -> tuple[str, bytes, bytes]:
    """A new password, and the salt and key that are stored of it."""
    salt = secrets.token_bytes(16)
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
    return password, salt, hashlib.sha256(stretch(password, salt)).digest()


def _organization(connection: psycopg.Connection[Any], wanted: str) -> tuple[UUID, str]:
    found = connection.execute(
        "select id, name from public.organizations where id::text = lower(%s) or name = %s", (wanted, wanted)
    ).fetchall()
    if not found:
        raise NotFound("No organization has that id or name. Check it.")
    if len(found) > 1:
        raise BadInput("Several organizations have that name. Give the id of one.")
    return found[0][0], found[0][1]


def _check_timezone(connection: psycopg.Connection[Any], timezone: str) -> None:
    known = connection.execute("select from pg_timezone_names where name = %s", (timezone,)).fetchone()
    if known is None or timezone.startswith("posix"):
        raise BadInput("That time zone is unknown. Give an IANA zone, such as Europe/London.")


def _check_user(email: str, name: str) -> None:
    if not EMAIL.fullmatch(email) or len(email) > 254:
        raise BadInput("That is no e-mail address. Write it like ana@example.com.")
    _check_name("The name", name)


def _check_name(what: str, name: str) -> None:
    if not name.strip() or len(name) > 200 or any(category(letter) in UNSHOWN for letter in name):
        raise BadInput(f"{what} is empty, too long or has characters that cannot be shown.")
