"""`frontdesk sessions`: the class sessions of a day."""

from __future__ import annotations

import argparse

from db.records import ClassSession, Organization
from db.repositories import sessions
from frontdesk.scripts.output import complain, local, print_json, print_table
from frontdesk.scripts.reach import working
from frontdesk.widgets.text import money

HEADINGS = ("STARTS", "ENDS", "PROGRAM", "ROOM", "WITH", "SEATS", "WAITING", "PRICE", "", "ID")


def run(arguments: argparse.Namespace) -> int:
    """Print the day's class sessions by start, on the organization's clock."""
    signed_in, organization = working("sessions", arguments.organization)
    found = sessions.on(signed_in, arguments.day)
    if arguments.json:
        print_json(found)
    elif found:
        print_table(HEADINGS, [_row(session, organization) for session in found])
    else:
        complain("There is no class session that day. Choose another with --day.")
    return 0


def _row(session: ClassSession, organization: Organization) -> list[str]:
    return [
        local(session.starts_at, organization.timezone),
        local(session.ends_at, organization.timezone),
        session.program,
        session.room,
        session.instructors,
        f"{session.booked_count}/{session.seats}",
        str(session.waiting or ""),
        money(session.price, organization.currency),
        "" if session.bookable else "CANCELLED" if session.status == "cancelled" else "OVER",
        str(session.id),
    ]
