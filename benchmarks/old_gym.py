"""A gym from before the fix, as large as is asked for: copies of a small known one, each with other ids."""

from __future__ import annotations

import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from benchmarks.ground import Ground

GYM = Path(__file__).parents[1] / "tests" / "takeover" / "data" / "legacy_gym.sql.xz"
LOGIN = "old_application"

# Each id is made of the old one and the copy's number, so that references stay references; an e-mail gets the
# number before its @, so that who shares one still does. Programs and staff are there once for all copies.
COPY = """
set session_replication_role = replica;

create function pg_temp.copied(id uuid, n int) returns uuid language sql immutable as $$
  select md5(id::text || n)::uuid $$;

create temporary table copies as
  select n from generate_series(1, (%(bookings)s - 1) / (select count(*)::int from bookings)) n;

insert into leads (id, organization_id, name, email, phone, status, lead_score, source, assigned_to,
    created_at)
  select pg_temp.copied(id, n), organization_id, name, replace(email, '@', '+' || n || '@'), phone, status,
         lead_score, source, assigned_to, created_at from leads, copies;

insert into clients (id, organization_id, lead_id, name, email, phone, membership_type, membership_status,
    start_date)
  select pg_temp.copied(id, n), organization_id, pg_temp.copied(lead_id, n), name,
         replace(email, '@', '+' || n || '@'), phone, membership_type, membership_status, start_date
    from clients, copies;

insert into class_sessions (id, organization_id, program_id, trainer_id, name, start_time, end_time,
    max_capacity, current_bookings, room_location, session_status)
  select pg_temp.copied(id, n), organization_id, program_id, trainer_id, name,
         start_time - n * interval '4 weeks', end_time - n * interval '4 weeks',
         max_capacity, current_bookings, room_location, session_status
    from class_sessions, copies;

insert into bookings (id, customer_id, class_session_id, booking_status, booking_time, payment_status,
    attended_at, cancelled_at, notes)
  select pg_temp.copied(id, n), pg_temp.copied(customer_id, n), pg_temp.copied(class_session_id, n),
         booking_status, booking_time, payment_status, attended_at, cancelled_at, notes from bookings, copies;

insert into waitlist (id, customer_id, class_session_id, position, joined_at, auto_book)
  select pg_temp.copied(id, n), pg_temp.copied(customer_id, n), pg_temp.copied(class_session_id, n), position,
         joined_at, auto_book from waitlist, copies;

insert into memberships (id, customer_id, program_id, membership_status, start_date, end_date,
    credits_remaining, unlimited_access)
  select pg_temp.copied(id, n), pg_temp.copied(customer_id, n), program_id, membership_status, start_date,
         end_date, credits_remaining, unlimited_access from memberships, copies;

insert into class_credits (id, customer_id, program_id, credits_purchased, credits_used, expiry_date)
  select pg_temp.copied(id, n), pg_temp.copied(customer_id, n), program_id, credits_purchased, credits_used,
         expiry_date from class_credits, copies;

insert into customer_class_packages (id, organization_id, client_id, package_id, purchase_date, expiry_date,
    classes_remaining, classes_used, status)
  select pg_temp.copied(id, n), organization_id, pg_temp.copied(client_id, n), package_id, purchase_date,
         expiry_date, classes_remaining, classes_used, status from customer_class_packages, copies;

insert into payments (id, organization_id, client_id, amount, currency, payment_date, payment_method,
    reference, description, status, payment_status)
  select pg_temp.copied(id, n), organization_id, pg_temp.copied(client_id, n), amount, currency, payment_date,
         payment_method, case when reference ~ '^booking:[0-9a-f-]{36}$'
           then 'booking:' || pg_temp.copied(substr(reference, 9)::uuid, n) else reference end,
         description, status, payment_status from payments, copies;

insert into customer_notes (id, organization_id, customer_id, staff_id, note, note_type, is_private,
    created_at)
  select pg_temp.copied(id, n), organization_id, pg_temp.copied(customer_id, n), staff_id, note, note_type,
         is_private, created_at from customer_notes, copies;

delete from bookings where id in (select id from bookings order by md5(id::text) offset %(bookings)s);

set session_replication_role = origin;

vacuum analyze;
"""


@contextmanager
def old_gym(on: Ground, bookings: int) -> Iterator[Ground]:
    """A database of its own with that many bookings; its desk's login is that of the old application."""
    assert on.superuser, "only the bundled server lets a superuser in"
    name, password = f"old_gym_{uuid4().hex[:8]}", uuid4().hex
    with psycopg.connect(make_conninfo(on.superuser, dbname="postgres"), autocommit=True) as server:
        server.execute(sql.SQL("create database {} template template0").format(sql.Identifier(name)))
        superuser = make_conninfo(on.superuser, dbname=name)
        try:
            with psycopg.connect(superuser, autocommit=True) as connection:
                connection.execute(lzma.decompress(GYM.read_bytes()))
                for statement in COPY.split(";\n\n"):
                    connection.execute(statement.encode(), {"bookings": bookings})
                _let_in(connection, password)
            yield Ground(make_conninfo(superuser, user=LOGIN, password=password), superuser, superuser)
        finally:
            server.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
            server.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(LOGIN)))


def _let_in(connection: psycopg.Connection[tuple[object, ...]], password: str) -> None:
    """The old application's login, with the path by which it goes on after the cutover."""
    login = sql.Identifier(LOGIN)
    for statement in (
        sql.SQL("create role {} login password {}").format(login, password),
        sql.SQL("alter role {} set search_path = legacy, public").format(login),
        sql.SQL("grant select, insert, update, delete on all tables in schema public to {}").format(login),
    ):
        connection.execute(statement)
