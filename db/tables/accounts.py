"""A person's account: what they owed and paid together, credit that was given back, and their cards on file.

What stands to their credit is derived from these, bookings, sales and payments, and stored nowhere.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Column, Integer, Table, Text, Uuid
from sqlalchemy.sql.naming import conv

from db.tables.columns import (
    by_person,
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


def _person(table: str, of: str) -> list[Any]:
    """Whose it is, found by them."""
    return [
        Column("customer_id", Uuid),
        Column("client_id", Uuid),
        refers("customer_id", "leads"),
        refers("client_id", "clients"),
        one_person(of),
        by_person(f"{table}_lead", "customer_id"),
        by_person(f"{table}_client", "client_id"),
    ]


def _amount() -> list[Any]:
    """Minor units of a currency."""
    return [
        Column("amount", Integer, CheckConstraint("amount > 0", name="amount_check"), nullable=False),
        Column("currency", Text, nullable=False),
    ]


# Everything that somebody owed, paid at once; the bookings name it until it is taken back.
collections = Table(
    "collections",
    metadata,
    tenant(),
    random_id(),
    choice("method", "card", "cash", "credit"),
    *_amount(),
    count("bookings", default=1, at_least=1),
    instant("taken_at"),
    user("taken_by"),
    Column("desk_id", Uuid),
    instant("taken_back_at", nullable=True),
    user("taken_back_by"),
    refers("desk_id", "desks"),
    *_person("collections", "collection"),
)

# Credit that a manager gave back; the payments that it became name it.
credit_refunds = Table(
    "credit_refunds",
    metadata,
    tenant(),
    random_id(),
    *_amount(),
    Column(
        "reason", Text, CheckConstraint("btrim(reason) <> ''", name=conv("refund_reason")), nullable=False
    ),
    instant("made_at"),
    user("made_by"),
    Column("desk_id", Uuid),
    refers("desk_id", "desks"),
    *_person("credit_refunds", "credit_refund"),
)

# What tells a card from another one, and nothing that could pay with it.
cards_on_file = Table(
    "cards_on_file",
    metadata,
    tenant(),
    random_id(),
    choice("brand", "visa", "mastercard", "amex", "maestro", "other"),
    Column(
        "last_four",
        Text,
        CheckConstraint("last_four ~ '^[0-9]{4}$'", name="last_four_check"),
        nullable=False,
    ),
    instant("added_at"),
    user("added_by"),
    instant("removed_at", nullable=True),
    user("removed_by"),
    *_person("cards_on_file", "card_on_file"),
)
