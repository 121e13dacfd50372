"""A known old gym, before and after it was taken over; that is done once a run and copied."""

from __future__ import annotations

import lzma
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from migration.place import Place, made
from takeover.old_gyms import LEGACY, LOOSEN

from db import embedded, takeover

DATA = Path(__file__).parent / "data"


@pytest.fixture
def old_gym(cluster: embedded.Cluster, empty_template: str) -> Iterator[Place]:
    """The database of three gyms from before the fix, which a superuser owns."""
    with made(cluster, f"old_{uuid.uuid4().hex[:12]}") as place:
        with psycopg.connect(place.superuser, autocommit=True) as connection:
            connection.execute(lzma.decompress((DATA / "legacy_gym.sql.xz").read_bytes()))
        yield place


@dataclass(frozen=True)
class TakenOver:
    """What the first take-over gave."""

    report: takeover.Report
    passwords: Path


@pytest.fixture(scope="session")
def taken_over(
    cluster: embedded.Cluster, empty_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Place, TakenOver]]:
    """The gym after it was taken over; nobody may write there."""
    with made(cluster, f"taken_{uuid.uuid4().hex[:12]}") as place:
        with psycopg.connect(place.superuser, autocommit=True) as connection:
            connection.execute(lzma.decompress((DATA / "legacy_gym.sql.xz").read_bytes()))
        file = tmp_path_factory.mktemp("takeover") / "passwords.csv"
        yield place, TakenOver(takeover.adopt(place.superuser, file), file)


@pytest.fixture
def new_gym(cluster: embedded.Cluster, taken_over: tuple[Place, TakenOver]) -> Iterator[Place]:
    """A copy of it for a test that writes."""
    template = taken_over[0].name
    with made(cluster, f"new_{uuid.uuid4().hex[:12]}", f"template {template}") as place:
        yield place


@pytest.fixture(scope="session")
def old_templates(cluster: embedded.Cluster, empty_template: str) -> Iterator[dict[bool, str]]:
    """The databases of a strict and of a loose old gym without rows, by whether it is loose."""
    with (
        made(cluster, f"strict_{uuid.uuid4().hex[:10]}") as strict,
        made(cluster, f"loose_{uuid.uuid4().hex[:10]}") as loose,
    ):
        for place, more in ((strict, ""), (loose, LOOSEN)):
            with psycopg.connect(place.superuser, autocommit=True) as connection:
                connection.execute(LEGACY.read_bytes())
                connection.execute(more.encode())
        yield {False: strict.name, True: loose.name}
