"""What must be true of a database before anything is changed in it."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from db.errors import Refused

OLDEST_SERVER = 150000
BEFORE_THE_FIX = (
    "This database holds a gym from before the fix. Nothing was changed in its tables."
    " 'frontdesk db adopt' looks at it and can take it over."
)
TO_ADOPT = (
    "This database holds an old gym whose take-over was undone or stopped. Nothing was changed."
    " 'frontdesk db adopt --yes' goes on with it."
)
LETTERS = (
    "This database cannot tell letters outside a-z. Make it anew with encoding UTF8 and LC_CTYPE 'C.UTF-8',"
    " then upgrade."
)

OLD_TABLES = ["organizations", "user_organizations", "leads", "clients", "class_sessions", "bookings"]
SCHEMAS = ["app", "auth", "ext", "legacy", "next"]
EXTENSIONS = ["pg_trgm", "btree_gin", "unaccent", "fuzzystrmatch"]


def check_server(connection: psycopg.Connection[Any]) -> None:
    """The server must know what is used of it, and names in every script must be found, in either case.

    pg_trgm goes by LC_CTYPE: with 'C' the trigrams of other scripts are empty. lower() goes by the locale.
    """
    if connection.info.server_version < OLDEST_SERVER:
        raise Refused("This server is too old. Upgrade it to PostgreSQL 15 or later, then try again.")
    found = connection.execute(
        "select pg_encoding_to_char(encoding) = 'UTF8' and datctype not in ('C', 'POSIX')"
        " from pg_database where datname = current_database()"
    ).fetchone()
    if not found or not found[0] or connection.execute("select lower('Ж')").fetchone() != ("ж",):
        raise Refused(LETTERS)


def check_unused(connection: psycopg.Connection[Any]) -> None:
    """A database that was never upgraded must hold nothing that an upgrade makes."""
    old = connection.execute(
        "select from pg_class where relnamespace = 'public'::regnamespace and relname = any(%s)",
        (OLD_TABLES,),
    ).fetchone()
    if old is not None:
        raise Refused(BEFORE_THE_FIX)
    taken = connection.execute(
        "select 'schema ' || nspname from pg_namespace where nspname = any(%s)"
        " union all select 'extension ' || extname from pg_extension where extname = any(%s)",
        (SCHEMAS, EXTENSIONS),
    ).fetchone()
    if taken is not None:
        raise Refused(
            f"This database has the {taken[0]} already, which frontdesk makes for itself."
            " Give frontdesk a database of its own."
        )


def check_no_old_rows(connection: psycopg.Connection[Any]) -> None:
    """Asked as the tables' owner below the last revision, when `public` holds the old tables.

    Rows of the new version are not there but in the schema `next`.
    """
    tables = connection.execute(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
        " and relowner = 'frontdesk_owner'::regrole and relname <> 'alembic_version'"
    ).fetchall()
    for (table,) in tables:
        statement = sql.SQL("select from {} limit 1").format(sql.Identifier("public", table))
        if connection.execute(statement).fetchone() is not None:
            raise Refused(BEFORE_THE_FIX)
