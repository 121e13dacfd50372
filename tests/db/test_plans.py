"""On twenty thousand bookings, what the desk does most uses its indexes, under row-level security too."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from gym import Gym

from db.records import BookingRequest
from db.repositories import bookings, needs, people, rosters, sessions

Superuser = psycopg.Connection[Any]

GROW = """
set session_replication_role = replica;
insert into clients (organization_id, name)
  select o, 'Runner ' || n from generate_series(1, 2000) n, unnest(%(os)s::uuid[]) o;
insert into class_sessions (organization_id, program_id, starts_at, ends_at, capacity, booked_count)
  select p.organization_id, p.id, now() + n * interval '1 hour',
         now() + n * interval '1 hour' + interval '45 min', 30, 20
    from generate_series(-250, 249) n join (
      select distinct on (organization_id) organization_id, id from programs where not open_gym
       order by organization_id, id) p on true;
insert into bookings (organization_id, class_session_id, client_id, price, currency)
  select s.organization_id, s.id, c.id, 0, 'GBP'
    from (select *, row_number() over (partition by organization_id order by starts_at) as n
            from class_sessions) s
    join (select *, row_number() over (partition by organization_id order by id) as n from clients) c
      on c.organization_id = s.organization_id and (c.n + s.n * 7) % 100 = 0
  on conflict do nothing;
set session_replication_role = origin;
analyze;
"""

COUNTS = """
    select relname, seq_scan, seq_tup_read + coalesce(idx_tup_fetch, 0) as read from pg_stat_user_tables
     where relname in ('bookings', 'clients', 'leads', 'class_sessions', 'search_documents')
     order by relname"""


@pytest.fixture
def large(superuser: Superuser, gym: Gym) -> Iterator[Gym]:
    organizations = list(gym.organizations.values())
    for part in GROW.split(";\n"):
        if part.strip():
            superuser.execute(part, {"os": organizations} if "%(os)s" in part else None)
    row = superuser.execute("select count(*) from bookings").fetchone()
    assert row is not None and row[0] > 20_000
    yield gym


def read(superuser: Superuser) -> dict[str, tuple[int, int]]:
    superuser.execute("select pg_stat_force_next_flush()")
    superuser.execute("select pg_stat_clear_snapshot()")
    return {name: (scans, rows) for name, scans, rows in superuser.execute(COUNTS).fetchall()}


def settled(superuser: Superuser, gym: Gym) -> dict[str, tuple[int, int]]:
    """The counters once the desk's connections have reported theirs: they do when they end."""
    assert gym.database is not None
    gym.database.close()
    time.sleep(0.2)
    return read(superuser)


def test_few_rows_are_read(large: Gym, superuser: Superuser) -> None:
    gym, signed_in = large, large.signed_in()
    runner = superuser.execute(
        "select id from clients where organization_id = %s and name = 'Runner 77'",
        (gym.organizations["harbour"],),
    ).fetchone()
    assert runner is not None
    asked = BookingRequest(uuid.uuid4(), gym.sessions["spin"], "client", runner[0], pay="cash")
    for action in (
        lambda: bookings.book(signed_in, asked, dry=True),
        lambda: bookings.book(signed_in, asked),
        lambda: bookings.take_back(signed_in, asked.id),
        lambda: rosters.of(signed_in, gym.sessions["spin"]),
        lambda: sessions.on(signed_in),
        lambda: people.find(signed_in, "runner 7", gym.sessions["spin"]),
        lambda: people.find(signed_in, "", gym.sessions["spin"]),
        lambda: people.details(signed_in, "client", runner[0]),
        lambda: needs.today(signed_in),
    ):
        action()  # what only the first call reads
        before = settled(superuser, gym)
        action()
        after = settled(superuser, gym)
        for table, (_, rows) in after.items():
            assert rows - before[table][1] < 3000, (table, before, after)
        assert after["bookings"][0] == before["bookings"][0], "a scan of every booking"


def test_a_plain_look_uses_the_index(large: Gym, app_psql: psycopg.Connection[Any]) -> None:
    app_psql.execute("begin")
    app_psql.execute(
        "select set_config('role', 'frontdesk_staff', true), set_config('app.token', %s, true),"
        " set_config('app.organization', %s, true)",
        (large.token("ana"), str(large.organizations["harbour"])),
    )
    at = large.organizations["harbour"]
    for query, index in (
        ("select * from bookings where organization_id = %s and class_session_id = %s", "bookings_session"),
        ("select * from bookings where organization_id = %s and client_id = %s", "bookings_client"),
        ("select * from bookings where organization_id = %s and id = %s", "bookings_pkey"),
        ("select * from clients where organization_id = %s and id = %s", "clients_pkey"),
    ):
        plan = "\n".join(
            row[0] for row in app_psql.execute(f"explain {query}", (at, uuid.uuid4())).fetchall()
        )
        assert index in plan, plan
    app_psql.execute("rollback")
