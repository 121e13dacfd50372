"""Leads and clients: found in one list, added, and what of them the desk changes."""

from __future__ import annotations

from uuid import UUID

from db.records import Added, Duplicate, FamilyMember, Kind, NewLead, Person, PersonDetails
from db.transaction import SignedIn, Statement, call, do

LONGEST = 200


def find(signed_in: SignedIn, text: str, session_id: UUID | None = None) -> list[Person]:
    """Up to 50 people for the typed text, best first, for who wants to book into the class session.

    Words may stand in any order, in name, e-mail or phone, in any case, with or without accents; one typo is
    forgiven when nothing matches exactly. Of those whose names fit alike the first are who is expected now,
    then who usually comes at the session's weekday and hour, then who came lately. A converted lead shows
    once, as the client; a barcode shows its owner alone.

    Without a text: whom the session expects. Its people to come (up to 100), then its regulars who have not
    booked (up to 50 in all). One letter shows those of them, and of today's other people to come, whose
    name has a word that begins so. Nobody without a session.
    """
    return signed_in.all(call(Person, "find", text.replace("\0", "")[:LONGEST], session_id))


def details(signed_in: SignedIn, kind: Kind, person_id: UUID) -> PersonDetails:
    """What there is to know of one person; `NotFound` for nobody, and for whoever was erased."""
    return signed_in.one(to_details(kind, person_id))


def to_details(kind: Kind, person_id: UUID) -> Statement[PersonDetails]:
    """The statement of `details`, for a transaction that asks for more than that."""
    return call(PersonDetails, "person", kind, person_id)


def add(signed_in: SignedIn, new: NewLead) -> UUID:
    """Add a lead and give its id, in one round trip; asking again with the same id adds nobody twice."""
    return signed_in.one(to_add(new)).id


def to_add(new: NewLead) -> Statement[Added]:
    """The statement of `add`, for a transaction that holds more than that."""
    return call(Added, "add_lead", new.id, new.name, new.phone, new.email, new.birth_date)


def duplicates(signed_in: SignedIn, name: str, phone: str = "", email: str = "") -> list[Duplicate]:
    """Up to 5 people whom a new one may be already, those with the most in common first."""
    return signed_in.all(call(Duplicate, "duplicates", name, phone, email))


def family(signed_in: SignedIn, kind: Kind, person_id: UUID) -> list[FamilyMember]:
    """The others of the person's family, guardians first; nobody where there is none."""
    return signed_in.all(call(FamilyMember, "family", kind, person_id))


def join_family(
    signed_in: SignedIn,
    kind: Kind,
    person_id: UUID,
    relative_kind: Kind,
    relative_id: UUID,
    guardian: bool = False,
) -> None:
    """Make the relative one of the person's family, who signs for its minors if a guardian.

    Whoever has a family brings it along; two who have different ones are `Refused`.
    """
    signed_in.run(do("join_family", kind, person_id, relative_kind, relative_id, guardian))


def sign_waiver(signed_in: SignedIn, kind: Kind, person_id: UUID, signed_by: str) -> None:
    """Record that the waiver is signed now, for a minor by a guardian's name; a signed one stays as it is."""
    signed_in.run(do("sign_waiver", kind, person_id, signed_by))
