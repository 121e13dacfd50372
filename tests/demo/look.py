"""What the tests of the demo gym look through, and the moment they look at."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, LiteralString

import psycopg

NOW = datetime(2026, 4, 8, 11, 20, tzinfo=UTC)  # London 12:20, New York 07:20, Sydney 21:20
PEOPLE = 5_000


class Look:
    """Looks past row-level security at what is in the database."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self._connection = connection

    def rows(self, query: LiteralString) -> list[tuple[Any, ...]]:
        """Every row of the answer."""
        return self._connection.execute(query).fetchall()

    def one(self, query: LiteralString) -> Any:
        """The one value of the answer."""
        return self.rows(query)[0][0]
