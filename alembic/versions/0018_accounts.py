"""A person's account: credit that pays, what is owed collected, credit given back, and cards on file.

Going back drops the tables where there is no gym; otherwise they wait in `next` with the others, see 0009,
and are taken up again as they are.
"""

from alembic import op

revision = "0018"
down_revision = "0017"

TENANT = """
  organization_id uuid not null references public.organizations,
  id uuid not null default gen_random_uuid(),
  primary key (organization_id, id),
"""

AMOUNT = """
  amount integer not null check (amount > 0),
  currency text not null,
"""

PERSON = """
  customer_id uuid,
  client_id uuid,
  foreign key (organization_id, customer_id) references public.leads (organization_id, id),
  foreign key (organization_id, client_id) references public.clients (organization_id, id),
"""

BY_PERSON = """
create index if not exists {table}_lead on public.{table} (organization_id, customer_id)
  where customer_id is not null;
create index if not exists {table}_client on public.{table} (organization_id, client_id)
  where client_id is not null;
"""

TABLES = f"""
create table if not exists public.collections (
  {TENANT}
  method text not null check (method in ('card', 'cash', 'credit')),
  {AMOUNT}
  bookings integer not null default 1 check (bookings >= 1),
  taken_at timestamptz not null default now(),
  taken_by uuid references public.users,
  desk_id uuid,
  taken_back_at timestamptz,
  taken_back_by uuid references public.users,
  foreign key (organization_id, desk_id) references public.desks (organization_id, id),
  {PERSON}
  constraint check_customer_or_client_collection check (num_nonnulls(customer_id, client_id) = 1)
);
{BY_PERSON.format(table="collections")}
create table if not exists public.credit_refunds (
  {TENANT}
  {AMOUNT}
  reason text not null constraint refund_reason check (btrim(reason) <> ''),
  made_at timestamptz not null default now(),
  made_by uuid references public.users,
  desk_id uuid,
  foreign key (organization_id, desk_id) references public.desks (organization_id, id),
  {PERSON}
  constraint check_customer_or_client_credit_refund check (num_nonnulls(customer_id, client_id) = 1)
);
{BY_PERSON.format(table="credit_refunds")}
create table if not exists public.cards_on_file (
  {TENANT}
  brand text not null check (brand in ('visa', 'mastercard', 'amex', 'maestro', 'other')),
  last_four text not null check (last_four ~ '^[0-9]{{4}}$'),
  added_at timestamptz not null default now(),
  added_by uuid references public.users,
  removed_at timestamptz,
  removed_by uuid references public.users,
  {PERSON}
  constraint check_customer_or_client_card_on_file check (num_nonnulls(customer_id, client_id) = 1)
);
{BY_PERSON.format(table="cards_on_file")}
"""

PAID_BY = """
alter table public.{table} drop constraint if exists {table}_paid_by_check;
alter table public.{table} add constraint {table}_paid_by_check check (paid_by in ({ways})) not valid;
alter table public.{table} validate constraint {table}_paid_by_check;
"""
BOOKED_BY = "'card', 'cash', 'later', 'comp', 'membership', 'package', 'credit'"
SOLD_BY = "'card', 'cash', 'comp', 'other', 'credit'"

COLUMNS = """
alter table public.bookings add column if not exists collection_id uuid;
alter table public.payments add column if not exists refund_id uuid;
alter table public.memberships add column if not exists taken_back boolean not null default false;
alter table public.packages add column if not exists taken_back boolean not null default false;
create index if not exists bookings_collection on public.bookings (organization_id, collection_id)
  where collection_id is not null;
create index if not exists payments_refund on public.payments (organization_id, refund_id)
  where refund_id is not null;
"""

# What a way back left is there already.
REFERENCES = """
do $$
declare
  v record;
begin
  for v in select * from (values
    ('bookings', 'collection_id', 'collections'),
    ('payments', 'refund_id', 'credit_refunds')
  ) as t (on_table, named, of) loop
    if not exists (select from pg_constraint
                    where conrelid = format('public.%I', v.on_table)::regclass
                      and conname = format('%s_organization_id_%s_fkey', v.on_table, v.named)) then
      execute format('alter table public.%I add foreign key (organization_id, %I)
                      references public.%I (organization_id, id)', v.on_table, v.named, v.of);
    end if;
  end loop;
end $$;
"""

# The references from bookings and payments would keep the tables.
GIVE_BACK = """
do $$ begin
  if not exists (select from public.organizations) then
    alter table public.bookings drop column collection_id;
    alter table public.payments drop column refund_id;
    alter table public.memberships drop column taken_back;
    alter table public.packages drop column taken_back;
    drop table if exists public.collections, public.credit_refunds, public.cards_on_file;
  end if;
exception
  when dependent_objects_still_exist then null;
end $$;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(PAID_BY.format(table="bookings", ways=BOOKED_BY))
    for table in ("memberships", "packages"):
        op.execute(PAID_BY.format(table=table, ways=SOLD_BY))
    op.execute(COLUMNS)
    op.execute(REFERENCES)


def downgrade() -> None:
    op.execute(GIVE_BACK)
