"""What may pay for a booking: memberships and packages, what managers sell, and the ledger of credits.

What was agreed at a sale stands on the sold row, so that a plan or a product can be changed for the next one;
which programs are covered is asked of the plan or the product.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Column, Date, Index, Integer, Table, Text, Uuid, text
from sqlalchemy.sql.naming import conv

from db.tables.columns import (
    NO,
    by_person,
    choice,
    count,
    instant,
    metadata,
    name,
    one_person,
    random_id,
    refers,
    tenant,
    user,
)

YES = text("true")


def _offered() -> list[Any]:
    """What managers sell."""
    return [
        tenant(),
        random_id(),
        name(),
        Column("price", Integer, CheckConstraint("price >= 0", name="price_check"), nullable=False),
        Column("every_program", Boolean, nullable=False, server_default=YES),
        Column("is_intro", Boolean, nullable=False, server_default=NO),
        Column("is_shared", Boolean, nullable=False, server_default=NO),
        Column("is_active", Boolean, nullable=False, server_default=YES),
        instant("created_at"),
    ]


def _limit(table: str) -> list[Any]:
    """So many bookings in a week or month; without a limit there is no period."""
    return [
        Column("period_limit", Integer, CheckConstraint("period_limit >= 0", name="period_limit_check")),
        choice("period", "week", "month", nullable=True),
        choice("anchored", "calendar", "anniversary", default="calendar"),
        CheckConstraint("(period_limit is null) = (period is null)", name=conv(f"{table}_limit_and_period")),
    ]


def _sold(table: str, of: str) -> list[Any]:
    """What one person bought, the first and the last day of it included."""
    return [
        Column("starts_on", Date, nullable=False),
        Column("ends_on", Date),
        Column("is_shared", Boolean, nullable=False, server_default=NO),
        Column("price", Integer, CheckConstraint("price >= 0", name="price_check"), nullable=False),
        Column("currency", Text, nullable=False),
        instant("sold_at"),
        user("sold_by"),
        Column("desk_id", Uuid),
        instant("cancelled_at", nullable=True),
        user("cancelled_by"),
        Column("cancel_reason", Text),
        Column("customer_id", Uuid),
        Column("client_id", Uuid),
        refers("desk_id", "desks"),
        refers("customer_id", "leads"),
        refers("client_id", "clients"),
        one_person(of),
        CheckConstraint("ends_on >= starts_on", name=conv(f"{table}_ends_after_it_starts")),
        by_person(f"{table}_lead", "customer_id"),
        by_person(f"{table}_client", "client_id"),
    ]


def _paid() -> list[Any]:
    """How the sale was paid, and whether it was undone; what another system sold was paid there."""
    return [
        choice("paid_by", "card", "cash", "comp", "other", "credit", default="other"),
        Column("comp_reason", Text),
        Column("refunded", Boolean, nullable=False, server_default=NO),
        Column("taken_back", Boolean, nullable=False, server_default=NO),
    ]


def _days(column: str) -> Column[Any]:
    return Column(column, Integer, CheckConstraint(f"{column} > 0", name=f"{column}_check"))


membership_plans = Table(
    "membership_plans",
    metadata,
    *_offered(),
    *_limit("membership_plans"),
    _days("term_months"),
)

package_products = Table(
    "package_products",
    metadata,
    *_offered(),
    count("class_count", default=1, at_least=1),
    _days("valid_days"),
    choice("valid_from", "purchase", "first_class", default="purchase"),
)

# Which programs a plan or a product covers that does not cover every one.
covered_programs = Table(
    "covered_programs",
    metadata,
    tenant(),
    random_id(),
    Column("plan_id", Uuid),
    Column("product_id", Uuid),
    Column("program_id", Uuid, nullable=False),
    refers("plan_id", "membership_plans"),
    refers("product_id", "package_products"),
    refers("program_id", "programs"),
    CheckConstraint("num_nonnulls(plan_id, product_id) = 1", name=conv("covered_programs_plan_or_product")),
    Index("covered_programs_plan", "organization_id", "plan_id", "program_id", unique=True),
    Index("covered_programs_product", "organization_id", "product_id", "program_id", unique=True),
)

memberships = Table(
    "memberships",
    metadata,
    tenant(),
    random_id(),
    Column("plan_id", Uuid, nullable=False),
    *_limit("memberships"),
    *_sold("memberships", "membership"),
    refers("plan_id", "membership_plans"),
    *_paid(),
)

# With valid_days and no last day it ends so many days from the first class that counts.
packages = Table(
    "packages",
    metadata,
    tenant(),
    random_id(),
    Column("product_id", Uuid, nullable=False),
    count("class_count", default=1),
    _days("valid_days"),
    *_sold("packages", "package"),
    refers("product_id", "package_products"),
    *_paid(),
)

# Days on which a membership or a package pays for nothing; without a last day it is paused.
entitlement_holds = Table(
    "entitlement_holds",
    metadata,
    tenant(),
    random_id(),
    Column("membership_id", Uuid),
    Column("package_id", Uuid),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date),
    Column("reason", Text),
    instant("held_at"),
    user("held_by"),
    refers("membership_id", "memberships"),
    refers("package_id", "packages"),
    CheckConstraint(
        "num_nonnulls(membership_id, package_id) = 1", name=conv("entitlement_holds_membership_or_package")
    ),
    CheckConstraint("last_day >= first_day", name="check"),
    Index("entitlement_holds_membership", "organization_id", "membership_id"),
    Index("entitlement_holds_package", "organization_id", "package_id"),
)

# What is left of a package is the sum of its rows.
entitlement_ledger = Table(
    "entitlement_ledger",
    metadata,
    tenant(),
    random_id(),
    Column("package_id", Uuid, nullable=False),
    Column("booking_id", Uuid),
    choice("kind", "opening", "grant", "debit", "credit", "write_off"),
    Column("amount", Integer, CheckConstraint("amount <> 0", name="amount_check"), nullable=False),
    instant("made_at"),
    user("made_by"),
    Column("desk_id", Uuid),
    refers("package_id", "packages"),
    refers("booking_id", "bookings"),
    refers("desk_id", "desks"),
    CheckConstraint("kind = 'opening' or (amount > 0) = (kind in ('grant', 'credit'))", name="check"),
    CheckConstraint("(booking_id is null) = (kind not in ('debit', 'credit'))", name="booking_check"),
    Index("entitlement_ledger_package", "organization_id", "package_id"),
    Index("entitlement_ledger_booking", "organization_id", "booking_id"),
)
