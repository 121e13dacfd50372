"""The moment in which the new tables take the place of the old ones, and the one in which they step back.

Both tables and rows must stand still for it, so what is left of the queue is carried under the lock. The old
application waits meanwhile: for LOCK_MS at most until all tables are locked, and for HELD_MS until they are
free again. What takes longer is taken back and tried again, after the old application had its turn.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from psycopg import sql

from db.takeover import carry, routines
from db.takeover.catalog import old_tables

LOCK_MS = 180
HELD_MS = 220
TRIES = 400
FEW_TRIES = 20
PAUSE_S = 0.1
FEW = 10
PASSES = 3
"""So many passes at most bring the notes that are left for the lock down to a few: tries are worth more."""

FAILED = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.QueryCanceled,
)
"""How a try ends that would have let the old application wait for too long."""

TOO_LONG = "the old application writes too much to be caught up with"

OTHERS = """
select c.relname as name, c.relkind::text as kind, c.relowner::regrole::text as owner from pg_class c
 where c.relnamespace = %(from)s::text::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
   and c.relname <> 'alembic_version'
   and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                     and (d.deptype = 'e' or c.relkind = 'S' and d.deptype in ('a', 'i')))
union all
select t.typname, 'type', t.typowner::regrole::text from pg_type t left join pg_class c on c.oid = t.typrelid
 where t.typnamespace = %(from)s::text::regnamespace and t.typtype in ('c', 'd', 'e', 'r')
   and coalesce(c.relkind, 'c') = 'c'
   and not exists (select from pg_depend d
                    where d.classid = 'pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')
"""
"""What moves by itself: neither an extension's nor a column's. A type may be called as one of our tables."""

KINDS = {"type": "type", "v": "view", "m": "materialized view", "f": "foreign table", "S": "sequence"}

# What everybody may do, every login is let do by its own name: a desk has no business there.
USERS = """
select distinct r.rolname from pg_class c
 cross join lateral (select c.relowner as grantee union select a.grantee from aclexplode(c.relacl) a) g
 join pg_roles r on r.oid = g.grantee or g.grantee = 0 and r.rolcanlogin
 where c.relnamespace = 'legacy'::regnamespace and r.rolname not like 'frontdesk%%'
"""


def set_aside(connection: psycopg.Connection[Any], take_place: str) -> None:
    """Move everything that stands in `public` to `legacy`, with the last of the queue carried.

    A few tries: the next are for another transaction, since one that is open for long keeps the server from
    clearing away what was carried before.
    """

    def swap(deadline: float, found: Sequence[routines.Routine]) -> None:
        while _in_time(connection, deadline) and carry.batch(connection, carry.EARLY):
            pass
        connection.execute("create schema legacy; update takeover.cutovers set number = number + 1")
        _move(connection, "public", "legacy")
        routines.follow(connection, found)
        for (role,) in connection.execute(USERS.encode()).fetchall():
            connection.execute(sql.SQL("grant usage on schema legacy to {}").format(sql.Identifier(role)))
        connection.execute("set local role frontdesk_owner")
        connection.execute(take_place.encode())

    # Beside this transaction, so that it counts at once: as little as can be is left for the lock.
    password = connection.info.password or None
    with psycopg.connect(connection.info.dsn, password=password, autocommit=True) as beside:
        beside.execute("set statement_timeout = 0")

        def catch_up() -> None:
            for _ in range(PASSES):
                if carry.waiting(beside, carry.EARLY) <= FEW:
                    break
                carry.once(beside, carry.EARLY)

        _under_lock(connection, "legacy", swap, FEW_TRIES, catch_up)


def put_back(connection: psycopg.Connection[Any], step_back: str) -> None:
    """Let the new tables step back and the old ones stand in `public` again."""

    def swap(_: float, found: Sequence[routines.Routine]) -> None:
        connection.execute("set local role frontdesk_owner")
        connection.execute(step_back.encode())
        connection.execute("set local role none")
        _move(connection, "legacy", "public")
        routines.follow(connection, found)
        connection.execute("drop schema legacy")

    _under_lock(connection, "public", swap, TRIES)


def _under_lock(
    connection: psycopg.Connection[Any],
    target: str,
    swap: Callable[[float, Sequence[routines.Routine]], None],
    tries: int,
    before: Callable[[], None] = lambda: None,
) -> None:
    """Run it in the caller's transaction with all old tables locked, as the login itself."""
    (role,) = connection.execute("select current_user").fetchone() or ("",)
    connection.execute("set local role none")
    # Sent at once: each trip to the server would be one more for the old application to wait.
    lock = sql.SQL(
        "set local lock_timeout = {limit}; set local statement_timeout = {limit};"
        " lock table {tables} in access exclusive mode"
    ).format(
        limit=LOCK_MS,
        tables=sql.SQL(", ").join(each.name for each in old_tables(connection) if not each.stays),
    )
    source = "public" if target == routines.ASIDE else routines.ASIDE
    found = routines.bound(connection, target, [name for name, _, _ in moving(connection, source)])
    for left in reversed(range(tries)):
        before()
        try:
            with connection.transaction():
                connection.execute(lock)
                deadline = time.monotonic() + HELD_MS / 1000
                _in_time(connection, deadline)
                swap(deadline, found)
                _in_time(connection, deadline)
                connection.execute("set local statement_timeout = 0")
            break
        except FAILED:
            if not left:
                raise
            pause()
    connection.execute("set local search_path = public")
    connection.execute(sql.SQL("set local role {}").format(sql.Identifier(role)))


def pause() -> None:
    """Let the old application have its turn before the next try."""
    time.sleep(PAUSE_S * (1 + 2 * secrets.randbelow(100) / 100))


def _in_time(connection: psycopg.Connection[Any], deadline: float) -> bool:
    """Raises LockNotAvailable when the old application has waited for long enough."""
    left = round((deadline - time.monotonic()) * 1000)
    if left <= 0:
        raise psycopg.errors.LockNotAvailable(TOO_LONG)
    connection.execute(f"set local statement_timeout = '{left}ms'".encode())
    return True


def moving(connection: psycopg.Connection[Any], source: str) -> list[tuple[str, str, str]]:
    """What the schema holds that moves: name, kind and owner."""
    return connection.execute(OTHERS.encode(), {"from": source}).fetchall()


def _move(connection: psycopg.Connection[Any], source: str, target: str) -> None:
    moves = [
        sql.SQL("alter {} {} set schema {}").format(
            sql.SQL(KINDS.get(kind, "table")), sql.Identifier(source, name), sql.Identifier(target)
        )
        for name, kind, _ in moving(connection, source)
    ]
    if moves:
        connection.execute(sql.SQL("; ").join(moves))
