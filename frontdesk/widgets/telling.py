"""That somebody was told of their seat: what is kept of it, and what takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

from frontdesk.widgets.done import Back, Done, Made
from frontdesk.widgets.errands import Errand

if TYPE_CHECKING:
    from db.transaction import SignedIn


def telling(task_id: UUID, name: str, what: str) -> Errand:
    """Keep that they were told of the seat in that class; both are safe to show."""
    so = f"{name} was told, {what}"
    done = Done(partial(_told, task_id, False), name, what, "told", so, f"It is still kept that {so}")
    made = Made(f"{so}.", f"{so}.", done)
    return Errand(name, so, f"Not kept that {name} was told.", partial(_tell, task_id, made))


def _tell(task_id: UUID, made: Made, signed_in: SignedIn) -> Made:
    _told(task_id, True, signed_in)
    return made


def _told(task_id: UUID, told: bool, signed_in: SignedIn) -> Sequence[Back]:
    from db.repositories import needs

    needs.told(signed_in, task_id, told)
    return [Back()]
