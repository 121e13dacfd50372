"""Small old gyms: their rows, and how their database drifted away from the known one.

A strict gym's rows keep every rule of the old schema; a loose one's database lost its foreign keys and rules,
and has what other gyms have: a second status, a rival table, clients in bookings.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from db import upgrade

LEGACY = Path(upgrade.migrations()) / "legacy.sql"
ORDER = (
    *("auth.users", "organizations", "users", "user_organizations", "organization_members", "leads"),
    *("clients", "programs", "class_sessions", "bookings", "class_bookings", "waitlist", "payments"),
    *("customer_notes", "membership_plans", "memberships", "class_credits", "class_packages"),
    "customer_class_packages",
)

NO_FOREIGN_KEYS = """
do $$ declare v record; begin
  for v in select conrelid::regclass as name, conname from pg_constraint where contype = 'f' loop
    execute format('alter table %s drop constraint %I', v.name, v.conname);
  end loop;
end $$
"""

# A gym without the rules, and with what some have beside.
LOOSEN = f"""
{NO_FOREIGN_KEYS};
do $$ declare v record; begin
  for v in select conrelid::regclass as name, conname from pg_constraint
            where contype in ('c', 'u') and connamespace = 'public'::regnamespace loop
    execute format('alter table %s drop constraint %I', v.name, v.conname);
  end loop;
  alter table organization_members drop constraint organization_members_pkey;
  for v in select a.attrelid::regclass as name, a.attname from pg_attribute a
            join pg_class c on c.oid = a.attrelid
           where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0
             and a.attnotnull and a.attname <> 'id' loop
    execute format('alter table %s alter column %I drop not null', v.name, v.attname);
  end loop;
end $$;
drop index idx_bookings_unique_active;
alter table leads add first_name text, add last_name text;
alter table clients add first_name text, add last_name text;
alter table programs add default_capacity int;
alter table class_sessions add capacity int;
alter table bookings add client_id uuid, add organization_id uuid, add status text default 'confirmed',
  add created_at timestamptz;
alter table waitlist add client_id uuid;
alter table users add is_active boolean;
alter table memberships add client_id uuid, add organization_id uuid, add plan_id uuid;
alter table class_credits add client_id uuid, add organization_id uuid, add status text;
alter table customer_class_packages add customer_id uuid;
create table class_bookings (id uuid primary key, customer_id uuid, client_id uuid, class_session_id uuid,
  booking_status text, status text, payment_status text, booking_time timestamptz, created_at timestamptz,
  attended_at timestamptz, cancelled_at timestamptz);
"""

TEXT_IDS = f"""
{NO_FOREIGN_KEYS};
do $$ declare v record; begin
  for v in select a.attrelid::regclass as name, a.attname from pg_attribute a
            join pg_class c on c.oid = a.attrelid
           where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0
             and a.atttypid = 'uuid'::regtype loop
    execute format('alter table %s alter %I drop default, alter %I type text', v.name, v.attname, v.attname);
  end loop;
end $$
"""

APART = """
alter table {0} add if not exists first_name text, add if not exists last_name text;
update {0} set first_name = split_part(name, ' ', 1),
  last_name = substr(name, length(split_part(name, ' ', 1)) + 2)
 where name is not null;
alter table {0} drop name
"""

POLICIES = """
do $$ declare v text; begin
  foreach v in array array['organizations', 'leads', 'clients', 'class_sessions', 'bookings', 'payments'] loop
    if to_regclass(v) is not null then
      execute format('alter table %I enable row level security, force row level security', v);
      execute format('create policy everything on %I using (true) with check (true)', v);
    end if;
  end loop;
