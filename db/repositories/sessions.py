"""The class sessions of a day."""

from __future__ import annotations

from datetime import date

from db.records import ClassSession
from db.transaction import SignedIn, call


def on(signed_in: SignedIn, day: date | None = None) -> list[ClassSession]:
    """The day's class sessions by start, in the organization's zone; its today without a day."""
    return signed_in.all(call(ClassSession, "sessions_on", day))
