"""Expand: organizations, their staff and desks, and what sign-in needs.

The new tables are made in the schema `next`, where nobody meets them, until the last step puts them in
the place of the old ones.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
create schema if not exists next;

create table if not exists next.organizations (
  id uuid primary key default gen_random_uuid(),
  name text not null check (btrim(name) <> ''),
  timezone text not null check ((timestamptz '2000-01-01 00:00Z' at time zone timezone) is not null),
  currency text not null check (currency ~ '^[A-Z]{3}$'),
  staff_hours_after int not null default 24 check (staff_hours_after >= 0),
  manager_hours_after int not null default 168 check (manager_hours_after >= 0),
  undo_minutes int not null default 10 check (undo_minutes >= 0),
  manager_undo_minutes int not null default 1440 check (manager_undo_minutes >= 0),
  promote_until_minutes int not null default 60 check (promote_until_minutes >= 0),
  created_at timestamptz not null default now()
);

create table if not exists next.users (
  id uuid primary key default gen_random_uuid(),
  email text not null check (btrim(email) <> ''),
  name text not null check (btrim(name) <> ''),
  salt bytea,
  stored_key bytea,
  must_change boolean not null default false,
  created_at timestamptz not null default now(),
  check (num_nonnulls(salt, stored_key) in (0, 2))
);
create unique index if not exists users_email on next.users (lower(email));

create table if not exists next.user_organizations (
  organization_id uuid not null references next.organizations,
  user_id uuid not null references next.users,
  role text not null check (role in ('owner', 'manager', 'staff', 'viewer')),
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  primary key (organization_id, user_id)
);
create index if not exists user_organizations_user on next.user_organizations (user_id);

create table if not exists next.desks (
  organization_id uuid not null references next.organizations,
  id uuid not null,
  name text not null check (btrim(name) <> '' and length(name) <= 60),
  opened_at timestamptz not null default now(),
  primary key (organization_id, id)
);

create table if not exists next.sign_ins (
  login_digest bytea primary key,
  failures int not null,
  last_at timestamptz not null,
  locked_until timestamptz
);

create table if not exists next.sign_in_challenges (
  id uuid primary key default gen_random_uuid(),
  login_digest bytea not null,
  user_id uuid references next.users,
  made_in xid8 not null,
  made_at timestamptz not null default now(),
  used boolean not null default false
);
create index if not exists sign_in_challenges_made on next.sign_in_challenges (made_at);

create table if not exists next.tokens (
  token_hash bytea primary key check (length(token_hash) = 32),
  user_id uuid references next.users,
  installation uuid not null,
  made_in xid8 not null,
  made_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  change_only boolean not null default false
);
create index if not exists tokens_user on next.tokens (user_id);
create index if not exists tokens_expiry on next.tokens (expires_at);

create table if not exists next.secrets (name text primary key, value bytea not null);
insert into next.secrets (name, value)
values ('salt', uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
on conflict do nothing;
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    # What holds rows of a gym, or is needed by somebody else's view, stays in `next`, and the next upgrade
    # goes on with it.
    op.execute("""
do $$ begin
  if not exists (select from next.organizations) and not exists (select from next.users) then
    drop table next.user_organizations, next.desks, next.organizations, next.sign_ins,
      next.sign_in_challenges, next.tokens, next.users, next.secrets;
    drop schema next;
  end if;
exception
  when dependent_objects_still_exist then null;
end $$
""")
