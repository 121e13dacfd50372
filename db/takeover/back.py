"""Gives the desks' work back to the old tables, so that the old application reads every booking.

A client's booking names the lead that they were, or one that mirrors them: `takeover.people` remembers whom,
and the new rows stay whole, so that the next take-over gives everybody their own back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from db.errors import Refused
from db.takeover.catalog import OldTable
from db.takeover.ground import patiently
from db.upgrade import Progress

Row = Mapping[str, Any]

# What is given back, in the order of its dependence: the function that says it, the old table.
STEPS = (
    ("back_organizations", "organizations"),
    ("back_programs", "programs"),
    ("back_leads", "leads"),
    ("back_clients", "clients"),
    ("back_class_sessions", "class_sessions"),
    ("back_mirrors", "leads"),
    ("back_bookings", "bookings"),
)
AT_ONCE = 25
NOBODYS = "@restored.invalid"

NEEDED = """
select a.attname, format_type(a.atttypid, null) from pg_attribute a
 where a.attrelid = %s and a.attnum > 0 and not a.attisdropped and a.attnotnull and not a.atthasdef
   and a.attidentity = '' and a.attgenerated = ''
"""
"""Columns that every new row must fill."""

FILLERS: dict[str, Any] = {
    "text": "",
    "character varying": "",
    "integer": 0,
    "bigint": 0,
    "smallint": 0,
    "numeric": 0,
    "boolean": False,
    "jsonb": "{}",
    "json": "{}",
    "date": "today",
    "timestamp with time zone": "now",
    "timestamp without time zone": "now",
}


def give_back(connection: psycopg.Connection[Any], tables: Sequence[OldTable], progress: Progress) -> None:
    """Write everything that the desks made or changed into the old tables; a killed run is gone on with."""
    by_name = {table.said: table for table in tables}
    connection.execute("set takeover.carrying = 'on'")
    # The old tables' own triggers name tables as the old application does.
    connection.execute("set search_path = legacy, public")
    try:
        for function, name in STEPS:
            table = by_name.get(name)
            if table is not None:
                _give(connection, function, table, by_name, progress)
        _end_merged(connection, by_name)
    finally:
        connection.execute("reset search_path")
        connection.execute("reset takeover.carrying")


def _give(
    connection: psycopg.Connection[Any],
    function: str,
    table: OldTable,
    by_name: Mapping[str, OldTable],
    progress: Progress,
) -> None:
    rows = _rows(connection, function)
    done = 0
    for some in _batches(rows):
        patiently(connection, partial(_put, connection, function, table, by_name, some))
        done += len(some)
        progress("Giving back", done, len(rows))


def _rows(connection: psycopg.Connection[Any], function: str) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(sql.SQL("select * from {}()").format(sql.Identifier("takeover", function)))
        return list(cursor.fetchall())


def _batches(rows: list[Row]) -> Iterator[list[Row]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


def _put(
    connection: psycopg.Connection[Any],
    function: str,
    table: OldTable,
    by_name: Mapping[str, OldTable],
    rows: list[Row],
) -> None:
    for row in rows:
        if function == "back_bookings":
            _put_booking(connection, table, by_name, row)
            continue
        _upsert(connection, table, row)
        if function == "back_mirrors":
            connection.execute(
                "insert into takeover.people (lead_id, organization_id, client_id, via)"
                " values (%s, %s, %s, 'mirror')"
                " on conflict (lead_id) do update set client_id = excluded.client_id, via = 'mirror'",
                (row["id"], row["organization_id"], row["id"]),
            )


def _put_booking(
    connection: psycopg.Connection[Any], table: OldTable, by_name: Mapping[str, OldTable], row: Row
) -> None:
    values = dict(row)
    from_waitlist, from_rival = values.pop("from_waitlist"), values.pop("from_rival")
    if from_rival:
        table = by_name["class_bookings"]
    if table.column("client_id") is None:
        del values["client_id"]
    elif values["client_id"] is not None:
        del values["customer_id"]
    if _is_there(connection, table, row["id"]):
        # Whose it is stands there.
        values.pop("customer_id", None)
        values.pop("client_id", None)
    if values["booking_status"] is not None and table.column("status"):
        values["status"] = values["booking_status"]
    if from_waitlist:
        connection.execute(
            sql.SQL("delete from {} where id = %s").format(by_name["waitlist"].name), (row["id"],)
        )
    _upsert(connection, table, values)


def _end_merged(connection: psycopg.Connection[Any], by_name: Mapping[str, OldTable]) -> None:
    """A visit that is cancelled is cancelled in each of its old rows."""
    for row in _rows(connection, "back_merged"):
        table = by_name[row["table_name"]]
        for column in filter(None, (table.column("booking_status"), table.column("status"))):
            connection.execute(
                sql.SQL("update {} set {} = 'cancelled' where id = %s").format(
                    table.name, sql.Identifier(column)
                ),
                (row["id"],),
            )


def _upsert(connection: psycopg.Connection[Any], table: OldTable, row: Row) -> None:
    """Write the row; what the old schema will not hold stays as it was, or is made up where it must be."""
    columns = _columns(table, row)
    there = _is_there(connection, table, row["id"])
    columns = {name: value for name, value in columns.items() if value is not None or there}
    write = _update if there else _insert
    for attempt in _attempts(table, row, columns):
        try:
            with connection.transaction():
                write(connection, table, row["id"], attempt)
            return
        except (
            psycopg.errors.UniqueViolation,
            psycopg.errors.CheckViolation,
            psycopg.errors.NotNullViolation,
        ) as error:
            last = error
    raise Refused(
        f"The old table {table.said} will not take a row back:"
        f" {last.diag.constraint_name or last.diag.column_name}."
        " Nothing more was changed; look at its rules, then try again."
    )


def _is_there(connection: psycopg.Connection[Any], table: OldTable, key: object) -> bool:
    found = connection.execute(sql.SQL("select from {} where id = %s").format(table.name), (key,)).fetchone()
    return found is not None


def _attempts(table: OldTable, row: Row, columns: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """As it is, then with an e-mail that is nobody's, then without a word it may not know."""
    yield columns
    email = table.column("email")
    if email:
        columns = columns | {email: f"{row['id']}{NOBODYS}"}
        yield columns
    status = table.column("booking_status") or table.column("status")
    if status and columns.get(status) == "late_cancelled":
        columns = columns | {status: "cancelled"}
        yield columns
    if status:
        yield {name: value for name, value in columns.items() if name != status}


