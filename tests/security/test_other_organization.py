"""With the token of someone of one organization: nothing of another one, by any statement."""

from __future__ import annotations

import re
import threading
import time
import uuid
from dataclasses import replace

import psycopg
import pytest
from gym import Gym
from security.psql import SIGN, Psql, attempt, signed, tables

OTHERS = re.compile("Union|Lifting|Sam Other|Samantha|Ben Stone")


@pytest.fixture
def union_booking(superuser: Psql, gym: Gym) -> uuid.UUID:
    """A booking of the other organization."""
    booking = uuid.uuid4()
    superuser.execute(
        "insert into bookings (organization_id, id, class_session_id, client_id, paid_by)"
        " values (%s, %s, %s, %s, 'cash')",
        (gym.organizations["union"], booking, gym.sessions["other"], gym.clients["other"]),
    )
    return booking


def readable(psql: Psql, superuser: Psql) -> list[str]:
    return [table for table in tables(superuser) if attempt(psql, f"select from {table}").state is None]


@pytest.mark.parametrize("who", ["ana", "mia", "otto", "vera"])
def test_tables_and_joins(
    app_psql: Psql, superuser: Psql, gym: Gym, union_booking: uuid.UUID, who: str
) -> None:
    union = gym.organizations["union"]
    with signed(app_psql, gym, who):
        names = readable(app_psql, superuser)
        assert "public.bookings" in names and "public.users" not in names
        for table in names:
            key = "id" if table == "public.organizations" else "organization_id"
            assert attempt(app_psql, f"select * from {table} where {key} = %s", union).nothing, table
            assert attempt(
                app_psql, f"select * from {table} where {key} <> %s", gym.organizations["harbour"]
            ).nothing
            shown = str(attempt(app_psql, f"select t::text from {table} t").rows)
            assert not OTHERS.search(shown) and str(union) not in shown, table
            copied = app_psql.cursor()
            with copied.copy(f"copy {table} to stdout") as copy:
                assert str(union).encode() not in b"".join(bytes(block) for block in copy)
            left = f"select o.* from (select %s::uuid as k) x left join {table} o on o.{key} = x.k"
            left += f" where o.{key} is not null"
            assert attempt(app_psql, left, union).nothing
            assert attempt(app_psql, f"select 1 from {table} where {key} = %s for key share", union).nothing


def test_functions(app_psql: Psql, gym: Gym, union_booking: uuid.UUID) -> None:
    """Another organization's ids are answered like ids that nobody has."""
    session, person, lead = gym.sessions["other"], gym.clients["other"], gym.leads["other"]
    unknown = uuid.uuid4()
    calls: list[tuple[str, tuple[object, ...], tuple[object, ...]]] = [
        ("select * from app.roster(%s)", (session,), (unknown,)),
        ("select * from app.take_back(%s)", (union_booking,), (unknown,)),
        ("select app.lock_for_booking(%s, %s, %s)", (session, lead, person), (unknown, unknown, unknown)),
        ("select app.overlap(%s, %s, %s)", (session, lead, person), (unknown, unknown, unknown)),
        ("select app.desk_id(), app.rank()", (), ()),
    ]
    book = "select * from app.book(%s, %s, %s, %s, 'card', null, null, true)"
    for kind, theirs in (("client", person), ("lead", lead)):
        calls.append(
            (
                book,
                (unknown, gym.sessions["spin"], kind, theirs),
                (unknown, gym.sessions["spin"], kind, unknown),
            )
        )
        calls.append((book, (unknown, session, kind, theirs), (unknown, unknown, kind, unknown)))
    attempted = "select app.try_booking(%s, %s, %s, null, 'confirmed', 'card', null, null)"
    calls.append((attempted, (unknown, session, lead), (unknown, unknown, unknown)))
    with signed(app_psql, gym):
        for statement, theirs_too, nobodys in calls:
            tried, expected = (
                attempt(app_psql, statement, *theirs_too),
                attempt(app_psql, statement, *nobodys),
            )
            assert replace(tried, context="") == replace(expected, context=""), statement
        about = "select a.price, a.currency, a.person_name, a.seat, a.booking_status, a.ahead"
        about += " from app.answer_about('full', null, %s, %s, null, %s) a"
        shown = attempt(app_psql, about, union_booking, session, person).rows
        assert shown == attempt(app_psql, about, unknown, unknown, unknown).rows
        rows = "select app.{}(jsonb_populate_record(null::public.bookings, jsonb_build_object("
        rows += "'booking_status', 'confirmed', 'organization_id', %s::uuid, 'class_session_id', %s::uuid,"
        rows += " 'client_id', %s::uuid)))"
        for function in ("check_person", "check_not_booked"):
            theirs_tried = attempt(
                app_psql, rows.format(function), gym.organizations["union"], session, person
            )
            nobodys_tried = attempt(app_psql, rows.format(function), unknown, unknown, unknown)
            assert theirs_tried == nobodys_tried, function


