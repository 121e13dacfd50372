"""The people of a file: rows of one person joined, families found, and what cannot be read set aside."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from db.imports import dates, sheet
from db.imports.ambiguity import Ambiguous
from db.imports.facts import Person, Reader, RejectedError
from db.imports.headers import DATE_FIELDS, Columns, words
from db.imports.keys import phone_key
from db.records import Kind

LARGEST_FAMILY = 8
OF_AGE = 18
# Headers that only a list of clients has.
OF_CLIENTS = {"client id", "member id", "member number", "membership number", "mitgliedsnummer"}
SAY_AS = "The file does not say who is a lead and who is a client. Say --as lead or --as client."


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was left out, and why, in words that name nobody."""

    row: sheet.Row
    reason: str


@dataclass(slots=True)
class People:
    """What a file says: `source` is whose ids it has, `joined` counts rows about somebody already read."""

    sheet: sheet.Sheet
    columns: Columns
    order: dates.Found
    source: str
    people: list[Person] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    joined: int = 0
    families: int = 0
    crowds: int = 0
    namesakes: set[int] = field(default_factory=set)

    def batches(self, size: int) -> Iterator[list[dict[str, Any]]]:
        """The people as the database takes them, a family never parted."""
        batch: list[dict[str, Any]] = []
        family: int | None = None
        for person in sorted(
            self.people, key=lambda each: (each.family is None, each.family or 0, each.line)
        ):
            if len(batch) >= size and (person.family is None or person.family != family):
                yield batch
                batch = []
            batch.append(_record(person))
            family = person.family
        if batch:
            yield batch


def read(
    content: sheet.Sheet,
    order: dates.Order | None = None,
    kind: Kind | None = None,
    today: date | None = None,
) -> People:
    """Understand the sheet; `Ambiguous` names the option where it could be meant in two ways.

    `kind` is what everybody is of whom the file does not say it.
    """
    today = today or date.today()
    columns = Columns(content.header)
    found = dates.find_order(_days(content, columns), order)
    people = People(content, columns, found, _source(columns))
    reader, joining = Reader(columns, found.order, today), _Joining(people)
    for row in content.rows:
        try:
            joining.take(reader.read(row))
        except RejectedError as error:
            people.rejected.append(Rejected(row, str(error)))
    _settle_kinds(people, kind)
    _find_families(people, today)
    named = Counter(person.key for person in people.people)
    people.namesakes = {person.line for person in people.people if named[person.key] > 1}
    return people


def _days(content: sheet.Sheet, columns: Columns) -> Iterator[str]:
    """Every cell of a column of dates."""
    for name in DATE_FIELDS:
        for column in columns.of.get(name, []):
            yield from (row.cells[column] for row in content.rows if column < len(row.cells))


def _source(columns: Columns) -> str:
    """The system, or for an unknown one a digest of its headers: ids of two never meet."""
    if columns.system:
        return columns.system
    headers = repr(sorted(words(cell) for cell in columns.header))
    return "file " + hashlib.sha256(headers.encode()).hexdigest()[:12]


class _Joining:
    """Joins rows of one person, by what `app.known_people` goes by as well."""

    def __init__(self, people: People) -> None:
        self._people = people
        self._by: dict[tuple[str, ...], list[Person]] = defaultdict(list)
        self._barcodes: dict[str, Person] = {}

    def take(self, person: Person) -> None:
        """Add the person, or what is new about one who is there; `RejectedError` leaves all as it was."""
        known = self._known(person)
        held = self._barcodes.get(person.barcode or "")
        if held is not None and held is not known:
            raise RejectedError(f"the barcode is another person's, in line {held.line}")
        if known is None:
            self._people.people.append(person)
        else:
            _join(known, person)
            self._people.joined += 1
        known = known or person
        if person.barcode:
            self._barcodes.setdefault(person.barcode, known)
        for way in _ways(person):
            if known not in self._by[way]:
                self._by[way].append(known)

    def _known(self, person: Person) -> Person | None:
        for way in _ways(person):
            for other in self._by.get(way, ()):
                if way[0] == "id" and _are_two(person, other):
                    raise RejectedError(f"the id is another person's, in line {other.line}")
                if way[0] == "id" or not (
                    person.birth_date and other.birth_date and person.birth_date != other.birth_date
                ):
                    return other
        return None


def _ways(person: Person) -> Iterator[tuple[str, ...]]:
    yield from (("id", each) for each in person.ids())
    key = person.key
    if person.email:
        yield "email", key, person.email.lower()
    if person.phone and (digits := phone_key(person.phone)):
        yield "phone", key, digits
    if person.birth_date:
        yield "birth", key, person.birth_date.isoformat()


def _are_two(one: Person, other: Person) -> bool:
    """Nothing but an id in common."""
    return (
        one.key != other.key
        and not (one.email and one.email.lower() == (other.email or "").lower())
        and not (one.birth_date and one.birth_date == other.birth_date)
    )


