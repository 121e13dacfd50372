"""What stands in the way of a take-over: each is a sentence that says what to do, and nothing was changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from db.takeover import cutover, report
from db.takeover.catalog import OldTable, is_view
from db.takeover.neighbours import extensions_elsewhere

# Table -> the columns of its view that nothing can be made of it without; of several one is enough.
NEEDED = {
    "organizations": (),
    "leads": (),
    "clients": (),
    "class_sessions": (("start_time",),),
    "bookings": (("class_session_id",), ("customer_id", "client_id")),
}
SCHEMAS = ("app", "ext", "legacy", "next")
UNCHANGED = "Nothing was changed."

UNIQUE = """
select from pg_index i
  join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0] and a.attname = 'id'
 where i.indrelid = %s and i.indisunique and i.indisvalid and i.indimmediate and i.indnkeyatts = 1
   and i.indpred is null and a.attnotnull and a.atttypid = 'uuid'::regtype
   -- What inherits from a table keeps none of its rules.
   and not exists (select from pg_inherits h join pg_class c on c.oid = h.inhparent
                    where c.oid = i.indrelid and c.relkind = 'r')
"""


def find(connection: psycopg.Connection[Any], tables: list[OldTable]) -> list[str]:
    """All of them. `takeover.as_uuid` must be there."""
    begun = connection.execute("select to_regclass('takeover.changes') is not null").fetchone() == (True,)
    found = [] if begun else list(_taken_schemas(connection))
    found = found or [
        *_fixed_extensions(connection),
        *_missing(connection, tables),
        *_others_objects(connection),
    ]
    for table in tables if not found else ():
        sentence = _hidden(connection, table) or _ids(connection, table)
        if sentence:
            found.append(f"{sentence} {UNCHANGED}")
    return found or list(_nobodys(connection, tables))


def _taken_schemas(connection: psycopg.Connection[Any]) -> Iterator[str]:
    for (name,) in connection.execute(
        "select nspname from pg_namespace where nspname = any(%s)"
        " and nspowner is distinct from to_regrole('frontdesk_owner')"
        " union all select 'takeover' where exists (select from pg_class"
        " where relnamespace = to_regnamespace('takeover')) order by 1",
        (list(SCHEMAS),),
    ).fetchall():
        yield (
            f"This database has the schema {name} already, which frontdesk makes for itself."
            f" Give it another name, then look again. {UNCHANGED}"
        )


def _fixed_extensions(connection: psycopg.Connection[Any]) -> Iterator[str]:
    for name, schema, movable in extensions_elsewhere(connection):
        if not movable:
            yield (
                f"The extension {name} must move from the schema {schema} to ext, and only a superuser may"
                f" move it. Take over as one, or drop the extension where nothing uses it. {UNCHANGED}"
            )


def _others_objects(connection: psycopg.Connection[Any]) -> Iterator[str]:
    """What must move with the old tables, and may be moved by its owner alone."""
    if connection.execute("select to_regnamespace('legacy') is not null").fetchone() == (True,):
        return
    others: dict[str, list[str]] = {}
    for name, _, owner in cutover.moving(connection, "public"):
        others.setdefault(owner, []).append(name)
    for owner, names in sorted(others.items()):
        if connection.execute("select pg_has_role(%s::regrole, 'usage')", (owner,)).fetchone() == (True,):
            continue
        yield (
            f"The login may not move what is {owner}'s in the schema public: {', '.join(sorted(names))}."
            f" Make the login its owner (alter … owner to), or take over as a superuser. {UNCHANGED}"
        )


def _nobodys(connection: psycopg.Connection[Any], tables: list[OldTable]) -> Iterator[str]:
    """People and sessions are a gym's, and there is none."""
    rows = {table.said: report.count(connection, table) for table in tables if table.said in NEEDED}
    if not rows["organizations"] and any(rows.values()):
        yield (
            "The table organizations has no row, so that nobody knows whose people and sessions these are."
            f" Insert the gym there, then look again. {UNCHANGED}"
        )


def _missing(connection: psycopg.Connection[Any], tables: list[OldTable]) -> Iterator[str]:
    there = {table.said: table for table in tables}
    for name, columns in NEEDED.items():
        table = there.get(name)
        if table is None:
            what = "is a view there" if is_view(connection, name) else "is not there"
            yield f"This is no gym's database that can be taken over: the table {name} {what}. {UNCHANGED}"
            continue
        for either in columns:
            if not any(map(table.column, either)):
                yield f"The table {name} has no column {' or '.join(either)}. {UNCHANGED}"


def _hidden(connection: psycopg.Connection[Any], table: OldTable) -> str | None:
    owned, read, hidden = connection.execute(
        "select pg_has_role(relowner, 'usage'), has_table_privilege(oid, 'select')"
        " and has_table_privilege(oid, 'trigger'), row_security_active(oid) from pg_class where oid = %s",
        (table.oid,),
    ).fetchone() or (False, False, False)
    # What stays where it is needs only to be read and listened to.
    if (owned or (table.stays and read)) and not hidden:
        return None
    if owned:
        return (
            f"Row-level security hides rows of the table {table.said} from its owner too. Let it:"
            f" alter table {table.name.as_string(connection)} no force row level security;"
            " or take over as a superuser."
        )
    return (
        f"The login may not see and change all of the table {table.said}. Take over as a superuser"
        " or as the owner of the old tables."
    )


def _ids(connection: psycopg.Connection[Any], table: OldTable) -> str | None:
    """Each row needs a UUID of its own, by which it is carried and found again."""
    if all(field.name != "id" for field in table.shape.fields):
        return None
    name = table.column("id")
    if name is None:
        return (
            f"The table {table.said} has no column id, which frontdesk needs."
            " Add one of the type uuid, then look again."
        )
    if connection.execute(UNIQUE, (table.oid,)).fetchone() is not None:
        return None
    of_text = table.columns[name] in {"uuid", "text", "character varying", "character"}
    ids = sql.SQL("select takeover.as_uuid({}::text) as id from {}").format(sql.Identifier(name), table.name)
    odd, repeated = connection.execute(
        sql.SQL(
            "select count(*) filter (where id is null), count(id) - count(distinct id) from ({}) t"
        ).format(ids)
    ).fetchone() or (0, 0)
    if odd or not of_text:
        return (
            f"The ids of the table {table.said} are not all UUIDs, which frontdesk needs ({odd} rows)."
            " Give these rows such ids, then look again."
        )
    if repeated:
        return (
            f"Ids of the table {table.said} occur more than once ({repeated} rows)."
            " Delete the copies or give them ids of their own, then look again."
        )
    return None
