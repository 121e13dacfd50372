"""How long an import of 20,000 people takes, the reading and the writing apart.

A generated file (one in ten a child with a guardian's e-mail and phone, one in fifty twice) is looked at,
imported, and imported again, as the command does it. The limit is one INSERT of the same people, without
notes, ids and families, by the owner of the tables. Run it with

    python -m benchmarks.imports [--rows 20000]

It fails (exit 1) when the second run finds anybody new.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from benchmarks.ground import Ground, ground, table
from db import upgrade
from db.imports import people, sheet
from db.repositories import imports
from db.transaction import SignedIn

HEADER = ("Member ID", "Name", "Email", "Phone", "Date of birth", "Joined", "Barcode", "Notes", "City")


def text(rows: int) -> str:
    """A file of that many rows."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for number in range(rows):
        of = number - 1 if number % 10 == 9 else number
        born = (
            f"2015-{number % 12 + 1:02}-14"
            if of != number
            else f"{1950 + number % 50}-{number % 12 + 1:02}-03"
        )
        contact = (f"p{of}@import.example", f"+44 7{of:09}")
        if number % 50 == 7:  # once more, shouted
            writer.writerow(
                (
                    f"9{number}",
                    f"PERSON N{number - 1}",
                    f"P{number - 1}@IMPORT.EXAMPLE",
                    "",
                    "",
                    "",
                    "",
                    "",
                    "",
                )
            )
            continue
        writer.writerow(
            (number, f"Person N{number}", *contact, born, "2020-02-29", f"B{number}", "likes 6am", "Leeds")
        )
    return out.getvalue()


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """How many seconds it took, and what came of it."""
    began = time.perf_counter()
    done = work()
    return time.perf_counter() - began, done


def run(on: Ground, rows: int) -> int:
    """Look, import, import again; the exit code."""
    signed_in = _manager(on)
    content = text(rows).encode()
    read_s, found = timed(lambda: people.read(sheet.read(content)))
    taken: list[tuple[object, ...]] = [("read the file", f"{read_s:.2f}", "", len(found.people))]
    new = 0
    limit, _ = timed(partial(_insert, on, signed_in, found))
    taken.append(("plain insert", f"{limit:.2f}", "1.0", len(found.people)))
    for what, dry in (("dry run", True), ("import", False), ("import again", False)):
        seconds, imported = timed(partial(imports.import_people, signed_in, found, dry))
        new = sum(not match.known for match in imported.matches)
        taken.append((what, f"{seconds:.2f}", f"{seconds / limit:.1f}", new))
    table(f"An import of {rows} rows", ("what", "s", "times the plain", "new people"), taken)
    return 1 if new else 0


def _insert(on: Ground, signed_in: SignedIn, found: people.People) -> None:
    """All of them as clients in one statement, rolled back; what the tables do by themselves is done."""
    rows = [
        {"name": one.name, "email": one.email, "phone": one.phone, "barcode": f"plain {one.line}"}
        for one in found.people
    ]
    with upgrade.as_owner(on.admin) as owner, owner.transaction(force_rollback=True):
        owner.execute(
            "insert into clients (organization_id, name, email, phone, barcode)"
            " select %s, name, email, phone, barcode from jsonb_populate_recordset(null::clients, %s)",
            (signed_in.organization_id, json.dumps(rows)),
        )


def _manager(on: Ground) -> SignedIn:
    """Somebody of the demo, as a manager for this."""
    signed_in = on.sign_in()
    with upgrade.as_owner(on.admin) as owner:
        owner.execute(
            "update user_organizations set role = 'manager' where organization_id = %s",
            (signed_in.organization_id,),
        )
    return replace(signed_in, command="import people")


def main(argv: Sequence[str] | None = None) -> int:
    """Run it on a demo gym of 5,000 people."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=20_000)
    arguments = parser.parse_args(argv)
    with ground() as on:
        return run(on, arguments.rows)


if __name__ == "__main__":
    raise SystemExit(main())
