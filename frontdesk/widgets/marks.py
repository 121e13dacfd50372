"""What staff must see of a person in a list at a glance, the most pressing first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rich.cells import cell_len

from db.records import Person
from frontdesk.clock import birthday_near, day_seen_from, local, time_of
from frontdesk.widgets.lines import Part
from frontdesk.widgets.text import SYMBOLS, cut, fit, literal, money

GAP = "  "
ALERT_CELLS = 24
BIRTHDAY_NEAR = timedelta(days=3)
STATES = {"confirmed": "BOOKED", "waitlisted": "WAITLISTED", "attended": "HERE"}


@dataclass(frozen=True, slots=True)
class Mark:
    """In words where there is room for them, as one character where there is not.

    `brief` is the word alone, for when it comes first and leaves no room for the flags of the others; what
    has no `flag` is left out then.
    """

    words: str
    style: str
    flag: str = ""
    brief: str = ""


def marks(person: Person, today: date, timezone: str, currency: str) -> list[Mark]:
    """All that is to be said: what stops them, what they came for, what they lack, what to be kind about."""
    return list(_marks(person, today, timezone, currency))


def _marks(person: Person, today: date, timezone: str, currency: str) -> Iterator[Mark]:
    if person.blocked:
        yield Mark("BLOCKED", "lines--bad", "X")
    here_for = _state(person, today, timezone)
    if here_for:
        yield here_for
    if not person.waiver:
        yield Mark("NO WAIVER", "lines--warn", "W")
    if person.owes:
        yield Mark(f"OWES {money(person.owes, currency)}", "lines--warn", SYMBOLS.get(currency, "$"), "OWES")
    if person.alerts:
        yield Mark(cut(f"! {literal(person.alerts[0])}", ALERT_CELLS), "lines--warn", "!")
    if here_for and person.first_visit:
        yield Mark("FIRST VISIT", "lines--good", "N")
    day = birthday(person, today)
    if day:
        yield Mark(f"* {birthday_words(day, today)}", "lines--good", "*")
    if person.regular:
        yield Mark("usual", "lines--good")
    if not here_for:
        yield Mark(_last_visit(person, today), "lines--quiet")


def _state(person: Person, today: date, timezone: str) -> Mark | None:
    """The live booking, by the time of the class, or by that of the arrival."""
    word = STATES.get(person.booked_status or "")
    if word is None or person.booked_starts_at is None:
        return None
    day = local(person.booked_starts_at, timezone).date()
    at = (person.arrived_at if word == "HERE" else None) or person.booked_starts_at
    when = time_of(at, timezone) if day == today else f"{day:%a}"
    return Mark(f"{word} {when}", "lines--good", "", word)


def _last_visit(person: Person, today: date) -> str:
    return f"here {day_seen_from(person.last_visit, today)}" if person.last_visit else "no visit yet"


def birthday(person: Person, today: date) -> date | None:
    """Their birthday, where it is today or in the next few days."""
    return birthday_near(person.birth_date, today, gone=timedelta(), ahead=BIRTHDAY_NEAR)


def birthday_words(day: date, today: date) -> str:
    """That it is then, such as 'birthday Thu'."""
    return f"birthday {'today' if day == today else f'{day:%a}'}"


def in_cells(said: Sequence[Mark], cells: int) -> list[Part]:
    """As many in words as leave room for the flags of the rest; exactly that many cells."""
    for words in range(len(said), 0, -1):
        line = _line(said, [each.words for each in said[:words]])
        if _cells(line) <= cells:
            return _exactly(line, cells)
    if not said:
        return _exactly([], cells)
    first = said[0].brief or cut(said[0].words, cells - _cells(_line(said, [""])))
    return _exactly(_line(said, [first]), cells)


def _line(said: Sequence[Mark], words: list[str]) -> list[Part]:
    """The first in these words, the others as flags."""
    parts = [
        (GAP * bool(number) + text, mark.style)
        for number, (text, mark) in enumerate(zip(words, said, strict=False))
    ]
    flags = [(mark.flag, mark.style) for mark in said[len(words) :] if mark.flag]
    return [*parts, (" ", ""), *flags] if flags else parts


def _cells(line: Sequence[Part]) -> int:
    return sum(cell_len(text) for text, _ in line)


def _exactly(line: Sequence[Part], cells: int) -> list[Part]:
    """The line, padded or cut."""
    kept: list[Part] = []
    for text, style in line:
        room = cells - _cells(kept)
        kept.append((text if cell_len(text) <= room else fit(text, room), style))
    return [*kept, (" " * (cells - _cells(kept)), "")]
