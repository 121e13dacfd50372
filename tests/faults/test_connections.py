"""A connection lost at any moment: nothing doubled, nothing lost, nothing left open, nothing told."""

from __future__ import annotations

import threading
import time
import traceback
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from gym import Gym
from journeys.wire import Wire

from db import errors
from db.records import BookingRequest
from db.repositories import bookings, people, rosters, sessions
from db.transaction import CONNECTIONS, Database, Statement, do

Superuser = psycopg.Connection[Any]


@dataclass(frozen=True)
class One:
    one: int


def slow(seconds: float) -> Statement[One]:
    return Statement("select 1 as one from pg_sleep(%s)", (seconds,), One)


FINE: Statement[One] = Statement("select 1 as one", (), One)


@pytest.fixture
def wired(wire: Wire, gym: Gym) -> Iterator[Gym]:
    """The gym behind the wire, which mends as soon as somebody asks for the server."""

    def revive() -> None:
        time.sleep(0.2)  # the wire is cut by another thread, which may still be at it
        wire.mend()

    database = Database(wire.conninfo, revive)
    yield gym.on(database)
    database.close()


def asked(gym: Gym, session: str = "spin", lead: str = "olsen", **more: Any) -> BookingRequest:
    return BookingRequest(uuid.uuid4(), gym.sessions[session], "lead", gym.leads[lead], pay="cash", **more)


def kept(superuser: Superuser, booking: uuid.UUID) -> tuple[Any, ...] | None:
    return superuser.execute(
        "select (select count(*) from bookings where id = %(id)s),"
        " (select count(*) from payments where booking_id = %(id)s)",
        {"id": booking},
    ).fetchone()


def open_transactions(superuser: Superuser) -> int:
    row = superuser.execute(
        "select count(*) from pg_stat_activity where usename = 'frontdesk_app' and state <> 'idle'"
        " and datname = current_database()"
    ).fetchone()
    assert row is not None
    return int(row[0])


def terminate(superuser: Superuser) -> None:
    superuser.execute(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
        " where usename = 'frontdesk_app' and datname = current_database()"
    )


def test_the_answer_to_the_commit_is_lost(wired: Gym, wire: Wire, superuser: Superuser) -> None:
    """The desk asks again with the same id, by itself, and gets the booking that stands."""
    request = asked(wired)
    people.find(wired.signed_in(), "sam")
    wire.lose_next_answer()
    answer = bookings.book(wired.signed_in(), request)
    assert (answer.outcome, answer.booking_id, answer.booking_status) == ("exists", request.id, "confirmed")
    assert kept(superuser, request.id) == (1, 1)
    wire.lose_next_answer()
    assert bookings.take_back(wired.signed_in(), request.id).outcome == "taken_back"
    assert kept(superuser, request.id) == (1, 2)


def test_cut_for_good(wire: Wire, gym: Gym, superuser: Superuser) -> None:
    database = Database(wire.conninfo)
    signed_in, request = gym.on(database).signed_in(), asked(gym)
    people.find(signed_in, "sam")
    wire.lose_next_answer()
    with pytest.raises(errors.NoDatabase) as lost:
        bookings.book(signed_in, request)
    assert (lost.value.sentence, lost.value.exit_code) == (errors.LOST, 3)
    wire.mend()
    assert bookings.book(signed_in, request).outcome == "exists"
    assert kept(superuser, request.id) == (1, 1)
    database.close()


def test_terminated_between_and_within(gym: Gym, superuser: Superuser) -> None:
    signed_in = gym.signed_in()
    for _ in range(2):
        assert len(people.find(signed_in, "sam")) == 3
        terminate(superuser)
    request = asked(gym)
    assert bookings.book(signed_in, request).outcome == "booked"
    # In the middle of a statement: tried again once, and lost when that is ended too.
    found: list[object] = []

    def sleep() -> None:
        try:
            found.append(signed_in.run(slow(3)))
        except errors.DeskError as error:
            found.append(error)

    sleeping = threading.Thread(target=sleep)
    sleeping.start()
    ended = 0
    while sleeping.is_alive() and ended < 2:
        row = superuser.execute(
            "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity"
            " where datname = current_database() and state = 'active' and query like '%pg_sleep%'"
            " and usename = 'frontdesk_app' and now() - query_start > interval '200 ms'"
        ).fetchone()
        ended += row[0] if row else 0
    sleeping.join(20)
    assert ended == 2 and isinstance(found[0], errors.NoDatabase)
    assert signed_in.run(FINE) == [[One(1)]]
    assert kept(superuser, request.id) == (1, 1)


def test_every_error_leaves_the_connection_usable(gym: Gym, superuser: Superuser) -> None:
    signed_in = gym.signed_in()
    statements: list[tuple[str, tuple[object, ...], type[errors.DeskError]]] = [
        ("select 1 / %s as one", (0,), errors.BadInput),
        ("select nothing as one", (), errors.BeingUpgraded),
        ("this is no SQL", (), errors.Fault),
        ("select app.move_seats(%s, %s, 1, 0)", (uuid.uuid4(), uuid.uuid4()), errors.NotPermitted),
        ("delete from public.bookings", (), errors.NotPermitted),
        ("select %s::uuid as one", ("x",), errors.BadInput),
        ("select %s::text as one", ("a\0b",), errors.BadInput),
        ("select %s::text as one", ("half \ud83d",), errors.BadInput),
        ("select 1 as another", (), TypeError),  # type: ignore[list-item]
    ]
    for sql, values, expected in statements:
        for place in range(3):
            asked_for = [FINE, FINE]
            asked_for.insert(place, Statement(sql, values, One))
            with pytest.raises(expected):
                signed_in.run(*asked_for)
            assert signed_in.run(FINE, FINE) == [[One(1)], [One(1)]]
    assert open_transactions(superuser) == 0


