"""Bookings of leads and clients alike, the money taken for them, and people to tell."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.naming import conv

from db.tables.columns import (
    NO,
    by_person,
    choice,
    instant,
    metadata,
    one_person,
    random_id,
    refers,
    tenant,
    user,
    where_said,
)


def _one_live(index: str, column: str) -> Index:
    return Index(
        index,
        "organization_id",
        "class_session_id",
        column,
        unique=True,
        postgresql_where=text(
            f"{column} is not null and booking_status in ('confirmed', 'waitlisted', 'attended', 'no_show')"
        ),
    )


def _paid_by(kind: str) -> CheckConstraint:
    """What pays is named exactly where it is said to pay."""
    return CheckConstraint(
        f"(paid_by is not distinct from '{kind}') = ({kind}_id is not null)",
        name=conv(f"bookings_paid_by_{kind}"),
    )


bookings = Table(
    "bookings",
    metadata,
    tenant(),
    random_id(),
    Column("class_session_id", Uuid, nullable=False),
    Column("customer_id", Uuid),
    Column("client_id", Uuid),
    choice(
        "booking_status",
        *("confirmed", "waitlisted", "attended", "no_show", "cancelled", "late_cancelled"),
        default="confirmed",
    ),
    choice("payment_status", "pending", "paid", "comp", "refunded", "void", default="pending"),
    choice("paid_by", "card", "cash", "later", "comp", "membership", "package", "credit", nullable=True),
    Column("price", Integer, CheckConstraint("price >= 0", name="price_check"), nullable=False),
    Column("currency", Text, nullable=False),
    Column("comp_reason", Text),
    Column("override_reason", Text),
    Column("over_capacity", Boolean, nullable=False, server_default=NO),
    instant("arrived_at", nullable=True),
    instant("cancelled_at", nullable=True),
    Column("desk_id", Uuid),
    user("booked_by"),
    instant("happened_at"),
    instant("recorded_at"),
    Column("cancel_reason", Text),
    instant("changed_at"),
    user("changed_by"),
    Column("changed_desk_id", Uuid),
    Column("ask_first", Boolean, nullable=False, server_default=NO),
    Column("membership_id", Uuid),
    Column("package_id", Uuid),
    Column("decided", JSONB),
    Column("collection_id", Uuid),
    refers("collection_id", "collections"),
    where_said("bookings_collection", "collection_id"),
    refers("membership_id", "memberships"),
    refers("package_id", "packages"),
    _paid_by("membership"),
    _paid_by("package"),
    where_said("bookings_membership", "membership_id"),
    where_said("bookings_package", "package_id"),
    refers("changed_desk_id", "desks"),
    refers("class_session_id", "class_sessions"),
    refers("customer_id", "leads"),
    refers("client_id", "clients"),
    refers("desk_id", "desks"),
    one_person("booking"),
    CheckConstraint(
        "paid_by is distinct from 'comp' or btrim(coalesce(comp_reason, '')) <> ''",
        name=conv("booking_comp_reason"),
    ),
    _one_live("bookings_one_live_lead", "customer_id"),
    _one_live("bookings_one_live_client", "client_id"),
    Index("bookings_session", "organization_id", "class_session_id", "booking_status"),
    by_person("bookings_lead", "customer_id"),
    by_person("bookings_client", "client_id"),
)

payments = Table(
    "payments",
    metadata,
    tenant(),
    random_id(),
    Column("customer_id", Uuid),
    Column("client_id", Uuid),
    Column("booking_id", Uuid),
    Column("reverses_id", Uuid),
    choice("method", "card", "cash", "direct_debit", "transfer", "other"),
    Column("amount", Integer, CheckConstraint("amount <> 0", name="amount_check"), nullable=False),
    Column("currency", Text, nullable=False),
    Column("desk_id", Uuid),
    user("taken_by"),
    instant("taken_at"),
    Column("membership_id", Uuid),
    Column("package_id", Uuid),
    refers("membership_id", "memberships"),
    refers("package_id", "packages"),
    CheckConstraint(
        "num_nonnulls(booking_id, membership_id, package_id) <= 1", name=conv("payments_for_one_thing")
    ),
    where_said("payments_membership", "membership_id"),
    where_said("payments_package", "package_id"),
    Column("drawer_id", Uuid),
    refers("drawer_id", "drawers"),
    where_said("payments_drawer", "drawer_id"),
    Column("refund_id", Uuid),
    refers("refund_id", "credit_refunds"),
    where_said("payments_refund", "refund_id"),
    refers("customer_id", "leads"),
    refers("client_id", "clients"),
    refers("booking_id", "bookings"),
    refers("reverses_id", "payments"),
    refers("desk_id", "desks"),
    one_person("payment"),
    Index("payments_booking", "organization_id", "booking_id"),
    Index("payments_reversed_once", "organization_id", "reverses_id", unique=True),
    Index("payments_taken", "organization_id", "taken_at"),
)

tasks = Table(
    "tasks",
    metadata,
    tenant(),
    random_id(),
    choice("kind", "to_tell"),
    Column("customer_id", Uuid),
    Column("client_id", Uuid),
    Column("booking_id", Uuid, nullable=False),
    instant("made_at"),
    instant("done_at", nullable=True),
    user("done_by"),
    refers("customer_id", "leads"),
    refers("client_id", "clients"),
    refers("booking_id", "bookings"),
    one_person("task"),
    Index("tasks_open", "organization_id", "made_at", postgresql_where=text("done_at is null")),
)
