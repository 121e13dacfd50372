"""The schema `takeover`: views, the queue that triggers on the old tables fill, and the functions that carry.

It belongs to the login that takes over. Views and functions are made anew by every run, the rows stay.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from db.takeover.catalog import OldTable, old_tables, view
from db.takeover.shape import SHAPES

FILES = Path(__file__).parent / "sql"
ORDER = (
    *("ground", "organizations", "people", "schedule", "sessions", "money", "entitlements", "notes", "back"),
    "report",
)

LOCK_MS = 200
"""No statement of the old application waits longer behind one of ours that waits itself."""

PAUSE_S = 0.03
TRIES = 200

# Table -> (kind, column of its key) and what to note when the row has none.
NOTES: dict[str, tuple[tuple[str, ...], ...]] = {
    "organizations": (("organizations", "id"), ("staff", "id")),
    "users": (("users", "id"), ("staff", "organization_id")),
    "auth.users": (("users", "id"),),
    "user_organizations": (("staff", "organization_id"),),
    "organization_members": (("staff", "organization_id"),),
    "programs": (("programs", "id"),),
    "clients": (("clients", "id"),),
    "leads": (("leads", "id"),),
    "class_sessions": (("sessions", "id"),),
    "bookings": (("sessions", "class_session_id", "homeless", "id"),),
    "class_bookings": (("sessions", "class_session_id", "homeless", "id"),),
    "waitlist": (("sessions", "class_session_id", "homeless", "id"), ("wishes", "id")),
    "payments": (("payments", "id"),),
    "customer_notes": (("notes", "id"),),
    "membership_plans": (("plans", "id"),),
    "class_packages": (("products", "id"),),
    "memberships": (("memberships", "id"),),
    "class_credits": (("credits", "id"),),
    "customer_class_packages": (("packages", "id"),),
}


# A look changes nothing, is lent nothing, and finds no such role in a server that never had one.
HAND_OVER = """
do $$ begin
  if pg_has_role(to_regrole('frontdesk_owner'), 'usage') then
    grant usage, create on schema takeover to frontdesk_owner;
    alter table takeover.quarantine owner to frontdesk_owner;
  end if;
end $$
"""


def lay(connection: psycopg.Connection[Any], quarantine: str) -> list[OldTable]:
    """Make the schema, its views and functions, and find the old tables; `quarantine` is its DDL."""
    tables = old_tables(connection)
    patiently(connection, partial(_lay, connection, tables, quarantine))
    return tables


def _lay(connection: psycopg.Connection[Any], tables: list[OldTable], quarantine: str) -> None:
    connection.execute("set local check_function_bodies = off")
    prepare(connection)
    if connection.execute(
        # One in `public` before the cutover is a table of the old application.
        "select not exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where c.relname = 'quarantine' and n.nspname in ('next', 'takeover',"
        " case when to_regnamespace('legacy') is not null then 'public' end))"
    ).fetchone() == (True,):
        connection.execute(quarantine.format(schema="takeover").encode())
        connection.execute(HAND_OVER)
    for shape in SHAPES:
        connection.execute(sql.SQL("drop view if exists {}").format(sql.Identifier("takeover", shape.view)))
        connection.execute(view(shape, next((each for each in tables if each.shape is shape), None)))
    for name in ORDER:
        connection.execute((FILES / f"{name}.sql").read_bytes())


def prepare(connection: psycopg.Connection[Any]) -> None:
    """Make the schema and the functions that read odd columns."""
    connection.execute("set local client_min_messages = warning")
    connection.execute("create schema if not exists takeover")
    connection.execute((FILES / "casts.sql").read_bytes())


def listen(connection: psycopg.Connection[Any], tables: list[OldTable]) -> None:
    """Let triggers note what changes, and indexes find the rows of a session or a person."""
    for table in tables:
        for number, notes in enumerate(NOTES.get(table.said, ())):
            _trigger(connection, table, f"zz_takeover_{number}", notes)
        for column in filter(None, map(table.column, table.shape.indexed if not table.stays else ())):
            _index(connection, table, column)


def _trigger(connection: psycopg.Connection[Any], table: OldTable, name: str, notes: tuple[str, ...]) -> None:
    # A kind, then the columns as they are called here.
    arguments = [
        word if place % 2 == 0 else ",".join(table.every(word)) or word for place, word in enumerate(notes)
    ]
    for each in _family(connection, table):
        statement = sql.SQL(
            "create trigger {} after insert or update or delete on {} for each row"
            " when (current_setting('takeover.carrying', true) is distinct from 'on')"
            " execute function takeover.note({})"
        ).format(sql.Identifier(name), each.name, sql.SQL(", ").join(map(sql.Literal, arguments)))
        there = connection.execute(
            "select from pg_trigger where tgrelid = %s and tgname = %s", (each.oid, name)
        ).fetchone()
        # Partitions get the trigger of their table by themselves.
        if there is None and not each.is_partition:
            patiently(connection, partial(connection.execute, statement))


@dataclass(frozen=True, slots=True)
class Member:
    """A table, one of its partitions, or what inherits from it."""

    oid: int
    schema: str
    called: str
    holds_rows: bool
    is_partition: bool

    @property
    def name(self) -> sql.Identifier:
        """The qualified name."""
        return sql.Identifier(self.schema, self.called)


FAMILY = """
with recursive family (oid) as (
  select %s::oid union all select i.inhrelid from family f join pg_inherits i on i.inhparent = f.oid
)
select c.oid, n.nspname, c.relname, c.relkind = 'r', c.relispartition from family f
  join pg_class c on c.oid = f.oid join pg_namespace n on n.oid = c.relnamespace
"""


def _family(connection: psycopg.Connection[Any], table: OldTable) -> list[Member]:
    return [Member(*row) for row in connection.execute(FAMILY, (table.oid,)).fetchall()]


FOUND = """
select from pg_index i left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
 where i.indrelid = %s and i.indisvalid and i.indpred is null
   and (i.indexrelid = to_regclass(%s) or a.attname = %s)
"""


def _index(connection: psycopg.Connection[Any], table: OldTable, column: str) -> None:
    """Make one that is missing, beside the old application's work; a broken one is made anew."""
    of_ids = table.columns[column] == "uuid"
    key = sql.SQL("{}" if of_ids else "takeover.as_uuid({}::text)").format(sql.Identifier(column))
    for each in filter(lambda each: each.holds_rows, _family(connection, table)):
        called = f"takeover_{each.called}_{column}"[:63]
        name = sql.Identifier(each.schema, called)
        known = (each.oid, name.as_string(connection), column if of_ids else None)
        if connection.execute(FOUND, known).fetchone() is None:
            connection.execute(sql.SQL("drop index concurrently if exists {}").format(name))
            connection.execute(
                sql.SQL("create index concurrently {} on {} ({})").format(
                    sql.Identifier(called), each.name, key
                )
            )


def patiently(connection: psycopg.Connection[Any], step: Callable[[], object]) -> None:
    """Run a step that needs old tables or rows for itself, again and again, never waiting long for them.

    Raises LockNotAvailable when somebody holds the table for minutes.
    """
    for left in reversed(range(TRIES)):
        try:
            with connection.transaction():
                connection.execute(f"set local lock_timeout = '{LOCK_MS}ms'".encode())
                step()
            return
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            if not left:
                raise
            time.sleep(PAUSE_S * (1 + secrets.randbelow(10)))
