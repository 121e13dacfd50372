"""`frontdesk verify`: the checklist of the booking fix, tried on the connected database and rolled back."""

from __future__ import annotations

import argparse
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID, uuid4

from db.errors import DeskError, NotFound, NotPermitted
from db.records import BookingRequest, Kind, Offer, OfferKind, Organization
from db.repositories import checks, organizations, people, rosters, sales
from db.repositories.checks import COLUMN, Candidate, Paid
from db.transaction import SignedIn
from frontdesk.scripts.book import not_booked
from frontdesk.scripts.output import print_literal
from frontdesk.scripts.reach import choose, reach
from frontdesk.scripts.test_booking import rls_works

KINDS: tuple[Kind, ...] = ("lead", "client")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one item, and why."""

    result: Literal["ok", "FAILED", "not tried"]
    sentence: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where the checklist is tried: an organization, and the session that was asked for, if any."""

    signed_in: SignedIn
    organization: Organization
    session_id: UUID | None


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each item; 1 when one failed or could not be tried."""
    signed_in = reach().signed_in("verify")
    organization = choose(signed_in, arguments.organization)
    place = Place(signed_in.at(organization.id), organization, arguments.session)
    verdicts = []
    for number, (item, check) in enumerate(CHECKLIST, 1):
        verdict = _verdict(check, place)
        verdicts.append(verdict)
        print_literal(f"{number} {verdict.result:9} {item}: {verdict.sentence}")
    return 0 if all(verdict.result == "ok" for verdict in verdicts) else 1


def _verdict(check: Callable[[Place], Verdict], place: Place) -> Verdict:
    try:
        return check(place)
    except DeskError as error:
        return Verdict("FAILED", error.sentence)


def _version(place: Place) -> Verdict:
    from db import upgrade

    found = checks.version(place.signed_in)
    if not upgrade.Status(found.revision, found.digest).current:
        return Verdict("FAILED", "the database is not at this program's version; run 'frontdesk db upgrade'.")
    return Verdict("ok", f"the database is at revision {found.revision}, with this program's functions.")


def _clients(place: Place) -> Verdict:
    return _booking(place, "client")


def _leads(place: Place) -> Verdict:
    return _booking(place, "lead")


def _booking(place: Place, kind: Kind) -> Verdict:
    found, reason = _candidate(place, kind)
    if found is None:
        return Verdict("not tried", reason)
    request = BookingRequest(
        id=uuid4(), session_id=found.session_id, kind=kind, person_id=found.person_id, pay="later"
    )
    tried = checks.try_booking(place.signed_in, request)
    if tried.answer.outcome != "booked" or tried.row is None:
        return Verdict("FAILED", not_booked(tried.answer))
    ids = {"lead": tried.row.customer_id, "client": tried.row.client_id}
    if ids.pop(kind) != found.person_id or any(ids.values()):
        return Verdict("FAILED", f"the booking of a {kind} is not in {COLUMN[kind]} alone.")
    if not rls_works(tried):
        return Verdict("FAILED", "the booking could be read without the right to.")
    return Verdict("ok", f"{found.name} was booked by {COLUMN[kind]}, read back and taken back.")


def _candidate(place: Place, kind: Kind) -> tuple[Candidate | None, str]:
    if place.organization.rank == "viewer":
        return None, "a viewer may not book; sign in as staff."
    where = "this session" if place.session_id else "any coming session"
    found = checks.candidate(place.signed_in, kind, place.session_id)
    return found, f"there is no free seat in {where}, or no {kind} to book into it."


def _authorized(place: Place) -> Verdict:
    seen = [checks.seen(place.signed_in, place.organization.id, table) for table in checks.TABLES]
    numbers = {each.table: each.own for each in seen}
    someone = checks.anyone(place.signed_in)
    if not numbers["class_sessions"] or someone is None:
        return Verdict("not tried", "the organization has no sessions or no people yet.")
    if someone.id not in {person.id for person in people.find(place.signed_in, someone.name)}:
        return Verdict("FAILED", f"{someone.name} can be read and is not found.")
    if unreadable := _unreadable(place):
        return Verdict("FAILED", f"{unreadable} people are found and cannot be read.")
    shown = ", ".join(f"{number} {table}" for table, number in numbers.items())
    return Verdict("ok", f"{place.organization.name} shows {shown}, and who is found can be read.")


def _unreadable(place: Place) -> int:
    """How many people are found, which takes another road than the policies, and cannot be read."""
    found = list(checks.anybody(place.signed_in))
    unreadable = 0
    for kind in KINDS:
        ids = {person.id for person in found if person.kind == kind}
        unreadable += len(ids - checks.readable(place.signed_in, kind, list(ids)))
    return unreadable


def _unauthorized(place: Place) -> Verdict:
    """Reads and writes with less right each time; with full right there must be something to read."""
    mine = [checks.seen(place.signed_in, place.organization.id, table) for table in checks.TABLES]
    held = [each.table for each in mine if each.own]
    if not held:
        return Verdict("not tried", "the organization has no rows that could be hidden.")
    if leaks := [each.table for each in mine if each.others]:
        return Verdict("FAILED", f"another organization's rows are shown: {', '.join(leaks)}.")
    less = {
        "without a token": replace(place.signed_in, token=""),
        "with an unknown token": replace(place.signed_in, token=secrets.token_urlsafe(32)),
        "in an organization of somebody else": place.signed_in.at(uuid4()),
    }
    for how, signed_in in less.items():
        if leaks := [table for table in checks.TABLES if _is_shown(signed_in, place, table)]:
            return Verdict("FAILED", f"rows are shown {how}: {', '.join(leaks)}.")
        if written := _written(signed_in, place):
            return Verdict("FAILED", f"{written} was written {how}.")
    if unknown := _foreign(place):
        return Verdict("ok", f"{', '.join(held)} are hidden, no write is taken, {unknown} is not found here.")
    return Verdict("FAILED", "a session of nobody's here has a roster.")


def _is_shown(signed_in: SignedIn, place: Place, table: str) -> bool:
    try:
        seen = checks.seen(signed_in, place.organization.id, table)
    except NotPermitted:
        return False
    return bool(seen.own or seen.others)


def _written(signed_in: SignedIn, place: Place) -> str | None:
    """What could be written by plain SQL, if anything could."""
    found = checks.candidate(place.signed_in, "lead") or checks.candidate(place.signed_in, "client")
    if not _is_refused(checks.insert_desk, signed_in, place.organization.id):
        return "a desk"
    if found and not _is_refused(checks.insert_booking, signed_in, place.organization.id, found):
        return "a booking"
    return None


def _is_refused(write: Callable[..., None], *arguments: object) -> bool:
    try:
        write(*arguments)
    except (NotPermitted, NotFound):
        return True
    return False


def _foreign(place: Place) -> str | None:
    """What was not found, as it must be: another organization's session, or else an id of nothing."""
    foreign, what = uuid4(), "an unknown session"
    for other in organizations.mine(place.signed_in):
        session_id = checks.any_session(place.signed_in.at(other.id))
        if other.id != place.organization.id and session_id:
            foreign, what = session_id, f"a session of {other.name}"
    try:
        rosters.of(place.signed_in, foreign)
    except NotFound:
        return what
    return None


