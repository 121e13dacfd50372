"""Gives the desks' work back to the old tables, so that the old application reads every booking.

A client's booking names the lead that they were, or one that mirrors them: `takeover.people` remembers whom,
and the new rows stay whole, so that the next take-over gives everybody their own back.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from db.errors import Refused
from db.takeover import carry, ground
from db.takeover.catalog import WHOLE, OldTable, read, units
from db.takeover.ground import patiently
from db.takeover.shape import TENANT
from db.upgrade import Progress

Row = Mapping[str, Any]
Images = Mapping[int, Mapping[object, Mapping[str, Any]]]
"""Old rows as they were when what is to be written was read: by the table, then by the id."""

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
AT_ONCE_S = 0.1
NOBODYS = "@restored.invalid"

NEEDED = """
select a.attname, format_type(a.atttypid, null) from pg_attribute a
 where a.attrelid = %s and a.attnum > 0 and not a.attisdropped and a.attnotnull and not a.atthasdef
   and a.attidentity = '' and a.attgenerated = ''
"""
"""Columns that every new row must fill."""

# The words that a column may know for one status, the first that it takes.
SPELLED = {
    "confirmed": ("confirmed", "booked", "registered", "scheduled", "pending"),
    "attended": ("attended", "completed", "checked_in"),
    "no_show": ("no_show", "no-show"),
    "cancelled": ("cancelled", "canceled"),
    "late_cancelled": ("late_cancelled", "late_canceled", "cancelled", "canceled"),
    "waitlisted": ("waitlisted", "waitlist"),
    "scheduled": ("scheduled", "confirmed", "active"),
}

WHOM = ("customer_id", "client_id", "lead_id")

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
            if table is not None and (function != "back_mirrors" or not _names_clients(connection, by_name)):
                _give(connection, function, table, by_name, progress)
        _end_merged(connection, by_name)
    finally:
        connection.execute("reset search_path")
        connection.execute("reset takeover.carrying")


def _names_clients(connection: psycopg.Connection[Any], by_name: Mapping[str, OldTable]) -> bool:
    """Whether the old application books clients as they are, and needs no lead in their place."""
    visits = [by_name[name] for name in ("bookings", "class_bookings") if name in by_name]
    return not any(_names_leads(connection, table) for table in visits)


def _names_leads(connection: psycopg.Connection[Any], table: OldTable) -> bool:
    """Whether every booking must name a lead, whoever comes."""
    return table.column("client_id") is None or table.column("customer_id") in _needed(connection, table)


def _needed(connection: psycopg.Connection[Any], table: OldTable) -> dict[str, str]:
    return dict(connection.execute(NEEDED, (table.oid,)).fetchall())


def _give(
    connection: psycopg.Connection[Any],
    function: str,
    table: OldTable,
    by_name: Mapping[str, OldTable],
    progress: Progress,
) -> None:
    rows, images = _settled(connection, function, table, by_name, progress)
    done = 0

    def put() -> None:
        """A few rows, and fewer when they take long: the old application waits for each of them."""
        nonlocal done
        until = time.monotonic() + AT_ONCE_S
        for place in range(start, len(rows)):
            _put(connection, function, table, by_name, images, rows[place])
            done = place + 1
            if done - start >= AT_ONCE or time.monotonic() > until:
                break

    while done < len(rows):
        start = done
        patiently(connection, put)
        progress("Giving back", done, len(rows))


def _settled(
    connection: psycopg.Connection[Any],
    function: str,
    table: OldTable,
    by_name: Mapping[str, OldTable],
    progress: Progress,
) -> tuple[list[Row], Images]:
    """What is to be written, and the old rows at that moment, of which nothing waits to be carried."""
    kind, column = ground.NOTES[table.said][0][:2]
    for _ in range(carry.LATEST):
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        try:
            with connection.transaction():
                rows = _rows(connection, function)
                noted = connection.execute(
                    "select from takeover.changes where kind = %s and key = any(%s) limit 1",
                    (kind, [str(row[column]) for row in rows]),
                ).fetchone()
                if noted is None:
                    tables = [table, *(by_name[name] for name in ("class_bookings",) if name in by_name)]
                    return rows, {each.oid: _images(connection, each, rows) for each in tables}
        finally:
            connection.isolation_level = None
        carry.drain(connection, (*carry.EARLY, *carry.LATE), progress)
    raise Refused(
        f"The old application goes on changing what the desks changed in the table {table.said}."
        " Nothing more was changed; stop it, then try again."
    )


def _images(
    connection: psycopg.Connection[Any], table: OldTable, rows: Sequence[Row]
) -> dict[object, Mapping[str, Any]]:
    found = connection.execute(
        sql.SQL(
            "select {0}, (select jsonb_object_agg(e.key, e.value) from jsonb_each_text(to_jsonb(t.*)) e)"
            " from {1} t where {0} = any(%s)"
        ).format(_key(table), table.name),
        ([row["id"] for row in rows],),
    ).fetchall()
    return dict(found)


def _rows(connection: psycopg.Connection[Any], function: str) -> list[Row]:
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(sql.SQL("select * from {}()").format(sql.Identifier("takeover", function)))
        return list(cursor.fetchall())


def _put(
    connection: psycopg.Connection[Any],
    function: str,
    table: OldTable,
    by_name: Mapping[str, OldTable],
    images: Images,
    row: Row,
) -> None:
    if function == "back_bookings":
        _put_booking(connection, table, by_name, images, row)
        return
    _upsert(connection, table, row, images[table.oid].get(row["id"], {}))
    if function == "back_mirrors":
        connection.execute(
            "insert into takeover.people (lead_id, organization_id, client_id, via)"
            " values (%s, %s, %s, 'mirror')"
            " on conflict (lead_id) do update set client_id = excluded.client_id, via = 'mirror'",
            (row["id"], row["organization_id"], row["id"]),
        )


def _put_booking(
    connection: psycopg.Connection[Any],
    table: OldTable,
    by_name: Mapping[str, OldTable],
    images: Images,
    row: Row,
) -> None:
    values = dict(row)
    from_waitlist, from_rival = values.pop("from_waitlist"), values.pop("from_rival")
    if from_rival:
        table = by_name["class_bookings"]
    if table.column("client_id") is None:
        del values["client_id"]
    elif values["client_id"] is not None and not _names_leads(connection, table):
        del values["customer_id"]
    if _is_there(connection, table, row["id"]):
        # Whose it is stands there.
        values.pop("customer_id", None)
        values.pop("client_id", None)
    if values["booking_status"] is not None and table.column("status"):
        values["status"] = values["booking_status"]
    if from_waitlist:
        connection.execute(
            sql.SQL("delete from {} t where {} = %s").format(
                by_name["waitlist"].name, _key(by_name["waitlist"])
            ),
            (row["id"],),
        )
    _upsert(connection, table, values, images[table.oid].get(row["id"], {}))


def _end_merged(connection: psycopg.Connection[Any], by_name: Mapping[str, OldTable]) -> None:
    """A visit that is cancelled is cancelled in each of its old rows."""
    for row in _rows(connection, "back_merged"):
        table = by_name[row["table_name"]]
        ended = {"booking_status": "cancelled", "status": "cancelled"}
        patiently(connection, partial(_upsert, connection, table, {"id": row["id"], **ended}))


def _upsert(
    connection: psycopg.Connection[Any], table: OldTable, row: Row, image: Mapping[str, Any] | None = None
) -> None:
    """Write the row; what the old schema will not hold stays as it was, or is made up where it must be.

    What is not as the image says was changed by the old application meanwhile, and stays.
    """
    columns = _columns(table, row)
    there = _is_there(connection, table, row["id"])
    columns = {name: value for name, value in columns.items() if value is not None or there}
    for attempt in _attempts(connection, table, row, columns):
        try:
            with connection.transaction():
                if there:
                    _update(connection, table, row["id"], attempt, image or {})
                else:
                    _insert(connection, table, row["id"], attempt)
            return
        except (
            psycopg.errors.IntegrityError,
            psycopg.errors.DataError,
            psycopg.errors.RaiseException,
        ) as error:
            last = error
        except psycopg.ProgrammingError as error:
            raise _not_taken(table, error) from None
    raise Refused(
        f"The old table {table.said} will not take a row back:"
        f" {last.diag.constraint_name or last.diag.column_name or last.sqlstate}."
        " Nothing more was changed; look at its rules, then try again."
    )


def _not_taken(table: OldTable, error: psycopg.Error) -> Refused:
    """Triggers of the old table do what cannot be done while the new tables stand in `public`."""
    by = re.search(r"function ([^ (]+)\(", error.diag.context or "")
    what = f"the function {by[1]}, which a trigger calls, fails" if by else "a rule of it fails"
    return Refused(
        f"The old table {table.said} will not take a row back: {what} (SQLSTATE {error.sqlstate})."
        " Nothing more was changed; mend that, then try again."
    )


def _key(table: OldTable) -> sql.Composed:
    return read(table, table.column("id") or "id", "uuid")


def _is_there(connection: psycopg.Connection[Any], table: OldTable, key: object) -> bool:
    found = connection.execute(
        sql.SQL("select from {} t where {} = %s").format(table.name, _key(table)), (key,)
    ).fetchone()
    return found is not None


def _attempts(
    connection: psycopg.Connection[Any], table: OldTable, row: Row, columns: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """As it is, then with an e-mail that is nobody's, then without a word it may not know."""
    yield columns
    email = table.column("email")
    if email:
        columns = columns | {email: f"{row['id']}{NOBODYS}"}
        yield columns
    statuses = [name for name in (table.column("booking_status"), table.column("status")) if name in columns]
    for word in _words(connection, table, statuses[0], str(columns[statuses[0]])) if statuses else ():
        columns = columns | dict.fromkeys(statuses, word)
        yield columns
    if statuses:
        yield {name: value for name, value in columns.items() if name not in statuses}


