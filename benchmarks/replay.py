"""A copy of the demo's database that goes through its last week once more, from booking to booking.

At each moment there is in it only what was known then: bookings not recorded yet do not exist, who came later
has not come, who was added later is not found; the columns derived from these follow, and the functions'
clock stands at the moment. It leaves the database it was copied from as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import class_row

from benchmarks.ground import Ground
from db import demo
from db.records import Kind
from db.transaction import SignedIn

WEEK = timedelta(days=7)

# What was, beside the tables that are put back to it, and the status that a booking had at a moment: whoever
# waits in the end always waited, whoever was promoted counts as booked from the start (when is not kept).
PREPARE = """
create table letters_clock (at timestamptz);
insert into letters_clock values (now());
grant select on letters_clock to public;
create table letters_bookings as
  select b.*, s.handed_in_at, s.ends_at from bookings b
    join class_sessions s on s.organization_id = b.organization_id and s.id = b.class_session_id;
create index on letters_bookings (recorded_at);
create index on letters_bookings (arrived_at);
create index on letters_bookings (cancelled_at);
create index on letters_bookings (organization_id, class_session_id);
create table letters_people as
  select d.*, coalesce(l.created_at, c.created_at) as created_at from search_documents d
    left join leads l on l.organization_id = d.organization_id and l.id = d.person_id
    left join clients c on c.organization_id = d.organization_id and c.id = d.person_id;
analyze letters_bookings, letters_people;
create function letters_status(b letters_bookings, p_at timestamptz) returns text language sql stable as $$
  select case
    when b.cancelled_at < p_at then b.booking_status
    when b.arrived_at < p_at then 'attended'
    when b.booking_status = 'no_show'
      and least(b.handed_in_at, b.ends_at + interval '24 hours') < p_at then 'no_show'
    when b.booking_status = 'waitlisted'
      or (b.booking_status = 'cancelled' and b.cancelled_at = b.ends_at) then 'waitlisted'
    else 'confirmed' end
$$;
"""

# From the first moment on everything happens once more: so first it is undone.
WIND_BACK = """
delete from bookings where recorded_at >= %(at)s;
update bookings b set booking_status = letters_status(t, %(at)s) from letters_bookings t
 where t.organization_id = b.organization_id and t.id = b.id
   and b.booking_status <> letters_status(t, %(at)s);
delete from search_documents d using letters_people p
 where p.organization_id = d.organization_id and p.person_id = d.person_id and p.created_at >= %(at)s;
select count(app.keep_habits_of(organization_id, person_id)) from search_documents
 where last_visit_on is not null;
update class_sessions s set booked_count = (
  select least(coalesce(sum(app.holds_seat(b.booking_status)), 0), s.capacity + s.extra_seats)
    from bookings b
   where b.organization_id = s.organization_id and b.class_session_id = s.id);
analyze bookings, search_documents;
"""

# What happened from the one moment until just before the other.
GO_ON = """
create temp table changed on commit drop as
  select t.*, letters_status(t, %(at)s) as status from letters_bookings t
   where (t.recorded_at >= %(since)s and t.recorded_at < %(at)s)
      or (t.arrived_at >= %(since)s and t.arrived_at < %(at)s)
      or (t.cancelled_at >= %(since)s and t.cancelled_at < %(at)s);
insert into bookings (organization_id, id, class_session_id, customer_id, client_id, booking_status,
    payment_status, price, currency, recorded_at, arrived_at)
select c.organization_id, c.id, c.class_session_id, c.customer_id, c.client_id, c.status,
       c.payment_status, c.price, c.currency, c.recorded_at, c.arrived_at
  from changed c
    on conflict (organization_id, id) do update set booking_status = excluded.booking_status;
insert into search_documents (organization_id, person_id, kind, name, document)
select p.organization_id, p.person_id, p.kind, p.name, p.document from letters_people p
 where p.created_at >= %(since)s and p.created_at < %(at)s;
select count(app.keep_habits_of(organization_id, coalesce(client_id, customer_id))) from changed
 where arrived_at < %(at)s;
update class_sessions s set booked_count = (
  select least(coalesce(sum(app.holds_seat(b.booking_status)), 0), s.capacity + s.extra_seats)
    from bookings b
   where b.organization_id = s.organization_id and b.class_session_id = s.id)
  from changed c where c.organization_id = s.organization_id and c.class_session_id = s.id;
