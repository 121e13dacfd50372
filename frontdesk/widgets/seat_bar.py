"""How full a class session is, in words or as a bar."""

from __future__ import annotations

from datetime import datetime

from db.records import ClassSession

BAR = 7
WIDTH = BAR + 2


def seat_state(session: ClassSession, now: datetime) -> tuple[str, str]:
    """At most nine cells and their style: what matters most of 'cancelled', 'over by', FULL, 'running'."""
    over_by = session.booked_count - session.capacity
    if session.status == "cancelled":
        return "CANCELLED", "lines--bad"
    if session.ends_at <= now:
        return "ended", "lines--quiet"
    if over_by > 0 and not session.open_gym:
        return f"over by {over_by}"[:WIDTH], "lines--warn"
    if session.full:
        return f"FULL+{session.waiting}" if session.waiting else "FULL", "lines--warn"
    if session.starts_at <= now and not session.open_gym:
        return "running", "lines--good"
    return seat_bar(session.booked_count, session.seats), "lines--quiet"


def seat_bar(taken: int, seats: int) -> str:
    """The bar, such as '[######-]'; never shown full while a seat is left, nor empty once one is taken."""
    filled = round(BAR * taken / seats) if seats else BAR
    filled = min(BAR - 1, max(1, filled)) if 0 < taken < seats else min(BAR, filled)
    return f"[{'#' * filled}{'-' * (BAR - filled)}]"


def seat_count(session: ClassSession) -> str:
    """Seats taken of the capacity, such as '14/16'; an open gym says how many are booked."""
    return f"{session.booked_count} in" if session.open_gym else f"{session.booked_count}/{session.capacity}"
