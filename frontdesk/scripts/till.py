"""`frontdesk till`: a day by desk and method, and what each drawer came to; as CSV and PDF too."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from db.errors import BadInput
from db.records import Drawer, Organization, Taken, Till
from db.repositories import till
from frontdesk.clock import day_of
from frontdesk.scripts import till_csv
from frontdesk.scripts.output import complain, local, print_json, print_literal, print_table
from frontdesk.scripts.reach import working
from frontdesk.widgets.text import money

TAKEN = ("DESK", "METHOD", "PAYMENTS", "TAKEN", "GIVEN BACK", "TOTAL", "IN NO DRAWER")
DRAWERS = ("DESK", "OPENED", "FLOAT", "CASH", "PAID IN", "PAID OUT", "EXPECTED", "COUNTED", "OVER", "NOTE")
NO_DESK = "(no desk)"


def run(arguments: argparse.Namespace) -> int:
    """Print the day's till; a file that was asked for is written first, and never over another one."""
    for path in (arguments.csv, arguments.pdf):
        if path is not None and os.path.lexists(path):
            raise BadInput("A file of that name exists already. Name another.")
    signed_in, organization = working("till", arguments.organization)
    day = till.of(signed_in, arguments.day)
    if arguments.csv is not None:
        _write(Path(arguments.csv), till_csv.of(day, organization.timezone))
    if arguments.pdf is not None:
        from frontdesk.scripts import till_pdf

        _write(Path(arguments.pdf), till_pdf.of(day, organization))
    if arguments.json:
        print_json(day)
    elif day.taken or day.drawers:
        _show(day, organization)
    else:
        complain(f"Nothing was taken on {day_of(day.day)} {day.day.year}, and no drawer was open.")
    return 0


def taken_rows(day: Till) -> list[list[str]]:
    """A row under each of TAKEN for each desk and method, and the totals of each method below."""
    return [_taken(each) for each in day.taken] + [_taken(each) for each in totals(day)]


def totals(day: Till) -> list[Taken]:
    """What all desks together took by each method and currency."""
    kinds = sorted({(each.method, each.currency) for each in day.taken})
    return [_sum([each for each in day.taken if (each.method, each.currency) == kind]) for kind in kinds]


def drawer_rows(day: Till, zone: str) -> list[list[str]]:
    """A row under each of DRAWERS for each drawer that was open on the day."""
    return [_drawer(each, zone) for each in day.drawers]


def _sum(taken: list[Taken]) -> Taken:
    return Taken(
        None,
        "all desks",
        taken[0].method,
        taken[0].currency,
        payments=sum(each.payments for each in taken),
        takings=sum(each.takings for each in taken),
        refunds=sum(each.refunds for each in taken),
        total=sum(each.total for each in taken),
        outside=sum(each.outside for each in taken),
    )


def _show(day: Till, organization: Organization) -> None:
    print_literal(f"{organization.name}, {day_of(day.day)} {day.day.year}")
    for headings, rows in (
        (TAKEN, taken_rows(day)),
        (DRAWERS, drawer_rows(day, organization.timezone)),
    ):
        if rows:
            print()
            print_table(headings, rows)


def _taken(each: Taken) -> list[str]:
    return [
        each.desk or NO_DESK,
        each.method.replace("_", " "),
        str(each.payments),
        *(money(amount, each.currency) for amount in (each.takings, each.refunds, each.total)),
        money(each.outside, each.currency) if each.outside else "",
    ]


def _drawer(each: Drawer, zone: str) -> list[str]:
    sums = (each.float_amount, each.takings + each.refunds, each.paid_in, each.paid_out, each.expected)
    counted = ("open", "") if each.counted is None else (money(each.counted, each.currency), _over(each))
    return [
        each.desk,
        local(each.opened_at, zone),
        *(money(s, each.currency) for s in sums),
        *counted,
        each.note,
    ]


def _over(each: Drawer) -> str:
    """How much is over or short, in so many words; nothing where it comes out even."""
    if not each.over:
        return "even"
    return f"{money(abs(each.over), each.currency)} {'over' if each.over > 0 else 'short'}"


def _write(path: Path, content: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        raise BadInput("No file can be made there. Name another.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
