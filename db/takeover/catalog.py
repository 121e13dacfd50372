"""What stands in the database that is to be taken over, read from its catalog."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from db.takeover.shape import SHAPES, Field, Shape

COLUMNS = """
select a.attname, format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null), a.attgenerated <> '',
       format_type(a.atttypid, a.atttypmod)
  from pg_attribute a join pg_type t on t.oid = a.atttypid
 where a.attrelid = %s and a.attnum > 0 and not a.attisdropped order by a.attnum
"""

# A name in another case, or without underscores, is meant when none is spelled as expected.
TABLE = """
select c.oid, c.relname, n.nspname, c.relkind::text
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where lower(replace(c.relname, '_', '')) = replace(%s, '_', '') and c.relkind in ('r', 'p', 'v', 'm', 'f')
   and n.nspname = coalesce(%s, case when to_regnamespace('legacy') is null then 'public' else 'legacy' end)
 order by c.relname <> %s, c.relkind not in ('r', 'p'), c.relname limit 1
"""
TABLES = {"r", "p"}

WHOLE = {"smallint", "integer", "bigint"}

# What a cast of the server reads as it is; everything else may hold something odd.
MOMENTS = {"timestamp with time zone", "timestamp without time zone", "date"}
SAFE = {
    "uuid": {"uuid"},
    "int": {"integer", "smallint"},
    "timestamptz": MOMENTS,
    "date": MOMENTS,
    "boolean": {"boolean"},
}
BLANK = r"E' \t\n\r'"


@dataclass(frozen=True, slots=True)
class OldTable:
    """An old table that is there; `columns` are types by name.

    `casts` are the types with their lengths of the columns that can be written.
    """

    shape: Shape
    oid: int
    schema: str
    called: str
    columns: dict[str, str]
    casts: dict[str, str]

    @property
    def name(self) -> sql.Identifier:
        """The qualified name, where it stands now."""
        return sql.Identifier(self.schema, self.called)

    @property
    def said(self) -> str:
        """As the report says it."""
        return self.shape.table if self.shape.schema is None else f"{self.shape.schema}.{self.shape.table}"

    @property
    def stays(self) -> bool:
        """Whether it is another program's, such as the accounts, and stays where it is at the cutover."""
        return self.shape.schema is not None

    def sources(self, field: Field) -> Iterator[tuple[str, ...]]:
        """The old columns that are there for the field, the first counts; several are parts of one text."""
        for source in field.sources:
            present = tuple(filter(None, map(self.spelled, source.split())))
            if present:
                yield present

    def spelled(self, name: str) -> str | None:
        """How a column of that name is spelled here, if there is one."""
        if name in self.columns:
            return name
        return next((each for each in self.columns if _folded(each) == _folded(name)), None)

    def column(self, name: str) -> str | None:
        """The old column that a field of the view comes from first."""
        return next(iter(self.every(name)), None)

    def every(self, name: str) -> list[str]:
        """All old columns that a field of the view may come from."""
        fields = [each for each in self.shape.fields if each.name == name]
        return [present[0] for field in fields for present in self.sources(field)]


def old_tables(connection: psycopg.Connection[Any]) -> list[OldTable]:
    """The old tables, in `legacy` once they were set aside, else in `public`."""
    found = []
    for shape in SHAPES:
        row = connection.execute(TABLE, (shape.table, shape.schema, shape.table)).fetchone()
        if row and row[3] in TABLES:
            oid, called, schema, _ = row
            columns = connection.execute(COLUMNS, (oid,)).fetchall()
            types = {name: kind for name, kind, _, _ in columns}
            casts = {name: cast for name, _, computed, cast in columns if not computed}
            found.append(OldTable(shape, oid, schema, called, types, casts))
    return found


def is_view(connection: psycopg.Connection[Any], name: str) -> bool:
    """Whether the name is there, but is no table."""
    row = connection.execute(TABLE, (name, None, name)).fetchone()
    return row is not None and row[3] not in TABLES


def view(shape: Shape, table: OldTable | None) -> sql.Composed:
    """The statement that makes the view."""
    fields = [
        sql.SQL("{} as {}").format(_value(each, table), sql.Identifier(each.name)) for each in shape.fields
    ]
    raw = sql.SQL("to_jsonb(t.*) as raw" if table else "null::jsonb as raw")
    source = sql.SQL("from {} t").format(table.name) if table else sql.SQL("where false")
    return sql.SQL("create view {} as select {} {}").format(
        sql.Identifier("takeover", shape.view),
        sql.SQL(", ").join([*_key(shape, table), *fields, raw]),
        source,
    )


def read(table: OldTable, column: str, kind: str) -> sql.Composed:
    """The column as that type, by an expression that never fails."""
    there, name = table.columns[column], sql.Identifier("t", column)
    if kind == "text":
        return sql.SQL(f"nullif(btrim({{}}::text, {BLANK}), '')").format(name)
    if kind == "pence":
        return sql.SQL("takeover.as_pence({}::text, {})").format(name, sql.Literal(units(column, table)))
    plain = sql.SQL("{}" if _same(kind, there) else f"{{}}::{kind}").format(name)
    value = plain if there in SAFE[kind] else sql.SQL(f"takeover.as_{kind}({{}}::text)").format(name)
    return sql.SQL("takeover.shown({})").format(value) if kind in {"timestamptz", "date"} else value


def _key(shape: Shape, table: OldTable | None) -> list[sql.Composed]:
    """What tells the rows of a table apart that has no id of its own."""
    if any(each.name == "id" for each in shape.fields):
        return []
    if table is None:
        return [sql.SQL("null::text as key").format()]
    if "id" in table.columns:
        return [sql.SQL("coalesce(t.id::text, (t.*)::text) as key").format()]
    parts: list[sql.Composable] = [
        sql.Identifier("t", column)
        for name in ("user_id", "organization_id")
        if (column := table.column(name))
    ]
    # Rows that say the same are told apart by their number.
    said = sql.SQL(", ").join(parts or [sql.SQL("(t.*)::text")])
    number = sql.SQL("row_number() over (partition by {} order by (t.*)::text)").format(said)
    return [sql.SQL("concat_ws(':', {}) || coalesce('#' || nullif({}, 1), '') as key").format(said, number)]


def _value(field: Field, table: OldTable | None) -> sql.Composed:
    parts = [_source(field, table, names) for names in table.sources(field)] if table else []
    if not parts:
        return sql.SQL("null::{}").format(sql.SQL("int" if field.type == "pence" else field.type))
    if len(parts) == 1:
        return parts[0]
    return sql.SQL("coalesce({})").format(sql.SQL(", ").join(parts))


def _source(field: Field, table: OldTable, names: tuple[str, ...]) -> sql.Composed:
    parts = [read(table, name, field.type) for name in names]
    joined = sql.SQL("nullif(concat_ws(' ', {}), '')").format(sql.SQL(", ").join(parts))
    return parts[0] if len(parts) == 1 else joined


def units(column: str, table: OldTable) -> int:
    """An amount with places behind the point is of pounds, unless its name says otherwise."""
    whole = table.columns[column] in WHOLE or column.endswith(("_pennies", "_pence", "_cents"))
    return 1 if whole else 100


def _same(wanted: str, there: str) -> bool:
    return {"timestamptz": "timestamp with time zone", "int": "integer"}.get(wanted, wanted) == there


def _folded(name: str) -> str:
    return name.lower().replace("_", "")
