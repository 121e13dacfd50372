"""The main job without a terminal: find a lead and a client, book both, and read the rows back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

from db.errors import Refused
from db.records import BookingRequest, ClassSession, Kind, Organization, Pay
from db.repositories import bookings, checks, organizations, sessions
from db.repositories.checks import BookingRow
from db.transaction import SignedIn
from frontdesk import clock
from frontdesk.clock import Clock
from frontdesk.scripts.output import local, print_literal, print_table
from frontdesk.widgets.text import money

WANTED: tuple[tuple[Kind, Pay], ...] = (("lead", "later"), ("client", "card"))
DAYS = 8
HEADINGS = ("ID", "CUSTOMER_ID", "CLIENT_ID", "BOOKING_STATUS", "PAYMENT_STATUS", "PRICE")


def play(signed_in: SignedIn) -> int:
    """Book whoever is found first and not booked yet, and print the rows as row-level security shows them.

    They pay the drop-in price, whatever they have.
    """
    organization = organizations.mine(signed_in)[0]
    signed_in = signed_in.at(organization.id)
    rows = [_book_one(signed_in, organization, kind, pay) for kind, pay in WANTED]
    print()
    print_table(HEADINGS, [_cells(row) for row in rows])
    return 0


def _book_one(signed_in: SignedIn, organization: Organization, kind: Kind, pay: Pay) -> BookingRow:
    for session in _coming(signed_in, organization):
        for person in checks.anybody(signed_in):
            if person.kind != kind or person.blocked:
                continue
            request = BookingRequest(uuid4(), session.id, kind, person.id, pay, drop_in=True)
            answer = bookings.book(signed_in, request)
            if answer.outcome == "booked":
                when = local(session.starts_at, organization.timezone)
                print_literal(f"Booked {kind} {person.name} into {session.program}, {when}, pays {pay}.")
                return checks.row(signed_in, request.id)
            if answer.outcome == "full":
                break
    raise Refused(f"There is no {kind} left to book in the next {DAYS} days, or no seat.")


def _coming(signed_in: SignedIn, organization: Organization) -> Iterator[ClassSession]:
    """The bookable sessions, from the organization's today on."""
    today = clock.local(Clock().now(), organization.timezone).date()
    for days in range(DAYS):
        for session in sessions.on(signed_in, today + timedelta(days=days)):
            if session.bookable:
                yield session


def _cells(row: BookingRow) -> list[str]:
    return [
        str(row.id),
        str(row.customer_id or "null"),
        str(row.client_id or "null"),
        row.booking_status,
        row.payment_status,
        money(row.price, row.currency),
    ]