def _columns(table: OldTable, row: Row) -> dict[str, Any]:
    """The row by the names of the old columns."""
    columns: dict[str, Any] = {}
    for field in table.shape.fields:
        if field.name in row and field.name != "id":
            first = next(table.sources(field), None)
            if first and len(first) == 2:
                head, _, tail = str(row[field.name]).rpartition(" ")
                columns |= dict(zip(first, (head or tail, tail if head else ""), strict=True))
            elif first:
                columns[first[0]] = row[field.name]
    # Every tenant column there is: the old application reads any of them.
    if "organization_id" in row:
        columns |= {
            name: row["organization_id"]
            for name in ("organization_id", "org_id", "gym_id")
            if name in table.columns
        }
    return columns


def _update(
    connection: psycopg.Connection[Any], table: OldTable, key: object, columns: dict[str, Any]
) -> None:
    """Only what differs; NULL says that the old spelling means the same."""
    said = {name: value for name, value in columns.items() if value is not None}
    if not said:
        return
    names = [sql.Identifier(name) for name in said]
    connection.execute(
        sql.SQL("update {} set {} where id = %s and ({}) is distinct from ({})").format(
            table.name,
            sql.SQL(", ").join(sql.SQL("{} = {}").format(name, sql.Placeholder()) for name in names),
            sql.SQL(", ").join(names),
            sql.SQL(", ").join([sql.Placeholder()] * len(names)),
        ),
        (*said.values(), key, *said.values()),
    )


def _insert(
    connection: psycopg.Connection[Any], table: OldTable, key: object, columns: dict[str, Any]
) -> None:
    needed = connection.execute(NEEDED, (table.oid,)).fetchall()
    made_up = {
        name: FILLERS[kind]
        for name, kind in needed
        if name not in columns and name != "id" and kind in FILLERS
    }
    values = {"id": key, **made_up, **columns}
    connection.execute(
        sql.SQL("insert into {} ({}) values ({})").format(
            table.name,
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join([sql.Placeholder()] * len(values)),
        ),
        tuple(values.values()),
    )