def test_an_error_at_commit(gym: Gym, superuser: Superuser) -> None:
    """A constraint that is looked at last of all refuses the whole, and the next call works."""
    superuser.execute(
        "create function public.late() returns trigger language plpgsql as"
        " $$ begin raise check_violation using constraint = 'class_sessions_seats'; end $$"
    )
    superuser.execute(
        "create constraint trigger late after insert on bookings deferrable initially deferred"
        " for each row execute function public.late()"
    )
    signed_in, request = gym.signed_in(), asked(gym)
    with pytest.raises(errors.Refused) as refused:
        bookings.book(signed_in, request)
    assert refused.value.rule == "class_sessions_seats"
    assert kept(superuser, request.id) == (0, 0)
    assert bookings.book(signed_in, request, dry=True).outcome == "booked"
    superuser.execute("drop trigger late on bookings")
    assert bookings.book(signed_in, request).outcome == "booked"
    assert open_transactions(superuser) == 0


def test_what_takes_too_long_is_given_up_once(
    gym: Gym, monkeypatch: pytest.MonkeyPatch, superuser: Superuser
) -> None:
    monkeypatch.setattr("db.transaction.STATEMENT_TIMEOUT_MS", 200)
    calls = []
    attempt = Database._attempt

    def counted(self: Database, *given: Any) -> Any:
        calls.append(1)
        return attempt(self, *given)

    monkeypatch.setattr(Database, "_attempt", counted)
    with pytest.raises(errors.NoDatabase, match="too long"):
        gym.signed_in().run(slow(5))
    assert calls == [1]
    assert gym.signed_in().run(FINE) == [[One(1)]]
    assert open_transactions(superuser) == 0


def test_a_try_is_repeated_once_and_a_sign_in_never(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def lost(*given: object) -> None:
        calls.append(1)
        raise psycopg.OperationalError("gone: token-of-ana")

    monkeypatch.setattr("db.transaction._pipeline", lost)
    assert gym.database is not None
    with pytest.raises(errors.NoDatabase):
        gym.signed_in().run(FINE)
    assert len(calls) == 2
    with pytest.raises(errors.NoDatabase):
        gym.database.run(None, FINE, once=True)
    assert len(calls) == 3


def test_a_dry_run_leaves_nothing(gym: Gym, superuser: Superuser) -> None:
    before = [
        superuser.execute(f"select count(*) from {table}").fetchone()
        for table in ("bookings", "payments", "audit_log")
    ]
    request = asked(gym)
    assert bookings.book(gym.signed_in(), request, dry=True).outcome == "booked"
    after = [
        superuser.execute(f"select count(*) from {table}").fetchone()
        for table in ("bookings", "payments", "audit_log")
    ]
    assert after == before and kept(superuser, request.id) == (0, 0)
    assert open_transactions(superuser) == 0


def test_three_connections_for_many_threads(gym: Gym, superuser: Superuser) -> None:
    signed_in = gym.signed_in()
    most: list[int] = []

    def look(number: int) -> int:
        if number % 40 == 3:
            with pytest.raises(errors.BadInput):
                signed_in.run(Statement("select 1 / 0 as one", (), One))
        if number % 60 == 7:
            terminate(superuser)
        if number % 10 == 0:
            row = superuser.execute(
                "select count(*) from pg_stat_activity"
                " where usename = 'frontdesk_app' and datname = current_database()"
            ).fetchone()
            most.append(row[0] if row else 0)
        return len(sessions.on(signed_in)) + len(rosters.of(signed_in, gym.sessions["full"]))

    with ThreadPoolExecutor(12) as pool:
        found = set(pool.map(look, range(60)))
    assert found == {7}
    assert max(most) <= CONNECTIONS
    assert gym.database is not None and len(gym.database._idle) <= CONNECTIONS
    assert open_transactions(superuser) == 0


def test_close_while_others_work(gym: Gym) -> None:
    assert gym.database is not None
    signed_in = gym.signed_in()
    with ThreadPoolExecutor(6) as pool:
        work = [pool.submit(signed_in.run, FINE) for _ in range(60)]
        for _ in range(20):
            gym.database.close()
        assert all(each.result() == [[One(1)]] for each in work)


@pytest.mark.parametrize(
    "statement",
    [
        Statement("select %s::int as one", ("Sam Secret Olsen",), One),
        Statement("insert into public.tasks (kind) values (%s)", ("Sam Secret Olsen",), One),
        do("login_challenge", "Sam Secret Olsen\0"),
        do("no_such_function", "Sam Secret Olsen"),
    ],
)
def test_no_value_is_told(gym: Gym, statement: Statement[Any]) -> None:
    """Neither in the sentence, nor in the chain of errors behind it as it is printed."""
    with pytest.raises(errors.DeskError) as told:
        gym.signed_in().run(statement)
    error = told.value
    assert error.__cause__ is None and error.__suppress_context__
    printed = "".join(traceback.format_exception(error))
    for secret in ("Secret", gym.token("ana")):
        assert secret not in str(error) and secret not in repr(error) and secret not in printed


def test_the_logins_own_settings_change_nothing(cluster: Any, database_name: str, gym: Gym) -> None:
    """Whoever has the login can change its defaults: what matters is said in each transaction."""
    options = "-c default_transaction_read_only=on -c default_transaction_isolation=serializable"
    options += " -c default_transaction_deferrable=on -c search_path=pg_temp -c timezone=Asia/Tokyo"
    conninfo = psycopg.conninfo.make_conninfo(
        cluster.conninfo("frontdesk_app", database_name), options=options
    )
    database = Database(conninfo)
    assert bookings.book(gym.on(database).signed_in(), asked(gym)).outcome == "booked"
    database.close()
