"""`frontdesk import people`: the people of a CSV file, after a look at what it was understood as."""

from __future__ import annotations

import argparse
import csv
import io
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from db.errors import BadInput, DeskError
from db.imports import people as reading
from db.imports import sheet
from db.imports.ambiguity import Ambiguous
from db.imports.headers import REASON
from db.imports.people import People, Rejected
from db.repositories import imports
from db.repositories.imports import Imported
from db.transaction import SignedIn
from frontdesk.scripts.output import complain, print_json, print_literal, print_table
from frontdesk.scripts.progress import Progress
from frontdesk.scripts.reach import working

LINES_NAMED = 10
ID_TAKEN = "the id is another person's here"
NEEDLESS = "Nothing was imported. To import, say --yes."


def run(arguments: argparse.Namespace) -> int:
    """Print what the file was understood as and what an import would do; with a yes, do it."""
    signed_in, _ = working("import people", arguments.organization)
    people = _understand(arguments)
    rejects = _Rejects.of(arguments)
    if not arguments.json:
        _print_understood(people)
    if not arguments.yes:
        counts = Counts(people, _work(signed_in, people, dry=True))
        if arguments.json or not _on_terminal():
            _say(arguments, people, counts, "", imported=False)
            return 0
        counts.show("would be")
        if input("Import them? [y/N] ").strip().casefold() not in {"y", "yes"}:
            print("Nothing was imported.")
            return 0
    with rejects:
        counts = Counts(people, _work(signed_in, people, dry=False))
        written = rejects.write(people, counts.rejected)
    _say(arguments, people, counts, written, imported=True)
    return 0


class Counts:
    """What became of a file's people, or would."""

    def __init__(self, people: People, imported: Imported) -> None:
        taken = {match.line for match in imported.matches if match.id_taken}
        left = [match for match in imported.matches if not match.id_taken]
        added = [match for match in left if not match.known]
        self.new_leads = sum(match.kind == "lead" for match in added)
        self.new_clients = sum(match.kind == "client" for match in added)
        self.known = len(left) - len(added)
        self.new_families = imported.families
        self.joined = people.joined
        self.likely_duplicates = sorted(
            match.line for match in added if match.namesake or match.line in people.namesakes
        )
        self.barcodes_taken = sorted(match.line for match in left if match.barcode_taken)
        left_out = {line for person in people.people if person.line in taken for line in person.lines}
        self.rejected = people.rejected + [
            Rejected(row, ID_TAKEN) for row in people.sheet.rows if row.line in left_out
        ]
        self.rejected.sort(key=lambda each: each.row.line)

    def as_json(self) -> dict[str, Any]:
        """By name; rejected rows and likely duplicates by their lines."""
        return {
            "new_leads": self.new_leads,
            "new_clients": self.new_clients,
            "known": self.known,
            "joined_rows": self.joined,
            "new_families": self.new_families,
            "rejected": [{"line": each.row.line, "reason": each.reason} for each in self.rejected],
            "likely_duplicates": self.likely_duplicates,
            "barcodes_taken": self.barcodes_taken,
        }

    def show(self, were: str) -> None:
        """Print them; `were` is 'were' or 'would be'."""
        print(f"New leads       {self.new_leads}")
        print(f"New clients     {self.new_clients}")
        print(f"Known already   {self.known}")
        print(f"Joined rows     {self.joined}{'' if not self.joined else ' of somebody in the file already'}")
        print(f"New families    {self.new_families}")
        if self.likely_duplicates:
            print(f"Likely doubles  {len(self.likely_duplicates)}, look at {_lines(self.likely_duplicates)}")
        if self.barcodes_taken:
            print(
                f"Barcodes        {len(self.barcodes_taken)} held by somebody else {were} kept as a note,"
                f" {_lines(self.barcodes_taken)}"
            )
        print(f"Rejected rows   {len(self.rejected)}")
        for reason, count in Counter(each.reason for each in self.rejected).most_common():
            lines = [each.row.line for each in self.rejected if each.reason == reason]
            print_literal(f"  {count}: {reason}, {_lines(lines)}")


