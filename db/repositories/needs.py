"""What waits for staff today: people to tell, seats held, who is here and owes or has signed no waiver."""

from __future__ import annotations

from uuid import UUID

from db.records import Need
from db.transaction import SignedIn, call, do


def today(signed_in: SignedIn) -> list[Need]:
    """Up to 50 of them, the most pressing kind first."""
    return signed_in.all(call(Need, "needs_you"))


def told(signed_in: SignedIn, task_id: UUID) -> None:
    """Mark a task as done; doing so twice changes nothing. `NotFound` for no task."""
    signed_in.run(do("told", task_id))