def _existing(place: Place) -> Verdict:
    found = checks.existing(place.signed_in)
    if found.busiest is None:
        return Verdict("not tried", "the organization has no live bookings yet.")
    if found.without_one_person:
        return Verdict("FAILED", f"{found.without_one_person} bookings are not of exactly one person.")
    if found.without_session:
        return Verdict("FAILED", f"{found.without_session} bookings have no session in their organization.")
    if (lines := len(rosters.of(place.signed_in, found.busiest))) != found.live:
        return Verdict("FAILED", f"a roster shows {lines} of {found.live} bookings.")
    return Verdict("ok", f"all {found.bookings} have one person and a session; a roster shows {lines}.")


def _payments(place: Place) -> Verdict:
    return _paying(place, None, lambda offer, paid: paid.card == offer.price, "is found by method and person")


def _membership(place: Place) -> Verdict:
    return _paying(
        place,
        "membership",
        lambda _, paid: (paid.paid_by, paid.used) == ("membership", 1),
        "is used once by one booking",
    )


def _package(place: Place) -> Verdict:
    return _paying(
        place,
        "package",
        lambda offer, paid: (paid.paid_by, paid.credits) == ("package", (offer.class_count or 0) - 1),
        "has one class less after one booking",
    )


def _paying(place: Place, wanted: OfferKind | None, right: Callable[[Offer, Paid], bool], so: str) -> Verdict:
    """Sell to a lead and to a client, and book each with it."""
    what = wanted or "membership or package"
    if place.organization.rank == "viewer":
        return Verdict("not tried", "a viewer may not sell; sign in as staff.")
    for kind in KINDS:
        found = checks.candidate(place.signed_in, kind, priced=True)
        if found is None:
            return Verdict("not tried", f"there is no class that costs something with a seat for a {kind}.")
        offers = sales.offers(place.signed_in, found.session_id)
        offer = next((each for each in offers if each.price and each.kind == (wanted or each.kind)), None)
        if offer is None:
            return Verdict("not tried", f"no {what} is for sale that covers the class; a manager adds one.")
        paid = checks.try_paying(place.signed_in, found, offer)
        if paid is None or not right(offer, paid):
            return Verdict("FAILED", f"what a {kind} bought and used is not counted as it must be.")
    return Verdict("ok", f"what a lead and a client buy {so}; all was taken back.")


CHECKLIST: tuple[tuple[str, Callable[[Place], Verdict]], ...] = (
    ("Migration runs without errors", _version),
    ("Bookings can be created for clients", _clients),
    ("Bookings can be created for leads", _leads),
    ("RLS policies allow authorized access", _authorized),
    ("RLS policies block unauthorized access", _unauthorized),
    ("Existing bookings still work", _existing),
    ("Payment method queries work for both types", _payments),
    ("Membership usage updates work", _membership),
    ("Package usage updates work", _package),
)