end $$
"""

VIEWS = """
create view roster as select b.id, s.start_time from bookings b, class_sessions s;
create view rosters as select * from roster;
create materialized view "Totals" as select count(*) from bookings;
create table notes (id serial primary key, what text); insert into notes (what) values ('theirs');
create table audit_log (id int); create table "Invoices" ("bookingId" uuid references organizations);
create sequence invoice_number; create index on bookings (payment_status);
create type tasks as (what text); create type families as enum ('big'); alter table leads add t families
"""

LOG = """
create table log (id bigint generated always as identity, what text);
create function log_it() returns trigger language plpgsql as $$
begin insert into log (what) values (tg_op); return null; end $$;
create trigger log_it after insert or update or delete on bookings for each row execute function log_it();
create trigger log_it after insert or update or delete on leads for each row execute function log_it()
"""

# Nothing of it can be a partition's rule, so the triggers go.
PARTITIONS = """
alter table bookings rename to bookings_before;
create table bookings (like bookings_before including defaults) partition by hash (id);
create table bookings_0 partition of bookings for values with (modulus 2, remainder 0);
create table bookings_1 partition of bookings for values with (modulus 2, remainder 1);
insert into bookings select * from bookings_before; drop table bookings_before
"""

NO_TRIGGER = "drop trigger if exists session_booking_count on bookings"

# Name -> what is done, and which tables or columns it claims for itself.
DRIFTS: dict[str, tuple[str, frozenset[str]]] = {
    name: (statements, frozenset(claims.split()))
    for name, statements, claims in (
        ("org_id", "alter table leads rename organization_id to org_id", "leads"),
        ("gym_id", "alter table clients rename organization_id to gym_id", "clients"),
        (
            "half of the tenants in another column",
            "alter table class_sessions add org_id uuid;"
            " update class_sessions set org_id = organization_id, organization_id = null"
            " where id::text < '8'",
            "class_sessions.organization_id",
        ),
        ("names of leads apart", APART.format("leads"), "leads"),
        ("names of clients apart", APART.format("clients"), "clients"),
        ("no auth", f"{NO_FOREIGN_KEYS}; drop schema auth cascade", "auth"),
        ("no memberships of staff", "drop table organization_members", "organization_members"),
        ("no roles", "alter table organization_members drop role", "organization_members"),
        ("no user_organizations", "drop table user_organizations", "user_organizations"),
        ("no waitlist", "drop table waitlist", "waitlist"),
        ("no rival", "drop table if exists class_bookings", "class_bookings"),
        ("no payments", "drop table payments", "payments"),
        ("no notes", "drop table customer_notes", "notes"),
        ("no packages", "drop table customer_class_packages, class_packages, class_credits", "packages"),
        (
            "other dates",
            "alter table class_credits rename expiry_date to expires_at;"
            ' alter table customer_class_packages rename expiry_date to "expiresAt";'
            " alter table customer_class_packages rename purchase_date to created_at;"
            " alter table memberships alter start_date type text, alter end_date type text",
            "packages memberships",
        ),
        (
            "no times of making",
            "alter table leads drop created_at; alter table clients drop created_at;"
            " alter table organizations drop created_at, drop timezone",
            "created",
        ),
        ("no ends", "alter table class_sessions drop end_time", "end"),
        ("no capacity", "alter table class_sessions drop max_capacity", "capacity"),
        (
            "capacity of text",
            "alter table class_sessions alter max_capacity drop default, alter max_capacity type text",
            "capacity",
        ),
        ("ids of text", TEXT_IDS, "ids bookings class_sessions"),
        ("no foreign keys", NO_FOREIGN_KEYS, "keys"),
        ("policies", POLICIES, "policies"),
        ("views", VIEWS, "views bookings class_sessions ids status"),
        ("triggers", LOG, "triggers bookings"),
        ("partitions", f"{NO_FOREIGN_KEYS}; {PARTITIONS}", "bookings views triggers"),
        (
            "other names",
            f"{NO_TRIGGER}; alter table bookings rename class_session_id to session_id;"
            ' alter table class_sessions rename start_time to "startTime"',
            "bookings class_sessions",
        ),
        (
            "status alone",
            f"{NO_TRIGGER}; alter table bookings drop if exists status;"
            " alter table bookings rename booking_status to status",
            "bookings status",
        ),
        (
            "times without a zone",
            "alter table bookings alter booking_time type timestamp, alter attended_at type timestamp;"
            " alter table waitlist alter joined_at type timestamp",
            "bookings waitlist",
        ),
        ("prices with places", "alter table programs alter price_pennies type numeric", "programs"),
        (
            "serials",
            "alter table bookings add number bigserial; alter table leads add number bigint"
            " generated always as identity",
            "bookings leads",
        ),
        (
            "another alembic",
            "create table alembic_version (version_num text primary key);"
            " insert into alembic_version values ('9f2b1c3d4e5f')",
            "alembic",
        ),
        ("extensions", "create extension pg_trgm; create extension unaccent", "extensions"),
    )
}


@dataclass(frozen=True)
class OldGym:
    """Rows by table, columns that are not there are passed over; drifts are done in their order."""

    rows: Mapping[str, list[dict[str, Any]]]
    loose: bool = False
    drifts: tuple[str, ...] = ()
    beside: tuple[str, ...] = field(default=(), repr=False)

    def load(self, conninfo: str) -> None:
        """Into a database made from the template of its kind."""
        with psycopg.connect(conninfo) as connection:
            for table in ORDER:
                # What a strict gym would not take is not there.
                if table in self.rows and (self.loose or table != "class_bookings"):
                    insert(connection, table, self.rows[table])
            for statements in (*(DRIFTS[name][0] for name in self.drifts), *self.beside):
                connection.execute(statements.encode())


def insert(connection: psycopg.Connection[Any], table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows by their columns; what is left out is what the column is by itself."""
    for row in rows:
        there = connection.execute(
            "select array_agg(attname::text) from pg_attribute where attrelid = %s::regclass and attnum > 0",
            (table,),
        ).fetchone()
        known = {name: value for name, value in row.items() if name in (there or [[]])[0]}
        connection.execute(
            f"insert into {table} ({', '.join(known)}) values ({', '.join(['%s'] * len(known))})"
            " on conflict do nothing".encode(),
            tuple(json.dumps(value) if isinstance(value, dict) else value for value in known.values()),
        )


def known_id(number: int) -> UUID:
    """An id that is one at a glance."""
    return UUID(int=(number << 96) | number)
