"""What may pay for a booking: membership plans and package products, what of them was sold, and the ledger.

Going back drops the tables where there is no gym; otherwise they wait in `next` with the others, see 0009,
and are taken up again as they are.
"""

from alembic import op

revision = "0015"
down_revision = "0014"

TENANT = """
  organization_id uuid not null references public.organizations,
  id uuid not null default gen_random_uuid(),
  primary key (organization_id, id),
"""

OFFERED = f"""
  {TENANT}
  name text not null check (btrim(name) <> ''),
  price integer not null check (price >= 0),
  every_program boolean not null default true,
  is_intro boolean not null default false,
  is_shared boolean not null default false,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
"""

LIMIT = """
  period_limit integer check (period_limit >= 0),
  period text check (period in ('week', 'month')),
  anchored text not null default 'calendar' check (anchored in ('calendar', 'anniversary')),
"""

SOLD = """
  starts_on date not null,
  ends_on date,
  is_shared boolean not null default false,
  price integer not null check (price >= 0),
  currency text not null,
  sold_at timestamptz not null default now(),
  sold_by uuid references public.users,
  desk_id uuid,
  cancelled_at timestamptz,
  cancelled_by uuid references public.users,
  cancel_reason text,
  customer_id uuid,
  client_id uuid,
  foreign key (organization_id, desk_id) references public.desks (organization_id, id),
  foreign key (organization_id, customer_id) references public.leads (organization_id, id),
  foreign key (organization_id, client_id) references public.clients (organization_id, id),
"""

TABLES = f"""
create table if not exists public.membership_plans (
  {OFFERED}
  {LIMIT}
  term_months integer check (term_months > 0),
  constraint membership_plans_limit_and_period check ((period_limit is null) = (period is null))
);

create table if not exists public.package_products (
  {OFFERED}
  class_count integer not null default 1 check (class_count >= 1),
  valid_days integer check (valid_days > 0),
  valid_from text not null default 'purchase' check (valid_from in ('purchase', 'first_class'))
);

create table if not exists public.covered_programs (
  {TENANT}
  plan_id uuid,
  product_id uuid,
  program_id uuid not null,
  foreign key (organization_id, plan_id) references public.membership_plans (organization_id, id),
  foreign key (organization_id, product_id) references public.package_products (organization_id, id),
  foreign key (organization_id, program_id) references public.programs (organization_id, id),
  constraint covered_programs_plan_or_product check (num_nonnulls(plan_id, product_id) = 1)
);
create unique index if not exists covered_programs_plan on public.covered_programs
  (organization_id, plan_id, program_id);
create unique index if not exists covered_programs_product on public.covered_programs
  (organization_id, product_id, program_id);

create table if not exists public.memberships (
  {TENANT}
  plan_id uuid not null,
  {LIMIT}
  {SOLD}
  foreign key (organization_id, plan_id) references public.membership_plans (organization_id, id),
  constraint memberships_limit_and_period check ((period_limit is null) = (period is null)),
  constraint memberships_ends_after_it_starts check (ends_on >= starts_on),
  constraint check_customer_or_client_membership check (num_nonnulls(customer_id, client_id) = 1)
);
create index if not exists memberships_lead on public.memberships (organization_id, customer_id)
  where customer_id is not null;
create index if not exists memberships_client on public.memberships (organization_id, client_id)
  where client_id is not null;

create table if not exists public.packages (
  {TENANT}
  product_id uuid not null,
  class_count integer not null default 1 check (class_count >= 0),
  valid_days integer check (valid_days > 0),
  {SOLD}
  foreign key (organization_id, product_id) references public.package_products (organization_id, id),
  constraint packages_ends_after_it_starts check (ends_on >= starts_on),
  constraint check_customer_or_client_package check (num_nonnulls(customer_id, client_id) = 1)
);
create index if not exists packages_lead on public.packages (organization_id, customer_id)
  where customer_id is not null;
create index if not exists packages_client on public.packages (organization_id, client_id)
  where client_id is not null;

create table if not exists public.entitlement_holds (
  {TENANT}
  membership_id uuid,
  package_id uuid,
  first_day date not null,
  last_day date,
  reason text,
  held_at timestamptz not null default now(),
  held_by uuid references public.users,
  foreign key (organization_id, membership_id) references public.memberships (organization_id, id),
  foreign key (organization_id, package_id) references public.packages (organization_id, id),
  constraint entitlement_holds_membership_or_package check (num_nonnulls(membership_id, package_id) = 1),
  check (last_day >= first_day)
);
create index if not exists entitlement_holds_membership on public.entitlement_holds
  (organization_id, membership_id);
create index if not exists entitlement_holds_package on public.entitlement_holds
  (organization_id, package_id);

create table if not exists public.entitlement_ledger (
  {TENANT}
  package_id uuid not null,
  booking_id uuid,
  kind text not null check (kind in ('opening', 'grant', 'debit', 'credit', 'write_off')),
  amount integer not null check (amount <> 0),
  made_at timestamptz not null default now(),
  made_by uuid references public.users,
  desk_id uuid,
  foreign key (organization_id, package_id) references public.packages (organization_id, id),
  foreign key (organization_id, booking_id) references public.bookings (organization_id, id),
  foreign key (organization_id, desk_id) references public.desks (organization_id, id),
  check (kind = 'opening' or (amount > 0) = (kind in ('grant', 'credit'))),
  constraint entitlement_ledger_booking_check check ((booking_id is null) = (kind not in ('debit', 'credit')))
);
create index if not exists entitlement_ledger_package on public.entitlement_ledger
  (organization_id, package_id);
create index if not exists entitlement_ledger_booking on public.entitlement_ledger
  (organization_id, booking_id);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    op.execute("""
do $$ begin
  if not exists (select from public.organizations) then
    drop table if exists public.entitlement_ledger, public.entitlement_holds, public.packages,
      public.memberships, public.covered_programs, public.package_products, public.membership_plans;
  end if;
exception
  when dependent_objects_still_exist then null;
end $$
""")
