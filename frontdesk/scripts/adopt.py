"""`frontdesk db adopt`: look at a gym's old database and take it over."""

from __future__ import annotations

import argparse
import os
from dataclasses import asdict
from pathlib import Path

from db import takeover
from db.errors import BadInput
from frontdesk import config
from frontdesk.scripts.output import complain, print_json, print_literal
from frontdesk.scripts.progress import Phases
from frontdesk.scripts.reach import Administration, administer


def run(arguments: argparse.Namespace) -> int:
    """Say what is there, or take it over and say what became of each row; 1 when not of every one."""
    if arguments.yes and arguments.dry_run:
        raise BadInput("Say either --yes or --dry-run.")
    admin = administer(config.load())
    return _adopt(arguments, admin) if arguments.yes else _look(arguments, admin)


def _look(arguments: argparse.Namespace, admin: Administration) -> int:
    findings = takeover.look(admin.conninfo)
    if arguments.json:
        print_json(asdict(findings))
    else:
        print("Found:")
        for table, rows in findings.tables.items():
            print_literal(f"  {table:<26}{rows:>9}")
        _list("To know:", findings.remarks)
        _list("In the way:", findings.obstacles)
        does = "carries what the old application wrote since" if findings.taken_over else "takes it over"
        print("Nothing was changed." + ("" if findings.obstacles else f" 'frontdesk db adopt --yes' {does}."))
    return 1 if findings.obstacles else 0


def _adopt(arguments: argparse.Namespace, admin: Administration) -> int:
    into = Path(arguments.passwords)
    if os.path.lexists(into):
        raise BadInput("The file for the one-time passwords exists already. Name another with --passwords.")
    report = takeover.adopt(admin.conninfo, into, logins=admin.passwords, say=complain, progress=Phases())
    if arguments.json:
        print_json({**asdict(report), "adds_up": report.adds_up})
    else:
        _show(report, into)
    return 0 if report.adds_up else 1


def _show(report: takeover.Report, into: Path) -> None:
    print(f"{'Old table':<26}{'rows':>9} ={'kept':>9} +{'merged':>8} +{'quarantined':>12}")
    for row in report.tables:
        sums = f"{row.table:<26}{row.before:>9} ={row.kept:>9} +{row.merged:>8} +{row.quarantined:>12}"
        print_literal(sums + ("" if row.adds_up else "  DOES NOT ADD UP"))
    _list("To know:", report.remarks)
    if report.passwords:
        print_literal(f"{report.passwords} one-time passwords are in {into}. Hand them out, then delete it.")
    if report.waiting:
        print(f"{report.waiting} changes of the old application came meanwhile. Run this again for them.")
    print(
        "Everything adds up." if report.adds_up else "Rows are missing. Do not go on; see docs/takeover.md."
    )


def _list(title: str, sentences: list[str]) -> None:
    if sentences:
        print(title)
        for sentence in sentences:
            print_literal(f"  {sentence}")
