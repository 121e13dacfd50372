"""What other programs share with frontdesk in one database: extensions, and the table of alembic."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from db import preconditions
from db.takeover.ground import patiently

KEPT_AS = "alembic_version_before"

# The functions of a trusted extension are a superuser's, whoever made it.
ELSEWHERE = """
select e.extname, n.nspname, pg_has_role(e.extowner, 'usage') and not exists (
         select from pg_depend d join pg_proc p on p.oid = d.objid
          where d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_extension'::regclass
            and d.refobjid = e.oid and d.deptype = 'e' and not pg_has_role(p.proowner, 'usage'))
  from pg_extension e
  join pg_namespace n on n.oid = e.extnamespace
 where e.extname = any(%s) and n.nspname <> 'ext' order by 1
"""


def extensions_elsewhere(connection: psycopg.Connection[Any]) -> list[tuple[str, str, bool]]:
    """Those that frontdesk needs and that stand elsewhere: name, schema, whether the login may move it."""
    return connection.execute(ELSEWHERE, (preconditions.EXTENSIONS,)).fetchall()


def gather(connection: psycopg.Connection[Any]) -> None:
    """Move them to the schema `ext`; everything but a statement that names none of both schemas goes on."""
    for name, schema, _ in extensions_elsewhere(connection):
        with connection.transaction():
            connection.execute("create schema if not exists ext authorization frontdesk_owner")
            connection.execute(
                "insert into takeover.moved values (%s, %s) on conflict do nothing", (name, schema)
            )
            connection.execute(sql.SQL("alter extension {} set schema ext").format(sql.Identifier(name)))


def disperse(connection: psycopg.Connection[Any]) -> None:
    """Move them back to where they stood."""
    if connection.execute("select to_regclass('takeover.moved') is null").fetchone() == (True,):
        return
    for name, schema in connection.execute("select extension, schema from takeover.moved").fetchall():
        with connection.transaction():
            connection.execute(
                sql.SQL("alter extension {} set schema {}").format(
                    sql.Identifier(name), sql.Identifier(schema)
                )
            )
            connection.execute("delete from takeover.moved where extension = %s", (name,))


def has_alembic(connection: psycopg.Connection[Any]) -> bool:
    """Whether another program keeps its revision where frontdesk keeps its own."""
    return (
        connection.execute(
            "select from pg_class where oid = to_regclass('public.alembic_version')"
            " and relowner is distinct from to_regrole('frontdesk_owner')"
        ).fetchone()
        is not None
    )


def rename_alembic(connection: psycopg.Connection[Any]) -> None:
    """Keep it under another name."""
    if has_alembic(connection):
        patiently(
            connection, lambda: connection.execute(f"alter table public.alembic_version rename to {KEPT_AS}")
        )
