"""Contract: the new tables take the place of the old ones.

The old tables are set aside in the schema `legacy`, whole, so that going back finds them as they were;
without any row in them, and nothing of anybody else's on them, they are dropped, and going back makes them
anew.
"""

from pathlib import Path

from alembic import op

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
    op.execute(SET_ASIDE)
    op.execute(TAKE_PLACE)


def downgrade() -> None:
    op.execute(STEP_BACK)
    kept = op.get_bind().exec_driver_sql("select to_regnamespace('legacy') is not null").scalar_one()
    op.execute(RESTORE if kept else LEGACY.read_text())
