"""Which membership or package pays for a booking, what was decided then, and what a payment is for.

Going back leaves the columns where rows of a gym wait in `next`, see 0009; they are taken up again.
"""

from alembic import op

revision = "0016"
down_revision = "0015"

BOOKINGS = """
alter table public.bookings
  add column if not exists membership_id uuid,
  add column if not exists package_id uuid,
  add column if not exists decided jsonb;
create index if not exists bookings_membership on public.bookings (organization_id, membership_id)
  where membership_id is not null;
create index if not exists bookings_package on public.bookings (organization_id, package_id)
  where package_id is not null;
"""

# A way back may have left a wider one, with rows that need it.
PAID_BY = """
do $$ begin
  if not exists (select from pg_constraint
                  where conrelid = 'public.bookings'::regclass and conname = 'bookings_paid_by_check'
                    and pg_get_constraintdef(oid) like '%package%') then
    alter table public.bookings drop constraint if exists bookings_paid_by_check;
    alter table public.bookings add constraint bookings_paid_by_check
      check (paid_by in ('card', 'cash', 'later', 'comp', 'membership', 'package')) not valid;
    alter table public.bookings validate constraint bookings_paid_by_check;
  end if;
end $$;
"""

SOLD = """
alter table public.{table}
  add column if not exists paid_by text not null default 'other'
    check (paid_by in ('card', 'cash', 'comp', 'other')),
  add column if not exists comp_reason text,
  add column if not exists refunded boolean not null default false;
"""

PAYMENTS = """
alter table public.payments
  add column if not exists membership_id uuid,
  add column if not exists package_id uuid;
create index if not exists payments_membership on public.payments (organization_id, membership_id)
  where membership_id is not null;
create index if not exists payments_package on public.payments (organization_id, package_id)
  where package_id is not null;
"""

# Columns and constraints that a way back left are there already.
CONSTRAINTS = """
do $$
declare
  v record;
begin
  for v in select * from (values
    ('bookings', 'bookings_organization_id_membership_id_fkey',
     'foreign key (organization_id, membership_id) references public.memberships (organization_id, id)'),
    ('bookings', 'bookings_organization_id_package_id_fkey',
     'foreign key (organization_id, package_id) references public.packages (organization_id, id)'),
    ('bookings', 'bookings_paid_by_membership',
     'check ((paid_by is not distinct from ''membership'') = (membership_id is not null))'),
    ('bookings', 'bookings_paid_by_package',
     'check ((paid_by is not distinct from ''package'') = (package_id is not null))'),
    ('payments', 'payments_organization_id_membership_id_fkey',
     'foreign key (organization_id, membership_id) references public.memberships (organization_id, id)'),
    ('payments', 'payments_organization_id_package_id_fkey',
     'foreign key (organization_id, package_id) references public.packages (organization_id, id)'),
    ('payments', 'payments_for_one_thing', 'check (num_nonnulls(booking_id, membership_id, package_id) <= 1)')
  ) as t (on_table, name, said) loop
    if not exists (select from pg_constraint k join pg_class c on c.oid = k.conrelid
                    where k.conname = v.name and c.oid = format('public.%I', v.on_table)::regclass) then
      execute format('alter table public.%I add constraint %I %s', v.on_table, v.name, v.said);
    end if;
  end loop;
end $$;
"""


def upgrade() -> None:
    op.execute(BOOKINGS)
    op.execute(PAID_BY)
    op.execute(SOLD.format(table="memberships"))
    op.execute(SOLD.format(table="packages"))
    op.execute(PAYMENTS)
    op.execute(CONSTRAINTS)


# The references would keep the tables of 0015.
GIVE_BACK = """
do $$ begin
  if not exists (select from public.organizations) then
    alter table public.bookings drop column membership_id, drop column package_id, drop column decided;
    alter table public.payments drop column membership_id, drop column package_id;
  end if;
exception
  when dependent_objects_still_exist then null;
end $$;
"""


def downgrade() -> None:
    op.execute(GIVE_BACK)
