"""Who is booked in a class session."""

from __future__ import annotations

from uuid import UUID

from db.records import RosterLine
from db.transaction import SignedIn, call


def of(signed_in: SignedIn, session_id: UUID) -> list[RosterLine]:
    """A session's live bookings, seats by name, then the waitlist in order; `NotFound` for no session."""
    return signed_in.all(call(RosterLine, "roster", session_id))
