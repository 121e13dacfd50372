"""What is typed into find: a name, an e-mail or a phone number, and behind it the time of a class."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

TIME = re.compile(
    r"(?:^|(?P<name>.*\S)\s+)(?P<hour>[01]?\d|2[0-3])(?P<mark>[:.])(?P<minute>[0-5]\d)", re.DOTALL
)
BEGUN = re.compile(r"(?:^(?=\d+:)|(?P<name>.*\S)\s+)\d{1,2}(?:[:.]\d?)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Typed:
    """Whom to look for, and which class of the day, if a time was typed."""

    name: str
    time: time | None = None


def read(text: str) -> Typed:
    """'sam 18:30', 'sam 9:30' and 'sam 18.30' name Sam and a class; '18:30' a class alone.

    A time that is only begun is left out of the name, so that the list stands still while it is typed; two
    digits behind digits are a phone number, and so is what has dots and no name.
    """
    text = text.strip()
    found = TIME.fullmatch(text)
    if found and (_named(found["name"]) or (found["name"] is None and found["mark"] == ":")):
        return Typed(found["name"] or "", time(int(found["hour"]), int(found["minute"])))
    begun = BEGUN.fullmatch(text)
    if begun and (begun["name"] is None or _named(begun["name"])):
        return Typed(begun["name"] or "")
    return Typed(text)


def as_name(text: str) -> str:
    """A name as it is written, from what was typed in a hurry: 'Sam O' for 'sam o'; others as typed."""
    if text != text.lower() or any(each.isdigit() or each == "@" for each in text):
        return text
    return " ".join(word[:1].upper() + word[1:] for word in text.split())


def _named(name: str | None) -> bool:
    return name is not None and any(each.isalpha() for each in name)
