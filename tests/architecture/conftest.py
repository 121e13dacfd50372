"""The upgraded database, to look at only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from db import embedded

Ask = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def ask(cluster: embedded.Cluster, empty_template: str) -> Iterator[Ask]:
    """The rows of a question to the catalog, past row-level security."""

    def ask(question: str, *values: object) -> list[tuple[Any, ...]]:
        # Not held open: other tests copy this database.
        with psycopg.connect(cluster.conninfo("postgres", empty_template)) as superuser:
            return superuser.execute(question.encode(), values or None).fetchall()

    yield ask
