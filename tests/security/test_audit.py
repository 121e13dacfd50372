"""The audit says who, where, by which command, what was before and after; and stays as it was."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from gym import INSTALLATION, Gym
from security.psql import Psql, attempt, signed

from db.records import BookingRequest
from db.repositories import bookings, staff

ENTRIES = """
    select user_id, desk_id, command, table_name, action,
           before ->> 'booking_status', after ->> 'booking_status'
      from audit_log where row_id = %s order by recorded_at"""


def test_a_booking_and_taking_it_back(gym: Gym, superuser: Psql) -> None:
    ana = gym.signed_in()
    staff.open_desk(ana, "Front door")
    asked = BookingRequest(
        uuid.uuid4(), gym.sessions["spin"], "lead", gym.leads["olsen"], pay="comp", comp_reason="Her birthday"
    )
    bookings.book(ana, asked)
    bookings.take_back(ana, asked.id)
    who = (gym.users["ana"], INSTALLATION, "desk", "bookings")
    assert superuser.execute(ENTRIES, (asked.id,)).fetchall() == [
        (*who, "insert", None, "confirmed"),
        (*who, "update", "confirmed", "cancelled"),
    ]
    logs = superuser.execute(
        "select id, after ->> 'comp_reason' from audit_log where row_id = %s", (asked.id,)
    ).fetchall()
    assert all(digest != "Her birthday" and len(digest) == 64 for _, digest in logs)
    personal = "select after ->> 'comp_reason' from audit_personal where audit_id = %s"
    assert all(superuser.execute(personal, (log,)).fetchone() == ("Her birthday",) for log, _ in logs)
    everything = superuser.execute("select string_agg(l::text, '') from audit_log l").fetchone()
    assert everything is not None
    for value in ("birthday", "Olsen", "olsen", "900412", "okafor"):
        assert value not in everything[0]
    # Two entries of one value cannot be told to be of one value.
    assert len({digest for _, digest in logs}) == 2


def test_money_is_audited(gym: Gym, superuser: Psql) -> None:
    asked = BookingRequest(uuid.uuid4(), gym.sessions["spin"], "lead", gym.leads["olsen"], pay="cash")
    bookings.book(gym.signed_in(), asked)
    bookings.take_back(gym.signed_in(), asked.id)
    entries = superuser.execute(
        "select user_id, after ->> 'amount' from audit_log where table_name = 'payments' order by recorded_at"
    ).fetchall()
    assert entries == [(gym.users["ana"], "1200"), (gym.users["ana"], "-1200")]


@pytest.mark.parametrize("table", ["audit_log", "audit_personal", "payments"])
def test_append_only(
    app_psql: Psql, superuser: Psql, gym: Gym, cluster: Any, database_name: str, table: str
) -> None:
    asked = BookingRequest(
        uuid.uuid4(), gym.sessions["spin"], "client", gym.clients["okafor"], pay="cash", override_reason="x"
    )
    bookings.book(gym.signed_in("mia"), asked)
    before = superuser.execute(f"select * from {table} order by 1, 2").fetchall()
    assert before
    changes = [
        f"update {table} set organization_id = organization_id",
        f"delete from {table}",
        f"truncate {table} cascade",
    ]
    for who in ("ana", "mia", "otto"):
        with signed(app_psql, gym, who):
            for change in [*changes, f"insert into {table} select * from {table}"]:
                assert attempt(app_psql, change).state == "42501"
    # The owner of the tables and a superuser are refused by triggers; what was personal alone can be erased.
    for change in changes:
        if table == "audit_personal" and change.startswith("delete"):
            continue
        superuser.execute("begin")
        assert attempt(superuser, change).state == "42501", change
        superuser.execute("set local role frontdesk_owner")
        assert attempt(superuser, change).state in {"42501", None}
        superuser.execute("rollback")
    assert superuser.execute(f"select * from {table} order by 1, 2").fetchall() == before


def test_managers_read_it_and_staff_do_not(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    harbour = {(gym.organizations["harbour"],)}
    for who, expected in (
        ("ana", set()),
        ("vera", set()),
        ("kim", set()),
        ("mia", harbour),
        ("otto", harbour),
    ):
        with signed(app_psql, gym, who):
            for table in ("audit_log", "audit_personal"):
                assert set(attempt(app_psql, f"select organization_id from {table}").rows) == expected
    with signed(app_psql, gym, "mia", "union"):
        assert attempt(app_psql, "select * from audit_log").nothing


def test_the_command_is_only_so_long(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    insert = (
        "insert into bookings (organization_id, class_session_id, client_id) values (%s, %s, %s) returning id"
    )
    with signed(app_psql, gym):
        app_psql.execute("select set_config('app.command', %s, true)", ("x" * 100_000,))
        values = (gym.organizations["harbour"], gym.sessions["spin"], gym.clients["okafor"])
        assert attempt(app_psql, insert, *values).state is None
        app_psql.execute("commit")
    longest = superuser.execute("select max(length(command)) from audit_log").fetchone()
    assert longest == (60,)


def test_what_cannot_be_audited_is_not_written(superuser: Psql, app_psql: Psql, gym: Gym) -> None:
    superuser.execute("revoke insert on audit_log from frontdesk_definer")
    asked = BookingRequest(uuid.uuid4(), gym.sessions["spin"], "lead", gym.leads["olsen"], pay="cash")
    with pytest.raises(Exception, match="may not"):
        bookings.book(gym.signed_in(), asked)
    assert superuser.execute("select from bookings where id = %s", (asked.id,)).fetchone() is None
