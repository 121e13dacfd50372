"""The till by plain INSERT and UPDATE: own desk, own organization, and what was counted stays."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from gym import INSTALLATION, Gym
from security.psql import Psql, attempt, signed, writes

from db.records import BookingRequest
from db.repositories import bookings, staff, till

TABLES = ("drawers", "drawer_movements", "drawer_counts", "handovers", "handover_needs")
OPEN = "insert into drawers (organization_id, id, float_amount) values (%s, %s, %s)"
MOVE = "insert into drawer_movements (organization_id, drawer_id, amount, reason) values (%s, %s, %s, %s)"
PIECES = (
    "insert into drawer_counts (organization_id, drawer_id, denomination, pieces) values (%s, %s, %s, %s)"
)
COUNT = "update drawers set counted_at = '2001-01-01', note = %s where id = %s"


@pytest.fixture
def drawer(gym: Gym, superuser: Psql) -> uuid.UUID:
    """Ana's desk has one open, with a float of £10; so have the desk by the bar and Union Square."""
    staff.open_desk(gym.signed_in(), "Front door")
    drawer = till.open_drawer(gym.signed_in(), uuid.uuid4(), 1_000).id
    for organization, desk in (("harbour", "bar"), ("union", "theirs")):
        at = gym.organizations[organization]
        desk_id = uuid.uuid5(INSTALLATION, desk)
        superuser.execute(
            "insert into desks (organization_id, id, name) values (%s, %s, %s)", (at, desk_id, desk)
        )
        superuser.execute(
            "insert into drawers (organization_id, id, desk_id, float_amount, currency)"
            " values (%s, %s, %s, 500, 'GBP')",
            (at, uuid.uuid5(desk_id, "drawer"), desk_id),
        )
    return drawer


def other(desk: str) -> uuid.UUID:
    return uuid.uuid5(uuid.uuid5(INSTALLATION, desk), "drawer")


def counted(gym: Gym, drawer: uuid.UUID) -> None:
    """Something of everything, and counted: five are short."""
    asked = BookingRequest(
        uuid.uuid4(), gym.sessions["spin"], "client", gym.clients["ortiz"], pay="cash", arrive=True
    )
    bookings.book(gym.signed_in(), asked)
    till.move(gym.signed_in(), uuid.uuid4(), -200, "milk")
    till.count(gym.signed_in(), drawer, {1_000: 1, 500: 1}, "five went missing")


def rows(superuser: Psql) -> list[Any]:
    return [superuser.execute(f"select * from {table} order by 1, 2").fetchall() for table in TABLES]


def test_who_when_and_how_much_are_the_databases(
    app_psql: Psql, superuser: Psql, gym: Gym, drawer: uuid.UUID
) -> None:
    harbour = gym.organizations["harbour"]
    with signed(app_psql, gym):
        assert attempt(app_psql, OPEN, harbour, uuid.uuid4(), 0).rule == "drawers_one_open"
        assert attempt(app_psql, MOVE, harbour, drawer, 250, " change ").count == 1
        assert attempt(app_psql, PIECES, harbour, drawer, 1_000, 1).count == 1
        assert attempt(app_psql, PIECES, harbour, drawer, 50, 4).count == 1
        assert attempt(app_psql, COUNT, "", drawer).rule == "drawer_note"
        assert attempt(app_psql, "update drawer_counts set pieces = 5 where denomination = 50").count == 1
        assert attempt(app_psql, COUNT, None, drawer).count == 1
        app_psql.execute("commit")
    row = superuser.execute(
        "select counted_amount, expected_amount, counted_by, counted_at > now() - interval '1 minute'"
        " from drawers where id = %s",
        (drawer,),
    )
    assert row.fetchone() == (1_250, 1_250, gym.users["ana"], True)
    moved = superuser.execute("select reason, made_by from drawer_movements").fetchall()
    assert moved == [("change", gym.users["ana"])]


def test_an_open_drawer_cannot_be_noted_or_emptied(app_psql: Psql, gym: Gym, drawer: uuid.UUID) -> None:
    with signed(app_psql, gym):
        before = attempt(app_psql, "select * from drawers").rows
        assert attempt(app_psql, "update drawers set note = 'x' where id = %s", drawer).state is None
        assert attempt(app_psql, "select * from drawers").rows == before


