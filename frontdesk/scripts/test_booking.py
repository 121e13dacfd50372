"""`frontdesk test-booking`: try one booking for real and leave nothing behind; JSON in, JSON out."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any
from uuid import UUID, uuid4

from db.errors import BadInput, DeskError, Refused
from db.records import BookingRequest, Kind
from db.repositories import checks
from db.repositories.checks import Tried
from frontdesk.scripts.book import not_booked
from frontdesk.scripts.output import print_json
from frontdesk.scripts.reach import choose, reach

LONGEST = 10_000
DONE = "Booked, read back under RLS, hidden from everybody else, and taken back: nothing is left behind."
NOT_HIDDEN = "The booking could be read without the right to. Row level security does not work here."


def run(_arguments: argparse.Namespace) -> int:
    """Try the booking that stdin asks for; what goes wrong is JSON on stdout too."""
    data: dict[str, Any] | None = None
    problem: DeskError | None = None
    try:
        tried = _try(_question(sys.stdin.buffer.read(LONGEST + 1)))
        data, problem = _data(tried), _problem(tried)
    except DeskError as error:
        problem = error
    print_json({"success": problem is None, "message": problem.sentence if problem else DONE, "data": data})
    if problem:
        raise problem
    return 0


def rls_works(tried: Tried) -> bool:
    """Whether the row was there for who may read it, and for nobody else."""
    return tried.row is not None and tried.hidden


def _try(question: dict[str, Any]) -> Tried:
    signed_in = reach().signed_in("test-booking")
    organization = choose(signed_in, _id(question, "organizationId"))
    return checks.try_booking(
        signed_in.at(organization.id),
        BookingRequest(
            id=uuid4(),
            session_id=_id(question, "classSessionId"),
            kind=_kind(question),
            person_id=_id(question, "customerId"),
            pay="later",
        ),
    )


def _problem(tried: Tried) -> DeskError | None:
    if tried.answer.outcome != "booked":
        already = "They are booked in this class already. Nothing was tried."
        return Refused(already if tried.answer.outcome == "exists" else not_booked(tried.answer))
    return None if rls_works(tried) else Refused(NOT_HIDDEN)


def _data(tried: Tried) -> dict[str, Any]:
    return {
        "customer": tried.customer,
        "classSession": tried.session,
        "booking": tried.answer,
        "readBackBooking": tried.row,
        "rlsWorking": rls_works(tried),
    }


def _question(text: bytes) -> dict[str, Any]:
    try:
        question = json.loads(text) if len(text) <= LONGEST else None
    except (ValueError, RecursionError):
        question = None
    if not isinstance(question, dict):
        raise BadInput("Stdin is no JSON object of customerId, customerType, classSessionId, organizationId.")
    for name in ("customerId", "classSessionId", "organizationId"):
        _id(question, name)
    _kind(question)
    return question


def _id(question: dict[str, Any], name: str) -> UUID:
    try:
        return UUID(question[name])
    except (KeyError, ValueError, AttributeError, TypeError):
        raise BadInput(f'"{name}" is no id. Give one such as {uuid4()}.') from None


def _kind(question: dict[str, Any]) -> Kind:
    match question.get("customerType"):
        case "lead":
            return "lead"
        case "client":
            return "client"
    raise BadInput('"customerType" must be "lead" or "client".')
