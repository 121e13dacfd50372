"""`frontdesk book`: book a lead or a client into a class session."""

from __future__ import annotations

import argparse
from uuid import uuid4

from db.errors import NoDatabase, refusal
from db.records import Answer, BookingRequest
from db.repositories import bookings
from db.transaction import SignedIn
from frontdesk.scripts.output import complain, print_json, print_literal
from frontdesk.scripts.reach import working
from frontdesk.widgets.text import money

DONE = ("booked", "waitlisted", "exists")


def run(arguments: argparse.Namespace) -> int:
    """Print what became of the booking; 1 when a rule refused it."""
    signed_in, _organization = working("book", arguments.organization)
    answer = _book(signed_in, _request(arguments))
    if arguments.json:
        print_json(answer)
    if answer.outcome not in DONE:
        complain(not_booked(answer))
        return 1
    if not arguments.json:
        print_literal(_sentence(answer))
    return 0


def not_booked(answer: Answer) -> str:
    """Why there is no booking, and what to do now."""
    if answer.outcome == "due":
        due = money(answer.price or 0, answer.currency or "")
        return (
            f"{due} is due. Say how it is paid: --pay card, cash, credit or later, or comp with a --reason."
        )
    if answer.outcome == "full":
        return refusal(answer.rule or "class_sessions_seats")
    return refusal(answer.rule)


def _request(arguments: argparse.Namespace) -> BookingRequest:
    return BookingRequest(
        id=arguments.id or uuid4(),
        session_id=arguments.session,
        kind="lead" if arguments.lead else "client",
        person_id=arguments.lead or arguments.client,
        pay=arguments.pay,
        comp_reason=arguments.reason,
        override_reason=arguments.override,
        waitlist=arguments.waitlist,
    )


def _book(signed_in: SignedIn, request: BookingRequest) -> Answer:
    try:
        return bookings.book(signed_in, request)
    except NoDatabase as error:
        # The answer may have been lost on its way back: the same id never books twice.
        raise NoDatabase(f"{error.sentence} Then ask with --id {request.id} whether it was booked.") from None


def _sentence(answer: Answer) -> str:
    """What stands now, with the booking's id."""
    done = {"booked": "Booked", "waitlisted": "Waitlisted", "exists": "Booked already"}[answer.outcome]
    details = [
        f"{answer.person_name} ({answer.kind})",
        f"seat {answer.seat} of {answer.seats}" if answer.seat and not answer.place else "",
        f"place {answer.place} in line" if answer.place else "",
        f"{answer.booking_status}, {answer.payment_status}",
        money(answer.price, answer.currency or "") if answer.price is not None else "",
        f"booking {answer.booking_id}",
    ]
    return f"{done}: {', '.join(detail for detail in details if detail)}."
