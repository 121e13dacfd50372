"""`frontdesk find`: leads and clients by name, e-mail or phone."""

from __future__ import annotations

import argparse

from db.records import Person
from db.repositories import people
from frontdesk.scripts.output import complain, local, print_json, print_table
from frontdesk.scripts.reach import working

HEADINGS = ("", "NAME", "BORN", "PHONE", "E-MAIL", "TODAY", "", "ID")


def run(arguments: argparse.Namespace) -> int:
    """Print whom the text finds, best first."""
    signed_in, organization = working("find", arguments.organization)
    found = people.find(signed_in, arguments.text)
    if arguments.json:
        print_json(found)
    elif found:
        print_table(HEADINGS, [_row(person, organization.timezone) for person in found])
    else:
        complain("Nobody is found. Type at least two letters of a name, e-mail or phone.")
    return 0


def _row(person: Person, zone: str) -> list[str]:
    return [
        person.kind.upper(),
        person.name,
        str(person.birth_date or ""),
        f"..{person.phone_end}" if person.phone_end else "",
        person.email,
        f"{person.booked_status} {local(person.booked_starts_at, zone)}" if person.booked_status else "",
        "BLOCKED" if person.blocked else "",
        str(person.id),
    ]
