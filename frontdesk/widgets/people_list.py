"""The leads and clients found, in one list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rich.cells import cell_len
from textual.message import Message

from db.records import Person
from frontdesk.clock import day_seen_from, time_of
from frontdesk.widgets.lines import Lines, Part
from frontdesk.widgets.text import fit, literal

WIDE = 70
NARROW = 36


class PeopleList(Lines[Person]):
    """People by how well they match; an answer never moves the row under a cursor that an arrow moved."""

    @dataclass
    class Chosen(Message):
        """A person was clicked."""

        person: Person

    def __init__(self, timezone: str, today: date, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.timezone = timezone
        self.today = today
        self.pinned = False

    def pin(self, by: int) -> None:
        """Move the cursor by hand; from now on its row stays where it is."""
        self.move(by)
        self.pinned = True

    def unpin(self) -> None:
        """The typed text changed: the next answer may put the cursor on its best match."""
        self.pinned = False

    def found(self, people: Sequence[Person]) -> None:
        """Show an answer."""
        kept = self.current if self.pinned else None
        if kept is None:
            self.show(people)
        else:
            self.show(around(kept, self.cursor, people), self.cursor)

    def parts(self, item: Person, width: int) -> Sequence[Part]:
        """Kind, name, birth year, end of the phone number, and what matters today."""
        state, style = self._state(item)
        if width < WIDE:
            kind, columns = fit(item.kind[0].upper(), 2), 12
            rest = ""
        else:
            kind, columns = fit(item.kind.upper(), 7), 14
            rest = "  " + fit(literal(item.email), max(16, width - 57))
        born = f" b.{item.birth_date:%Y}" if item.birth_date else ""
        phone = f" ..{literal(item.phone_end)}" if item.phone_end else ""
        facts = fit(born, 7) + fit(phone, 6) if width > NARROW else ""
        name = fit(literal(item.name), width - len(kind) - len(facts) - columns - 1 - cell_len(rest))
        return (
            (kind, "lines--quiet"),
            (name, "lines--strong"),
            (facts, "lines--quiet"),
            (" " + fit(state, columns), style),
            (rest, "lines--quiet"),
        )

    def clicked(self, index: int) -> None:
        """A click chooses like an arrow does."""
        self.pin(index - self.cursor)
        if self.current:
            self.post_message(self.Chosen(self.current))

    def _state(self, person: Person) -> tuple[str, str]:
        if person.blocked:
            return "BLOCKED", "lines--bad"
        if person.booked_status and person.booked_starts_at:
            word = {"confirmed": "BOOKED", "waitlisted": "WAITLISTED", "attended": "HERE"}.get(
                person.booked_status, ""
            )
            return f"{word} {time_of(person.booked_starts_at, self.timezone)}", "lines--good"
        if person.last_visit:
            return f"here {day_seen_from(person.last_visit, self.today)}", "lines--quiet"
        return "no visit yet", "lines--quiet"


def around(kept: Person, row: int, people: Sequence[Person]) -> list[Person | None]:
    """The people with the kept one in that row, though the answer is too short or lacks them."""
    others: list[Person | None] = [each for each in people if each.id != kept.id]
    gaps: list[Person | None] = [None] * (row - len(others))
    return [*others[:row], *gaps, kept, *others[row:]]