class _Rejects:
    """The file of rejected rows: made before the import, to be sure of it, and never over another."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> _Rejects:
        """The one that was named, which must not exist yet, or the next free one beside the file."""
        if arguments.rejects is not None:
            if os.path.lexists(arguments.rejects):
                raise BadInput("The file for rejected rows exists already. Name another with --rejects.")
            return cls(Path(arguments.rejects))
        file = Path(arguments.file)
        number, path = 1, file.with_name(f"{file.stem}-rejected.csv")
        while os.path.lexists(path):
            number += 1
            path = file.with_name(f"{file.stem}-rejected-{number}.csv")
        return cls(path)

    def __enter__(self) -> _Rejects:
        try:
            self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError:
            raise BadInput("No file for rejected rows can be made there. Name one with --rejects.") from None
        return self

    def __exit__(self, *_: object) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._path.unlink()

    def write(self, people: People, rejected: list[Rejected]) -> str:
        """Write the rows as they were, and why each was rejected; the path, or nothing without any."""
        if not rejected or self._descriptor is None:
            return ""
        text = io.StringIO(newline="")
        rows = csv.writer(text, delimiter=people.sheet.delimiter)
        width = max(len(people.sheet.header), *(len(each.row.cells) for each in rejected))
        rows.writerow([*_wide(people.sheet.header, width), REASON])
        rows.writerows([*_wide(each.row.cells, width), each.reason] for each in rejected)
        with os.fdopen(self._descriptor, "wb") as file:
            self._descriptor = None
            file.write(text.getvalue().encode("utf-8-sig", errors="replace"))
        return str(self._path)


def _wide(cells: list[str], width: int) -> list[str]:
    return cells + [""] * (width - len(cells))


def _understand(arguments: argparse.Namespace) -> People:
    """Read the file; what could be meant in two ways is asked on a terminal, and refused elsewhere."""
    try:
        content = Path(arguments.file).read_bytes()
    except (OSError, ValueError):
        raise BadInput("The file cannot be read. Check its name, and that you may read it.") from None
    while True:
        delimiter = "\t" if arguments.delimiter in {"tab", "\\t"} else arguments.delimiter
        try:
            rows = sheet.read(content, arguments.encoding, delimiter)
            return reading.read(rows, arguments.date_order, arguments.kind)
        except Ambiguous as question:
            if arguments.json or not _on_terminal():
                raise
            choices = "/".join(question.choices)
            answer = input(f"{question.sentence} [{choices}] ").strip().casefold()
            if answer not in question.choices:
                raise DeskError("Nothing was imported.") from None
            setattr(arguments, question.option, answer)


def _work(signed_in: SignedIn, people: People, dry: bool) -> Imported:
    return imports.import_people(signed_in, people, dry, Progress("Looking" if dry else "Importing"))


def _print_understood(people: People) -> None:
    """The encoding, the delimiter, the order of days, and what each column was taken for."""
    guess = ", a guess: if letters are wrong, name the --encoding" if people.sheet.guessed else ""
    print(f"Encoding        {people.sheet.encoding}{guess}")
    delimiter = people.sheet.delimiter
    print_literal(f"Delimiter       {sheet.DELIMITERS.get(delimiter, delimiter)}")
    print_literal(f"Order of days   {people.order.order or 'none'}: {people.order.why}")
    print(f"Rows            {len(people.sheet.rows)}" + (", one a visit" if people.columns.visits else ""))
    print()
    print_table(("COLUMN", "IS READ AS"), [[title, field] for title, field in _columns(people)])
    print()


def _columns(people: People) -> list[tuple[str, str]]:
    """Each column's header and what it is, in the file's order."""
    fields = {
        column: field.replace("_", " ") for field, all_of in people.columns.of.items() for column in all_of
    }
    fields |= dict.fromkeys(people.columns.others, "kept as a note")
    return [
        (people.columns.title(column), fields.get(column, "ignored"))
        for column in range(len(people.sheet.header))
    ]


def _say(arguments: argparse.Namespace, people: People, counts: Counts, rejects: str, imported: bool) -> None:
    if arguments.json:
        print_json(
            {
                "imported": imported,
                "encoding": people.sheet.encoding,
                "delimiter": people.sheet.delimiter,
                "date_order": people.order.order,
                "date_order_because": people.order.why,
                "rows": len(people.sheet.rows),
                "columns": dict(_columns(people)),
                **counts.as_json(),
                "rejects": rejects or None,
            }
        )
        return
    counts.show("were" if imported else "would be")
    if rejects:
        print_literal(f"The rejected rows, with the reason of each, are in {rejects}.")
    print("Imported." if imported else NEEDLESS)
    if imported and counts.rejected:
        complain("Mend the rejected rows in their file, and import that.")


def _lines(lines: list[int]) -> str:
    shown = ", ".join(map(str, lines[:LINES_NAMED]))
    more = f" and {len(lines) - LINES_NAMED} more" if len(lines) > LINES_NAMED else ""
    return f"{'line' if len(lines) == 1 else 'lines'} {shown}{more}"


def _on_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()
