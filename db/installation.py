"""Install and remove the functions, policies and triggers of this version: the files of `db/sql`.

They belong to the installed version and not to a revision. Only frontdesk's own objects are removed.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

FILES = Path(__file__).parent / "sql"
ORDER = (
    "identity",
    "sign_in",
    "pins",
    "habits",
    "search",
    "find",
    "sessions",
    "seats",
    "entitlements",
    "booking_rules",
    "booking_changes",
    "payments",
    "till_rules",
    "booking",
    "sales",
    "accounts",
    "person",
    "needs",
    "till",
    "people_rules",
    "people",
    "imports",
    "refusals",
    "audit",
    "tenancy",
    "policies",
    "grants",
)

# Policies and triggers of ours are marked by their comment.
DROP = """
do $$
declare
  v record;
begin
  for v in select p.polname, p.polrelid::regclass as on_table from pg_policy p
            where obj_description(p.oid, 'pg_policy') = 'frontdesk' loop
    execute format('drop policy %I on %s', v.polname, v.on_table);
  end loop;
  for v in select t.tgname, t.tgrelid::regclass as on_table from pg_trigger t
            where obj_description(t.oid, 'pg_trigger') = 'frontdesk' loop
    execute format('drop trigger %I on %s', v.tgname, v.on_table);
  end loop;
  -- Functions may use each other's types, so all go in one statement.
  select string_agg(p.oid::regprocedure::text, ', ') as all_of_them into v from pg_proc p
   where p.pronamespace = to_regnamespace('app')
     and p.proowner in ('frontdesk_owner'::regrole, 'frontdesk_definer'::regrole);
  if v.all_of_them is not null then
    execute 'drop function ' || v.all_of_them;
  end if;
  for v in select t.oid::regtype as name from pg_type t
            where t.typnamespace = to_regnamespace('app') and t.typowner = 'frontdesk_owner'::regrole
              and t.typtype in ('c', 'd', 'e') loop
    execute format('drop type %s', v.name);
  end loop;
  for v in select c.oid::regclass as name, c.relforcerowsecurity as forced from pg_class c
            where c.relkind = 'r' and c.relowner = 'frontdesk_owner'::regrole loop
    if v.forced then
      execute format('alter table %s no force row level security, disable row level security', v.name);
    end if;
    execute format('revoke all on %s from frontdesk_staff, frontdesk_public, frontdesk_definer', v.name);
  end loop;
  if to_regnamespace('app') is not null then
    comment on schema app is null;
  end if;
end $$
"""

REMEMBER = """
select set_config('frontdesk.known', array(
  select oid from pg_policy union all select oid from pg_trigger where not tgisinternal)::text, true)
"""

MARK = """
do $$
declare
  v record;
begin
  for v in select 'policy' as kind, p.polname as name, p.polrelid::regclass as on_table from pg_policy p
            where p.oid <> all (current_setting('frontdesk.known')::oid[])
           union all
           select 'trigger', t.tgname, t.tgrelid::regclass from pg_trigger t
            where not t.tgisinternal and t.oid <> all (current_setting('frontdesk.known')::oid[]) loop
    execute format('comment on %s %I on %s is %L', v.kind, v.name, v.on_table, 'frontdesk');
  end loop;
end $$
"""

HAND_OVER = """
do $$
declare
  v record;
begin
  for v in select p.oid::regprocedure as name from pg_proc p
            where p.pronamespace = 'app'::regnamespace and p.prosecdef loop
    execute format('alter function %s owner to frontdesk_definer', v.name);
    execute format('grant execute on function %s to frontdesk_owner', v.name);
  end loop;
end $$
"""


def digest() -> str:
    """The digest of the files, kept in the database as the comment of its schema `app`."""
    content = b"".join((FILES / f"{name}.sql").read_bytes() for name in ORDER)
    return hashlib.sha256(content).hexdigest()


def remove(connection: psycopg.Connection[Any]) -> None:
    """Drop what `install` made, and nothing else; tables and their rows stay."""
    connection.execute(DROP)


def install(connection: psycopg.Connection[Any]) -> None:
    """Make the functions, policies, triggers and grants anew, in the caller's transaction."""
    remove(connection)
    connection.execute("create schema if not exists app")
    connection.execute("set local check_function_bodies = off")
    connection.execute(REMEMBER)
    # Loads pg_trgm: only then may a function have settings of it.
    connection.execute("select ext.show_trgm('')")
    for name in ORDER:
        connection.execute((FILES / f"{name}.sql").read_bytes())
    connection.execute(MARK)
    connection.execute("grant create on schema app to frontdesk_definer")
    # Only the login itself is a member of both owners.
    connection.execute("set local role none")
    connection.execute(HAND_OVER)
    connection.execute("set local role frontdesk_owner")
    connection.execute("revoke create on schema app from frontdesk_definer")
    connection.execute(sql.SQL("comment on schema app is {}").format(digest()))
