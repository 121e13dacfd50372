"""Records as a repository would return them, with what a test does not care about filled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from db.records import ClassSession, Person

NOW = datetime(2026, 11, 24, 17, 52, tzinfo=UTC)


def person(name: str = "Sam Okafor", **facts: Any) -> Person:
    """A client whom nothing is to be said about, but for these facts."""
    values: dict[str, Any] = dict.fromkeys(Person.__slots__)
    plain = {"phone_end": "", "email": "", "owes": 0, "alerts": [], "family": 0, "namesakes": 0}
    marks = {"blocked": False, "waiver": True, "regular": False, "scanned": False}
    values |= {"kind": "client", "id": uuid4(), "name": name} | plain | marks | facts
    return Person(**values)


def session(**facts: Any) -> ClassSession:
    """Spin at NOW, with two of sixteen seats left, but for these facts."""
    values: dict[str, Any] = {
        "id": uuid4(),
        "starts_on": NOW.date(),
        "program": "Spin",
        "open_gym": False,
        "room": "R1",
        "instructors": "Kim",
        "starts_at": NOW,
        "ends_at": NOW + timedelta(hours=1),
        "capacity": 16,
        "extra_seats": 0,
        "booked_count": 14,
        "waiting": 0,
        "here": 0,
        "to_come": 14,
        "due": 0,
        "status": "scheduled",
        "price": 1200,
        "bookable": True,
        "check_in_open": True,
    }
    return ClassSession(**{**values, **facts})