def test_find(app_psql: Psql, gym: Gym) -> None:
    with signed(app_psql, gym):
        for text in ("sam", "samantha", "union", "other", "sam oter", "samantha unoin"):
            assert not OTHERS.search(str(attempt(app_psql, "select * from app.find(%s)", text).rows)), text
        assert attempt(app_psql, "select * from search_documents").state == "42501"
        matching = "select * from app.matching(%s, 'sam')"
        assert attempt(app_psql, matching, gym.organizations["union"]).state == "42501"


def test_forged_organization(app_psql: Psql, gym: Gym) -> None:
    with signed(app_psql, gym, "ana", "union"):
        assert attempt(app_psql, "select * from bookings").nothing
        assert attempt(app_psql, "select * from app.find('sam')").nothing
        assert attempt(app_psql, "select app.rank()").rows == [(None,)]
    # Someone of both sees one at a time, and never a mixture.
    with signed(app_psql, gym, "kim", "union"):
        assert attempt(app_psql, "select distinct organization_id from clients").rows == [
            (gym.organizations["union"],)
        ]


@pytest.mark.parametrize("who", ["ana", "mia"])
def test_writes(app_psql: Psql, gym: Gym, superuser: Psql, union_booking: uuid.UUID, who: str) -> None:
    harbour, union = gym.organizations["harbour"], gym.organizations["union"]
    other, spin = gym.sessions["other"], gym.sessions["spin"]
    insert = "insert into bookings (organization_id, class_session_id, client_id) values (%s, %s, %s)"
    before = superuser.execute("select * from bookings where id = %s", (union_booking,)).fetchone()
    unknown = uuid.uuid4()
    with signed(app_psql, gym, who):
        assert attempt(app_psql, insert, union, other, gym.clients["other"]).state == "42501"
        assert attempt(app_psql, insert + " returning *", union, other, gym.clients["other"]).state == "42501"
        for theirs, nobodys in (
            ((harbour, other, gym.clients["okafor"]), (harbour, unknown, gym.clients["okafor"])),
            ((harbour, spin, gym.clients["other"]), (harbour, spin, unknown)),
            ((union, spin, gym.clients["okafor"]), (unknown, spin, gym.clients["okafor"])),
        ):
            tried = attempt(app_psql, insert, *theirs)
            assert tried == attempt(app_psql, insert, *nobodys)
            assert tried.state in {"23503", "42501"}
        for change in (
            "update bookings set booking_status = 'cancelled' where id = %s returning *",
            "update bookings set booking_status = booking_status where id = %s",
            "delete from bookings where id = %s",
        ):
            assert attempt(app_psql, change, union_booking).nothing
        for change in ("organization_id", "class_session_id", "client_id", "desk_id"):
            assert attempt(app_psql, f"update bookings set {change} = %s", union).state == "42501"
        upsert = insert.replace("organization_id,", "id, organization_id,").replace("(%s,", "(%s, %s,")
        upsert += " on conflict (organization_id, id) do update set booking_status = 'cancelled'"
        assert attempt(app_psql, upsert, union_booking, union, other, gym.clients["other"]).state == "42501"
        desk = "insert into desks (organization_id, id, name) values (%s, app.installation(), 'x')"
        assert attempt(app_psql, desk, union).state == "42501"
        assert attempt(
            app_psql, "insert into desks (organization_id, id, name) values (%s, %s, 'x')", harbour, unknown
        ).state
    assert superuser.execute("select * from bookings where id = %s", (union_booking,)).fetchone() == before


