"""People of a file into the organization, in one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any
from uuid import UUID

from db.imports.people import People
from db.records import Kind
from db.transaction import Record, SignedIn, Statement, Talk, call

# So many are compared with everybody, or taken in, in about a second: so the progress shows.
COMPARED = 5_000
TAKEN_IN = 500


@dataclass(frozen=True, slots=True)
class Match:
    """Who the person is whose first row ends on `line`, `known` or about to be added.

    `id_taken` people are left out, since somebody else has their id of the other system. `namesake`:
    somebody of the name is there and is not joined with them. `barcode_taken`: somebody else holds their
    barcode. `erased` ones stay erased.
    """

    line: int
    person_id: UUID
    known: bool
    kind: Kind
    namesake: bool
    barcode_taken: bool
    id_taken: bool
    erased: bool


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file's people, by line, and how many families are new."""

    matches: list[Match]
    families: int


@dataclass(frozen=True, slots=True)
class _Families:
    families: int


def import_people(
    signed_in: SignedIn,
    people: People,
    dry: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Imported:
    """Add whom nobody knows yet, and what was missing of the others: all of it or nothing.

    Managers and owners only, or `NotPermitted`. A second run of the same file changes nothing. A dry run does
    all of it and rolls back. `progress` gets statements done and their number.
    """
    return signed_in.talk(partial(_take_in, people, progress), dry=dry)


def _take_in(people: People, progress: Callable[[int, int], None]) -> Talk[Imported]:
    to_compare, batches = list(people.batches(COMPARED)) or [[]], list(people.batches(TAKEN_IN))
    total, done, families = len(to_compare) + len(batches), 0, 0
    matches: dict[int, Match] = {}
    for batch in to_compare:
        found: list[Match] = yield _statement(Match, "match_people", batch, people.source)
        matches |= {match.line: match for match in found}
        progress(done := done + 1, total)
    for batch in batches:
        matched = [record | asdict(matches[record["line"]]) for record in batch]
        taken = [record for record in matched if not record["id_taken"]]
        (new,) = yield _statement(_Families, "import_people", taken, people.source)
        families += new.families
        progress(done := done + 1, total)
    return Imported([matches[line] for line in sorted(matches)], families)


def _statement(
    record: type[Record], function: str, batch: list[dict[str, Any]], source: str
) -> Statement[Record]:
    return call(record, function, json.dumps(batch, default=str), source)
