"""What stands in an old database, before anything is changed in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg

from db.errors import Refused
from db.takeover import cutover, ground, neighbours, report, routines
from db.takeover.catalog import OldTable, is_view, old_tables
from db.takeover.obstacles import find
from db.takeover.shape import SHAPES


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found; `obstacles` stop a take-over, `remarks` are for a person to read.

    `taken_over` where that was done already, and only what was written since is to be carried.
    """

    tables: dict[str, int]
    taken_over: bool = False
    obstacles: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def check(connection: psycopg.Connection[Any]) -> None:
    """Raises `Refused` with the first obstacle, if there is any."""
    with connection.transaction(force_rollback=True):
        ground.prepare(connection)
        obstacles = find(connection, old_tables(connection))
    if obstacles:
        raise Refused(obstacles[0])


def look(connection: psycopg.Connection[Any], quarantine: str) -> Findings:
    """Look at everything, in a transaction that is taken back."""
    with connection.transaction(force_rollback=True):
        ground.prepare(connection)
        tables = old_tables(connection)
        obstacles = find(connection, tables)
        if not obstacles:
            ground.lay(connection, quarantine)
        remarks = [] if obstacles else _remarks(connection, tables)
        rows = {table.said: report.count(connection, table) for table in tables}
        aside = any(table.schema == "legacy" for table in tables)
        return Findings(rows, aside, obstacles, remarks)


def _remarks(connection: psycopg.Connection[Any], tables: list[OldTable]) -> list[str]:
    foreseen = connection.execute("select * from takeover.foreseen() where number > 0").fetchall()
    remarks = [f"{number} {sentence}" for number, sentence in foreseen]
    known = {table.oid for table in tables}
    others = connection.execute(
        "select c.oid, c.relname, c.relkind::text from pg_class c"
        " where c.relnamespace = to_regnamespace('public')"
        " and c.relkind in ('r', 'p', 'v', 'm', 'f') and not c.relispartition"
        " and c.relname <> 'alembic_version' order by 2"
    ).fetchall()
    if "legacy" not in {table.schema for table in tables}:
        remarks += _bound_routines(connection)
        tables_left = [name for oid, name, kind in others if kind in "rpf" and oid not in known]
        views = [name for _, name, kind in others if kind in "vm"]
        if tables_left:
            remarks.append(f"Not known and kept in the schema legacy as they are: {', '.join(tables_left)}.")
        shown = [shape.table for shape in SHAPES if shape.schema is None and is_view(connection, shape.table)]
        if shown:
            remarks.append(f"Views and no tables, so that what they show is not carried: {', '.join(shown)}.")
        if views:
            remarks.append(
                f"Views that go on reading the old tables, in the schema legacy: {', '.join(views)}."
            )
    policies = connection.execute(
        "select count(*) from pg_policy where polrelid = any(%s)", (list(known),)
    ).fetchone()
    if policies and policies[0]:
        remarks.append(f"{policies[0]} policies of the old tables stay on them and count for nothing else.")
    if neighbours.has_alembic(connection):
        remarks.append(f"The table alembic_version is another program's. It will be {neighbours.KEPT_AS}.")
    path = "legacy, public"
    for name, schema, _ in neighbours.extensions_elsewhere(connection):
        remarks.append(f"The extension {name} will move from the schema {schema} to ext, until a downgrade.")
        path = "legacy, public, ext"
    for (login,) in _logins(connection, tables):
        remarks.append(
            f"The login {login} goes on after the cutover when it has:"
            f" alter role {login} set search_path = {path};"
        )
    return remarks


def _bound_routines(connection: psycopg.Connection[Any]) -> Iterator[str]:
    """Functions that would look for the old tables where the new ones will stand."""
    tables = [name for name, _, _ in cutover.moving(connection, "public")]
    bound = routines.bound(connection, routines.ASIDE, tables)
    ours, others = ([each.name for each in bound if each.ours is mine] for mine in (True, False))
    if ours:
        yield (
            "Functions that name old tables in full, or set a search path, will find them in legacy from the"
            f" cutover until a downgrade: {', '.join(ours)}."
        )
    if others:
        yield (
            f"Functions of other logins do the same and will fail from the cutover: {', '.join(others)}."
            " Take over as a superuser, or let them name the schema legacy then."
        )


def _logins(connection: psycopg.Connection[Any], tables: list[OldTable]) -> list[tuple[str]]:
    return connection.execute(
        "select distinct r.rolname from pg_class c"
        " cross join lateral (select c.relowner as role union select a.grantee from aclexplode(c.relacl) a) g"
        " join pg_roles r on g.role = 0 or pg_has_role(r.oid, g.role, 'member')"
        " where c.oid = any(%s) and r.rolcanlogin and not r.rolsuper"
        " and r.rolname not like 'frontdesk%%' order by 1",
        ([table.oid for table in tables],),
    ).fetchall()
