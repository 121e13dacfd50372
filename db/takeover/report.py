"""What became of every row of the old tables; the sums must add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from db.takeover.catalog import OldTable


@dataclass(frozen=True, slots=True)
class Row:
    """The rows of one old table."""

    table: str
    before: int
    kept: int
    merged: int
    quarantined: int

    @property
    def adds_up(self) -> bool:
        """Whether nothing was lost."""
        return self.before == self.kept + self.merged + self.quarantined


@dataclass(frozen=True, slots=True)
class Report:
    """What the take-over did; `remarks` are for a person to read, `passwords` how many were given.

    `waiting` is how many changes of the old application came too late for this run.
    """

    tables: list[Row]
    remarks: list[str]
    passwords: int
    waiting: int

    @property
    def adds_up(self) -> bool:
        """Whether nothing was lost, table by table."""
        return all(row.adds_up for row in self.tables)


NONE = (0, 0)
"""What was kept and merged of a table without rows."""

SET_ASIDE = """
select table_name, count(*) from public.quarantine where reason not like 'merged into %' group by 1
"""


def sums(connection: psycopg.Connection[Any], tables: list[OldTable]) -> list[Row]:
    """Count anew, in the old tables and in the new; both as they are at one moment."""
    aside = dict(connection.execute(SET_ASIDE).fetchall())
    counted: dict[str, tuple[int, int]] = {
        row[0]: row[1:] for row in connection.execute("select * from takeover.counts()").fetchall()
    }
    return [
        Row(table.said, count(connection, table), *counted.get(table.said, NONE), aside.get(table.said, 0))
        for table in tables
    ]


def make(connection: psycopg.Connection[Any], rows: list[Row], passwords: int, waiting: int) -> Report:
    """With what somebody should look at."""
    remarks = connection.execute("select * from takeover.remarks() where number > 0").fetchall()
    return Report(rows, [f"{number} {sentence}" for number, sentence in remarks], passwords, waiting)


def count(connection: psycopg.Connection[Any], table: OldTable) -> int:
    """How many rows the old table has."""
    found = connection.execute(sql.SQL("select count(*) from {}").format(table.name)).fetchone()
    return int(found[0]) if found else 0
