"""What stands in the database that is to be taken over, read from its catalog."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from db.takeover.shape import SHAPES, Field, Shape

COLUMNS = """
select a.attname, format_type(a.atttypid, null) from pg_attribute a
 where a.attrelid = %s and a.attnum > 0 and not a.attisdropped
"""

WHOLE = {"smallint", "integer", "bigint"}


@dataclass(frozen=True, slots=True)
class OldTable:
    """An old table that is there; `columns` are types by name."""

    shape: Shape
    oid: int
    schema: str
    columns: dict[str, str]

    @property
    def name(self) -> sql.Identifier:
        """The qualified name, where it stands now."""
        return sql.Identifier(self.schema, self.shape.table)

    @property
    def said(self) -> str:
        """As the report says it."""
        return self.shape.table if self.shape.schema is None else f"{self.shape.schema}.{self.shape.table}"

    def sources(self, field: Field) -> Iterator[tuple[str, ...]]:
        """The old columns that are there for the field, the first counts; several are parts of one text."""
        for source in field.sources:
            present = tuple(part for part in source.split() if part in self.columns)
            if present:
                yield present

    def column(self, name: str) -> str | None:
        """The old column that a field of the view comes from first."""
        field = next((each for each in self.shape.fields if each.name == name), None)
        return next((present[0] for present in self.sources(field)), None) if field else None


def old_tables(connection: psycopg.Connection[Any]) -> list[OldTable]:
    """The old tables, in `legacy` once they were set aside, else in `public`."""
    found = []
    for shape in SHAPES:
        row = connection.execute(
            "select c.oid, n.nspname from pg_class c"
            " join pg_namespace n on n.oid = c.relnamespace"
            " where c.relname = %s and c.relkind in ('r', 'p') and n.nspname ="
            " coalesce(%s, case when to_regnamespace('legacy') is null then 'public' else 'legacy' end)",
            (shape.table, shape.schema),
        ).fetchone()
        if row:
            columns = dict(connection.execute(COLUMNS, (row[0],)).fetchall())
            oid, schema = row
            found.append(OldTable(shape, oid, schema, columns))
    return found


def view(shape: Shape, table: OldTable | None) -> sql.Composed:
    """The statement that makes the view."""
    fields = [
        sql.SQL("{} as {}").format(_value(each, table), sql.Identifier(each.name)) for each in shape.fields
    ]
    raw = sql.SQL("to_jsonb(t) as raw" if table else "null::jsonb as raw")
    source = sql.SQL("from {} t").format(table.name) if table else sql.SQL("where false")
    return sql.SQL("create view {} as select {} {}").format(
        sql.Identifier("takeover", shape.view),
        sql.SQL(", ").join([*_key(shape, table), *fields, raw]),
        source,
    )


def _key(shape: Shape, table: OldTable | None) -> list[sql.Composed]:
    """What tells the rows of a table apart that has no id of its own."""
    if any(each.name == "id" for each in shape.fields):
        return []
    if table is None:
        return [sql.SQL("null::text as key").format()]
    if "id" in table.columns:
        return [sql.SQL("t.id::text as key").format()]
    parts = [
        sql.Identifier("t", column)
        for name in ("user_id", "organization_id")
        if (column := table.column(name))
    ]
    return [sql.SQL("concat_ws(':', {}) as key").format(sql.SQL(", ").join(parts))]


def _value(field: Field, table: OldTable | None) -> sql.Composed:
    parts = [_source(field, table, names) for names in table.sources(field)] if table else []
    if not parts:
        return sql.SQL("null::{}").format(sql.SQL("int" if field.type == "pence" else field.type))
    if len(parts) == 1:
        return parts[0]
    return sql.SQL("coalesce({})").format(sql.SQL(", ").join(parts))


def _source(field: Field, table: OldTable, names: tuple[str, ...]) -> sql.Composed:
    columns = [sql.Identifier("t", name) for name in names]
    if field.type == "text":
        joined = (
            sql.SQL("concat_ws(' ', {})").format(sql.SQL(", ").join(columns))
            if len(columns) > 1
            else columns[0]
        )
        return sql.SQL("nullif(btrim({}::text), '')").format(joined)
    if field.type == "pence":
        return sql.SQL("round({}::numeric * {})::int").format(columns[0], _units(names[0], table))
    if _same(field.type, table.columns[names[0]]):
        return sql.SQL("{}").format(columns[0])
    return sql.SQL("{}::{}").format(columns[0], sql.SQL(field.type))


def _units(column: str, table: OldTable) -> sql.Literal:
    """An amount with places behind the point is of pounds, unless its name says otherwise."""
    whole = table.columns[column] in WHOLE or column.endswith(("_pennies", "_pence", "_cents"))
    return sql.Literal(1 if whole else 100)


def _same(wanted: str, there: str) -> bool:
    return {"timestamptz": "timestamp with time zone", "int": "integer"}.get(wanted, wanted) == there
