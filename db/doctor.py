"""What somebody should look at in the weeks after a take-over, counted in the running database.

Nothing is changed, and no client's name or value is read: counts, names of tables and rules, and who of the
staff was refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from db import roles, upgrade

Row = TypeVar("Row")

DAYS = 7
"""Refusals older than this are history."""

BIG = 10_000
"""A table of fewer rows may well be read whole."""

MANY = 100
"""So many whole readings are no dump and no index's making."""

# Fault of row-level security -> the minor version that mended it, by major; a major not named never had it.
# From the release notes. CVE-2026-16237 was mended before 2026-120154; 2025-8714 and -8715 are pg_dump's.
FAULTS: dict[str, dict[int, int]] = {
    "CVE-2023-2455": {15: 3},
    "CVE-2023-39418": {15: 4},
    "CVE-2024-10976": {15: 9, 16: 5, 17: 1},
    "CVE-2025-8713": {15: 14, 16: 10, 17: 6},
    "CVE-2026-120154": {15: 20, 16: 16, 17: 12, 18: 7},
}

REFUSALS = """
select r.organization_id, r.user_id, u.name as "user", r.sqlstate, r.rule, r.statement,
       sum(r.times)::int as times, max(r.last_at) as last_at
  from public.refusals r join public.users u on u.id = r.user_id
 where r.day > (now() at time zone 'UTC')::date - %s
 group by 1, 2, 3, 4, 5, 6 order by times desc, last_at desc
"""

# What was merged into another row is kept there too, and waits for nobody.
QUARANTINE = """
select q.table_name, q.reason, count(*)::int as rows from public.quarantine q
 where q.resolved_at is null and q.reason not like 'merged into %'
 group by 1, 2 order by rows desc, 1, 2
"""

SCANS = """
select s.relname::text as table_name, s.n_live_tup::bigint as rows, s.seq_scan::bigint as scans,
       s.seq_tup_read::bigint as rows_read, s.idx_scan::bigint as by_index
  from pg_stat_user_tables s
 where s.schemaname = 'public' and s.n_live_tup >= %s and s.seq_scan >= %s
   and s.seq_scan * 100 >= coalesce(s.idx_scan, 0)
 order by s.seq_tup_read desc
"""

OLD_WRITES = (
    "select kind as table_name, count(distinct key)::int as rows from takeover.changes group by 1 order by 1"
)


@dataclass(frozen=True, slots=True)
class Check:
    """One question to the database; `well` is False where somebody has to do what the sentence says."""

    name: str
    well: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """What one of the staff was refused, how often, and by which statement."""

    organization_id: UUID
    user_id: UUID
    user: str
    sqlstate: str
    rule: str
    statement: str
    times: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """Old rows that wait for a person."""

    table_name: str
    reason: str
    rows: int


@dataclass(frozen=True, slots=True)
class Scan:
    """A big table that queries read whole."""

    table_name: str
    rows: int
    scans: int
    rows_read: int
    by_index: int


