"""A small judge of the catalog condemns the policies of the first fix, and finds nothing in ours."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from security.judge import FINDINGS, judge
from security.psql import Psql

FIRST_FIX = Path(__file__).parent / "the_first_fix.sql"


@pytest.fixture
def first_fix(cluster: Any) -> Iterator[Psql]:
    """A database with the policies of the first fix."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as superuser:
        superuser.execute(f"create database {name}")
        with psycopg.connect(cluster.conninfo("postgres", name), autocommit=True) as connection:
            connection.execute("create schema app")
            connection.execute(FIRST_FIX.read_bytes())
            yield connection
        superuser.execute(f"drop database {name} with (force)")


def test_ours(superuser: Psql) -> None:
    assert judge(superuser) == {}


def test_the_first_fix(first_fix: Psql) -> None:
    found = judge(first_fix)
    assert set(FINDINGS) - set(found) == {
        "a definer function of a superuser or past row-level security",
        "a table that everybody may touch",
    }
    assert found["a write that anything passes"] == ["bookings.Public can create bookings"]
    assert found["a membership that its user can write"] == [
        "user_organizations.Users can manage their own organizations"
    ]
    assert found["a definer function that everybody may call"] == ["create_lead_from_client(uuid,uuid)"]
    assert len(found["a booking that goes with its person or session"]) == 3
    assert "bookings.bookings_client_id_fkey" in found["a reference across organizations"]


@pytest.mark.parametrize(
    ("spoilt", "fault"),
    [
        ("create policy p on bookings using (organization_id is not null)", "a policy for everybody"),
        (
            "create policy p on leads for insert to frontdesk_staff with check (true)",
            "a write that anything passes",
        ),
        (
            "create policy p on user_organizations for update to frontdesk_staff"
            " using (user_id = app.user_id())",
            "a membership that its user can write",
        ),
        ("alter table clients disable row level security", "row-level security off"),
        ("alter table clients no force row level security", "row-level security not forced on the owner"),
        ("alter function app.find(text, uuid) reset search_path", "a definer function without a search_path"),
        (
            "grant execute on function app.find(text, uuid) to public",
            "a definer function that everybody may call",
        ),
        ("grant select on bookings to public", "a table that everybody may touch"),
        (
            "alter function app.find(text, uuid) owner to postgres",
            "a definer function of a superuser or past row-level security",
        ),
        (
            "alter table bookings add foreign key (organization_id, client_id)"
            " references clients (organization_id, id) on delete cascade",
            "a booking that goes with its person or session",
        ),
    ],
)
def test_one_fault_is_enough(superuser: Psql, spoilt: str, fault: str) -> None:
    superuser.execute("begin")
    superuser.execute(spoilt)
    assert fault in judge(superuser)
    superuser.execute("rollback")
