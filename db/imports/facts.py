"""One row, read: whom it is about and what it says of them, or why it is rejected."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from db.imports import dates
from db.imports.headers import Columns, words
from db.imports.keys import name_key, phone_key
from db.imports.sheet import Row
from db.records import Kind

LONGEST = {"name": 200, "email": 254, "phone": 50, "barcode": 64, "external_id": 100}
LONGEST_TEXT = 20_000
LONGEST_TITLE = 100
ALERT_PRIORITY = 2
EARLIEST_BIRTH = date(1900, 1, 1)
UNDATED_WAIVER = "signed, says the imported file without a name"
NO_REASON = "blocked in the imported file"

YES = {"yes", "y", "true", "1", "x", "ja", "si", "oui", "tak", "signed", "wahr"}
NO = {"", "no", "n", "false", "0", "nein", "non", "nie", "not signed", "unsigned", "falsch"}
LEADS = {
    **dict.fromkeys(
        ("lead", "new lead", "prospect", "trial", "interested", "interessent", "prospecto"), "new"
    ),
    **{status: status for status in ("new", "contacted", "qualified", "lost")},
}
CLIENTS = {
    *("active", "inactive", "frozen", "cancelled", "canceled", "expired", "paused", "on hold", "suspended"),
    *("member", "client", "customer", "current", "former", "ex member", "archived", "terminated", "past due"),
    *("aktiv", "inaktiv", "gekundigt", "mitglied", "actif", "inactif", "activo", "inactivo", "cliente"),
}
BLOCKED = {"blocked", "banned", "barred", "gesperrt"}

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


class RejectedError(ValueError):
    """Why a row is left out, in words that name no person."""


@dataclass(slots=True)
class Person:
    """One person as the file has them; `lines` are the rows that are about them.

    `kind` None: no row says. `facts` is what has no place of its own, by title; `notes` by text, with the
    priority of an alert.
    """

    line: int
    name: str
    kind: Kind | None = None
    email: str | None = None
    phone: str | None = None
    birth_date: date | None = None
    barcode: str | None = None
    emergency_contact: str | None = None
    waiver_signed: bool = False
    waiver_signed_on: date | None = None
    waiver_signed_by: str | None = None
    blocked_reason: str | None = None
    client_since: date | None = None
    lead_status: str | None = None
    source: str | None = None
    external_ids: list[str] = field(default_factory=list)
    facts: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, int | None] = field(default_factory=dict)
    visits: list[str] = field(default_factory=list)
    guardian: tuple[str, str, str] = ("", "", "")
    family: int | None = None
    is_guardian: bool = False
    lines: list[int] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The name as it is compared."""
        return name_key(self.name)

    def keep(self, title: str, value: str) -> None:
        """Keep what has no place of its own."""
        values = self.facts.setdefault(title[:LONGEST_TITLE], [])
        if value not in values:
            values.append(value)

    def ids(self) -> list[str]:
        """The ids to know them by again; of whom there is nothing but a name, a digest of that."""
        if self.external_ids or self.email or self.birth_date or phone_key(self.phone or ""):
            return self.external_ids
        said = repr((self.key, self.phone, self.barcode, sorted(self.facts.items()), sorted(self.notes)))
        return ["row " + hashlib.sha256(said.encode()).hexdigest()[:32]]

    def all_notes(self) -> list[dict[str, Any]]:
        """Notes as the database takes them: the file's own, what had no place, and the visits."""
        texts = dict(self.notes)
        if self.facts:
            lines = [f"{title}: {'; '.join(values)}" for title, values in sorted(self.facts.items())]
            texts["From the imported file:\n" + "\n".join(lines)] = None
        if self.visits:
            texts["Visits in the imported file:\n" + "\n".join(sorted(self.visits))] = None
        return [{"text": text, "alert_priority": priority} for text, priority in texts.items()]


