"""Databases to upgrade and to set back: one server, a database of its own for every test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from migration.place import Place, made

from db import embedded


@pytest.fixture
def blank(cluster: embedded.Cluster, empty_template: str) -> Iterator[Place]:
    """A database in which nothing was done yet; the roles are there, since they are the cluster's."""
    with made(cluster, f"blank_{uuid.uuid4().hex[:12]}") as place:
        yield place


@pytest.fixture
def fresh(cluster: embedded.Cluster, empty_database: str) -> Place:
    """A database at this version without any row."""
    return Place(cluster, empty_database)


@pytest.fixture
def gym_place(cluster: embedded.Cluster, database_name: str) -> Place:
    """The small known gym's database."""
    return Place(cluster, database_name)


@pytest.fixture(scope="session")
def fresh_dump(cluster: embedded.Cluster, empty_template: str) -> str:
    """The schema of a fresh install."""
    with made(cluster, f"dumped_{uuid.uuid4().hex[:12]}") as place:
        place.up()
        return place.dump()
