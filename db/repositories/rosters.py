"""Who is booked in a class session."""

from __future__ import annotations

from uuid import UUID

from db.records import RosterLine
from db.transaction import SignedIn, Statement, call


def of(signed_in: SignedIn, session_id: UUID) -> list[RosterLine]:
    """A session's live bookings, seats by name, then the waitlist in order; `NotFound` for no session."""
    return signed_in.all(to_roster(session_id))


def to_roster(session_id: UUID) -> Statement[RosterLine]:
    """The statement of `of`, for a transaction that asks more than that."""
    return call(RosterLine, "roster", session_id)
