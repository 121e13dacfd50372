"""The demo gym as it stands in spring, when the clocks of all its three zones change."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from demo.look import NOW, PEOPLE, Look

from db import demo, embedded


@pytest.fixture(scope="session")
def ticks() -> list[tuple[int, int]]:
    """What the progress was told while the demo gym was made."""
    return []


@pytest.fixture(scope="session")
def demo_database(
    cluster: embedded.Cluster, empty_template: str, ticks: list[tuple[int, int]]
) -> Iterator[str]:
    """The name of a database with the whole demo gym, made once."""
    name = "demo_gym"
    yield from make_database(cluster, empty_template, name, ticks)


@pytest.fixture
def look(cluster: embedded.Cluster, demo_database: str) -> Iterator[Look]:
    """What is in the demo gym."""
    with psycopg.connect(cluster.conninfo("postgres", demo_database)) as connection:
        yield Look(connection)


def make_database(
    cluster: embedded.Cluster, template: str, name: str, ticks: list[tuple[int, int]], people: int = PEOPLE
) -> Iterator[str]:
    """A copy of the template with a demo gym in it, dropped afterwards."""
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as superuser:
        superuser.execute(
            f"create database {name} template {template} owner frontdesk_admin strategy file_copy"
        )
        demo.fill(
            cluster.conninfo("frontdesk_admin", name),
            lambda done, total: ticks.append((done, total)),
            people=people,
            now=NOW,
        )
        yield name
        superuser.execute(f"drop database {name} with (force)")
