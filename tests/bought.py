"""What people of the known gym have bought, made as the owner makes it, and what became of it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import psycopg
from gym import Gym

from db.records import Kind

Superuser = psycopg.Connection[tuple[Any, ...]]


def person(gym: Gym, kind: Kind, key: str) -> uuid.UUID:
    return (gym.leads if kind == "lead" else gym.clients)[key]


def one(superuser: Superuser, statement: str, *values: object) -> Any:
    row = superuser.execute(statement.encode(), values).fetchone()
    assert row is not None
    return row[0]


def has_package(
    superuser: Superuser, gym: Gym, kind: Kind, key: str, credits: int = 1, **more: object
) -> uuid.UUID:
    """A package of that person with so many classes left, for a month around today."""
    product = one(
        superuser,
        "insert into package_products (organization_id, name, price, class_count)"
        " values (%s, '10-Class Pass', 9000, 10) returning id",
        gym.organizations["harbour"],
    )
    return _sold(
        superuser, gym, "packages", kind, key, {"product_id": product, "class_count": 10} | more, credits
    )


def has_membership(superuser: Superuser, gym: Gym, kind: Kind, key: str, **more: object) -> uuid.UUID:
    plan = one(
        superuser,
        "insert into membership_plans (organization_id, name, price) values (%s, 'Unlimited', 8900)"
        " returning id",
        gym.organizations["harbour"],
    )
    return _sold(superuser, gym, "memberships", kind, key, {"plan_id": plan} | more, 0)


def _sold(
    superuser: Superuser,
    gym: Gym,
    table: str,
    kind: Kind,
    key: str,
    more: dict[str, object],
    credits: int,
) -> uuid.UUID:
    today = one(superuser, "select current_date")
    values = {
        "organization_id": gym.organizations["harbour"],
        "starts_on": today - timedelta(days=15),
        "ends_on": today + timedelta(days=15),
        "price": 9000,
        "currency": "GBP",
        ("customer_id" if kind == "lead" else "client_id"): person(gym, kind, key),
    } | more
    columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    sold = one(superuser, f"insert into {table} ({columns}) values ({marks}) returning id", *values.values())
    assert isinstance(sold, uuid.UUID)
    if credits:
        superuser.execute(
            "insert into entitlement_ledger (organization_id, package_id, kind, amount)"
            " values (%s, %s, 'grant', %s)",
            (gym.organizations["harbour"], sold, credits),
        )
    return sold


def left(superuser: Superuser, package: uuid.UUID) -> int:
    total: int = one(
        superuser,
        "select coalesce(sum(amount), 0)::int from entitlement_ledger where package_id = %s",
        package,
    )
    return total


def paid(superuser: Superuser, booking: uuid.UUID) -> tuple[object, ...] | None:
    return superuser.execute(
        "select paid_by, payment_status, coalesce(membership_id, package_id) from bookings where id = %s",
        (booking,),
    ).fetchone()