def test_a_booking_of_the_same_id_elsewhere_is_no_answer(
    app_psql: Psql, gym: Gym, union_booking: uuid.UUID
) -> None:
    book = "select outcome from app.book(%s, %s, 'client', %s, 'card', null, null, false)"
    with signed(app_psql, gym):
        tried = attempt(app_psql, book, union_booking, gym.sessions["spin"], gym.clients["okafor"])
        assert tried.rows == [("booked",)]


def test_errors_tell_no_values(app_psql: Psql, gym: Gym, superuser: Psql, union_booking: uuid.UUID) -> None:
    values = [
        str(value) for value in (gym.organizations["union"], gym.sessions["other"], gym.clients["other"])
    ]
    harbour = gym.organizations["harbour"]
    columns = "(organization_id, id, class_session_id, client_id)"
    with signed(app_psql, gym, "kim", "harbour"):
        statements: list[tuple[str, tuple[object, ...]]] = [
            (
                f"insert into bookings {columns} values (%s, %s, %s, %s)",
                (harbour, union_booking, *values[1:]),
            ),
            (
                f"insert into bookings {columns} values (%s, %s, %s, %s)",
                (*values[:1], union_booking, *values[1:]),
            ),
            ("select 1 / 0 from clients where name like 'Samantha%%'", ()),
            ("select name::int from clients where organization_id = %s", (values[0],)),
        ]
        for statement, parameters in statements:
            tried = attempt(app_psql, statement, *parameters)
            assert not OTHERS.search(tried.text + tried.context)
            assert not any(value in tried.text + tried.context for value in values), tried
            assert "already exists" not in tried.text and "Failing row" not in tried.text


def test_side_channels(app_psql: Psql, gym: Gym, superuser: Psql) -> None:
    """Division, a cheap function of one's own, statistics, EXPLAIN: the policy comes first."""
    superuser.execute(
        "insert into leads (organization_id, name, email)"
        " select %s, 'Secret', 'secret@x' from generate_series(1, 500)",
        (gym.organizations["union"],),
    )
    superuser.execute("analyze")
    with signed(app_psql, gym):
        assert attempt(
            app_psql, "select 1 from leads where name = 'Secret' and 1 / (name = 'Secret')::int = 1"
        ).nothing
        assert (
            attempt(
                app_psql, "select 1 from leads where 1 / (case when name = 'Secret' then 0 else 1 end) = 1"
            ).state
            is None
        )
        app_psql.execute(
            "create function pg_temp.leak(v text) returns bool cost 0.0000001 language plpgsql as"
            " $$ begin raise exception 'seen %', v; end $$"
        )
        tried = attempt(app_psql, "select * from leads where pg_temp.leak(name)")
        assert "Secret" not in tried.text and "seen" in tried.text
        for statistics in ("pg_stats", "pg_stats_ext", "pg_stats_ext_exprs"):
            tried = attempt(
                app_psql,
                f"select * from {statistics} where tablename = any (%s)",
                ["leads", "clients", "bookings"],
            )
            assert tried.nothing, statistics
        for column in ("name", "email"):
            plans = [
                attempt(app_psql, f"explain select from leads where {column} {test}").rows
                for test in ("= 'Secret'", "= 'secret@x'", "= 'nobody'")
            ]
            rows = {re.sub(r"'.*?'", "", str(plan)) for plan in plans}
            assert len(rows) == 1, rows


