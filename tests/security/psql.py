"""What anyone can type who has the desk's login: settings of their own choice, and any statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from gym import Gym

Psql = psycopg.Connection[Any]

TABLES = """
    select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and n.nspname !~ '^(pg_|information_schema)'
     order by 1"""

SIGN = "select set_config('role', 'frontdesk_staff', true), set_config('app.token', %s, true),"
SIGN += " set_config('app.organization', %s, true)"


@dataclass(frozen=True)
class Tried:
    """What became of a statement: its rows, or its SQLSTATE and everything that the error says."""

    rows: list[tuple[Any, ...]]
    count: int
    state: str | None = None
    text: str = ""
    context: str = ""
    rule: str | None = None

    @property
    def nothing(self) -> bool:
        """Whether it showed and changed nothing."""
        return self.state is not None or (not self.rows and self.count <= 0)


def tables(superuser: Psql) -> list[str]:
    """Every table, view and sequence that is not PostgreSQL's own."""
    found = [row[0] for row in superuser.execute(TABLES).fetchall()]
    assert len(found) > 20
    return found


@contextmanager
def signed(
    psql: Psql, gym: Gym, who: str = "ana", organization: str = "harbour", level: str = "read committed"
) -> Iterator[Psql]:
    """A transaction as the desk opens it, which is rolled back."""
    with as_staff(psql, gym.token(who), str(gym.organizations[organization]), level):
        yield psql


@contextmanager
def as_staff(
    psql: Psql, token: str = "", organization: str = "", level: str = "read committed"
) -> Iterator[Psql]:
    """A transaction with any settings, which is rolled back."""
    psql.execute(f"begin isolation level {level}")
    try:
        psql.execute(SIGN, (token, organization))
        yield psql
    finally:
        psql.execute("rollback")


def attempt(psql: Psql, statement: str, *values: object) -> Tried:
    """Try a statement; a failure leaves the transaction as it was, outside of one too."""
    outside = psql.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
    if not outside:
        psql.execute("savepoint attempt")
    try:
        cursor = psql.execute(statement, values or None)
        rows = cursor.fetchall() if cursor.description else []
        tried = Tried(rows, cursor.rowcount)
    except psycopg.Error as error:
        diag = error.diag
        said = (diag.message_primary, diag.message_detail, diag.message_hint)
        text = "\n".join(part for part in said if part)
        tried = Tried([], 0, error.sqlstate or "", text, diag.context or "", diag.constraint_name)
    if not outside:
        psql.execute("rollback to attempt" if tried.state is not None else "release attempt")
    elif psql.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        psql.execute("rollback")
    return tried


def columns(superuser: Psql, table: str) -> list[str]:
    """The table's columns, quoted."""
    found = superuser.execute(
        "select quote_ident(attname) from pg_attribute"
        " where attrelid = %s::regclass and attnum > 0 and not attisdropped",
        (table,),
    )
    return [row[0] for row in found.fetchall()]


def writes(superuser: Psql, table: str) -> list[str]:
    """One statement for each way to change a table, for an UPDATE one for each column."""
    return [
        *(f"update {table} set {column} = {column}" for column in columns(superuser, table)),
        *(f"update {table} set {column} = default" for column in columns(superuser, table)),
        f"insert into {table} default values",
        f"insert into {table} select * from {table}",
        f"delete from {table}",
        f"truncate {table} cascade",
        f"copy {table} from stdin",
        f"alter table {table} disable row level security",
        f"drop table {table}",
    ]
