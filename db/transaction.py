"""The signed-in transaction: role, token, organization and statements, sent and answered in one round trip.

Nothing a desk says about itself is believed: the token is looked up by the policies of the database. It
travels as a bound parameter, since the text of a statement is shown to every connection of the same login.
"""

from __future__ import annotations

import contextlib
import logging
import select
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import Any, Generic, LiteralString, TypeVar
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from db import errors

logging.getLogger("psycopg").setLevel(logging.CRITICAL)  # 'error ignored terminating Pipeline'

Record = TypeVar("Record")
Outcome = TypeVar("Outcome")

CONNECTIONS = 3
STATEMENT_TIMEOUT_MS = 10_000
# Nobody waits at the counter for a talk.
TALK_TIMEOUT_MS = 60_000
# A refusal is said at once, whether or not it could be counted.
NOTE_TIMEOUT_MS = 1_000
CONNECT_TIMEOUT_S = 5
HUNG_UP = getattr(select, "POLLRDHUP", 0) | select.POLLHUP
UNREADABLE = "That cannot be read. Check what was typed."

# What refuses and is no rule's word: a reference to nothing, a policy or a right, a row not to be seen.
COUNTED = {"23503", "42501", "P0002"}
NOT_SEEN = "P0002"

# Said in full, whatever the login's own settings are.
BEGIN = "begin isolation level read committed read write"
SIGN = (
    "select set_config('role', 'frontdesk_staff', true), set_config('app.token', %s, true),"
    " set_config('app.organization', %s, true), set_config('app.command', %s, true),"
    " set_config('statement_timeout', %s, true)"
)


@dataclass(frozen=True, slots=True)
class Statement(Generic[Record]):
    """One statement and the record that each of its rows becomes; `name` is the function that it calls."""

    sql: str
    params: Any
    record: type[Record]
    name: str = "sql"


def call(record: type[Record], function: str, *arguments: object) -> Statement[Record]:
    """A call of a function of the schema `app`, whose columns are the fields of `record`."""
    marks = ", ".join(["%s"] * len(arguments))
    return Statement(f"select * from app.{function}({marks})", arguments, record, function)  # noqa: S608


@dataclass(frozen=True, slots=True)
class Done:
    """The row of a function that returns nothing."""

    done: bool


def do(function: str, *arguments: object) -> Statement[Done]:
    """A call of a function of the schema `app` that returns nothing."""
    marks = ", ".join(["%s"] * len(arguments))
    return Statement(f"select true as done from app.{function}({marks})", arguments, Done, function)  # noqa: S608


# Statements that are made one after the other: each yield gives the records of the one asked.
Talk = Generator[Statement[Any], list[Any], Outcome]


@dataclass(slots=True)
class _Asked:
    """Who asks in a transaction, and which statement failed; in a dry run that was only tried."""

    signing: SignedIn | None
    dry: bool
    failed: str = "sql"


