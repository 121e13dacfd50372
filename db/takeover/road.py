"""The road of a take-over: look, listen, carry, validate, cut over; a killed run is gone on with."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

import psycopg

from db import installation, preconditions, roles, upgrade
from db.administration import one_time_password
from db.takeover import back, carry, cutover, ground, neighbours, report, survey
from db.takeover.carry import EARLY, LATE
from db.takeover.catalog import OldTable
from db.takeover.report import Report, Row
from db.upgrade import Progress

EXPANDED, VALIDATED = "0006", "0008"


def look(admin: str) -> survey.Findings:
    """What stands there and what a take-over would do; nothing is changed. Raises a `DeskError`."""
    with upgrade.administering(admin) as connection:
        preconditions.check_server(connection)
        return survey.look(connection, _quarantine())


def adopt(
    admin: str,
    passwords_into: Path,
    *,
    logins: dict[str, str] | None = None,
    say: upgrade.Say = lambda line: None,
    progress: Progress = lambda *_: None,
) -> Report:
    """Take the old tables over; a second run carries what was written into them since, or changes nothing.

    The one-time passwords of the staff go into the file, which must not be there, before they count; the
    passwords of `logins` are set.
    Raises a `DeskError`; what was done until then stays, and the next run goes on from it.
    """
    with upgrade.administering(admin) as connection:
        preconditions.check_server(connection)
        survey.check(connection)
        roles.make(connection, logins or {})
        with roles.lent(connection, admin):
            tables = ground.lay(connection, _quarantine())
            neighbours.rename_alembic(connection)
            neighbours.gather(connection)
            revision = upgrade.known(connection).revision
            if (revision or "") < upgrade.CONTRACTED:
                tables = _bring(connection, admin, tables, revision, say, progress)
            carry.enqueue(connection, LATE)
            rows = _sums(connection, tables) if upgrade.known(connection).current else None
            if rows is None:
                rows = _catch_up(connection, admin, tables, say, progress)
            passwords = _passwords(connection, passwords_into)
            return report.make(connection, rows, passwords, carry.waiting(connection, (*EARLY, *LATE)))


def give_back(connection: psycopg.Connection[Any], progress: Progress) -> None:
    """Before a downgrade, without the functions: let both sides of a taken over gym know the other's work."""
    neighbours.disperse(connection)
    if connection.execute(
        "select to_regnamespace('legacy') is not null and to_regnamespace('takeover') is not null"
    ).fetchone() != (True,):
        return
    tables = ground.lay(connection, _quarantine())
    carry.drain(connection, (*EARLY, *LATE), progress)
    back.give_back(connection, tables, progress)


def _bring(
    connection: psycopg.Connection[Any],
    admin: str,
    tables: list[OldTable],
    revision: str | None,
    say: upgrade.Say,
    progress: Progress,
) -> list[OldTable]:
    """From the old tables to the new ones in their place; the old application goes on meanwhile."""
    if revision is None:
        upgrade.alembic(admin, "stamp", upgrade.LEGACY, say)
    if (revision or "") < EXPANDED:
        upgrade.as_tables_owner(connection, installation.remove)
        upgrade.alembic(admin, "upgrade", EXPANDED, say)
    ground.listen(connection, tables)
    carry.enqueue(connection, EARLY)
    carry.drain(connection, EARLY, progress)
    upgrade.alembic(admin, "upgrade", VALIDATED, say)
    _cut_over(connection, admin, say, progress)
    return ground.lay(connection, _quarantine())


def _cut_over(connection: psycopg.Connection[Any], admin: str, say: upgrade.Say, progress: Progress) -> None:
    """Try again and again, each time with all carried that came meanwhile."""
    carry.drain(connection, EARLY, progress, "Catching up")
    for left in reversed(range(cutover.TRIES)):
        try:
            upgrade.alembic(admin, "upgrade", upgrade.CONTRACTED, say)
            break
        except cutover.FAILED:
            if not left:
                raise
            cutover.pause()
            carry.drain(connection, EARLY, lambda *_: None)


def _catch_up(
    connection: psycopg.Connection[Any],
    admin: str,
    tables: list[OldTable],
    say: upgrade.Say,
    progress: Progress,
) -> list[Row]:
    """The later tables, and what the old application wrote since; desks say 'being upgraded' meanwhile."""
    upgrade.as_tables_owner(connection, installation.remove)
    if upgrade.known(connection).revision != upgrade.HEAD:
        upgrade.alembic(admin, "upgrade", upgrade.HEAD, say)
    carry.drain(connection, (*EARLY, *LATE), progress, "Carrying the rest")
    rows = _sums(connection, tables, carrying=True)
    say("Installing functions, policies and triggers.")
    say("Letting everybody be found.")
    # Together: a database with the functions counts as finished.
    upgrade.as_tables_owner(connection, _install)
    return rows or []


def _install(connection: psycopg.Connection[Any]) -> None:
    installation.install(connection)
    with upgrade.unforced(connection):
        connection.execute((ground.FILES / "found.sql").read_bytes())


def _sums(
    connection: psycopg.Connection[Any], tables: list[OldTable], *, carrying: bool = False
) -> list[Row] | None:
    """What became of every row at one moment, the last of the queue carried or None where something waits.

    The old application goes on: only in a transaction that sees nothing of that do the rows add up.
    """
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction():
            while carrying and carry.batch(connection, (*EARLY, *LATE)):
                pass
            if carry.waiting(connection, (*EARLY, *LATE)):
                return None
            return report.sums(connection, tables)
    finally:
        connection.isolation_level = None


def _passwords(connection: psycopg.Connection[Any], into: Path) -> int:
    """Give everybody of the staff a one-time password who has none; how many."""
    with connection.transaction(), upgrade.unforced(connection):
        users = connection.execute(
            "select u.id, u.email from public.users u"
            " where u.stored_key is null and u.email not like '%@restored.invalid'"
            " and exists (select from public.user_organizations m where m.user_id = u.id and m.is_active)"
            " order by lower(u.email)"
        ).fetchall()
        if not users:
            return 0
        given = [(user, email, one_time_password()) for user, email in users]
        _write(into, [(email, password) for _, email, (password, _, _) in given])
        for user, _, (_, salt, key) in given:
            connection.execute(
                "update public.users set salt = %s, stored_key = %s, must_change = true where id = %s",
                (salt, key, user),
            )
    return len(users)


def _write(into: Path, rows: list[tuple[str, str]]) -> None:
    """For the eyes of its owner alone, and on the disk before it counts."""
    descriptor = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("email", "one-time password"))
        writer.writerows(rows)
        file.flush()
        os.fsync(file.fileno())


def _quarantine() -> str:
    return (upgrade.migrations() / "quarantine.sql").read_text()
