"""The old application at work, in the old shape only: what it says, how long that takes, what fails.

It retries nothing and knows nothing of a take-over but the search path of its login.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg

PAUSE_S = 0.05
"""What a connection rests between two pieces of work, on the average."""

HOLD_S = 0.3
"""For so long a report holds ACCESS SHARE on the tables that it reads."""

MEANS = {"confirmed": "confirmed", "canceled": "cancelled", "completed": "attended", "no-show": "no_show"}
"""What it writes -> what that is in the new tables."""

ROSTER = """
select b.*, l.name, l.phone, s.name as class, s.start_time, s.max_capacity, s.current_bookings
  from bookings b join leads l on l.id = b.customer_id join class_sessions s on s.id = b.class_session_id
 where b.class_session_id = %s order by l.name
"""


@dataclass(frozen=True, slots=True)
class Statement:
    """One that was sent: when, for how long it kept its sender, and why it failed if it did."""

    what: str
    began: float
    seconds: float
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Gym:
    """Whom a connection books into what: leads of one organization each, and its sessions."""

    organization_id: UUID
    leads: Sequence[UUID]
    sessions: Sequence[UUID]


@dataclass(slots=True)
class Written:
    """What must be there in the end, in the new tables' words: bookings' status and leads' phone by id."""

    bookings: dict[UUID, str] = field(default_factory=dict)
    phones: dict[UUID, str] = field(default_factory=dict)