@pytest.mark.parametrize("who", ["ana", "mia", "otto"])
def test_no_other_write(app_psql: Psql, superuser: Psql, gym: Gym, drawer: uuid.UUID, who: str) -> None:
    counted(gym, drawer)
    till.open_drawer(gym.signed_in(), uuid.uuid4(), 0)
    before = rows(superuser)
    may = {"set note", "set counted_at", "set pieces", "set accepted_at"}
    for table in TABLES:
        with signed(app_psql, gym, who):
            for statement in writes(superuser, table):
                if not any(column in statement for column in may):
                    tried = attempt(app_psql, statement)
                    assert tried.state in {"42501", "428C9", "42601"}, statement
            app_psql.execute("commit")
    assert rows(superuser) == before


def test_a_counted_drawer_never_changes_whoever_writes(
    app_psql: Psql, superuser: Psql, gym: Gym, drawer: uuid.UUID
) -> None:
    counted(gym, drawer)
    before = rows(superuser)
    harbour = gym.organizations["harbour"]
    late: list[tuple[str, tuple[object, ...]]] = [
        (COUNT, ("again", drawer)),
        ("update drawers set note = 'another' where id = %s", (drawer,)),
        (MOVE, (harbour, drawer, 100, "late")),
        (PIECES, (harbour, drawer, 20, 1)),
        ("update drawer_counts set pieces = 7 where drawer_id = %s", (drawer,)),
    ]
    for who in ("ana", "mia"):
        with signed(app_psql, gym, who):
            for statement, values in late:
                assert attempt(app_psql, statement, *values).rule == "drawer_counted", statement
    late += [
        ("update drawers set counted_amount = 0, counted_at = null where id = %s", (drawer,)),
        ("update drawers set float_amount = 0 where id = %s", (drawer,)),
        ("update drawers set desk_id = desk_id where id = %s", (drawer,)),
    ]
    for statement, values in late:
        assert attempt(superuser, statement, *values).rule == "drawer_counted", statement
    for table in TABLES:
        for change in (f"delete from {table}", f"truncate {table} cascade"):
            assert attempt(superuser, change).state == "42501", change
    assert attempt(superuser, "update drawer_movements set amount = 1").state == "42501"
    assert rows(superuser) == before


def test_no_payment_goes_into_a_counted_drawer(superuser: Psql, gym: Gym, drawer: uuid.UUID) -> None:
    """Not even one that names it: which drawer it is, is the database's to say."""
    counted(gym, drawer)
    pay = (
        "insert into payments (organization_id, client_id, method, amount, currency, desk_id, drawer_id)"
        " values (%s, %s, %s, 100, 'GBP', %s, %s) returning drawer_id"
    )
    for method, desk in (("cash", INSTALLATION), ("card", INSTALLATION), ("cash", None)):
        values = (gym.organizations["harbour"], gym.clients["okafor"], method, desk, drawer)
        assert attempt(superuser, pay, *values).rows == [(None,)]
    opened = till.open_drawer(gym.signed_in(), uuid.uuid4(), 0).id
    values = (gym.organizations["harbour"], gym.clients["okafor"], "cash", INSTALLATION, drawer)
    assert attempt(superuser, pay, *values).rows == [(opened,)]


def test_another_desks_drawer(app_psql: Psql, gym: Gym, drawer: uuid.UUID) -> None:
    bar, harbour = other("bar"), gym.organizations["harbour"]
    with signed(app_psql, gym):
        for statement, values in (
            (MOVE, (harbour, bar, -500, "mine now")),
            (PIECES, (harbour, bar, 500, 1)),
            (COUNT, ("mine", bar)),
        ):
            assert attempt(app_psql, statement, *values).rule == "drawer_elsewhere", statement
    with signed(app_psql, gym, "mia"):
        assert attempt(app_psql, MOVE, harbour, bar, -500, "x").rule == "drawer_elsewhere"
        assert attempt(app_psql, PIECES, harbour, bar, 500, 1).count == 1
        assert attempt(app_psql, COUNT, None, bar).count == 1


