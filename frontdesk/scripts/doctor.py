"""`frontdesk doctor`: what somebody should look at in the database, for the weeks after a take-over."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict

from db import doctor
from frontdesk import config
from frontdesk.scripts.output import print_json, print_table
from frontdesk.scripts.reach import administer

# By SQLSTATE; the old application met the first as HTTP 409, the others as 406 and 403.
MEANS = {"23503": "names nothing", "P0002": "not to be seen", "42501": "not permitted"}


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each check, and below what was counted; 1 when somebody has to do something."""
    found = doctor.examine(administer(config.load()).conninfo)
    if arguments.json:
        print_json({"well": found.well, **asdict(found)})
    else:
        _show(found)
    return 0 if found.well else 1


def _show(found: doctor.Diagnosis) -> None:
    print_table(
        ("CHECK", "", "WHAT"),
        [(check.name, "ok" if check.well else "LOOK", check.sentence) for check in found.checks],
    )
    _table(
        ("TIMES", "REFUSED", "TO", "BY", "RULE", "LAST"),
        [
            (
                str(each.times),
                MEANS[each.sqlstate],
                each.user,
                each.statement,
                each.rule,
                f"{each.last_at:%Y-%m-%d %H:%M %Z}",
            )
            for each in found.refusals
        ],
    )
    _table(
        ("ROWS", "OLD TABLE", "WHY IT WAITS"),
        [(str(each.rows), each.table_name, each.reason) for each in found.quarantine],
    )
    _table(
        ("WRITES", "OF THE OLD APPLICATION"),
        [(str(each.rows), each.table_name) for each in found.old_writes],
    )
    _table(
        ("TABLE", "ROWS", "READ WHOLE", "ROWS READ SO", "BY INDEX"),
        [
            (each.table_name, str(each.rows), str(each.scans), str(each.rows_read), str(each.by_index))
            for each in found.scans
        ],
    )


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if rows:
        print()
        print_table(headings, rows)
