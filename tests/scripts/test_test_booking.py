"""`test-booking`: books for real, reads back under row-level security, and leaves nothing behind."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable

import psycopg
import pytest
from gym import Gym
from scripts.shell import Ended, Shell

Superuser = psycopg.Connection[tuple[object, ...]]
TABLES = (
    "select oid::regclass::text from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
)


def everything(superuser: Superuser) -> dict[object, object]:
    """Every row of every table."""
    return {
        table: superuser.execute(f"select r::text from {table} r order by 1").fetchall()
        for (table,) in superuser.execute(TABLES).fetchall()
    }


def question(gym: Gym, kind: str = "lead", /, **changes: object) -> str:
    return json.dumps(
        {
            "customerId": str(gym.leads["olsen"] if kind == "lead" else gym.clients["okafor"]),
            "customerType": kind,
            "classSessionId": str(gym.sessions["spin"]),
            "organizationId": str(gym.organizations["harbour"]),
        }
        | changes
    )


def failed(ended: Ended, code: int) -> str:
    assert ended.code == code
    assert ended.json["success"] is False
    assert ended.json["data"] is None
    message: str = ended.json["message"]
    assert ended.err == message + "\n"
    return message


@pytest.mark.parametrize(
    ("kind", "column", "key"), [("lead", "customer_id", "olsen"), ("client", "client_id", "okafor")]
)
def test_it_books_and_leaves_nothing(
    ana: Shell, gym: Gym, superuser: Superuser, kind: str, column: str, key: str
) -> None:
    before = everything(superuser)
    ended = ana("test-booking", stdin=question(gym, kind))
    assert (ended.code, ended.err) == (0, "")
    assert ended.json["success"] is True
    data = ended.json["data"]
    assert set(data) == {"customer", "classSession", "booking", "readBackBooking", "rlsWorking"}
    person = str((gym.leads if kind == "lead" else gym.clients)[key])
    assert (data["customer"]["id"], data["classSession"]["program"]) == (person, "Spin")
    row = data["readBackBooking"]
    assert {name: row[name] for name in ("customer_id", "client_id")} == {
        "customer_id": None,
        "client_id": None,
    } | {column: person}
    assert (row["booking_status"], row["payment_status"], row["price"]) == ("confirmed", "pending", 1200)
    assert data["booking"]["booking_id"] == row["id"]
    assert data["rlsWorking"] is True
    assert everything(superuser) == before


def test_rls_is_really_tried(ana: Shell, gym: Gym, superuser: Superuser) -> None:
    superuser.execute("create policy leak on bookings for select to frontdesk_staff using (true)")
    ended = ana("test-booking", stdin=question(gym))
    assert (ended.code, ended.json["success"]) == (1, False)
    assert ended.json["data"]["rlsWorking"] is False
    superuser.execute("drop policy leak on bookings")
    superuser.execute("alter table bookings disable row level security")
    assert ana("test-booking", stdin=question(gym)).json["data"]["rlsWorking"] is False


@pytest.mark.parametrize("field", ["customerId", "classSessionId", "organizationId"])
def test_unknown_and_foreign_ids_are_not_found(ana: Shell, gym: Gym, field: str) -> None:
    foreign = {
        "customerId": gym.leads["other"],
        "classSessionId": gym.sessions["other"],
        "organizationId": gym.organizations["union"],
    }[field]
    messages = {
        failed(ana("test-booking", stdin=question(gym, **{field: str(id_)})), 1)
        for id_ in (foreign, uuid.uuid4())
    }
    assert len(messages) == 1
    assert "not found" in messages.pop().lower()


def test_a_client_is_no_lead(ana: Shell, gym: Gym) -> None:
    swapped = question(gym, customerId=str(gym.clients["okafor"]))
    assert "not found" in failed(ana("test-booking", stdin=swapped), 1).lower()


BAD_JSON = ("", "{", "[]", "null", '"x"', "[" * 100_000, "{}", b"\xff\xfe", '{"customerId": 1}')
BAD_VALUES: tuple[object, ...] = ("", "x", "' or 1=1 --", "\0", 7, None, [], {}, "LEAD")
GOOD = {name: str(uuid.uuid4()) for name in ("customerId", "classSessionId", "organizationId")}


def test_what_cannot_be_meant_needs_no_database(run: Shell) -> None:
    for text in BAD_JSON:
        failed(run("test-booking", stdin=text), 2)
    for field in (*GOOD, "customerType"):
        for value in BAD_VALUES:
            asked = GOOD | {"customerType": "lead"} | {field: value}
            assert field in failed(run("test-booking", stdin=json.dumps(asked)), 2)


def test_refused_by_a_rule(ana: Shell, gym: Gym) -> None:
    ended = ana("test-booking", stdin=question(gym, classSessionId=str(gym.sessions["full"])))
    assert (ended.code, ended.json["success"]) == (1, False)
    assert "No seat is left" in ended.json["message"]
    blocked = ana("test-booking", stdin=question(gym, customerId=str(gym.leads["blocked"])))
    assert (blocked.code, blocked.json["success"]) == (1, False)


def test_nobody_signed_in(shell: Shell, gym: Gym) -> None:
    failed(shell("test-booking", stdin=question(gym)), 4)


def test_a_viewer_may_not(shell: Shell, gym: Gym, sign_in: Callable[[str], None]) -> None:
    sign_in("vera")
    assert shell("test-booking", stdin=question(gym)).code == 4