def _words(connection: psycopg.Connection[Any], table: OldTable, column: str, status: str) -> Iterator[str]:
    """How the column may say it: in every way in which it is written, then as it says it somewhere."""
    for word in SPELLED.get(status, ()):
        yield from (word, word.upper(), word.capitalize(), word.replace("_", "-"), word.replace("_", " "))
    name = sql.Identifier(column)
    said = sql.SQL(
        "select w from (select distinct {0}::text from {1} union select e.enumlabel from pg_enum e"
        " join pg_attribute a on a.atttypid = e.enumtypid where a.attrelid = %s and a.attname = %s) t(w)"
        " where takeover.as_status(w) = %s order by w"
    ).format(name, table.name)
    yield from (word for (word,) in connection.execute(said, (table.oid, column, status)).fetchall())


def _columns(table: OldTable, row: Row) -> dict[str, Any]:
    """The row by the names of the old columns that can be written."""
    columns: dict[str, Any] = {}
    for field in table.shape.fields:
        if field.name in row and field.name != "id":
            first = next((each for each in table.sources(field) if set(each) <= table.casts.keys()), None)
            if first and len(first) == 2:
                head, _, tail = str(row[field.name]).rpartition(" ")
                columns |= dict(zip(first, (head or tail, tail if head else ""), strict=True))
            elif first:
                value = row[field.name]
                if field.type == "pence" and value is not None and units(first[0], table) > 1:
                    value = Decimal(value) / units(first[0], table)
                columns[first[0]] = value
    # Every tenant column there is: the old application reads any of them.
    if "organization_id" in row:
        columns |= {name: row["organization_id"] for name in map(table.spelled, TENANT) if name}
    return columns


