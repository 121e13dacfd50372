"""What the weeks after a take-over need: rows that wait for a person, and which refusals desks met."""

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Table, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from db.tables.columns import RANDOM_ID, count, instant, metadata, tenant

# Of an organization that the old tables name, which need not be one.
quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=RANDOM_ID),
    Column("organization_id", Uuid),
    Column("table_name", Text, nullable=False),
    Column("row_id", Text, nullable=False),
    Column("row", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    instant("quarantined_at"),
    instant("resolved_at", nullable=True),
    UniqueConstraint("table_name", "row_id", name="quarantine_table_name_row_id_key"),
)

# Counted day by day: a refused transaction leaves nothing, so desks note them afterwards.
refusals = Table(
    "refusals",
    metadata,
    tenant(),
    Column("user_id", Uuid, ForeignKey("users.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column(
        "sqlstate",
        Text,
        CheckConstraint("sqlstate in ('23503', '42501', 'P0002')", name="sqlstate_check"),
        primary_key=True,
    ),
    Column("rule", Text, primary_key=True),
    Column("statement", Text, primary_key=True),
    count("times", default=1, at_least=1),
    instant("last_at"),
)
