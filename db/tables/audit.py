"""The audit log, and beside it the personal values, which can be erased."""

from sqlalchemy import Column, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from db.tables.columns import choice, instant, metadata, random_id, tenant, user

audit_log = Table(
    "audit_log",
    metadata,
    tenant(),
    random_id(),
    instant("recorded_at", default=text("clock_timestamp()")),
    user("user_id"),
    Column("desk_id", Uuid),
    Column("command", Text),
    Column("table_name", Text, nullable=False),
    Column("row_id", Uuid),
    choice("action", "insert", "update", "delete"),
    Column("before", JSONB),
    Column("after", JSONB),
    Index("audit_log_row", "organization_id", "table_name", "row_id"),
    Index("audit_log_time", "organization_id", "recorded_at"),
)

# It refers to its entry by a trigger's hand alone, see 0011.
audit_personal = Table(
    "audit_personal",
    metadata,
    tenant(),
    Column("audit_id", Uuid, primary_key=True),
    Column("salt", Uuid, nullable=False),
    Column("before", JSONB),
    Column("after", JSONB),
)
