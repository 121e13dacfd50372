"""The till: a drawer of cash for each desk, what goes in and out of it, its count, and handovers.

Going back drops the tables where there is no gym; otherwise they wait in `next` with the others, see 0009,
and are taken up again as they are.
"""

from alembic import op

revision = "0017"
down_revision = "0016"

TENANT = """
  organization_id uuid not null references public.organizations,
  id uuid not null default gen_random_uuid(),
  primary key (organization_id, id),
"""

DRAWERS = f"""
create table if not exists public.drawers (
  {TENANT}
  desk_id uuid not null,
  float_amount integer not null default 0 check (float_amount >= 0),
  currency text not null,
  opened_at timestamptz not null default now(),
  opened_by uuid references public.users,
  counted_at timestamptz,
  counted_by uuid references public.users,
  counted_amount integer,
  expected_amount integer,
  note text,
  foreign key (organization_id, desk_id) references public.desks (organization_id, id),
  check (num_nonnulls(counted_at, counted_amount, expected_amount) in (0, 3)),
  constraint drawer_note check (counted_amount = expected_amount or btrim(coalesce(note, '')) <> '')
);
create unique index if not exists drawers_one_open on public.drawers (organization_id, desk_id)
  where counted_at is null;
create index if not exists drawers_opened on public.drawers (organization_id, opened_at);

create table if not exists public.drawer_movements (
  {TENANT}
  drawer_id uuid not null,
  amount integer not null check (amount <> 0),
  reason text not null constraint drawer_reason check (btrim(reason) <> ''),
  made_at timestamptz not null default now(),
  made_by uuid references public.users,
  foreign key (organization_id, drawer_id) references public.drawers (organization_id, id)
);
create index if not exists drawer_movements_drawer on public.drawer_movements (organization_id, drawer_id);

create table if not exists public.drawer_counts (
  {TENANT}
  drawer_id uuid not null,
  denomination integer not null check (denomination > 0),
  pieces integer not null check (pieces >= 0),
  foreign key (organization_id, drawer_id) references public.drawers (organization_id, id)
);
create unique index if not exists drawer_counts_once on public.drawer_counts
  (organization_id, drawer_id, denomination);
"""

HANDOVERS = f"""
create table if not exists public.handovers (
  {TENANT}
  desk_id uuid not null,
  drawer_id uuid not null,
  made_at timestamptz not null default now(),
  made_by uuid references public.users,
  accepted_at timestamptz,
  accepted_by uuid references public.users,
  foreign key (organization_id, desk_id) references public.desks (organization_id, id),
  foreign key (organization_id, drawer_id) references public.drawers (organization_id, id)
);
create index if not exists handovers_open on public.handovers (organization_id, desk_id)
  where accepted_at is null;

create table if not exists public.handover_needs (
  {TENANT}
  handover_id uuid not null,
  place integer not null default 1 check (place >= 0),
  need text not null check (need in ('to_tell', 'seat_held', 'owes', 'no_waiver')),
  customer_id uuid,
  client_id uuid,
  class_session_id uuid not null,
  seats integer,
  owes integer,
  foreign key (organization_id, handover_id) references public.handovers (organization_id, id),
  foreign key (organization_id, customer_id) references public.leads (organization_id, id),
  foreign key (organization_id, client_id) references public.clients (organization_id, id),
  foreign key (organization_id, class_session_id) references public.class_sessions (organization_id, id),
  constraint check_customer_or_client_handover_need check (num_nonnulls(customer_id, client_id) = 1)
);
create index if not exists handover_needs_handover on public.handover_needs (organization_id, handover_id);
"""

# What a way back left is there already.
PAYMENTS = """
alter table public.payments add column if not exists drawer_id uuid;
create index if not exists payments_drawer on public.payments (organization_id, drawer_id)
  where drawer_id is not null;
create index if not exists payments_taken on public.payments (organization_id, taken_at);
do $$ begin
  if not exists (select from pg_constraint
                  where conrelid = 'public.payments'::regclass
                    and conname = 'payments_organization_id_drawer_id_fkey') then
    alter table public.payments add foreign key (organization_id, drawer_id)
      references public.drawers (organization_id, id);
  end if;
end $$;
"""

# The reference from payments would keep the drawers.
GIVE_BACK = """
do $$ begin
  if not exists (select from public.organizations) then
    alter table public.payments drop column drawer_id;
    drop table if exists public.handover_needs, public.handovers, public.drawer_counts,
      public.drawer_movements, public.drawers;
  end if;
exception
  when dependent_objects_still_exist then null;
end $$;
"""


def upgrade() -> None:
    op.execute(DRAWERS)
    op.execute(HANDOVERS)
    op.execute(PAYMENTS)


def downgrade() -> None:
    op.execute(GIVE_BACK)