class Database:
    """Up to three connections to one database, opened when first needed.

    `revive` is called before the second try at a connection that could not be made: the bundled server's
    way to start again.
    """

    def __init__(self, conninfo: str, revive: Callable[[], object] | None = None) -> None:
        self._conninfo = conninfo
        self._revive = revive
        self._idle: list[psycopg.Connection[Any]] = []
        self._places = threading.Semaphore(CONNECTIONS)

    def run(
        self, signing: SignedIn | None, *statements: Statement[Any], dry: bool = False, once: bool = False
    ) -> list[list[Any]]:
        """Run the statements in one transaction, signed; a list of records for each.

        A dry run rolls back. When the connection is lost, or a deadlock was ended by giving this one up,
        the whole is tried once more, unless `once`: so what is sent must bear being run twice. Raises a
        `DeskError`.
        """
        asked = _Asked(signing, dry)
        return self._try(
            lambda connection: _pipeline(connection, asked, statements, STATEMENT_TIMEOUT_MS), asked, once
        )

    def talk(self, signing: SignedIn, talk: Callable[[], Talk[Outcome]], dry: bool = False) -> Outcome:
        """Run in one transaction what is asked one after the other, each with the answers before it.

        Each statement is a round trip. When the connection is lost the whole talk is begun once more.
        """
        asked = _Asked(signing, dry)
        return self._try(lambda connection: _converse(connection, asked, talk()), asked, False)

    def note_refusal(self, signing: SignedIn, sqlstate: str, rule: str | None, statement: str) -> None:
        """Count what the desk was refused, for `frontdesk doctor`; not in its way, so it raises nothing."""
        with self._places:
            self._note(_Asked(signing, False), sqlstate, rule, statement)

    def hung_up(self) -> bool:
        """Whether the server ended a connection that is idle; nothing is sent, and nothing waits."""
        return any(_hung_up(connection) for connection in tuple(self._idle))

    def close(self) -> None:
        """Close the idle connections."""
        while connection := self._take():
            connection.close()

    def _try(self, work: Callable[[psycopg.Connection[Any]], Outcome], asked: _Asked, once: bool) -> Outcome:
        with self._places:
            try:
                return self._attempt(work)
            except (psycopg.Error, UnicodeError) as error:
                if once or not _passes(error):
                    raise self._refused(error, asked) from None
            try:
                return self._attempt(work)
            except (psycopg.Error, UnicodeError) as error:
                raise self._refused(error, asked) from None

    def _refused(self, error: psycopg.Error | UnicodeError, asked: _Asked) -> errors.DeskError:
        """The error for the desk, counted where it is of those that somebody should hear of."""
        if isinstance(error, psycopg.Error) and error.sqlstate in COUNTED and asked.signing and not asked.dry:
            self._note(asked, error.sqlstate, error.diag.constraint_name, asked.failed)
        return _translated(error)

    def _note(self, asked: _Asked, sqlstate: str, rule: str | None, statement: str) -> None:
        note = do("note_refusal", sqlstate, rule, statement)
        with contextlib.suppress(psycopg.Error, UnicodeError):
            self._attempt(lambda connection: _pipeline(connection, asked, (note,), NOTE_TIMEOUT_MS))

    def _attempt(self, work: Callable[[psycopg.Connection[Any]], Outcome]) -> Outcome:
        connection = self._take() or self._connect()
        try:
            outcome = work(connection)
        except psycopg.Error:
            self._mend(connection)
            raise
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        return outcome

    def _take(self) -> psycopg.Connection[Any] | None:
        """An idle connection; another thread may take the last one at any time."""
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _connect(self) -> psycopg.Connection[Any]:
        try:
            return self._open()
        except psycopg.OperationalError:
            if self._revive is None:
                raise
        self._revive()
        return self._open()

    def _open(self) -> psycopg.Connection[Any]:
        connection = psycopg.connect(
            self._conninfo,
            autocommit=True,
            prepare_threshold=None,
            connect_timeout=CONNECT_TIMEOUT_S,
            application_name="frontdesk",
            # A server that went away without a word is missed after half a minute, and not after two hours.
            keepalives_idle=10,
            keepalives_interval=5,
            keepalives_count=4,
            tcp_user_timeout=30_000,
        )
        # Another style of days, which a server or a database may have, is not read here.
        if not (connection.info.parameter_status("DateStyle") or "").startswith("ISO"):
            connection.execute("set datestyle = 'ISO'")
        return connection

    def _mend(self, connection: psycopg.Connection[Any]) -> None:
        try:
            connection.rollback()
        except psycopg.Error:
            connection.close()
            # A restarted server killed the other idle ones too.
            self.close()
        else:
            self._idle.append(connection)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A token on a database, and the organization it works in; what every repository asks for first."""

    database: Database
    token: str
    organization_id: UUID | None = None
    command: str = "desk"

    def at(self, organization_id: UUID) -> SignedIn:
        """The same token, working in that organization."""
        return replace(self, organization_id=organization_id)

    def run(self, *statements: Statement[Any], dry: bool = False) -> list[list[Any]]:
        """Run the statements as this user, see `Database.run`."""
        return self.database.run(self, *statements, dry=dry)

    def talk(self, talk: Callable[[], Talk[Outcome]], dry: bool = False) -> Outcome:
        """Run what is asked one after the other as this user, see `Database.talk`."""
        return self.database.talk(self, talk, dry)

    def all(self, statement: Statement[Record], dry: bool = False) -> list[Record]:
        """The records of one statement."""
        records: list[Record] = self.run(statement, dry=dry)[0]
        return records

    def one(self, statement: Statement[Record], dry: bool = False) -> Record:
        """The one record of a statement; `NotFound` without any."""
        records = self.all(statement, dry)
        if not records:
            if not dry:
                self.database.note_refusal(self, NOT_SEEN, None, statement.name)
            raise errors.NotFound(errors.NOT_FOUND)
        return records[0]


def _hung_up(connection: psycopg.Connection[Any]) -> bool:
    """Whether word of its end has arrived; nothing is read, since another thread may use it by now."""
    poll = select.poll()
    try:
        poll.register(connection.fileno(), HUNG_UP)
        return bool(poll.poll(0))
    except (psycopg.Error, OSError, ValueError):
        return False  # closed here


def _passes(error: psycopg.Error | UnicodeError) -> bool:
    """Whether the same may well succeed now: a lost connection or a deadlock, but not what took too long."""
    return isinstance(error, psycopg.OperationalError) and error.sqlstate != "57014"


def _translated(error: psycopg.Error | UnicodeError) -> errors.DeskError:
    """As `errors.translate`; a text that cannot even be sent (a NUL, half a letter) is bad input."""
    if isinstance(error, UnicodeError) or (isinstance(error, psycopg.DataError) and not error.sqlstate):
        return errors.BadInput(UNREADABLE)
    return errors.translate(error)


def _pipeline(
    connection: psycopg.Connection[Any],
    asked: _Asked,
    statements: tuple[Statement[Any], ...],
    timeout_ms: int,
) -> list[list[Any]]:
    """Send everything, then read: one round trip. BEGIN and the end are explicit, see docs/developers.md."""
    cursors: list[psycopg.Cursor[Any]] = []
    try:
        with connection.pipeline():
            _begin(connection, asked.signing, timeout_ms)
            for statement in statements:
                cursors.append(_execute(connection, statement))
            connection.execute(_end(asked.dry))
    except psycopg.Error:
        # The first without a result is the one that was refused; those after it were not run.
        answered = sum(cursor.statusmessage is not None for cursor in cursors)
        asked.failed = next((statement.name for statement in statements[answered:]), asked.failed)
        raise
    return [cursor.fetchall() for cursor in cursors]


def _converse(connection: psycopg.Connection[Any], asked: _Asked, talk: Talk[Outcome]) -> Outcome:
    """Send each statement of the talk and give it the answer."""
    _begin(connection, asked.signing, TALK_TIMEOUT_MS)
    try:
        statement = next(talk)
        while True:
            asked.failed = statement.name
            statement = talk.send(_execute(connection, statement).fetchall())
    except StopIteration as ended:
        connection.execute(_end(asked.dry))
        outcome: Outcome = ended.value
        return outcome


def _begin(connection: psycopg.Connection[Any], signing: SignedIn | None, timeout_ms: int) -> None:
    token = signing.token if signing else ""
    organization = str(signing.organization_id or "") if signing else ""
    command = signing.command if signing else "sign-in"
    connection.execute(BEGIN)
    connection.execute(SIGN, (token, organization, command, str(timeout_ms)))


def _execute(connection: psycopg.Connection[Any], statement: Statement[Record]) -> psycopg.Cursor[Record]:
    cursor = connection.cursor(row_factory=class_row(statement.record))
    return cursor.execute(statement.sql, statement.params)


def _end(dry: bool) -> LiteralString:
    return "rollback" if dry else "commit"
