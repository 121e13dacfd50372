"""The moment in which the new tables take the place of the old ones, and the one in which they step back.

Both tables and rows must stand still for it, so what is left of the queue is carried under the lock. The old
application waits meanwhile: for LOCK_MS at most until all tables are locked, and for HELD_MS until they are
free again. What takes longer is taken back and tried again, after the old application had its turn.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import sql

from db.takeover import carry
from db.takeover.catalog import old_tables

LOCK_MS = 150
HELD_MS = 250
TRIES = 400
PAUSE_S = 0.1
FEW = 50
"""More notes than that are carried before, as far as the old application can be caught up with."""

TOO_LONG = "the old application writes too much to be caught up with"

OTHERS = """
select c.relname, c.relkind::text from pg_class c
 where c.relnamespace = %s::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
   and c.relname <> 'alembic_version'
   and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                     and (d.deptype = 'e' or c.relkind = 'S' and d.deptype in ('a', 'i')))
"""
"""What moves by itself: neither an extension's nor a column's."""

KINDS = {"v": "view", "m": "materialized view", "f": "foreign table", "S": "sequence"}

USERS = """
select distinct r.rolname from pg_class c
 cross join lateral (select c.relowner as grantee union select a.grantee from aclexplode(c.relacl) a) g
 join pg_roles r on r.oid = g.grantee
 where c.relnamespace = 'legacy'::regnamespace and r.rolname not like 'frontdesk%%'
"""


def set_aside(connection: psycopg.Connection[Any], take_place: str) -> None:
    """Move everything that stands in `public` to `legacy`, with the last of the queue carried."""

    def swap(deadline: float) -> None:
        while _in_time(connection, deadline) and carry.batch(connection, carry.EARLY):
            pass
        connection.execute("create schema legacy")
        connection.execute("update takeover.cutovers set number = number + 1")
        _move(connection, "public", "legacy")
        for (role,) in connection.execute(USERS.encode()).fetchall():
            connection.execute(sql.SQL("grant usage on schema legacy to {}").format(sql.Identifier(role)))
        connection.execute("set local role frontdesk_owner")
        connection.execute(take_place.encode())

    # Beside this transaction: what was carried counts, whatever becomes of the next try.
    password = connection.info.password or None
    with psycopg.connect(connection.info.dsn, password=password, autocommit=True) as beside:
        beside.execute("set statement_timeout = 0")

        def catch_up() -> None:
            if carry.waiting(beside, carry.EARLY) > FEW:
                carry.drain(beside, carry.EARLY, lambda *_: None)

        _under_lock(connection, swap, catch_up)


def put_back(connection: psycopg.Connection[Any], step_back: str) -> None:
    """Let the new tables step back and the old ones stand in `public` again."""

    def swap(deadline: float) -> None:
        connection.execute("set local role frontdesk_owner")
        connection.execute(step_back.encode())
        connection.execute("set local role none")
        _move(connection, "legacy", "public")
        connection.execute("drop schema legacy")

    _under_lock(connection, swap)


def _under_lock(
    connection: psycopg.Connection[Any],
    swap: Callable[[float], None],
    before: Callable[[], None] = lambda: None,
) -> None:
    """Run it in the caller's transaction with all old tables locked, as the login itself."""
    (role,) = connection.execute("select current_user").fetchone() or ("",)
    connection.execute("set local role none")
    for left in reversed(range(TRIES)):
        before()
        try:
            with connection.transaction():
                _lock(connection)
                deadline = time.monotonic() + HELD_MS / 1000
                connection.execute(f"set local statement_timeout = '{HELD_MS}ms'".encode())
                swap(deadline)
                _in_time(connection, deadline)
                connection.execute("set local statement_timeout = 0")
            break
        except (
            psycopg.errors.LockNotAvailable,
            psycopg.errors.DeadlockDetected,
            psycopg.errors.QueryCanceled,
        ):
            if not left:
                raise
            time.sleep(PAUSE_S * (1 + 2 * secrets.randbelow(100) / 100))
    connection.execute("set local search_path = public")
    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))


def _in_time(connection: psycopg.Connection[Any], deadline: float) -> bool:
    """Raises LockNotAvailable when the old application has waited for long enough."""
    left = round((deadline - time.monotonic()) * 1000)
    if left <= 0:
        raise psycopg.errors.LockNotAvailable(TOO_LONG)
    connection.execute(f"set local statement_timeout = '{left}ms'".encode())
    return True


def _lock(connection: psycopg.Connection[Any]) -> None:
    """All of them within LOCK_MS, or none."""
    deadline = time.monotonic() + LOCK_MS / 1000
    for table in old_tables(connection):
        left = max(round((deadline - time.monotonic()) * 1000), 1)
        connection.execute(f"set local lock_timeout = '{left}ms'".encode())
        connection.execute(sql.SQL("lock table {} in access exclusive mode").format(table.name))
    connection.execute(f"set local lock_timeout = '{LOCK_MS}ms'".encode())


def _move(connection: psycopg.Connection[Any], source: str, target: str) -> None:
    for name, kind in connection.execute(OTHERS.encode(), (source,)).fetchall():
        connection.execute(
            sql.SQL("alter {} {} set schema {}").format(
                sql.SQL(KINDS.get(kind, "table")),
                sql.Identifier(source, name),
                sql.Identifier(target),
            )
        )
