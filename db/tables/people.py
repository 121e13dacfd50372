"""Leads, clients, and one search document for each."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ARRAY, CheckConstraint, Column, Date, Index, Integer, Table, Text, Uuid, text

from db.tables.columns import choice, instant, metadata, name, random_id, refers, tenant


def _person() -> list[Any]:
    """What persons of both kinds carry."""
    return [
        tenant(),
        random_id(),
        name(),
        Column("email", Text),
        Column("phone", Text),
        Column("birth_date", Date),
        Column("barcode", Text),
        Column("emergency_contact", Text),
        instant("waiver_signed_at", nullable=True),
        Column("waiver_signed_by", Text),
        instant("blocked_at", nullable=True),
        Column("blocked_reason", Text),
        instant("erased_at", nullable=True),
        instant("created_at"),
        instant("updated_at"),
        CheckConstraint("(blocked_at is null) = (blocked_reason is null)", name="check"),
    ]


def _trigrams(index: str, column: str) -> Index:
    return Index(
        index,
        "organization_id",
        column,
        postgresql_using="gin",
        postgresql_ops={column: "ext.gin_trgm_ops"},
        postgresql_with={"fastupdate": "off"},
    )


leads = Table(
    "leads",
    metadata,
    choice("status", "new", "contacted", "qualified", "lost", "converted", default="new"),
    Column("source", Text),
    *_person(),
    Index("leads_barcode", "organization_id", "barcode", unique=True),
)

clients = Table(
    "clients",
    metadata,
    Column("converted_from_lead_id", Uuid),
    Column("client_since", Date),
    *_person(),
    refers("converted_from_lead_id", "leads"),
    Index("clients_barcode", "organization_id", "barcode", unique=True),
    Index("clients_converted_from", "organization_id", "converted_from_lead_id", unique=True),
)

search_documents = Table(
    "search_documents",
    metadata,
    tenant(),
    Column("person_id", Uuid, primary_key=True),
    choice("kind", "lead", "client"),
    Column("name", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("last_visit_on", Date),
    Column("usual", ARRAY(Integer), nullable=False, server_default=text("'{}'")),
    _trigrams("search_documents_document", "document"),
    _trigrams("search_documents_name", "name"),
    Index(
        "search_documents_usual",
        "organization_id",
        "usual",
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    ),
    # A name may be longer than what is indexed.
    Index("search_documents_namesakes", "organization_id", text("md5(name)")),
)
