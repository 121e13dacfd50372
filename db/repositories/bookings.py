"""Booking a person into a class session, and taking it back."""

from __future__ import annotations

from uuid import UUID

from db.records import Answer, BookingRequest
from db.transaction import SignedIn, Statement, call


def book(signed_in: SignedIn, request: BookingRequest) -> Answer:
    """Book, in one round trip; asking again with the same id gives the booking as it stands."""
    return signed_in.one(to_book(request))


def preview(signed_in: SignedIn, request: BookingRequest) -> Answer:
    """What `book` would answer now, rolled back."""
    return signed_in.one(to_book(request), dry=True)


def take_back(signed_in: SignedIn, booking_id: UUID) -> Answer:
    """Undo a booking, its payment included; outcome `taken_back`, or `refused` with the rule."""
    return signed_in.one(call(Answer, "take_back", booking_id))


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
    )
