"""What the tables have in common: names, types, keys and columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.sql.naming import conv
from sqlalchemy.types import UserDefinedType

# The names that PostgreSQL gives by itself.
metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ck": "%(table_name)s_%(constraint_name)s",
    }
)

INSTANT = TIMESTAMP(timezone=True)
NOW = text("now()")
RANDOM_ID = text("gen_random_uuid()")
NO = text("false")


class Xid8(UserDefinedType[int]):
    """A transaction's number that never comes again."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        """The type's name in DDL."""
        return "xid8"


# For whoever compares the metadata with a database.
ischema_names["xid8"] = Xid8


def tenant() -> Column[Any]:
    """The organization that the row is of, first in every key."""
    return Column("organization_id", Uuid, ForeignKey("organizations.id"), primary_key=True)


def random_id() -> Column[Any]:
    """The row's own id, random, so that none tells how many there are."""
    return Column("id", Uuid, primary_key=True, server_default=RANDOM_ID)


def name() -> Column[Any]:
    """A name that is not blank."""
    return Column("name", Text, _not_blank(), nullable=False)


def _not_blank() -> CheckConstraint:
    """A blank name is none."""
    return CheckConstraint("btrim(name) <> ''", name="name_check")


def user(column: str) -> Column[Any]:
    """Who did it; users are of no organization."""
    return Column(column, Uuid, ForeignKey("users.id"))


def count(column: str, default: int, at_least: int = 0) -> Column[Any]:
    """A number with a default and a least value."""
    return Column(
        column,
        Integer,
        CheckConstraint(f"{column} >= {at_least}", name=f"{column}_check"),
        nullable=False,
        server_default=text(str(default)),
    )


def choice(column: str, *words: str, default: str | None = None, nullable: bool = False) -> Column[Any]:
    """A word out of a few."""
    among = ", ".join(f"'{word}'" for word in words)
    return Column(
        column,
        Text,
        CheckConstraint(f"{column} in ({among})", name=f"{column}_check"),
        nullable=nullable,
        server_default=default,
    )


def instant(column: str, *, nullable: bool = False, default: Any = NOW) -> Column[Any]:
    """A moment, in whatever zone it is shown."""
    return Column(column, INSTANT, nullable=nullable, server_default=None if nullable else default)


def refers(column: str, table: str) -> ForeignKeyConstraint:
    """A reference that stays inside the organization."""
    return ForeignKeyConstraint(["organization_id", column], [f"{table}.organization_id", f"{table}.id"])


def one_person(of: str) -> CheckConstraint:
    """Exactly one of the two kinds of person."""
    return CheckConstraint(
        "num_nonnulls(customer_id, client_id) = 1", name=conv(f"check_customer_or_client_{of}")
    )


def by_person(index: str, column: str) -> Index:
    """The rows of one kind of person, found by the person."""
    return where_said(index, column)


def where_said(index: str, column: str) -> Index:
    """The rows that say something in the column, found by it."""
    return Index(index, "organization_id", column, postgresql_where=text(f"{column} is not null"))
