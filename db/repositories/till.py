"""The till: this desk's drawer of cash, its handover, and the day by method and desk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from db.records import Drawer, DrawerMove, Handover, HandoverHead, HandoverLine, Taken, Till, TillDay
from db.transaction import SignedIn, call, do

HANDOVER = (call(HandoverHead, "handover"), call(HandoverLine, "handover_lines"))


def drawer(signed_in: SignedIn) -> Drawer | None:
    """The drawer that is open at this desk."""
    found = signed_in.all(call(Drawer, "drawer_now"))
    return found[0] if found else None


def open_drawer(signed_in: SignedIn, drawer_id: UUID, float_amount: int) -> Drawer:
    """Open this desk's drawer with a float in minor units; with an id that has one, it is that one."""
    return signed_in.one(call(Drawer, "open_drawer", drawer_id, float_amount))


def move(signed_in: SignedIn, movement_id: UUID, amount: int, reason: str) -> Drawer | None:
    """Pay in, or out with less than nothing; asked again with the same id, nothing is paid twice."""
    found = signed_in.all(call(Drawer, "move_cash", movement_id, amount, reason))
    return found[0] if found else None


def moves(signed_in: SignedIn, drawer_id: UUID) -> list[DrawerMove]:
    """What went into a drawer and out of it after its float, the latest first."""
    return signed_in.all(call(DrawerMove, "drawer_moves", drawer_id))


def count(signed_in: SignedIn, drawer_id: UUID, pieces: Mapping[int, int], note: str | None = None) -> Drawer:
    """Count a drawer for good: how many pieces of each coin and note, by their worth in minor units.

    Asked again with the same pieces, the answer is the same; with others it is `Refused`, and without a note
    where they are not what is expected.
    """
    counted = json.dumps({str(worth): number for worth, number in pieces.items()})
    return signed_in.one(call(Drawer, "count_drawer", drawer_id, counted, note))


def of(signed_in: SignedIn, day: date | None = None) -> Till:
    """The day's till in the organization's zone, its today without a day; one round trip."""
    days, taken, drawers, moves = signed_in.run(
        call(TillDay, "till_day", day),
        call(Taken, "till", day),
        call(Drawer, "till_drawers", day),
        call(DrawerMove, "till_moves", day),
    )
    return Till(days[0].day, taken, drawers, moves)


def handover(signed_in: SignedIn) -> Handover | None:
    """The last handover at this desk by somebody else that nobody has accepted; one round trip."""
    return _handover(*signed_in.run(*HANDOVER))


def arrive(signed_in: SignedIn, desk_name: str) -> Handover | None:
    """Make this installation a desk, and what was handed over there; one round trip."""
    _, heads, lines = signed_in.run(do("open_desk", desk_name), *HANDOVER)
    return _handover(heads, lines)


def accept(signed_in: SignedIn, handover_id: UUID) -> None:
    """Take a handover over, with those before it; doing so twice changes nothing. `NotFound` for none."""
    signed_in.run(do("accept_handover", handover_id))


def _handover(heads: list[HandoverHead], lines: list[HandoverLine]) -> Handover | None:
    return Handover(heads[0], lines) if heads else None