@dataclass(frozen=True, slots=True)
class OldWrite:
    """What the old application wrote and nobody carried over yet."""

    table_name: str
    rows: int


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What was found; the lists say what their checks counted."""

    checks: list[Check] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    quarantine: list[Waiting] = field(default_factory=list)
    scans: list[Scan] = field(default_factory=list)
    old_writes: list[OldWrite] = field(default_factory=list)

    @property
    def well(self) -> bool:
        """Whether nobody has to do anything."""
        return all(check.well for check in self.checks)


def examine(admin: str) -> Diagnosis:
    """Look at everything, as the database's owner. Raises a `DeskError` where that cannot be."""
    with upgrade.administering(admin) as connection:
        version = connection.info.server_version
        found = Diagnosis([server(version // 10000, version % 10000)])
        with roles.lent(connection, admin), connection.transaction():
            status = upgrade.known(connection)
            found.checks.append(_version(status))
            if status.current:
                _look_inside(connection, found)
        return found


def _look_inside(connection: psycopg.Connection[Any], found: Diagnosis) -> None:
    connection.execute("set transaction read only")
    readable = _readable(connection)
    if readable:
        found.old_writes.extend(_ask(connection, OldWrite, OLD_WRITES))
    found.scans.extend(_ask(connection, Scan, SCANS, BIG, MANY))
    # Its policies show it the rows of every organization.
    connection.execute("set local role frontdesk_definer")
    found.refusals.extend(_ask(connection, Refusal, REFUSALS, DAYS))
    found.quarantine.extend(_ask(connection, Waiting, QUARANTINE))
    found.checks.extend(
        [
            _letters(connection),
            _refusals(sum(each.times for each in found.refusals)),
            _quarantine(sum(each.rows for each in found.quarantine)),
            _old_writes(readable, sum(each.rows for each in found.old_writes)),
            _scans([each.table_name for each in found.scans]),
        ]
    )


def server(major: int, minor: int) -> Check:
    """Whether that version has a known fault of row-level security."""
    open_faults = [name for name, mended in FAULTS.items() if minor < mended.get(major, 0)]
    if not open_faults:
        return Check(
            "server", True, f"PostgreSQL {major}.{minor} has no fault of row-level security we know."
        )
    needed = max(FAULTS[name][major] for name in open_faults)
    return Check(
        "server",
        False,
        f"PostgreSQL {major}.{minor} has faults of row-level security ({', '.join(open_faults)})."
        f" Update it to {major}.{needed} or later.",
    )


def _version(status: upgrade.Status) -> Check:
    if status.current:
        return Check("version", True, f"Revision {status.revision}, with this program's functions.")
    return Check(
        "version",
        False,
        f"Revision {status.revision} or its functions are not this program's; nothing more was looked at."
        " Run 'frontdesk db upgrade'.",
    )


def _letters(connection: psycopg.Connection[Any]) -> Check:
    if connection.execute("select cardinality(ext.show_trgm('ж')) > 0").fetchone() == (True,):
        return Check("letters", True, "Names in every script are found.")
    return Check(
        "letters", False, "Names outside a-z are not found. Move to a database with LC_CTYPE 'C.UTF-8'."
    )


def _refusals(times: int) -> Check:
    if not times:
        return Check("refusals", True, f"No desk was refused anything unforeseen in {DAYS} days.")
    return Check(
        "refusals",
        False,
        f"Desks were refused {times} times in {DAYS} days, for reasons that no rule words."
        " Look who asked for what.",
    )


def _quarantine(rows: int) -> Check:
    if not rows:
        return Check("quarantine", True, "No old row waits for anybody.")
    return Check("quarantine", False, f"{rows} old rows wait. Enter what counts, then mark them as resolved.")


def _old_writes(readable: bool | None, rows: int) -> Check:
    if readable is False:
        return Check("old writes", False, "Another login took the old gym over. Run this as that login.")
    if not rows:
        return Check("old writes", True, "The old application wrote nothing that is not here.")
    return Check(
        "old writes",
        False,
        f"The old application changed {rows} rows since the cutover."
        " Run 'frontdesk db adopt --yes' to carry it.",
    )


def _scans(tables: list[str]) -> Check:
    if not tables:
        return Check("scans", True, "No big table is read whole.")
    return Check(
        "scans", False, f"Queries read {', '.join(tables)} whole. Look for the query, or analyze the tables."
    )


def _readable(connection: psycopg.Connection[Any]) -> bool | None:
    """Whether the queue of a take-over, which is one login's, can be read; None without one."""
    there = connection.execute(
        "select has_schema_privilege(c.relnamespace, 'usage') and has_table_privilege(c.oid, 'select')"
        " from pg_class c where c.relname = 'changes' and c.relnamespace = to_regnamespace('takeover')"
    ).fetchone()
    return None if there is None else bool(there[0])


def _ask(connection: psycopg.Connection[Any], row: type[Row], statement: str, *values: object) -> list[Row]:
    with connection.cursor(row_factory=class_row(row)) as cursor:
        return cursor.execute(statement.encode(), values or None).fetchall()
