"""The schema before the fix."""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

LEGACY = Path(__file__).parents[1] / "legacy.sql"


def upgrade() -> None:
    # A database of that time is stamped and not made.
    op.execute(LEGACY.read_text())


def downgrade() -> None:
    raise NotImplementedError("There is nothing before the schema before the fix.")
