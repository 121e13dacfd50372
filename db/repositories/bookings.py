"""Booking people into class sessions, checking them in, cancelling, and taking each back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

from db.records import Answer, BookingRequest, BookingStatus, NewLead, Sale
from db.transaction import SignedIn, Statement, call


def book(signed_in: SignedIn, request: BookingRequest, *, dry: bool = False) -> Answer:
    """Book, in one round trip; asking again with the same id gives the booking as it stands.

    A dry run is rolled back, and answers what would have become of it.
    """
    return signed_in.one(to_book(request), dry=dry)


def get(signed_in: SignedIn, booking_id: UUID) -> Answer:
    """The booking as it stands, outcome `exists`; raises `NotFound`."""
    return signed_in.one(call(Answer, "booking", booking_id))


def book_new(
    signed_in: SignedIn,
    lead: NewLead,
    request: BookingRequest,
    sale: Sale | None = None,
    *,
    dry: bool = False,
) -> Answer:
    """Add a lead and book them, with a package that is sold to them if there is one, in one round trip.

    All of it or nothing; the request is for the lead's id. Asking again adds, sells and books nothing more.
    """
    sold = json.dumps(_fields(sale)) if sale else None
    statement = call(Answer, "book_new", json.dumps(_fields(lead)), json.dumps(_fields(request)), sold)
    return signed_in.one(statement, dry=dry)


def book_together(
    signed_in: SignedIn, requests: Sequence[BookingRequest], *, dry: bool = False
) -> list[Answer]:
    """Book several in one transaction, all or none; an answer for each, in no order of their own.

    Where one is neither `booked`, `checked_in`, `confirmed` nor `exists`, nothing was done for anybody. At
    most 20, and nobody is put on a waitlist.
    """
    return signed_in.all(call(Answer, "book_together", json.dumps([_fields(each) for each in requests])), dry)


def cancel(signed_in: SignedIn, booking_id: UUID, reason: str | None = None, *, dry: bool = False) -> Answer:
    """Cancel; `booking_status` says whether it was in time or late, which a manager may waive with a reason.

    Outcome `cancelled`, or `refused` with the rule; `promotes` names whom the seat goes to.
    """
    return signed_in.one(call(Answer, "cancel", booking_id, reason), dry=dry)


def take_back(
    signed_in: SignedIn, booking_id: UUID, before: BookingStatus | None = None, sale_id: UUID | None = None
) -> Answer:
    """Undo the last change of a booking, so that it is `before` again; without it, undo the booking itself.

    The package that was sold with it is taken back too, both or neither. Money taken by what is undone is
    given back. Outcome `taken_back`, or `refused` with the rule.
    """
    return signed_in.one(_to_take_back(booking_id, before, sale_id))


def take_back_together(
    signed_in: SignedIn,
    changes: Sequence[tuple[UUID, BookingStatus | None]],
    sale_id: UUID | None = None,
) -> list[Answer]:
    """The same for several bookings, each with its `before`, in one round trip; an answer for each."""
    answers = signed_in.run(*(_to_take_back(booking, before, sale_id) for booking, before in changes))
    return [each for answer in answers for each in answer]


def to_book(request: BookingRequest) -> Statement[Answer]:
    """The statement of `book`, for a transaction that holds more than that."""
    return call(
        Answer,
        "book",
        request.id,
        request.session_id,
        request.kind,
        request.person_id,
        request.pay,
        request.comp_reason,
        request.override_reason,
        request.waitlist,
        request.arrive,
        request.entitlement_id,
        request.drop_in,
    )


def _to_take_back(booking_id: UUID, before: BookingStatus | None, sale_id: UUID | None) -> Statement[Answer]:
    return call(Answer, "take_back", booking_id, before, sale_id)


def _fields(asked: BookingRequest | NewLead | Sale) -> dict[str, object]:
    fields = asdict(asked)
    return {name: str(value) if isinstance(value, UUID | date) else value for name, value in fields.items()}
