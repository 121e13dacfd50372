"""What waits for staff today: people to tell, seats held, who is here and owes or has signed no waiver."""

from __future__ import annotations

from uuid import UUID

from db.records import Need, RosterLine
from db.repositories.rosters import to_roster
from db.transaction import SignedIn, call, do

NEEDS = call(Need, "needs_you")


def today(signed_in: SignedIn) -> list[Need]:
    """Up to 50 of them, the most pressing kind first."""
    return signed_in.all(NEEDS)


def beside(signed_in: SignedIn, session_id: UUID | None) -> tuple[list[RosterLine], list[Need]]:
    """A session's roster, if there is a session, and what waits for staff, in one round trip."""
    asked = [NEEDS] if session_id is None else [NEEDS, to_roster(session_id)]
    needs, *roster = signed_in.run(*asked)
    return (roster[0] if roster else []), needs


def told(signed_in: SignedIn, task_id: UUID, is_so: bool = True) -> None:
    """Mark a task as done, or as open again; doing so twice changes nothing. `NotFound` for no task.

    It is opened again by whoever did it within minutes, and by a manager within a day.
    """
    signed_in.run(do("told", task_id, is_so))