def test_a_viewer_reads_and_writes_nothing(app_psql: Psql, gym: Gym, drawer: uuid.UUID) -> None:
    counted(gym, drawer)
    harbour = gym.organizations["harbour"]
    with signed(app_psql, gym, "vera"):
        for table in TABLES:
            assert attempt(app_psql, f"select * from {table}").rows, table
        for statement, values in (
            (OPEN, (harbour, uuid.uuid4(), 0)),
            (MOVE, (harbour, other("bar"), 1, "x")),
            (PIECES, (harbour, other("bar"), 1, 1)),
        ):
            assert attempt(app_psql, statement, *values).state == "42501", statement
        assert attempt(app_psql, COUNT, "x", other("bar")).nothing
        assert attempt(app_psql, "update handovers set accepted_at = now()").nothing


def test_another_organizations_drawer_is_answered_like_none(
    app_psql: Psql, superuser: Psql, gym: Gym, drawer: uuid.UUID
) -> None:
    counted(gym, drawer)
    before = rows(superuser)
    harbour, union = gym.organizations["harbour"], gym.organizations["union"]
    statements: list[tuple[str, tuple[object, ...]]] = []
    for organization in (harbour, union):
        statements += [
            (MOVE, (organization, "theirs", 1, "x")),
            (PIECES, (organization, "theirs", 100, 1)),
            (OPEN, (organization, "theirs", -1)),
        ]
    statements += [
        (COUNT, ("x", "theirs")),
        ("select * from app.count_drawer(%s, '{}', 'x')", ("theirs",)),
        ("select app.accept_handover(%s)", ("theirs",)),
        ("select * from drawers where id = %s for share", ("theirs",)),
        ("select app.in_drawer(d) from drawers d where id = %s", ("theirs",)),
    ]
    for who in ("ana", "mia"):
        with signed(app_psql, gym, who):
            for statement, values in statements:
                tried = [
                    attempt(app_psql, statement, *(each if value == "theirs" else value for value in values))
                    for each in (other("theirs"), uuid.uuid4())
                ]
                assert (tried[0].state, tried[0].rule, tried[0].rows) == (
                    tried[1].state,
                    tried[1].rule,
                    tried[1].rows,
                ), statement
                assert tried[0].nothing, statement
    assert rows(superuser) == before
    with signed(app_psql, gym, "ben", "union"):
        for table in TABLES:
            shown = attempt(app_psql, f"select organization_id from {table}").rows
            assert {row[0] for row in shown} <= {union}, table
        assert attempt(app_psql, "select * from app.till(null)").nothing
        assert len(attempt(app_psql, "select * from app.till_drawers(null)").rows) == 1
        assert attempt(app_psql, "select app.colleague(%s)", gym.users["ana"]).rows == [(None,)]


def test_a_statement_that_changes_its_organization_in_between(
    app_psql: Psql, superuser: Psql, gym: Gym, drawer: uuid.UUID
) -> None:
    """Kim works in both; each row is looked at again when it is written."""
    before = rows(superuser)
    union = str(gym.organizations["union"])
    switched = "case when set_config('app.organization', %s, true) <> '' then {} end"
    with signed(app_psql, gym, "kim", "harbour"):
        count = f"update drawers set note = 'x', counted_at = {switched.format('now()')}"
        assert attempt(app_psql, count, union).state == "42501"
    with signed(app_psql, gym, "kim", "harbour"):
        move = MOVE.replace("%s, %s)", f"{switched.format('1')}, 'x')")
        tried = attempt(app_psql, move, gym.organizations["harbour"], drawer, union)
        assert tried.state == "42501"
    assert rows(superuser) == before


def test_it_is_audited(gym: Gym, superuser: Psql, drawer: uuid.UUID) -> None:
    counted(gym, drawer)
    entries = superuser.execute(
        "select table_name, action, count(*)::int from audit_log where table_name = any(%s) and user_id = %s"
        " group by 1, 2 order by 1, 2",
        (list(TABLES), gym.users["ana"]),
    ).fetchall()
    assert entries == [
        ("drawer_counts", "insert", 2),
        ("drawer_movements", "insert", 1),
        ("drawers", "insert", 1),
        ("drawers", "update", 1),
        ("handover_needs", "insert", 2),
        ("handovers", "insert", 1),
    ]
    logged = superuser.execute("select string_agg(l::text, '') from audit_log l").fetchone()
    assert logged is not None
    assert "went missing" not in str(logged[0]) and "milk" not in str(logged[0])
