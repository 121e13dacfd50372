"""What stands in an old database, before anything is changed in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import psycopg

from db.errors import Refused
from db.takeover import ground, report
from db.takeover.catalog import OldTable, old_tables

NEEDED = ("organizations", "leads", "clients", "class_sessions", "bookings")


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found; `obstacles` stop a take-over, `remarks` are for a person to read."""

    tables: dict[str, int]
    obstacles: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def check(connection: psycopg.Connection[Any]) -> None:
    """Raises `Refused` with the first obstacle, if there is any."""
    obstacles = _obstacles(connection, old_tables(connection))
    if obstacles:
        raise Refused(obstacles[0])


def look(connection: psycopg.Connection[Any], quarantine: str) -> Findings:
    """Look at everything, in a transaction that is taken back."""
    with connection.transaction(force_rollback=True):
        tables = ground.lay(connection, quarantine)
        findings = Findings({table.said: report.count(connection, table) for table in tables})
        findings.obstacles.extend(_obstacles(connection, tables))
        findings.remarks.extend(_remarks(connection, tables))
        return findings


def _obstacles(connection: psycopg.Connection[Any], tables: list[OldTable]) -> list[str]:
    there = {table.said for table in tables}
    missing = [name for name in NEEDED if name not in there]
    if missing:
        return [f"This is no gym's database: it has no table {missing[0]}. Nothing was changed."]
    found = []
    for table in tables:
        owned, hidden = connection.execute(
            "select pg_has_role(c.relowner, 'usage'), row_security_active(c.oid) from pg_class c"
            " where c.oid = %s",
            (table.oid,),
        ).fetchone() or (False, False)
        if not owned or hidden:
            found.append(
                f"The login may not see and change all of the table {table.said}. Take over as a superuser"
                " or as the owner of the old tables."
            )
        if "id" in table.columns and table.columns["id"] not in {"uuid", "text", "character varying"}:
            found.append(f"The ids of {table.said} are no UUIDs, which frontdesk needs. Nothing was changed.")
    return found


def _remarks(connection: psycopg.Connection[Any], tables: list[OldTable]) -> list[str]:
    foreseen = connection.execute("select * from takeover.foreseen() where number > 0").fetchall()
    remarks = [f"{number} {sentence}" for number, sentence in foreseen]
    known = {table.oid for table in tables}
    others = connection.execute(
        "select c.oid, c.relname, c.relkind::text from pg_class c"
        " where c.relnamespace = to_regnamespace('public')"
        " and c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relname <> 'alembic_version' order by 2"
    ).fetchall()
    if "legacy" not in {table.schema for table in tables}:
        tables_left = [name for oid, name, kind in others if kind in "rpf" and oid not in known]
        views = [name for _, name, kind in others if kind in "vm"]
        if tables_left:
            remarks.append(f"Not known and kept in the schema legacy as they are: {', '.join(tables_left)}.")
        if views:
            remarks.append(
                f"Views that go on reading the old tables, in the schema legacy: {', '.join(views)}."
            )
    policies = connection.execute(
        "select count(*) from pg_policy where polrelid = any(%s)", (list(known),)
    ).fetchone()
    if policies and policies[0]:
        remarks.append(f"{policies[0]} policies of the old tables stay on them and count for nothing else.")
    for (login,) in _logins(connection, tables):
        remarks.append(
            f"The login {login} goes on after the cutover when it has:"
            f" alter role {login} set search_path = legacy, public;"
        )
    return remarks


def _logins(connection: psycopg.Connection[Any], tables: list[OldTable]) -> list[tuple[str]]:
    return connection.execute(
        "select distinct r.rolname from pg_class c"
        " cross join lateral (select c.relowner as role union select a.grantee from aclexplode(c.relacl) a) g"
        " join pg_roles r on r.oid = g.role where c.oid = any(%s) and r.rolcanlogin and not r.rolsuper"
        " and r.rolname not like 'frontdesk%%' order by 1",
        ([table.oid for table in tables],),
    ).fetchall()
