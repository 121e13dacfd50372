"""Expand: the audit log, and beside it the personal values, which can be erased."""

from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = """
create table if not exists next.audit_log (
  organization_id uuid not null references next.organizations,
  id uuid not null default gen_random_uuid(),
  recorded_at timestamptz not null default clock_timestamp(),
  user_id uuid references next.users,
  desk_id uuid,
  command text,
  table_name text not null,
  row_id uuid,
  action text not null check (action in ('insert', 'update', 'delete')),
  before jsonb,
  after jsonb,
  primary key (organization_id, id)
);
create index if not exists audit_log_row on next.audit_log (organization_id, table_name, row_id);
create index if not exists audit_log_time on next.audit_log (organization_id, recorded_at);

create table if not exists next.audit_personal (
  organization_id uuid not null references next.organizations,
  audit_id uuid not null,
  salt uuid not null,
  before jsonb,
  after jsonb,
  primary key (organization_id, audit_id),
  foreign key (organization_id, audit_id) references next.audit_log (organization_id, id)
);
"""


def upgrade() -> None:
    op.execute(TABLES)


def downgrade() -> None:
    # What holds rows of a gym, or is needed by somebody else's view, stays in `next`.
    op.execute("""
do $$ begin
  if not exists (select from next.organizations) then
    drop table if exists next.audit_personal, next.audit_log;
  end if;
exception
  when dependent_objects_still_exist then null;
end $$
""")
