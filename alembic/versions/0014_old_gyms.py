"""What old gyms' rows say that nothing could hold: other ways to pay, and who wants to be asked first.

Going back leaves both where rows of a gym wait in `next`, see 0009; they are taken up again.
"""

from alembic import op

revision = "0014"
down_revision = "0012"

COLUMNS = """
alter table public.bookings add column if not exists ask_first boolean not null default false;
alter table public.payments drop constraint if exists payments_method_check;
alter table public.payments add constraint payments_method_check
  check (method in ('card', 'cash', 'direct_debit', 'transfer', 'other')) not valid;
alter table public.payments validate constraint payments_method_check;
"""


def upgrade() -> None:
    op.execute(COLUMNS)


def downgrade() -> None:
    pass
