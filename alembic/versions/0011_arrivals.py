"""What arrivals leave behind: the last change of a booking, who usually comes when, PINs and a growing lock.

Going back leaves the columns where rows of a gym wait in `next`, see 0009; they are taken up again.
"""

from alembic import op

revision = "0011"
down_revision = "0010"

# Checked row by row, an import of thousands looked through all entries of the organization for each; the
# trigger that writes both rows is the only one who can.
UNREFER = """
alter table public.audit_personal drop constraint if exists audit_personal_organization_id_audit_id_fkey;
"""

COLUMNS = """
alter table public.organizations
  add column if not exists cancel_hours integer not null default 24 check (cancel_hours >= 0),
  add column if not exists cancel_grace_minutes integer not null default 15 check (cancel_grace_minutes >= 0),
  add column if not exists idle_minutes integer not null default 10 check (idle_minutes >= 1);

alter table public.users
  add column if not exists pin_salt bytea,
  add column if not exists pin_key bytea;

alter table public.sign_ins
  add column if not exists locks integer not null default 0;

alter table public.tokens
  add column if not exists password_token bytea,
  add column if not exists asleep boolean not null default false,
  add column if not exists pin_tries integer not null default 0,
  add column if not exists pin_asked_in xid8,
  add column if not exists pin_asked_at timestamptz;

alter table public.bookings
  add column if not exists cancel_reason text,
  add column if not exists changed_at timestamptz not null default now(),
  add column if not exists changed_by uuid references public.users,
  add column if not exists changed_desk_id uuid;

alter table public.search_documents
  add column if not exists last_visit_on date,
  add column if not exists usual integer[] not null default '{}';
create index if not exists search_documents_usual on public.search_documents
  using gin (organization_id, usual) with (fastupdate = off);
create index if not exists search_documents_namesakes on public.search_documents
  (organization_id, md5(name));

do $$ begin
  if not exists (
    select from pg_constraint where conname = 'bookings_organization_id_changed_desk_id_fkey'
  ) then
    alter table public.bookings add foreign key (organization_id, changed_desk_id)
      references public.desks (organization_id, id);
  end if;
  if not exists (select from pg_constraint where conname = 'users_pin_check') then
    alter table public.users add constraint users_pin_check check (num_nonnulls(pin_salt, pin_key) in (0, 2));
  end if;
end $$;
"""

# As db/sql/habits.sql keeps them from now on.
HABITS = """
with visits as (
  select b.organization_id, coalesce(b.client_id, b.customer_id) as person_id,
         s.starts_at at time zone o.timezone as at
    from public.bookings b
    join public.class_sessions s on s.organization_id = b.organization_id and s.id = b.class_session_id
    join public.organizations o on o.id = b.organization_id
   where b.booking_status = 'attended'
), dated as (
  select v.*, max(v.at::date) over (partition by v.organization_id, v.person_id) as last_on,
         (extract(isodow from v.at) * 48 + extract(hour from v.at) * 2
           + floor(extract(minute from v.at) / 30))::int as slot
    from visits v
)
update public.search_documents d set last_visit_on = h.last_on, usual = h.usual
  from (select organization_id, person_id, last_on,
               array_agg(slot order by slot) filter (where at::date > last_on - 56) as usual
          from dated group by 1, 2, 3) h
 where d.organization_id = h.organization_id and d.person_id = h.person_id
"""


def upgrade() -> None:
    op.execute(COLUMNS)
    op.execute(UNREFER)
    op.execute(HABITS)


def downgrade() -> None:
    pass
