"""Validate: every constraint of the new tables holds for every row, or the fix goes no further."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("""
do $$
declare
  v_constraint record;
begin
  for v_constraint in
    select conrelid::regclass as on_table, conname from pg_constraint
     where connamespace = 'next'::regnamespace and not convalidated
  loop
    execute format('alter table %s validate constraint %I', v_constraint.on_table, v_constraint.conname);
  end loop;
end $$
""")


def downgrade() -> None:
    pass