update letters_clock set at = %(at)s;
"""

WEEKS_BOOKINGS = """
select b.organization_id, b.id, b.class_session_id as session_id, b.recorded_at,
       case when b.client_id is null then 'lead' else 'client' end as kind, p.person_id,
       coalesce(l.name, c.name) as name
  from bookings b
  join search_documents p on p.organization_id = b.organization_id
   and p.person_id = coalesce(b.client_id, b.customer_id)
  left join leads l on l.organization_id = b.organization_id and l.id = b.customer_id
  left join clients c on c.organization_id = b.organization_id and c.id = b.client_id
 where b.recorded_at >= %s and b.recorded_at <= %s
 order by b.recorded_at, b.id
"""


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking of the week: whom staff looked for, when, and for which class session."""

    organization_id: UUID
    id: UUID
    session_id: UUID
    recorded_at: datetime
    kind: Kind
    person_id: UUID
    name: str


class Replay:
    """The copy at one moment; `bookings` are those of the week, in the order in which they were made."""

    def __init__(self, connection: psycopg.Connection[Any], signed_in: SignedIn, until: datetime) -> None:
        self._connection = connection
        self._signed_in = signed_in
        since = until - WEEK
        with connection.cursor(row_factory=class_row(Booked)) as cursor:
            self.bookings = cursor.execute(WEEKS_BOOKINGS, (since, until)).fetchall()
        self._run(PREPARE, {})
        self._at = since
        self._run(WIND_BACK, {"at": since})
        _let_the_clock_be_set(connection)

    def go_to(self, at: datetime) -> None:
        """Let everything happen until just before that moment, which must not lie before the last one."""
        self._run(GO_ON, {"since": self._at, "at": at})
        self._at = at

    def staff(self, organization_id: UUID) -> SignedIn:
        """One of the staff there, at this moment."""
        return self._signed_in.at(organization_id)

    def one(self, query: str, *arguments: object) -> Any:
        """The first value that a superuser reads."""
        row = self._connection.execute(query, arguments).fetchone()
        return row[0] if row else None

    def _run(self, script: str, values: dict[str, object]) -> None:
        with self._connection.transaction():
            for statement in _statements(script):
                self._connection.execute(statement, values)


@contextmanager
def replay(on: Ground) -> Iterator[Replay]:
    """A copy of the ground, as it was a week ago; gone afterwards."""
    assert on.superuser, "only the bundled server lets a superuser in, who copies the database"
    name = f"letters_{uuid4().hex[:12]}"
    source = conninfo_to_dict(on.superuser)["dbname"]
    with psycopg.connect(make_conninfo(on.superuser, dbname="postgres"), autocommit=True) as server:
        server.execute(f"create database {name} template {source} owner frontdesk_admin strategy file_copy")
        app, admin, superuser = (
            make_conninfo(each, dbname=name) for each in (on.app, on.admin, on.superuser)
        )
        try:
            signed_in = Ground(app, admin, superuser).sign_in(demo.EVERYWHERE)
            with psycopg.connect(superuser, autocommit=True) as connection:
                connection.execute("set session_replication_role = replica")
                until = connection.execute("select max(recorded_at) from bookings").fetchone()
                assert until
                yield Replay(connection, signed_in, until[0])
            signed_in.database.close()
        finally:
            server.execute(f"drop database {name} with (force)")


def _let_the_clock_be_set(connection: psycopg.Connection[Any]) -> None:
    """Let every function that asks for the hour read it from the table; tokens keep the real one."""
    functions = connection.execute(
        "select pg_get_functiondef(p.oid) from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        r" where n.nspname = 'app' and p.prosrc ~ '\m(now|clock_timestamp)\(\)'"
    ).fetchall()
    for (definition,) in functions:
        for clock in ("clock_timestamp()", "now()"):
            definition = definition.replace(clock, "(select at from public.letters_clock)")
        connection.execute(definition)


def _statements(script: str) -> list[str]:
    """The statements of a script, whose function bodies hold no semicolon."""
    return [statement for statement in script.split(";\n") if statement.strip()]
