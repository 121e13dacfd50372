"""Expand: leads and clients as they are from now on, and one search document for each."""

from alembic import op

revision = "0003"
down_revision = "0002"

PERSON = """
  organization_id uuid not null references next.organizations,
  id uuid not null default gen_random_uuid(),
  name text not null check (btrim(name) <> ''),
  email text,
  phone text,
  birth_date date,
  barcode text,
  emergency_contact text,
  waiver_signed_at timestamptz,
  waiver_signed_by text,
  blocked_at timestamptz,
  blocked_reason text,
  erased_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  check ((blocked_at is null) = (blocked_reason is null)),
  primary key (organization_id, id)
"""

TABLES = f"""
create schema if not exists ext;
create extension if not exists pg_trgm schema ext;
create extension if not exists btree_gin schema ext;
create extension if not exists unaccent schema ext;
create extension if not exists fuzzystrmatch schema ext;

create table if not exists next.leads (
  status text not null default 'new' check (status in ('new', 'contacted', 'qualified', 'lost', 'converted')),
  source text,
  {PERSON}
);
create unique index if not exists leads_barcode on next.leads (organization_id, barcode);

create table if not exists next.clients (
  converted_from_lead_id uuid,
  client_since date,
  {PERSON},
  foreign key (organization_id, converted_from_lead_id) references next.leads (organization_id, id)
);
create unique index if not exists clients_barcode on next.clients (organization_id, barcode);
create unique index if not exists clients_converted_from
  on next.clients (organization_id, converted_from_lead_id);

create table if not exists next.search_documents (
  organization_id uuid not null references next.organizations,
  person_id uuid not null,
  kind text not null check (kind in ('lead', 'client')),
  name text not null,
  document text not null,
  primary key (organization_id, person_id)
);
create index if not exists search_documents_document
  on next.search_documents using gin (organization_id, document ext.gin_trgm_ops) with (fastupdate = off);
create index if not exists search_documents_name
  on next.search_documents using gin (organization_id, name ext.gin_trgm_ops) with (fastupdate = off);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    # What holds rows of a gym, or is needed by somebody else's view, stays in `next`.
    op.execute("""
do $$ begin
  if not exists (select from next.organizations) then
    drop table if exists next.search_documents, next.clients, next.leads;
    drop extension if exists fuzzystrmatch, unaccent, btree_gin, pg_trgm;
    drop schema if exists ext;
  end if;
exception
  when dependent_objects_still_exist then null;
end $$
""")
