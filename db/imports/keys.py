"""What two spellings of one name or number have in common; `db/sql/people_rules.sql` does the same."""

from __future__ import annotations

import re
import unicodedata

DIGITS_TO_GO_BY = 7
DIGITS_COMPARED = 9

_DROPPED = re.compile("[\u0300-\u036f'\u2019\u2018`\u00b4\u02bc\"]")
_PARTING = re.compile(r"[-‐–_.,;\s]+")  # noqa: RUF001 - names have such dashes
_NO_DIGIT = re.compile(r"[^0-9]")


def name_key(name: str) -> str:
    """The name without case, accents and apostrophes; hyphens and stops part words."""
    plain = _DROPPED.sub("", unicodedata.normalize("NFKD", name).lower())
    return _PARTING.sub(" ", plain).strip()


def phone_key(phone: str) -> str:
    """The last nine digits, the country's code and leading zero aside; empty when there are under seven."""
    digits = _NO_DIGIT.sub("", phone)
    return digits[-DIGITS_COMPARED:] if len(digits) >= DIGITS_TO_GO_BY else ""
