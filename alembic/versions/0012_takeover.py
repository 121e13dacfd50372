"""What the weeks after a take-over need: the rows that wait in quarantine, and which refusals desks met.

A take-over makes the quarantine itself, in its own schema, before there is a place for it here. Going back,
rows that wait go there again; without any gym both tables are dropped, otherwise they wait in `next` with the
others, see 0009.
"""

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"

QUARANTINE = Path(__file__).parents[1] / "quarantine.sql"

TAKE_UP = """
do $$ begin
  if to_regclass('takeover.quarantine') is not null then
    alter table takeover.quarantine set schema public;
  end if;
end $$;
"""

REFUSALS = """
create table if not exists public.refusals (
  organization_id uuid not null references public.organizations,
  user_id uuid not null references public.users,
  day date not null,
  sqlstate text not null check (sqlstate in ('23503', '42501', 'P0002')),
  rule text not null,
  statement text not null,
  times integer not null default 1 check (times >= 1),
  last_at timestamptz not null default now(),
  primary key (organization_id, user_id, day, sqlstate, rule, statement)
);
"""

GIVE_BACK = """
do $$ begin
  if to_regnamespace('takeover') is not null and exists (select from public.quarantine) then
    alter table public.quarantine set schema takeover;
  elsif not exists (select from public.organizations) and not exists (select from public.quarantine) then
    drop table public.quarantine;
  end if;
  if not exists (select from public.organizations) then
    drop table if exists public.refusals;
  end if;
exception
  when dependent_objects_still_exist then null;
end $$
"""


def upgrade() -> None:
    op.execute(TAKE_UP)
    op.execute(QUARANTINE.read_text().format(schema="public"))
    op.execute(REFUSALS)


def downgrade() -> None:
    op.execute(GIVE_BACK)