class Reader:
    """Reads the rows of one file, whose days are in one order."""

    def __init__(self, columns: Columns, order: dates.Order | None, today: date) -> None:
        self._columns = columns
        self._order = order
        self._today = today

    def read(self, row: Row) -> Person:
        """The person of the row; `RejectedError` says why there is none."""
        self._check(row.cells)
        person = Person(row.line, self._name(row.cells), lines=[row.line])
        self._read_contact(person, row.cells)
        self._read_facts(person, row.cells)
        self._read_standing(person, row.cells)
        if self._columns.visits:
            person.visits.append(self._visit(row.cells))
        for column in self._columns.others:
            if value := _line(row.cells[column]):
                person.keep(_line(self._columns.title(column)), value)
        return person

    def _check(self, cells: list[str]) -> None:
        expected = len(self._columns.header)
        if len(cells) < expected or any(cell.strip() for cell in cells[expected:]):
            raise RejectedError(f"it has {len(cells)} cells where the header has {expected}")
        for column, cell in enumerate(cells[:expected]):
            if _CONTROL.search(cell):
                raise RejectedError(f"'{self._columns.title(column)}' holds a control character")
            if len(cell) > LONGEST_TEXT:
                raise RejectedError(
                    f"'{self._columns.title(column)}' is longer than {LONGEST_TEXT} characters"
                )

    def _all(self, field: str, cells: list[str]) -> list[str]:
        found = (_line(cells[column]) for column in self._columns.of.get(field, []))
        return [value for value in found if value]

    def _one(self, field: str, cells: list[str]) -> str:
        value = next(iter(self._all(field, cells)), "")
        if len(value) > LONGEST.get(field, LONGEST_TEXT):
            raise RejectedError(f"the {field.replace('_', ' ')} is longer than {LONGEST[field]} characters")
        return value

    def _name(self, cells: list[str]) -> str:
        parts = self._one("first_name", cells), self._one("last_name", cells)
        name = self._one("name", cells) or " ".join(part for part in parts if part)
        if not name_key(name):
            raise RejectedError("there is no name")
        if len(name) > LONGEST["name"]:
            raise RejectedError(f"the name is longer than {LONGEST['name']} characters")
        return name

    def _date(self, field: str, cells: list[str]) -> date | None:
        value = self._one(field, cells)
        try:
            return dates.read(value, self._order)
        except ValueError:
            title = self._columns.title(self._columns.of[field][0])
            raise RejectedError(f"'{title}' is no day that can be read") from None

    def _read_contact(self, person: Person, cells: list[str]) -> None:
        email = self._one("email", cells)
        if _EMAIL.fullmatch(email):
            person.email = email
        elif email:
            person.keep("E-mail", email)
        for phone in self._all("phone", cells):
            if person.phone is None and len(phone) <= LONGEST["phone"] and phone_key(phone):
                person.phone = phone
            elif phone != person.phone:
                person.keep("Phone", phone)
        person.barcode = self._one("barcode", cells) or None
        if external_id := self._one("external_id", cells):
            person.external_ids.append(external_id)
        person.guardian = (
            self._one("guardian_id", cells),
            self._one("guardian_name", cells),
            self._one("guardian_email", cells),
        )

    def _read_facts(self, person: Person, cells: list[str]) -> None:
        person.birth_date = self._date("birth_date", cells)
        if person.birth_date and not EARLIEST_BIRTH <= person.birth_date <= self._today:
            raise RejectedError("nobody alive was born on that day")
        relation = self._one("emergency_relation", cells)
        parts = (
            self._one("emergency_name", cells),
            f"({relation})" if relation else "",
            self._one("emergency_phone", cells),
        )
        person.emergency_contact = " ".join(part for part in parts if part) or None
        for kind, priority in (("note", None), ("alert", ALERT_PRIORITY)):
            for column in self._columns.of.get(kind, []):
                if text := cells[column].replace("\r\n", "\n").strip():
                    person.notes[text] = priority
        self._read_waiver(person, cells)

    def _read_waiver(self, person: Person, cells: list[str]) -> None:
        said = self._one("waiver", cells)
        person.waiver_signed_on = self._date("waiver_date", cells)
        if words(said) in YES:
            person.waiver_signed = True
        elif words(said) not in NO:
            try:
                person.waiver_signed_on = person.waiver_signed_on or dates.read(said, self._order)
            except ValueError:
                person.keep("Waiver", said)
        signed_by = self._one("waiver_by", cells)
        person.waiver_signed = person.waiver_signed or person.waiver_signed_on is not None
        if person.waiver_signed:
            person.waiver_signed_by = signed_by or UNDATED_WAIVER
        elif signed_by:
            person.keep("Waiver signed by", signed_by)

    def _read_standing(self, person: Person, cells: list[str]) -> None:
        """Lead or client, since when, whence, and whether they are blocked."""
        status = self._one("status", cells) if not self._columns.visits else ""
        word = words(status)
        if word in LEADS:
            person.kind, person.lead_status = "lead", LEADS[word]
        elif word in CLIENTS | BLOCKED:
            person.kind = "client"
        reason, blocked = self._one("blocked_reason", cells), words(self._one("blocked", cells))
        if blocked not in NO or word in BLOCKED:
            person.blocked_reason = reason or NO_REASON
        elif reason:
            person.keep("Blocked reason", reason)
        if status and word not in LEADS:
            person.keep("Status", status)
        person.client_since = self._date("since", cells)
        person.source = self._one("source", cells) or None

    def _visit(self, cells: list[str]) -> str:
        day = self._date("visit_date", cells)
        when = f"{day or ''} {self._one('visit_time', cells)}".strip()
        what = ", ".join(
            value
            for field in ("visit_class", "visit_instructors", "visit_venue")
            if (value := self._one(field, cells))
        )
        return f"{when} {what}: {self._one('visit_status', cells)}".strip()


def _line(cell: str) -> str:
    """The cell as one line."""
    return " ".join(cell.split())