def test_waiting_for_a_lock_tells_nothing(
    app_psql: Psql, gym: Gym, superuser: Psql, cluster: object, database_name: str
) -> None:
    """While the other organization's session and people are locked, nobody here waits."""
    conninfo = cluster.conninfo("postgres", database_name)  # type: ignore[attr-defined]
    with psycopg.connect(conninfo) as holder:
        holder.execute("select * from class_sessions where id = %s for update", (gym.sessions["other"],))
        holder.execute("select * from clients where id = %s for update", (gym.clients["other"],))
        began = time.monotonic()
        with signed(app_psql, gym):
            app_psql.execute("set local lock_timeout = '500ms'")
            app_psql.execute(
                "select app.lock_for_booking(%s, null, %s)", (gym.sessions["other"], gym.clients["other"])
            )
            insert = "insert into bookings (organization_id, class_session_id, client_id) values (%s, %s, %s)"
            tried = attempt(
                app_psql, insert, gym.organizations["harbour"], gym.sessions["other"], gym.clients["other"]
            )
            assert tried.state == "23503"
        assert time.monotonic() - began < 0.5


def test_plans_follow_the_token(app_psql: Psql, gym: Gym) -> None:
    """A prepared statement, a cursor kept open and a function's cached plan: each run looks again."""
    app_psql.execute("prepare everyone as select distinct organization_id from clients")
    app_psql.execute(
        "create function pg_temp.everyone() returns setof uuid language plpgsql as $$ begin"
        " return query select distinct organization_id from public.clients; end $$"
    )
    for _ in range(7):  # past the five runs after which a generic plan is kept
        for who, organization in (("ana", "harbour"), ("ben", "union"), ("kim", "harbour"), ("kim", "union")):
            with signed(app_psql, gym, who, organization):
                expected = [(gym.organizations[organization],)]
                assert app_psql.execute("execute everyone").fetchall() == expected
                assert app_psql.execute("select * from pg_temp.everyone()").fetchall() == expected
        assert attempt(app_psql, "execute everyone").state == "42501"
    app_psql.execute("begin")
    app_psql.execute(
        SIGN,
        (gym.token("ana"), str(gym.organizations["harbour"])),
    )
    app_psql.execute("declare kept cursor with hold for select distinct organization_id from clients")
    app_psql.execute("commit")
    with signed(app_psql, gym, "ben", "union"):
        # What was read stays with who read it; it is not read anew.
        assert app_psql.execute("fetch all kept").fetchall() == [(gym.organizations["harbour"],)]


def test_notifications_carry_nothing(app_psql: Psql, gym: Gym, database: object) -> None:
    from db.records import BookingRequest
    from db.repositories import bookings

    heard: list[str] = []
    app_psql.add_notify_handler(lambda notice: heard.append(notice.payload))
    for channel in ("bookings", "frontdesk", "changed", "app"):
        app_psql.execute(f"listen {channel}")
    asked = BookingRequest(uuid.uuid4(), gym.sessions["spin"], "lead", gym.leads["olsen"], pay="card")
    bookings.book(gym.signed_in(), asked)
    app_psql.execute("select 1")
    assert not any("Olsen" in payload for payload in heard)


def test_other_sessions_statements_show_no_values(app_psql: Psql, gym: Gym, superuser: Psql) -> None:
    """Whoever has the login reads the text of each other's statements: values are bound, never in it."""
    from db.repositories import people

    assert gym.database is not None
    holder = superuser.execute("select pg_advisory_lock(5)")
    seen: list[str] = []
    thread = threading.Thread(target=lambda: people.find(gym.signed_in(), "samantha"))
    thread.start()
    thread.join()
    seen += [
        row[0]
        for row in app_psql.execute(
            "select query from pg_stat_activity where usename = 'frontdesk_app'"
        ).fetchall()
    ]
    superuser.execute("select pg_advisory_unlock(5)")
    assert holder and len(seen) > 1
    assert not any("samantha" in text or gym.token("ana") in text for text in seen)
