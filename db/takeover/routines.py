"""Functions of the old application, which its triggers and policies call, go with its tables.

One that names a table in full, or sets a search path of its own, would find the new tables after the cutover.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

ASIDE = "legacy"

FOUND = r"""
select p.oid, p.oid::regprocedure::text, pg_has_role(p.proowner, 'usage'), nullif(n.source, p.prosrc),
       nullif(n.path, c.path)
  from pg_proc p
  join pg_namespace s on s.oid = p.pronamespace and s.nspname !~ '^(pg_.*|information_schema|takeover|app)$'
  join pg_language l on l.oid = p.prolang and l.lanname in ('sql', 'plpgsql')
  left join lateral (
    select substr(set, 13) as path from unnest(p.proconfig) set where set like 'search\_path=%%'
  ) c on true
 cross join lateral (
    select regexp_replace(p.prosrc, %(named)s, %(instead)s, 'gi') as source,
           case when not %(aside)s then regexp_replace(c.path, '^legacy, ', '')
                when c.path ~ '(^|, )"?public"?(,|$)' and c.path !~ 'legacy' then 'legacy, ' || c.path
                else c.path end as path
  ) n
 where p.prokind in ('f', 'p') and p.prosqlbody is null
   and p.proowner not in (select r.oid from pg_roles r where r.rolname ~ '^frontdesk_(owner|definer)$')
   and not exists (select from pg_depend d
                    where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
   and (n.source <> p.prosrc or n.path <> c.path)
 order by 2
"""


@dataclass(frozen=True, slots=True)
class Routine:
    """A function that is to be changed, if the login may do that; by its source, its path or both."""

    oid: int
    name: str
    ours: bool
    source: str | None
    path: str | None


def bound(connection: psycopg.Connection[Any], target: str, tables: Sequence[str]) -> list[Routine]:
    """Those that look for the tables in the schema that they leave for the target."""
    source = "public" if target == ASIDE else ASIDE
    names = "|".join(_escaped(each) for each in tables) or "$^"
    values = {
        "named": rf'("?)\m{source}\M("?)\s*\.\s*("?)({names})\M',
        "instead": rf"\1{target}\2.\3\4",
        "aside": target == ASIDE,
    }
    return [Routine(*row) for row in connection.execute(FOUND.encode(), values).fetchall()]


def follow(connection: psycopg.Connection[Any], found: Sequence[Routine]) -> None:
    """Let them find the tables where these stand now; others' stay as they are.

    They are looked for before the tables are locked, and changed in one statement.
    """
    changed = [{"oid": each.oid, "source": each.source, "path": each.path} for each in found if each.ours]
    if changed:
        connection.execute("set local check_function_bodies = off")
        connection.execute("select takeover.follow(%s)", (Jsonb(changed),))


def _escaped(name: str) -> str:
    return "".join(each if each.isalnum() or each == "_" else f"\\{each}" for each in name)
