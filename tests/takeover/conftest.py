"""A known old gym, before and after it was taken over."""

from __future__ import annotations

import lzma
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from migration.place import Place, made

from db import embedded

DATA = Path(__file__).parent / "data"


@pytest.fixture
def old_gym(cluster: embedded.Cluster, empty_template: str) -> Iterator[Place]:
    """The database of three gyms from before the fix, which a superuser owns."""
    with made(cluster, f"old_{uuid.uuid4().hex[:12]}") as place:
        with psycopg.connect(place.superuser, autocommit=True) as connection:
            connection.execute(lzma.decompress((DATA / "legacy_gym.sql.xz").read_bytes()))
        yield place
