"""Functions of the old application, which its triggers and policies call, go with its tables.

One that names a table in full, or sets a search path of its own, would find the new tables after the cutover.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

ASIDE = "legacy"

FOUND = r"""
select p.oid::regprocedure::text, pg_has_role(p.proowner, 'usage'),
       case when n.source <> p.prosrc then replace(pg_get_functiondef(p.oid), p.prosrc, n.source) end,
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
 order by 1
"""


@dataclass(frozen=True, slots=True)
class Routine:
    """A function that is to be changed, if the login may do that; by its definition, its path or both."""

    name: str
    ours: bool
    definition: str | None
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


def follow(connection: psycopg.Connection[Any], target: str, tables: Sequence[str]) -> None:
    """Let them find the tables where these stand now; others' stay as they are."""
    connection.execute("set local check_function_bodies = off")
    for each in bound(connection, target, tables):
        if each.ours and each.definition:
            connection.execute(each.definition.encode())
        if each.ours and each.path:
            connection.execute(f"alter routine {each.name} set search_path = {each.path}".encode())


def _escaped(name: str) -> str:
    return "".join(each if each.isalnum() or each == "_" else f"\\{each}" for each in name)
