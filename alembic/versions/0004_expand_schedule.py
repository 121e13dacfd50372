"""Expand: programs, rooms, instructors and class sessions with counted seats."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = """
create table if not exists next.programs (
  organization_id uuid not null references next.organizations,
  id uuid not null default gen_random_uuid(),
  name text not null check (btrim(name) <> ''),
  open_gym boolean not null default false,
  drop_in_price int not null default 0 check (drop_in_price >= 0),
  is_active boolean not null default true,
  primary key (organization_id, id)
);

create table if not exists next.rooms (
  organization_id uuid not null references next.organizations,
  id uuid not null default gen_random_uuid(),
  name text not null check (btrim(name) <> ''),
  primary key (organization_id, id)
);

create table if not exists next.instructors (
  organization_id uuid not null references next.organizations,
  id uuid not null default gen_random_uuid(),
  name text not null check (btrim(name) <> ''),
  user_id uuid references next.users,
  primary key (organization_id, id)
);

create table if not exists next.class_sessions (
  organization_id uuid not null references next.organizations,
  id uuid not null default gen_random_uuid(),
  program_id uuid not null,
  room_id uuid,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  capacity int not null check (capacity > 0),
  extra_seats int not null default 0 check (extra_seats >= 0),
  booked_count int not null default 0 check (booked_count >= 0),
  status text not null default 'scheduled' check (status in ('scheduled', 'cancelled')),
  handed_in_at timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, program_id) references next.programs (organization_id, id),
  foreign key (organization_id, room_id) references next.rooms (organization_id, id),
  check (ends_at > starts_at),
  constraint class_sessions_seats check (booked_count <= capacity + extra_seats)
) with (fillfactor = 80);
create index if not exists class_sessions_start on next.class_sessions (organization_id, starts_at);

create table if not exists next.session_instructors (
  organization_id uuid not null references next.organizations,
  class_session_id uuid not null,
  instructor_id uuid not null,
  primary key (organization_id, class_session_id, instructor_id),
  foreign key (organization_id, class_session_id) references next.class_sessions (organization_id, id),
  foreign key (organization_id, instructor_id) references next.instructors (organization_id, id)
);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    # What holds rows of a gym, or is needed by somebody else's view, stays in `next`.
    op.execute("""
do $$ begin
  if not exists (select from next.organizations) then
    drop table if exists
      next.session_instructors, next.class_sessions, next.instructors, next.rooms, next.programs;
  end if;
exception
  when dependent_objects_still_exist then null;
end $$
""")