class Worker(threading.Thread):
    """One connection of the old application, until it is told to stop."""

    def __init__(self, conninfo: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._conninfo = conninfo
        self.stop = stop
        self.statements: list[Statement] = []

    def run(self) -> None:
        """Work; a failed statement is noted, and its work left."""
        with psycopg.connect(self._conninfo, autocommit=True) as connection:
            self.connection = connection
            while not self.stop.is_set():
                try:
                    self.work()
                except psycopg.Error:
                    connection.rollback()

    def work(self) -> None:
        """One piece of work."""
        raise NotImplementedError

    def say(self, what: str, statement: str, *values: object) -> psycopg.Cursor[tuple[Any, ...]]:
        """Send a statement, and note how long that took."""
        began = time.monotonic()
        failed = None
        try:
            return self.connection.execute(statement.encode(), values or None)
        except psycopg.Error as error:
            failed = f"{error.sqlstate} {error}".strip()
            raise
        finally:
            self.statements.append(Statement(what, began, time.monotonic() - began, failed))


class Clerk(Worker):
    """Books, ends bookings, changes people and counters and reads rosters, each in its turn."""

    def __init__(
        self, conninfo: str, stop: threading.Event, gyms: Sequence[Gym], booked: set[Any], seed: int
    ):
        super().__init__(conninfo, stop)
        self.written = Written()
        self._random = Random(seed)
        self._gyms = gyms
        self._booked = booked
        self._live: list[UUID] = []
        self._turns = cycle(
            (
                *(self._book, self._roster, self._phone, self._book, self._roster, self._end, self._count),
                *(self._walk_in, self._roster),
            )
        )

    def work(self) -> None:
        """The next piece of work, then a rest."""
        next(self._turns)()
        self.stop.wait(self._random.uniform(0, 2 * PAUSE_S))

    def _book(self) -> None:
        gym = self._random.choice(self._gyms)
        while True:
            pair = self._random.choice(gym.leads), self._random.choice(gym.sessions)
            if pair not in self._booked:
                break
        self._booked.add(pair)
        self._insert(*pair)

    def _insert(self, lead: UUID, session: UUID) -> None:
        booking = uuid4()
        self.say(
            "book",
            "insert into bookings (id, customer_id, class_session_id, booking_status, payment_status)"
            " values (%s, %s, %s, 'confirmed', 'pending')",
            *(booking, lead, session),
        )
        self.written.bookings[booking] = MEANS["confirmed"]
        self._live.append(booking)

    def _walk_in(self) -> None:
        """A new lead and their booking, all or nothing."""
        gym = self._random.choice(self._gyms)
        lead, phone = uuid4(), self._new_phone()
        self.say("begin", "begin")
        self.say(
            "add a lead",
            "insert into leads (id, organization_id, name, email, phone, source)"
            " values (%s, %s, 'Walk In', %s, %s, 'walk_in')",
            *(lead, gym.organization_id, f"{lead}@example.com", phone),
        )
        self._insert(lead, self._random.choice(gym.sessions))
        self.say("commit", "commit")
        self.written.phones[lead] = phone

    def _end(self) -> None:
        """Somebody cancels, came, or did not."""
        if not self._live:
            return
        booking = self._live.pop(self._random.randrange(len(self._live)))
        status, column = self._random.choice(
            (("canceled", "cancelled_at"), ("completed", "attended_at"), ("no-show", "updated_at"))
        )
        self.say(
            "end a booking",
            f"update bookings set booking_status = %s, {column} = now() where id = %s",
            *(status, booking),
        )
        self.written.bookings[booking] = MEANS[status]

    def _phone(self) -> None:
        lead, phone = self._random.choice(self._random.choice(self._gyms).leads), self._new_phone()
        self.say(
            "change a lead", "update leads set phone = %s, updated_at = now() where id = %s", phone, lead
        )
        self.written.phones[lead] = phone

    def _new_phone(self) -> str:
        return f"+447{self._random.randrange(10**9):09}"

    def _count(self) -> None:
        self.say(
            "change a counter",
            "update class_sessions set current_bookings = current_bookings + %s where id = %s",
            *(self._random.choice((-1, 1)), self._session()),
        )

    def _roster(self) -> None:
        self.say("read a roster", ROSTER, self._session()).fetchall()

    def _session(self) -> UUID:
        return self._random.choice(self._random.choice(self._gyms).sessions)


class Reporter(Worker):
    """Holds ACCESS SHARE on what it reads, in a transaction that is open for long, again and again."""

    def work(self) -> None:
        """One report, then a rest."""
        self.say("begin", "begin")
        for name in ("bookings", "leads", "class_sessions", "clients"):
            self.say("report", f"select from {name} limit 1")
        self.stop.wait(HOLD_S)
        self.say("commit", "commit")
        self.stop.wait(HOLD_S / 2)


@contextmanager
def at_work(conninfo: str, connections: int) -> Iterator[Callable[[], tuple[list[Statement], Written]]]:
    """Let it work on so many connections and report on one; the function stops it and says what it did."""
    stop = threading.Event()
    clerks = [
        Clerk(conninfo, stop, gyms, booked, seed)
        for seed, (gyms, booked) in enumerate(_shares(conninfo, connections))
    ]
    workers: list[Worker] = [*clerks, Reporter(conninfo, stop)]
    for worker in workers:
        worker.start()

    def done() -> tuple[list[Statement], Written]:
        stop.set()
        for worker in workers:
            worker.join(30)
            assert not worker.is_alive(), "a statement of the old application never ended"
        written = Written()
        for clerk in clerks:
            written.bookings |= clerk.written.bookings
            written.phones |= clerk.written.phones
        return [each for worker in workers for each in worker.statements], written

    try:
        yield done
    finally:
        stop.set()


def _shares(conninfo: str, connections: int) -> list[tuple[list[Gym], set[tuple[UUID, UUID]]]]:
    """Each connection has leads of its own, so that none books somebody whom another books just now."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        people = connection.execute("select organization_id, id from leads order by id").fetchall()
        classes = connection.execute("select organization_id, id from class_sessions order by id").fetchall()
        booked = set(
            connection.execute("select distinct customer_id, class_session_id from bookings").fetchall()
        )
    organizations = sorted({organization for organization, _ in people})
    return [
        (
            [
                Gym(
                    each,
                    [lead for organization, lead in people[share::connections] if organization == each],
                    [session for organization, session in classes if organization == each],
                )
                for each in organizations
            ],
            booked,
        )
        for share in range(connections)
    ]