def _join(known: Person, more: Person) -> None:
    """Fill what is missing; what differs is kept as a fact."""
    for name in (
        "email",
        "phone",
        "birth_date",
        "emergency_contact",
        "client_since",
        "source",
        "lead_status",
    ):
        if getattr(known, name) is None:
            setattr(known, name, getattr(more, name))
    for name, title in (("phone", "Phone"), ("barcode", "Barcode"), ("email", "E-mail")):
        old, new = getattr(known, name), getattr(more, name)
        if old is None:
            setattr(known, name, new)
        elif new and new.lower() != old.lower():
            known.keep(title, new)
    if more.waiver_signed and (not known.waiver_signed or known.waiver_signed_on is None):
        known.waiver_signed, known.waiver_signed_on = True, more.waiver_signed_on
        known.waiver_signed_by = more.waiver_signed_by
    known.blocked_reason = known.blocked_reason or more.blocked_reason
    known.kind = "client" if "client" in (known.kind, more.kind) else known.kind or more.kind
    known.external_ids += [each for each in more.external_ids if each not in known.external_ids]
    known.notes = more.notes | known.notes
    known.visits += [each for each in more.visits if each not in known.visits]
    known.lines += more.lines
    if not any(known.guardian):
        known.guardian = more.guardian
    for title, values in more.facts.items():
        for value in values:
            known.keep(title, value)


def _settle_kinds(people: People, kind: Kind | None) -> None:
    if kind is None and _lists_clients(people.columns):
        kind = "client"
    for person in people.people:
        person.kind = person.kind or kind
        if person.kind is None:
            raise Ambiguous(SAY_AS, "kind", ("lead", "client"))
        if person.kind == "client" and person.source:
            person.keep("Source", person.source)
        if person.kind == "lead" and person.client_since:
            person.keep("Since", person.client_since.isoformat())


def _lists_clients(columns: Columns) -> bool:
    spelled = {words(cell) for cell in columns.header}
    return "since" in columns.of or bool(spelled & OF_CLIENTS)


def _find_families(people: People, today: date) -> None:
    """Who share an e-mail, a phone with a minor among them, or name a guardian who is in the file."""
    minors = {person.line for person in people.people if _age(person, today, below=True)}
    bonds: list[list[Person]] = []
    for name in ("email", "phone"):
        shared: dict[str, list[Person]] = defaultdict(list)
        for person in people.people:
            value = getattr(person, name) or ""
            if key := phone_key(value) if name == "phone" else value.lower():
                shared[key].append(person)
        for together in shared.values():
            ages = [person.line in minors for person in together]
            grown = [_age(person, today, below=False) for person in together]
            if len(together) > LARGEST_FAMILY:
                people.crowds += 1
            elif len(together) > 1 and (name == "email" or (any(ages) and any(grown))):
                bonds.append(together)
    guardians = _named_guardians(people, bonds)
    _number(people, bonds)
    _mark_guardians(people, guardians, minors, today)


def _named_guardians(people: People, bonds: list[list[Person]]) -> set[int]:
    """The lines of those who are named as a guardian; one who is not in the file is kept as a fact."""
    by_id = {each: person for person in people.people for each in person.external_ids}
    by_name: dict[str, list[Person]] = defaultdict(list)
    for person in people.people:
        by_name[person.name.casefold()].append(person)
    found: set[int] = set()
    for person in people.people:
        identity, name, email = person.guardian
        named = [each for each in by_name.get(name.casefold(), ()) if each is not person]
        if email:
            named = [each for each in named if (each.email or "").lower() in ("", email.lower())]
        guardian = by_id.get(identity) or (named[0] if len(named) == 1 else None)
        if guardian is not None and guardian is not person:
            bonds.append([guardian, person])
            found.add(guardian.line)
        elif any(person.guardian):
            person.keep("Guardian", " ".join(part for part in person.guardian if part))
    return found


def _number(people: People, bonds: list[list[Person]]) -> None:
    """One number for all who are bound, over however many bonds."""
    head = {person.line: person.line for person in people.people}

    def top(line: int) -> int:
        while head[line] != line:
            line = head[line]
        return line

    for together in bonds:
        first = top(together[0].line)
        for person in together[1:]:
            head[top(person.line)] = first
    sizes = Counter(top(line) for line in head)
    for person in people.people:
        if sizes[top(person.line)] > 1:
            person.family = top(person.line)
    people.families = sum(size > 1 for size in sizes.values())


def _mark_guardians(people: People, named: set[int], minors: set[int], today: date) -> None:
    with_minors = {person.family for person in people.people if person.line in minors}
    for person in people.people:
        if person.family is not None:
            grown = person.family in with_minors and _age(person, today, below=False)
            person.is_guardian = person.line in named or grown


def _age(person: Person, today: date, below: bool) -> bool:
    """Whether they are known to be under age, or known to be of age."""
    born = person.birth_date
    if born is None:
        return False
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return age < OF_AGE if below else age >= OF_AGE


def _record(person: Person) -> dict[str, Any]:
    """The person as `app.imported` names the fields."""
    return {
        "line": person.line,
        "kind": person.kind,
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "birth_date": person.birth_date.isoformat() if person.birth_date else None,
        "barcode": person.barcode,
        "emergency_contact": person.emergency_contact,
        "waiver_signed": person.waiver_signed,
        "waiver_signed_on": person.waiver_signed_on.isoformat() if person.waiver_signed_on else None,
        "waiver_signed_by": person.waiver_signed_by,
        "blocked_reason": person.blocked_reason,
        "client_since": person.client_since.isoformat() if person.client_since else None,
        "lead_status": person.lead_status if person.kind == "lead" else None,
        "source": person.source if person.kind == "lead" else None,
        "external_ids": person.ids(),
        "notes": person.all_notes(),
        "family": person.family,
        "is_guardian": person.is_guardian,
    }