def _update(
    connection: psycopg.Connection[Any],
    table: OldTable,
    key: object,
    columns: dict[str, Any],
    image: Mapping[str, Any],
) -> None:
    """Only what differs; NULL says that the old spelling means the same."""
    said = {name: value for name, value in columns.items() if value is not None}
    if not said:
        return
    names = [sql.Identifier(name) for name in said]
    values = [_unless_changed(table, name, value, image) for name, value in said.items()]
    connection.execute(
        sql.SQL("update {} t set {} where {} = {} and ({}) is distinct from ({})").format(
            table.name,
            sql.SQL(", ").join(map(sql.SQL("{} = {}").format, names, values)),
            _key(table),
            sql.Literal(key),
            sql.SQL(", ").join(names),
            sql.SQL(", ").join(values),
        )
    )


def _unless_changed(table: OldTable, name: str, value: object, image: Mapping[str, Any]) -> sql.Composable:
    said = _said(table, name, value)
    if name not in image:
        return said
    return sql.SQL("case when {0}::text is not distinct from {1}::text then {2} else {0} end").format(
        sql.Identifier(name), _said(table, name, image[name]), said
    )


def _said(table: OldTable, name: str, value: object) -> sql.Composable:
    """The value as the column's type holds it, cut to its length."""
    if value is None:
        return sql.NULL
    if isinstance(value, bool) and table.columns[name] in WHOLE:
        value = int(value)
    return sql.SQL(f"{{}}::text::{table.casts[name]}").format(sql.Literal(value))


def _insert(
    connection: psycopg.Connection[Any], table: OldTable, key: object, columns: dict[str, Any]
) -> None:
    id_column = table.column("id") or "id"
    values = {name: _said(table, name, value) for name, value in ({id_column: key} | columns).items()}
    for name, kind in _needed(connection, table).items():
        # Another's person is nobody's to borrow: without their own the row is refused.
        if name not in values and name not in map(table.column, WHOM):
            filler = sql.Literal(FILLERS[kind]) if kind in FILLERS else _borrowed(table, name)
            values[name] = filler
    connection.execute(
        sql.SQL("insert into {} ({}) values ({})").format(
            table.name,
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(values.values()),
        )
    )


def _borrowed(table: OldTable, name: str) -> sql.Composed:
    """What another row says, where nothing can be made up."""
    return sql.SQL("(select {0} from {1} where {0} is not null limit 1)").format(
        sql.Identifier(name), table.name
    )
