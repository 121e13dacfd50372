"""Expand: bookings of leads and clients alike, the money taken for them, and people to tell."""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = """
create table if not exists next.bookings (
  organization_id uuid not null references next.organizations,
  id uuid not null default gen_random_uuid(),
  class_session_id uuid not null,
  customer_id uuid,
  client_id uuid,
  booking_status text not null default 'confirmed'
    check (booking_status in
      ('confirmed', 'waitlisted', 'attended', 'no_show', 'cancelled', 'late_cancelled')),
  payment_status text not null default 'pending'
    check (payment_status in ('pending', 'paid', 'comp', 'refunded', 'void')),
  paid_by text check (paid_by in ('card', 'cash', 'later', 'comp')),
  price int not null check (price >= 0),
  currency text not null,
  comp_reason text,
  override_reason text,
  over_capacity boolean not null default false,
  arrived_at timestamptz,
  cancelled_at timestamptz,
  desk_id uuid,
  booked_by uuid references next.users,
  happened_at timestamptz not null default now(),
  recorded_at timestamptz not null default now(),
  primary key (organization_id, id),
  foreign key (organization_id, class_session_id) references next.class_sessions (organization_id, id),
  foreign key (organization_id, customer_id) references next.leads (organization_id, id),
  foreign key (organization_id, client_id) references next.clients (organization_id, id),
  foreign key (organization_id, desk_id) references next.desks (organization_id, id),
  constraint check_customer_or_client_booking check (num_nonnulls(customer_id, client_id) = 1),
  constraint booking_comp_reason
    check (paid_by is distinct from 'comp' or btrim(coalesce(comp_reason, '')) <> '')
);
create unique index if not exists bookings_one_live_lead
  on next.bookings (organization_id, class_session_id, customer_id)
  where customer_id is not null and booking_status in ('confirmed', 'waitlisted', 'attended', 'no_show');
create unique index if not exists bookings_one_live_client
  on next.bookings (organization_id, class_session_id, client_id)
  where client_id is not null and booking_status in ('confirmed', 'waitlisted', 'attended', 'no_show');
create index if not exists bookings_session
  on next.bookings (organization_id, class_session_id, booking_status);
create index if not exists bookings_lead on next.bookings (organization_id, customer_id)
  where customer_id is not null;
create index if not exists bookings_client on next.bookings (organization_id, client_id)
  where client_id is not null;

create table if not exists next.payments (
  organization_id uuid not null references next.organizations,
  id uuid not null default gen_random_uuid(),
  customer_id uuid,
  client_id uuid,
  booking_id uuid,
  reverses_id uuid,
  method text not null check (method in ('card', 'cash')),
  amount int not null check (amount <> 0),
  currency text not null,
  desk_id uuid,
  taken_by uuid references next.users,
  taken_at timestamptz not null default now(),
  primary key (organization_id, id),
  foreign key (organization_id, customer_id) references next.leads (organization_id, id),
  foreign key (organization_id, client_id) references next.clients (organization_id, id),
  foreign key (organization_id, booking_id) references next.bookings (organization_id, id),
  foreign key (organization_id, reverses_id) references next.payments (organization_id, id),
  foreign key (organization_id, desk_id) references next.desks (organization_id, id),
  constraint check_customer_or_client_payment check (num_nonnulls(customer_id, client_id) = 1)
);
create index if not exists payments_booking on next.payments (organization_id, booking_id);
create unique index if not exists payments_reversed_once on next.payments (organization_id, reverses_id);

create table if not exists next.tasks (
  organization_id uuid not null references next.organizations,
  id uuid not null default gen_random_uuid(),
  kind text not null check (kind in ('to_tell')),
  customer_id uuid,
  client_id uuid,
  booking_id uuid not null,
  made_at timestamptz not null default now(),
  done_at timestamptz,
  done_by uuid references next.users,
  primary key (organization_id, id),
  foreign key (organization_id, customer_id) references next.leads (organization_id, id),
  foreign key (organization_id, client_id) references next.clients (organization_id, id),
  foreign key (organization_id, booking_id) references next.bookings (organization_id, id),
  constraint check_customer_or_client_task check (num_nonnulls(customer_id, client_id) = 1)
);
create index if not exists tasks_open on next.tasks (organization_id, made_at) where done_at is null;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    # What holds rows of a gym, or is needed by somebody else's view, stays in `next`.
    op.execute("""
do $$ begin
  if not exists (select from next.organizations) then
    drop table if exists next.tasks, next.payments, next.bookings;
  end if;
exception
  when dependent_objects_still_exist then null;
end $$
""")
