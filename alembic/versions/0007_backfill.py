"""Backfill: carry the rows of the old tables over.

A fresh database has none. One with rows is refused before anything changes, unless it is being taken over:
then the queue in the schema `takeover` carries them, before this revision and after it.
"""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("""
do $$
declare
  v_table text;
  v_any boolean;
begin
  if to_regnamespace('takeover') is not null then
    return;
  end if;
  for v_table in
    select tablename from pg_tables
     where schemaname = 'public' and tableowner = current_user and tablename <> 'alembic_version'
  loop
    execute format('select exists (select from public.%I)', v_table) into v_any;
    if v_any then
      raise exception using errcode = 'object_not_in_prerequisite_state',
        message = 'This database holds a gym from before the fix. Nothing was changed in its tables.';
    end if;
  end loop;
end $$
""")


def downgrade() -> None:
    # The rows stay in `next`, see 0002.
    pass
