"""Leads and clients, found in one list."""

from __future__ import annotations

from uuid import UUID

from db.records import Kind, Person, PersonDetails
from db.transaction import SignedIn, call

LONGEST = 200


def find(signed_in: SignedIn, text: str, session_id: UUID | None = None) -> list[Person]:
    """Up to 50 people for the typed text, best first; nothing under two letters.

    Words may stand in any order, in name, e-mail or phone, in any case, with or without accents; one typo is
    forgiven when nothing matches exactly. A converted lead shows once, as the client.
    """
    return signed_in.all(call(Person, "find", text.replace("\0", "")[:LONGEST], session_id))


def details(signed_in: SignedIn, kind: Kind, person_id: UUID) -> PersonDetails:
    """What there is to know of one person; `NotFound` for nobody, and for whoever was erased."""
    return signed_in.one(call(PersonDetails, "person", kind, person_id))
