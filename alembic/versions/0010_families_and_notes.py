"""Families, notes, and the ids that people had in the system they came from.

Going back drops the tables where there is no gym; otherwise they wait in `next` with the others, see 0009,
and are taken up again as they are.
"""

from alembic import op

revision = "0010"
down_revision = "0009"

ONE_PERSON = """
  customer_id uuid,
  client_id uuid,
  foreign key (organization_id, customer_id) references public.leads (organization_id, id),
  foreign key (organization_id, client_id) references public.clients (organization_id, id),
"""

TABLES = f"""
create table if not exists public.families (
  organization_id uuid not null references public.organizations,
  id uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now(),
  primary key (organization_id, id)
);

create table if not exists public.family_members (
  organization_id uuid not null references public.organizations,
  id uuid not null default gen_random_uuid(),
  family_id uuid not null,
  is_guardian boolean not null default false,
  {ONE_PERSON}
  foreign key (organization_id, family_id) references public.families (organization_id, id),
  constraint check_customer_or_client_family_member check (num_nonnulls(customer_id, client_id) = 1),
  primary key (organization_id, id)
);
create index if not exists family_members_family on public.family_members (organization_id, family_id);
create unique index if not exists family_members_lead on public.family_members (organization_id, customer_id);
create unique index if not exists family_members_client on public.family_members (organization_id, client_id);

create table if not exists public.notes (
  organization_id uuid not null references public.organizations,
  id uuid not null default gen_random_uuid(),
  text text not null check (btrim(text) <> ''),
  alert_priority integer check (alert_priority between 1 and 3),
  written_by uuid references public.users,
  written_at timestamptz not null default now(),
  {ONE_PERSON}
  constraint check_customer_or_client_note check (num_nonnulls(customer_id, client_id) = 1),
  primary key (organization_id, id)
);
create index if not exists notes_lead on public.notes (organization_id, customer_id)
  where customer_id is not null;
create index if not exists notes_client on public.notes (organization_id, client_id)
  where client_id is not null;

create table if not exists public.external_ids (
  organization_id uuid not null references public.organizations,
  source text not null,
  external_id text not null,
  {ONE_PERSON}
  constraint check_customer_or_client_external_id check (num_nonnulls(customer_id, client_id) = 1),
  primary key (organization_id, source, external_id)
);
create index if not exists external_ids_lead on public.external_ids (organization_id, customer_id)
  where customer_id is not null;
create index if not exists external_ids_client on public.external_ids (organization_id, client_id)
  where client_id is not null;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("""
do $$ begin
  if not exists (select from public.organizations) then
    drop table if exists public.external_ids, public.notes, public.family_members, public.families;
  end if;
exception
  when dependent_objects_still_exist then null;
end $$
""")
