"""The till: a drawer of cash for each desk, what goes in and out of it, its count, and handovers."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.sql.naming import conv

from db.tables.columns import (
    choice,
    count,
    instant,
    metadata,
    one_person,
    random_id,
    refers,
    tenant,
    user,
)

# Counted once, with what was expected then; from then on nothing of it changes.
drawers = Table(
    "drawers",
    metadata,
    tenant(),
    random_id(),
    Column("desk_id", Uuid, nullable=False),
    count("float_amount", 0),
    Column("currency", Text, nullable=False),
    instant("opened_at"),
    user("opened_by"),
    instant("counted_at", nullable=True),
    user("counted_by"),
    Column("counted_amount", Integer),
    Column("expected_amount", Integer),
    Column("note", Text),
    refers("desk_id", "desks"),
    CheckConstraint("num_nonnulls(counted_at, counted_amount, expected_amount) in (0, 3)", name="check"),
    CheckConstraint(
        "counted_amount = expected_amount or btrim(coalesce(note, '')) <> ''", name=conv("drawer_note")
    ),
    Index(
        "drawers_one_open",
        "organization_id",
        "desk_id",
        unique=True,
        postgresql_where=text("counted_at is null"),
    ),
    Index("drawers_opened", "organization_id", "opened_at"),
)

# Paid in is more than nothing, paid out less.
drawer_movements = Table(
    "drawer_movements",
    metadata,
    tenant(),
    random_id(),
    Column("drawer_id", Uuid, nullable=False),
    Column("amount", Integer, CheckConstraint("amount <> 0", name="amount_check"), nullable=False),
    Column(
        "reason", Text, CheckConstraint("btrim(reason) <> ''", name=conv("drawer_reason")), nullable=False
    ),
    instant("made_at"),
    user("made_by"),
    refers("drawer_id", "drawers"),
    Index("drawer_movements_drawer", "organization_id", "drawer_id"),
)

# So many pieces of a coin or a note, whose worth is in minor units.
drawer_counts = Table(
    "drawer_counts",
    metadata,
    tenant(),
    random_id(),
    Column("drawer_id", Uuid, nullable=False),
    Column(
        "denomination",
        Integer,
        CheckConstraint("denomination > 0", name="denomination_check"),
        nullable=False,
    ),
    Column("pieces", Integer, CheckConstraint("pieces >= 0", name="pieces_check"), nullable=False),
    refers("drawer_id", "drawers"),
    Index("drawer_counts_once", "organization_id", "drawer_id", "denomination", unique=True),
)

# Written by counting a drawer, for whoever comes next to the desk.
handovers = Table(
    "handovers",
    metadata,
    tenant(),
    random_id(),
    Column("desk_id", Uuid, nullable=False),
    Column("drawer_id", Uuid, nullable=False),
    instant("made_at"),
    user("made_by"),
    instant("accepted_at", nullable=True),
    user("accepted_by"),
    refers("desk_id", "desks"),
    refers("drawer_id", "drawers"),
    Index(
        "handovers_open",
        "organization_id",
        "desk_id",
        postgresql_where=text("accepted_at is null"),
    ),
)

# What waited for somebody then.
handover_needs = Table(
    "handover_needs",
    metadata,
    tenant(),
    random_id(),
    Column("handover_id", Uuid, nullable=False),
    count("place", default=1),
    choice("need", "to_tell", "seat_held", "owes", "no_waiver"),
    Column("customer_id", Uuid),
    Column("client_id", Uuid),
    Column("class_session_id", Uuid, nullable=False),
    Column("seats", Integer),
    Column("owes", Integer),
    refers("handover_id", "handovers"),
    refers("customer_id", "leads"),
    refers("client_id", "clients"),
    refers("class_session_id", "class_sessions"),
    one_person("handover_need"),
    Index("handover_needs_handover", "organization_id", "handover_id"),
)
