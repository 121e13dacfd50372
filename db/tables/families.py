"""What belongs to a person of either kind: family, notes, and the ids they had where they came from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Column, Index, Integer, Table, Text, Uuid

from db.tables.columns import (
    NO,
    by_person,
    instant,
    metadata,
    one_person,
    random_id,
    refers,
    tenant,
    user,
)


def _person(of: str) -> list[Any]:
    """One person, a lead or a client."""
    return [
        Column("customer_id", Uuid),
        Column("client_id", Uuid),
        refers("customer_id", "leads"),
        refers("client_id", "clients"),
        one_person(of),
    ]


families = Table("families", metadata, tenant(), random_id(), instant("created_at"))

# A person is of one family at most.
family_members = Table(
    "family_members",
    metadata,
    tenant(),
    random_id(),
    Column("family_id", Uuid, nullable=False),
    Column("is_guardian", Boolean, nullable=False, server_default=NO),
    *_person("family_member"),
    refers("family_id", "families"),
    Index("family_members_family", "organization_id", "family_id"),
    Index("family_members_lead", "organization_id", "customer_id", unique=True),
    Index("family_members_client", "organization_id", "client_id", unique=True),
)

# An alert is a note with a priority, 1 the most pressing.
notes = Table(
    "notes",
    metadata,
    tenant(),
    random_id(),
    Column("text", Text, CheckConstraint("btrim(text) <> ''", name="text_check"), nullable=False),
    Column(
        "alert_priority",
        Integer,
        CheckConstraint("alert_priority between 1 and 3", name="alert_priority_check"),
    ),
    user("written_by"),
    instant("written_at"),
    *_person("note"),
    by_person("notes_lead", "customer_id"),
    by_person("notes_client", "client_id"),
)

external_ids = Table(
    "external_ids",
    metadata,
    tenant(),
    Column("source", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    *_person("external_id"),
    by_person("external_ids_lead", "customer_id"),
    by_person("external_ids_client", "client_id"),
)
