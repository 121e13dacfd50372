"""A day to come as it is typed at the desk."""

from __future__ import annotations

import re
from datetime import date

from db.errors import BadInput

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NAMED = re.compile(r"(\d{1,2})\.? ?([a-z]{3})[a-z]*\.?(?: (\d{4}))?", re.IGNORECASE)
NO_DAY = "That is no day to come. Type it like 14 Dec, or 2026-12-14."


def read_day(text: str, today: date) -> date:
    """'14 Dec' is the next one, '14 Dec 2026' and '2026-12-14' are that day; raises `BadInput` otherwise."""
    try:
        day = _named(text, today) or date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(NO_DAY) from None
    if day < today:
        raise BadInput(NO_DAY)
    return day


def _named(text: str, today: date) -> date | None:
    found = NAMED.fullmatch(text.strip())
    if not found or found[2].lower() not in MONTHS:
        return None
    day, month = int(found[1]), MONTHS.index(found[2].lower()) + 1
    if found[3]:
        return date(int(found[3]), month, day)
    next_one = date(today.year, month, day)
    return next_one if next_one >= today else date(today.year + 1, month, day)
