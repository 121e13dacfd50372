"""The moment in which the new tables take the place of the old ones, and the one in which they step back.

Both tables and rows must stand still for it, so what is left of the queue is carried under the lock; the lock
is never waited for longer than LOCK_MS, and what came meanwhile is carried before the next try.
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
from db.takeover.ground import LOCK_MS, PAUSE_S

TRIES = 400
FEW = 200
"""So many notes are carried under the lock at most."""

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


def set_aside(connection: psycopg.Connection[Any]) -> None:
    """Move everything that stands in `public` to `legacy`, with the last of the queue carried."""

    def swap() -> None:
        while carry.batch(connection, carry.EARLY):
            pass
        connection.execute("create schema legacy")
        connection.execute(
            "update takeover.judged set settled = true where verdict = 'merged' and not settled"
        )
        _move(connection, "public", "legacy")
        for (role,) in connection.execute(USERS.encode()).fetchall():
            connection.execute(sql.SQL("grant usage on schema legacy to {}").format(sql.Identifier(role)))

    _under_lock(connection, swap)


def put_back(connection: psycopg.Connection[Any], step_back: str) -> None:
    """Let the new tables step back and the old ones stand in `public` again."""

    def swap() -> None:
        connection.execute("set local role frontdesk_owner")
        connection.execute(step_back.encode())
        connection.execute("set local role none")
        _move(connection, "legacy", "public")
        connection.execute("drop schema legacy")

    _under_lock(connection, swap)


def _under_lock(connection: psycopg.Connection[Any], swap: Callable[[], None]) -> None:
    """Run it in the caller's transaction with all old tables locked, as the login itself."""
    (role,) = connection.execute("select current_user").fetchone() or ("",)
    connection.execute("set local role none")
    for left in reversed(range(TRIES)):
        while carry.waiting(connection, carry.EARLY) > FEW:
            carry.batch(connection, carry.EARLY)
        try:
            with connection.transaction():
                _lock(connection)
                swap()
            break
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            if not left:
                raise
            time.sleep(PAUSE_S * (1 + secrets.randbelow(5)))
    connection.execute("set local search_path = public")
    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))


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
