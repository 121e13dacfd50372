"""The leads and clients found, in one list, and the row that adds whom it lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from textual.message import Message

from db.records import Person
from frontdesk.widgets.lines import NONE, Lines, Part
from frontdesk.widgets.marks import in_cells, marks
from frontdesk.widgets.text import fit, literal

WIDE = 70
NARROW = 36
MARKS = 14
MARKS_WIDE = 30
NAME = 24
NAME_NARROW = 16
EMAIL = 18


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Whom the list lacks, by the name or number that was typed."""

    text: str


Row = Person | NewPerson


class PeopleList(Lines[Row]):
    """People, best first; an answer never moves the row under a cursor that an arrow moved."""

    @dataclass
    class Chosen(Message):
        """A row was clicked."""

        row: Row

    def __init__(self, timezone: str, currency: str, today: date, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.timezone = timezone
        self.currency = currency
        self.today = today
        self.pinned = False

    def pin(self, by: int) -> None:
        """Move the cursor by hand; from now on its row stays where it is."""
        self.move(by)
        self.pinned = self.current is not None

    def pin_on(self, person_id: UUID) -> None:
        """Move the cursor to that person, if they are here."""
        ids = [each.id if isinstance(each, Person) else None for each in self.items]
        if person_id in ids:
            self.pin(ids.index(person_id) - self.cursor)

    def unpin(self) -> None:
        """The typed text changed: the next answer may put the cursor on its best match."""
        self.pinned = False

    def found(self, rows: Sequence[Row], *hint: str, keep: bool) -> None:
        """Show an answer, with the cursor on the first, or in its row on whom it is on."""
        kept = self.current if keep else None
        if kept is None:
            self.show(rows, 0, *hint)
        else:
            self.show(around(kept, self.cursor, rows), self.cursor, *hint)

    def expected(self, people: Sequence[Person]) -> None:
        """Show whom nobody typed: none of them is chosen before an arrow is used."""
        if self.pinned:
            self.found(people, keep=True)
        else:
            self.show(people, NONE)

    def parts(self, item: Row, width: int) -> Sequence[Part]:
        """Kind, name, birth year, end of the phone number, and what matters today."""
        if isinstance(item, NewPerson):
            return [(fit(f'+ add "{literal(item.text)}" as a new lead', width), "")]
        wide = width >= WIDE
        kind = fit(item.kind.upper(), 7) if wide else fit(item.kind[0].upper(), 2)
        born = f" b.{item.birth_date:%Y}" if item.birth_date else ""
        phone = f" ..{literal(item.phone_end)}" if item.phone_end else ""
        facts = fit(born, 7) + fit(phone, 6) if width > NARROW else ""
        room = width - len(kind) - len(facts) - 1
        said = max(MARKS, min(MARKS_WIDE, room - (NAME if wide else NAME_NARROW)))
        name = NAME if room - said >= NAME + EMAIL else room - said
        email = fit(f"  {literal(item.email)}", room - said - name)
        return (
            (kind, "lines--quiet"),
            (fit(literal(item.name), name), "lines--strong"),
            (facts, "lines--quiet"),
            (" ", ""),
            *in_cells(marks(item, self.today, self.timezone, self.currency), said),
            (email, "lines--quiet"),
        )

    def clicked(self, index: int) -> None:
        """A click chooses like an arrow does."""
        self.pin(index - self.cursor)
        if self.current:
            self.post_message(self.Chosen(self.current))


def around(kept: Row, row: int, rows: Sequence[Row]) -> list[Row | None]:
    """The rows with the kept one in its place, as the answer has it, though that is too short or lacks it."""
    fresh = next((each for each in rows if _key(each) == _key(kept)), kept)
    others: list[Row | None] = [each for each in rows if each is not fresh]
    gaps: list[Row | None] = [None] * (row - len(others))
    return [*others[:row], *gaps, fresh, *others[row:]]


def _key(row: Row) -> UUID | None:
    """The same for the same person, and for whoever is to be added."""
    return row.id if isinstance(row, Person) else None
