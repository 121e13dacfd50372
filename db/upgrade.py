"""Bring a database to this version and back: roles, revisions, and the installed files around them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import psycopg

from db import errors, installation, roles

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Engine

HEAD = "0009"
LEGACY = "0001"
Target = Literal["legacy"]
Say = Callable[[str], None]

LOCK = 7_303_014_001  # one upgrade at a time; any number that nothing else locks


@dataclass(frozen=True, slots=True)
class Status:
    """Where a database stands; `revision` is None for one that never was upgraded."""

    revision: str | None
    digest: str | None

    @property
    def current(self) -> bool:
        """Whether the database is at this version."""
        return self.revision == HEAD and self.digest == installation.digest()


def migrations() -> Path:
    """The folder of the revisions: inside `db` in an installed wheel, beside it in a checkout."""
    inside = Path(__file__).parent / "migrations"
    return inside if inside.exists() else Path(__file__).parents[1] / "alembic"


def engine(conninfo: str) -> Engine:
    """An engine for alembic, which acts as the tables' owner and never reads half a table."""
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    def connect() -> psycopg.Connection[Any]:
        connection = psycopg.connect(conninfo)
        connection.execute("set role frontdesk_owner")
        connection.execute("set row_security = off")
        connection.commit()
        return connection

    return create_engine("postgresql+psycopg://", creator=connect, poolclass=NullPool)


def status(conninfo: str) -> Status:
    """Where the database stands, asked by any login; `Status.current` says whether a desk can use it."""
    try:
        with psycopg.connect(conninfo, connect_timeout=5) as connection:
            table = connection.execute("select to_regclass('public.alembic_version')").fetchone()
            if table is None or table[0] is None:
                return Status(None, None)
            return _installed(connection)
    except psycopg.Error as error:
        raise errors.translate(error) from None


def upgrade(admin: str, passwords: dict[str, str] | None = None, say: Say = lambda line: None) -> Status:
    """Bring the database to this version; a second run changes nothing.

    `admin` is a libpq string of the database's owner with CREATEROLE; `passwords` by login are set.
    Raises a `DeskError`; what was done until then stays, and the next run goes on from it.
    """
    with _administering(admin) as connection:
        roles.make(connection, passwords or {})
        with roles.lent(connection):
            if _installed(connection).current:
                say("The database is at this version already.")
                return _installed(connection)
            say("Setting functions, policies and triggers aside.")
            _as_owner(connection, installation.remove)
            _alembic(admin, "upgrade", HEAD, say)
            _check_collation(connection)
            say("Installing functions, policies and triggers.")
            _as_owner(connection, installation.install)
            return _installed(connection)


def downgrade(admin: str, target: Target = "legacy", say: Say = lambda line: None) -> Status:
    """Bring the database back to the schema before the fix.

    Rows of this version stay aside in the schema `next`, and the next upgrade goes on with them.
    """
    with _administering(admin) as connection, roles.lent(connection):
        if _installed(connection).revision in {None, LEGACY}:
            raise errors.Refused("The database is at the schema before the fix already. Nothing was changed.")
        _as_owner(connection, installation.remove)
        _as_owner(connection, lambda owned: owned.execute("drop schema if exists app"))
        _alembic(admin, "downgrade", {"legacy": LEGACY}[target], say)
        return _installed(connection)


@contextmanager
def as_owner(admin: str) -> Iterator[psycopg.Connection[Any]]:
    """One transaction of the tables' owner who sees and writes every row, for what no desk may do.

    Row-level security is lifted inside the transaction alone, and put back before it ends.
    """
    with _administering(admin) as connection, roles.lent(connection), connection.transaction():
        connection.execute("set local role frontdesk_owner")
        connection.execute(_FORCE.format(force="no force"))
        yield connection
        connection.execute(_FORCE.format(force="force"))


_FORCE = """
do $$
declare
  v record;
begin
  for v in select c.oid::regclass as name from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relrowsecurity
              and c.relowner = 'frontdesk_owner'::regrole loop
    execute format('alter table %s {force} row level security', v.name);
  end loop;
end $$
"""


@contextmanager
def _administering(admin: str) -> Iterator[psycopg.Connection[Any]]:
    try:
        with psycopg.connect(admin, autocommit=True, connect_timeout=5) as connection:
            connection.execute("select pg_advisory_lock(%s)", (LOCK,))
            yield connection
    except psycopg.errors.ObjectNotInPrerequisiteState as error:
        raise errors.Refused(error.diag.message_primary or "") from None
    except psycopg.Error as error:
        raise errors.translate(error) from error


def _installed(connection: psycopg.Connection[Any]) -> Status:
    try:
        found = connection.execute("select revision, digest from app.version()").fetchone()
    except psycopg.errors.InsufficientPrivilege:
        with connection.transaction():
            connection.execute("set local role frontdesk_staff")
            found = connection.execute("select revision, digest from app.version()").fetchone()
    except (psycopg.errors.InvalidSchemaName, psycopg.errors.UndefinedFunction):
        return Status(_revision(connection), None)
    return Status(*found) if found else Status(None, None)


def _revision(connection: psycopg.Connection[Any]) -> str | None:
    try:
        with connection.transaction():
            connection.execute("set local role frontdesk_owner")
            found = connection.execute("select version_num from public.alembic_version").fetchone()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
        return None
    return str(found[0]) if found else None


def _as_owner(
    connection: psycopg.Connection[Any], step: Callable[[psycopg.Connection[Any]], object]
) -> None:
    """Run a step in one transaction as the tables' owner."""
    with connection.transaction():
        connection.execute("set local role frontdesk_owner")
        step(connection)


def _alembic(admin: str, direction: Literal["upgrade", "downgrade"], revision: str, say: Say) -> None:
    from alembic import command

    with engine(admin).connect() as connection:
        config = _config()
        config.attributes["connection"] = connection
        say(f"Running the revisions to {revision}.")
        getattr(command, direction)(config, revision)


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    return config


def _check_collation(connection: psycopg.Connection[Any]) -> None:
    """With LC_CTYPE 'C' the trigrams of other scripts are empty, and those names would not be found."""
    with connection.transaction():
        connection.execute("set local role frontdesk_owner")
        trigrams = connection.execute("select ext.show_trgm('ж')").fetchone()
    if not trigrams or not trigrams[0]:
        raise errors.Refused(
            "This database cannot tell letters outside a-z. Make it anew with LC_CTYPE 'C.UTF-8', then upgrade."
        )
