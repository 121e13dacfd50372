"""The SQLAlchemy metadata of every table, named and typed as the database has them.

What is made is made by the revisions; this is what statements are written with and what the revisions are
compared to. Functions, policies and triggers stand in `db/sql`.
"""

from db.tables import (
    accounts,
    audit,
    bookings,
    entitlements,
    families,
    organizations,
    people,
    schedule,
    takeover,
    till,
)
from db.tables.columns import metadata

__all__ = [
    "accounts",
    "audit",
    "bookings",
    "entitlements",
    "families",
    "metadata",
    "organizations",
    "people",
    "schedule",
    "takeover",
    "till",
]
