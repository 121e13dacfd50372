"""One small demo gym for all benchmarks, on the run's own server."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from benchmarks.ground import Ground
from db import demo, embedded

PEOPLE = 600


@pytest.fixture(scope="session")
def small_gym(cluster: embedded.Cluster, empty_template: str) -> Iterator[Ground]:
    """A demo gym of few people; each benchmark leaves its rows in it."""
    name = "benchmarks_gym"
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as superuser:
        superuser.execute(
            f"create database {name} template {empty_template} owner frontdesk_admin strategy file_copy"
        )
        on = Ground(
            cluster.conninfo("frontdesk_app", name),
            cluster.conninfo("frontdesk_admin", name),
            cluster.conninfo("postgres", name),
        )
        demo.fill(on.admin, lambda done, total: None, people=PEOPLE)
        yield on
        superuser.execute(f"drop database {name} with (force)")


@pytest.fixture(autouse=True)
def on_the_small_gym(small_gym: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """The benchmarks run there, as they would on a server that is given to them."""
    monkeypatch.setenv("DATABASE_URL", small_gym.app)
    monkeypatch.setenv("FRONTDESK_ADMIN_URL", small_gym.admin)
