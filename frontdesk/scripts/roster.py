"""`frontdesk roster`: who is booked in a class session."""

from __future__ import annotations

import argparse

from db.records import RosterLine
from db.repositories import rosters
from frontdesk.scripts.output import complain, local, print_json, print_table
from frontdesk.scripts.reach import working
from frontdesk.widgets.text import money

HEADINGS = ("", "NAME", "BOOKING", "PLACE", "PAYMENT", "PRICE", "IN SINCE", "BOOKED AT", "ID")


def run(arguments: argparse.Namespace) -> int:
    """Print the session's live bookings: the seats by name, then the waitlist in order."""
    signed_in, organization = working("roster", arguments.organization)
    lines = rosters.of(signed_in, arguments.session)
    if arguments.json:
        print_json(lines)
    elif lines:
        print_table(HEADINGS, [_row(line, organization.timezone) for line in lines])
    else:
        complain("Nobody is booked in this class session yet.")
    return 0


def _row(line: RosterLine, zone: str) -> list[str]:
    return [
        line.kind.upper(),
        line.name,
        line.booking_status,
        str(line.place or ""),
        f"{line.payment_status} {line.paid_by or ''}".strip(),
        money(line.price, line.currency),
        local(line.arrived_at, zone),
        local(line.recorded_at, zone),
        str(line.booking_id),
    ]
