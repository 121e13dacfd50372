"""Bring a database to this version and back: roles, revisions, and the installed files around them."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, LiteralString

import psycopg

from db import errors, installation, preconditions, roles

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection, Engine

HEAD = "0018"
# From this revision on `public` holds the new tables, and rows in them are no old ones.
CONTRACTED = "0009"
LEGACY = "0001"
Target = Literal["legacy"]
Say = Callable[[str], None]
Progress = Callable[[str, int, int], None]
"""Called with the phase, what is done and of how much."""

LOCK = 7_303_014_001  # one upgrade at a time; any number that nothing else locks
LOCK_TIMEOUT_S = 1
OWN_WAYS = "set statement_timeout = 0; set datestyle = 'ISO'"
"""What a login or a database sets for others ends no long statement, and writes no day in another way."""
PAUSES_S = (0.2, 0.5, 1, 2, 4)


@dataclass(frozen=True, slots=True)
class Status:
    """Where a database stands; `revision` is None for one that never was upgraded.

    `to_adopt` where an old gym's take-over was undone or stopped: only that goes on.
    """

    revision: str | None
    digest: str | None
    to_adopt: bool = False

    @property
    def current(self) -> bool:
        """Whether the database is at this version."""
        return self.revision == HEAD and self.digest == installation.digest()


def migrations() -> Path:
    """The folder of the revisions: inside `db` in an installed wheel, beside it in a checkout."""
    inside = Path(__file__).parent / "migrations"
    return inside if inside.exists() else Path(__file__).parents[1] / "alembic"


def status(conninfo: str) -> Status:
    """Where the database stands, asked by any login; `Status.current` says whether a desk can use it.

    A desk's login learns the revision from the installed functions, and None without them.
    """
    try:
        with psycopg.connect(conninfo, autocommit=True, connect_timeout=5) as connection:
            return _installed(connection)
    except psycopg.Error as error:
        raise errors.translate(error) from None


def upgrade(admin: str, passwords: dict[str, str] | None = None, say: Say = lambda line: None) -> Status:
    """Bring the database to this version; a second run changes nothing.

    `admin` is a libpq string of the database's owner with CREATEROLE; `passwords` by login are set.
    Raises a `DeskError`; what was done until then stays, and the next run goes on from it.
    """
    with administering(admin) as connection:
        preconditions.check_server(connection)
        roles.make(connection, passwords or {})
        with roles.lent(connection, admin):
            installed = known(connection)
            if installed.current:
                say("The database is at this version already.")
                return installed
            if installed.to_adopt:
                raise errors.Refused(preconditions.TO_ADOPT)
            if installed.revision is None:
                preconditions.check_unused(connection)
            if installed.revision != HEAD:
                if (installed.revision or "") < CONTRACTED:
                    as_tables_owner(connection, preconditions.check_no_old_rows)
                say("Setting functions, policies and triggers aside.")
                as_tables_owner(connection, installation.remove)
                alembic(admin, "upgrade", HEAD, say)
            say("Installing functions, policies and triggers.")
            as_tables_owner(connection, installation.install)
            return _installed(connection)


def downgrade(
    admin: str,
    target: Target = "legacy",
    say: Say = lambda line: None,
    progress: Progress = lambda *_: None,
) -> Status:
    """Bring the database back to the schema before the fix.

    Rows of this version stay aside in the schema `next`, and the next upgrade goes on with them. Where an old
    gym was taken over, the old tables get what the desks wrote.
    """
    from db.takeover import road

    with administering(admin) as connection, roles.lent(connection, admin):
        if known(connection).revision in {None, LEGACY}:
            raise errors.Refused("The database is at the schema before the fix already. Nothing was changed.")
        say("Removing functions, policies and triggers.")
        as_tables_owner(connection, _uninstall)
        road.give_back(connection, progress)
        alembic(admin, "downgrade", {"legacy": LEGACY}[target], say)
        return _installed(connection)


@contextmanager
def as_owner(admin: str) -> Iterator[psycopg.Connection[Any]]:
    """One transaction of the tables' owner who sees and writes every row, for what no desk may do.

    Row-level security is lifted inside the transaction alone, and put back before it ends. Raises a
    `DeskError`, `BeingUpgraded` when the tables are not those of this version.
    """
    with administering(admin) as connection, roles.lent(connection, admin), connection.transaction():
        if _installed(connection).revision != HEAD:
            raise errors.BeingUpgraded(errors.UPGRADING)
        with unforced(connection):
            yield connection


@contextmanager
def unforced(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Let the tables' owner past row-level security, inside the caller's transaction alone."""
    connection.execute("set local role frontdesk_owner")
    _patiently(connection, lambda: connection.execute(_FORCE.format(force="no force")))
    yield
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
def revising(admin: str) -> Iterator[Connection]:
    """A connection for alembic, which acts as the tables' owner and never reads half a table."""
    with administering(admin) as connection, roles.lent(connection, admin), _engine(admin).connect() as own:
        yield own


def _engine(admin: str) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    def connect() -> psycopg.Connection[Any]:
        connection = psycopg.connect(admin, autocommit=True)
        connection.execute(OWN_WAYS)
        connection.execute("set role frontdesk_owner")
        connection.execute("set row_security = off")
        connection.execute("set search_path = public")
        # Desks wait for nothing meanwhile: the functions that they call are gone.
        connection.execute("set lock_timeout = '10s'")
        connection.autocommit = False
        return connection

    return create_engine("postgresql+psycopg://", creator=connect, poolclass=NullPool)


