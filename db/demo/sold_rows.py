"""What the demo's gyms sell and their people have, as rows; ledger and money as sales would leave them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any
from uuid import UUID

import psycopg

from db.demo.drawing import draw_id
from db.demo.rows import House, copy, dual_key
from db.demo.sales import TERMS, Sold

SOLD = (
    "organization_id id customer_id client_id starts_on ends_on price currency sold_at"
    " sold_by desk_id paid_by"
)


def write_offers(owner: psycopg.Connection[Any], house: House, random: Random) -> dict[str, UUID]:
    """What the gym sells; the ids by name."""
    ids = {name: draw_id(random) for name in TERMS}
    prices = house.gym.offers
    copy(
        owner,
        "package_products",
        "organization_id id name price class_count valid_days",
        (
            (house.id, ids[name], name, prices[name], terms.classes, terms.days)
            for name, terms in TERMS.items()
            if terms.kind == "package"
        ),
    )
    copy(
        owner,
        "membership_plans",
        "organization_id id name price period_limit period term_months",
        (
            (house.id, ids[name], name, prices[name], terms.per_week, terms.per_week and "week", 1)
            for name, terms in TERMS.items()
            if terms.kind == "membership"
        ),
    )
    return ids


def write_sold(
    owner: psycopg.Connection[Any],
    house: House,
    offers: Mapping[str, UUID],
    sold: Sequence[Sold],
    random: Random,
) -> None:
    """What people have, its holds, its classes and its money."""
    packages = [each for each in sold if each.terms.kind == "package"]
    memberships = [each for each in sold if each.terms.kind == "membership"]
    copy(
        owner,
        "packages",
        f"{SOLD} product_id class_count",
        ((*_sold(house, each), offers[each.name], each.terms.classes) for each in packages),
    )
    copy(
        owner,
        "memberships",
        f"{SOLD} plan_id period_limit period",
        (
            (*_sold(house, each), offers[each.name], each.terms.per_week, each.terms.per_week and "week")
            for each in memberships
        ),
    )
    copy(
        owner,
        "entitlement_ledger",
        "organization_id id package_id kind amount made_at",
        ((house.id, draw_id(random), each.id, "opening", each.left, each.sold_at) for each in packages),
    )
    copy(
        owner,
        "entitlement_holds",
        "organization_id id membership_id package_id first_day last_day held_at",
        ((house.id, draw_id(random), *_which(each), *each.held, each.sold_at) for each in sold if each.held),
    )
    copy(
        owner,
        "payments",
        "organization_id id customer_id client_id membership_id package_id method amount currency desk_id"
        " taken_by taken_at",
        (
            (
                *(house.id, draw_id(random), *dual_key(each.person), *_which(each), "card", each.price),
                *(house.gym.currency, each.desk_id, each.sold_by, each.sold_at),
            )
            for each in sold
            if each.sold_by
        ),
    )


def _sold(house: House, sold: Sold) -> tuple[object, ...]:
    return (
        *(house.id, sold.id, *dual_key(sold.person), sold.starts_on, sold.ends_on, sold.price),
        *(house.gym.currency, sold.sold_at, sold.sold_by, sold.desk_id, "card" if sold.sold_by else "other"),
    )


def _which(sold: Sold) -> tuple[UUID | None, UUID | None]:
    """The membership's id and the package's, of which one is there."""
    return (sold.id, None) if sold.terms.kind == "membership" else (None, sold.id)
