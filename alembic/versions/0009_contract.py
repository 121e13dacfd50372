"""Contract: the new tables take the place of the old ones.

The old tables are set aside in the schema `legacy`, whole, so that going back finds them as they were;
without any row in them, and nothing of anybody else's on them, they are dropped, and going back makes them
anew.

In a database that is being taken over everything else in `public` goes with them, whoever owns it, and
nothing is dropped; the old application goes on with the search path `legacy, public`.
"""

from pathlib import Path
from typing import Any

import psycopg
from alembic import op

from db.takeover import cutover

revision = "0009"
down_revision = "0008"

LEGACY = Path(__file__).parents[1] / "legacy.sql"

SET_ASIDE = """
do $$
declare
  v_table text;
  v_all text;
  v_any boolean := exists (select from auth.users);
  v_has boolean;
begin
  create schema legacy;
  for v_table in
    select tablename from pg_tables
     where schemaname = 'public' and tableowner = current_user and tablename <> 'alembic_version'
  loop
    execute format('select exists (select from public.%I)', v_table) into v_has;
    v_any := v_any or v_has;
    execute format('alter table public.%I set schema legacy', v_table);
  end loop;
  alter function public.touch_updated_at() set schema legacy;
  alter function public.update_session_booking_count() set schema legacy;
  if not v_any then
    select string_agg(format('legacy.%I', tablename), ', ') into v_all
      from pg_tables where schemaname = 'legacy';
    begin
      execute 'drop table auth.users, ' || v_all;
      drop function legacy.touch_updated_at(), legacy.update_session_booking_count();
      drop schema legacy, auth;
    exception
      when dependent_objects_still_exist then null;
    end;
  end if;
end $$
"""

TAKE_PLACE = """
do $$
declare
  v_table text;
begin
  for v_table in select tablename from pg_tables where schemaname = 'next' order by tablename loop
    execute format('alter table next.%I set schema public', v_table);
  end loop;
  drop schema next;
end $$
"""

STEP_BACK = """
do $$
declare
  v_table text;
begin
  create schema next;
  for v_table in
    select tablename from pg_tables
     where schemaname = 'public' and tableowner = current_user and tablename <> 'alembic_version'
  loop
    execute format('alter table public.%I set schema next', v_table);
  end loop;
end $$
"""

RESTORE = """
do $$
declare
  v_table text;
begin
  for v_table in select tablename from pg_tables where schemaname = 'legacy' loop
    execute format('alter table legacy.%I set schema public', v_table);
  end loop;
  alter function legacy.touch_updated_at() set schema public;
  alter function legacy.update_session_booking_count() set schema public;
  drop schema legacy;
end $$
"""


def upgrade() -> None:
    if _taken_over():
        cutover.set_aside(_connection(), TAKE_PLACE)
        return
    op.execute(SET_ASIDE)
    op.execute(TAKE_PLACE)


def downgrade() -> None:
    if _taken_over():
        cutover.put_back(_connection(), STEP_BACK)
        return
    op.execute(STEP_BACK)
    kept = op.get_bind().exec_driver_sql("select to_regnamespace('legacy') is not null").scalar_one()
    op.execute(RESTORE if kept else LEGACY.read_text())


def _taken_over() -> bool:
    return bool(op.get_bind().exec_driver_sql("select to_regnamespace('takeover') is not null").scalar_one())


def _connection() -> psycopg.Connection[Any]:
    connection: psycopg.Connection[Any] = op.get_bind().connection.driver_connection  # type: ignore[assignment]
    return connection