@contextmanager
def administering(admin: str) -> Iterator[psycopg.Connection[Any]]:
    """The administrator's connection, alone with the database; what fails on it is a `DeskError`."""
    try:
        with psycopg.connect(admin, autocommit=True, connect_timeout=5) as connection:
            connection.execute(OWN_WAYS)
            connection.execute("select pg_advisory_lock(%s)", (LOCK,))
            try:
                yield connection
            except psycopg.errors.InsufficientPrivilege as error:
                raise _of_others(error) or roles.not_permitted(connection) from None
    except psycopg.errors.ObjectNotInPrerequisiteState as error:
        raise errors.Refused(error.diag.message_primary or "") from None
    except psycopg.errors.DependentObjectsStillExist as error:
        needed_by = (error.diag.message_detail or "").split("\n")[0]
        raise errors.Refused(
            f"Something that is not frontdesk's stands in the way. Drop it, then try again: {needed_by}."
        ) from None
    except psycopg.errors.LockNotAvailable:
        raise errors.NoDatabase(
            "Somebody holds the tables for too long. Close desks and reports, then try again."
        ) from None
    except psycopg.Error as error:
        raise _of_others(error) or errors.translate(error) from error


def _of_others(error: psycopg.Error) -> errors.Refused | None:
    """Where a function that is not frontdesk's failed: only an event trigger runs one here."""
    found = re.search(r"PL/pgSQL function (?!takeover\.|app\.)([\w.\"]+)\(\) line", error.diag.context or "")
    return found and errors.Refused(
        f"The function {found[1]} fails, which an event trigger runs at each change of a table."
        " Disable that event trigger, then try again."
    )


def known(connection: psycopg.Connection[Any]) -> Status:
    """Where the database stands, unless that is beyond this program."""
    installed = _installed(connection)
    if installed.revision is not None and installed.revision > HEAD:
        raise errors.Refused("The database is at a newer version than this program. Update frontdesk.")
    return installed


# A table of that name that somebody else owns is another program's.
REVISION = """
select v.version_num from public.alembic_version v
 where (select c.relowner from pg_class c where c.oid = v.tableoid) = to_regrole('frontdesk_owner')
"""


def _installed(connection: psycopg.Connection[Any]) -> Status:
    """The digest is a comment, which everybody may read; the revision is told to staff by a function.

    Without the policies of staff, which a desk's login can drop, nothing counts as installed.
    """
    digest = _value(
        connection,
        "select obj_description(to_regnamespace('app'), 'pg_namespace')"
        " where exists (select from pg_policy p where to_regrole('frontdesk_staff') = any (p.polroles))",
    )
    try:
        revision = _value(connection, REVISION)
        return Status(revision, digest, _is_begun(connection) and (revision or "") < CONTRACTED)
    except psycopg.errors.UndefinedTable:
        return Status(None, digest)
    except psycopg.errors.InsufficientPrivilege:
        pass
    try:
        with connection.transaction():
            connection.execute("set local role frontdesk_staff")
            return Status(_value(connection, "select revision from app.version()"), digest)
    except (psycopg.errors.InvalidSchemaName, psycopg.errors.UndefinedFunction):
        return Status(None, digest)


def _is_begun(connection: psycopg.Connection[Any]) -> bool:
    """Whether an old gym is, was or will again be taken over."""
    return _value(connection, "select nspname from pg_namespace where nspname = 'takeover'") is not None


def _value(connection: psycopg.Connection[Any], statement: LiteralString) -> str | None:
    found = connection.execute(statement).fetchone()
    return None if found is None else found[0]


def as_tables_owner(
    connection: psycopg.Connection[Any], step: Callable[[psycopg.Connection[Any]], object]
) -> None:
    """Run a step in one transaction as the tables' owner, who never reads half a table."""

    def owned() -> None:
        connection.execute("set local role frontdesk_owner")
        connection.execute("set local row_security = off")
        step(connection)

    _patiently(connection, owned)


def _patiently(connection: psycopg.Connection[Any], step: Callable[[], object]) -> None:
    """Run a step that needs tables for itself in a transaction of its own, again while others hold them.

    Whoever waits for a table makes all others wait behind: so never for long.
    """
    for pause in (*PAUSES_S, None):
        try:
            with connection.transaction():
                connection.execute(f"set local lock_timeout = '{LOCK_TIMEOUT_S}s'")
                step()
            return
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            if pause is None:
                raise
            time.sleep(pause)


def _uninstall(connection: psycopg.Connection[Any]) -> None:
    installation.remove(connection)
    connection.execute("drop schema if exists app")


def alembic(admin: str, direction: Literal["upgrade", "downgrade", "stamp"], revision: str, say: Say) -> None:
    """Run the revisions to that one, a transaction each, or only say that the database is at it."""
    from alembic import command
    from sqlalchemy.exc import DBAPIError

    say(f"Running the revisions to {revision}.")
    try:
        with _engine(admin).connect() as connection:
            config = _config()
            config.attributes["connection"] = connection
            getattr(command, direction)(config, revision)
            # So that the login can ask for the status without lending itself anything.
            connection.exec_driver_sql("grant select on public.alembic_version to session_user")
            connection.commit()
    except DBAPIError as error:
        raise error.orig or error from None


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    return config
