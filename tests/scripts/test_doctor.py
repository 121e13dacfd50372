"""`frontdesk doctor`: what somebody should look at, and nothing of any client."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from gym import Gym
from scripts.shell import Shell

from db import doctor

Superuser = psycopg.Connection[tuple[object, ...]]

QUARANTINE = (
    "insert into quarantine (table_name, row_id, row, reason, resolved_at)"
    " values ('bookings', %s, '{\"name\": \"Sam Olsen\"}', %s, %s)"
)


@pytest.fixture(autouse=True)
def mended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever server the tests run on."""
    monkeypatch.setattr(doctor, "FAULTS", {})


def looked_at(found: Any) -> set[str]:
    """The checks that call for somebody."""
    return {check["name"] for check in found["checks"] if not check["well"]}


def test_nothing_to_do(shell: Shell) -> None:
    ended = shell("doctor")
    assert (ended.code, ended.err) == (0, "")
    assert [line.split("  ")[0] for line in ended.out.splitlines()] == [
        *("CHECK", "server", "version", "letters", "refusals", "quarantine", "old writes", "scans")
    ]
    assert "LOOK" not in ended.out
    found = shell("doctor", "--json").json
    assert found["well"]
    assert (found["refusals"], found["quarantine"], found["scans"], found["old_writes"]) == ([], [], [], [])


def test_what_desks_were_refused(
    shell: Shell, sign_in: Callable[[str], None], gym: Gym, superuser: Superuser
) -> None:
    booking = ("book", "--session", gym.sessions["spin"], "--pay", "later")
    sign_in("ana")
    for _ in range(2):
        assert shell(*booking, "--client", uuid.uuid4()).code == 1
    sign_in("vera")
    assert shell(*booking, "--lead", gym.leads["olsen"]).code == 4
    ended = shell("doctor")
    assert ended.code == 1
    lines = [line.split() for line in ended.out.splitlines()]
    assert ["2", "names", "nothing", "Ana", "Ruiz", "book", "bookings_person_fkey"] in [
        each[:7] for each in lines
    ]
    assert ["1", "not", "permitted", "Vera", "Watt", "book"] in [each[:6] for each in lines]
    found = shell("doctor", "--json").json
    assert looked_at(found) == {"refusals"}
    assert [(each["user_id"], each["sqlstate"], each["times"]) for each in found["refusals"]] == [
        (str(gym.users["ana"]), "23503", 2),
        (str(gym.users["vera"]), "42501", 1),
    ]
    superuser.execute("update refusals set day = day - 7")
    assert shell("doctor").code == 0


def test_rows_that_wait(shell: Shell, superuser: Superuser) -> None:
    for number in range(3):
        superuser.execute(QUARANTINE, (f"{number}", "names nobody", None))
    superuser.execute(QUARANTINE, ("resolved", "names nobody", "2026-11-25"))
    superuser.execute(QUARANTINE, ("merged", f"merged into {uuid.uuid4()}", None))
    found = shell("doctor", "--json")
    assert (found.code, looked_at(found.json)) == (1, {"quarantine"})
    assert found.json["quarantine"] == [{"table_name": "bookings", "reason": "names nobody", "rows": 3}]
    assert "Olsen" not in found.out + shell("doctor").out


def test_what_the_old_application_wrote(shell: Shell, superuser: Superuser) -> None:
    superuser.execute("create schema takeover authorization frontdesk_admin")
    superuser.execute("create table takeover.changes (id bigint, kind text, key text)")
    superuser.execute("insert into takeover.changes values (1, 'sessions', 'a'), (2, 'sessions', 'b')")
    assert "Another login took the old gym over." in shell("doctor").out
    superuser.execute("alter table takeover.changes owner to frontdesk_admin")
    found = shell("doctor", "--json")
    assert (found.code, looked_at(found.json)) == (1, {"old writes"})
    assert found.json["old_writes"] == [{"table_name": "sessions", "rows": 2}]


def test_a_big_table_that_is_read_whole(
    shell: Shell, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "BIG", 8)
    superuser.execute("analyze")
    for _ in range(doctor.MANY + 1):
        superuser.execute("select count(*) from class_sessions")
        superuser.execute("select count(*) from programs")
    superuser.execute("select pg_stat_force_next_flush()")
    found = shell("doctor", "--json")
    assert (found.code, looked_at(found.json)) == (1, {"scans"})
    (scan,) = found.json["scans"]
    assert (scan["table_name"], scan["rows"]) == ("class_sessions", 9)
    assert scan["scans"] > doctor.MANY
    assert "class_sessions" in shell("doctor").out


def test_another_version(shell: Shell, superuser: Superuser) -> None:
    superuser.execute("comment on schema app is 'another'")
    found = shell("doctor", "--json")
    assert (found.code, looked_at(found.json)) == (1, {"version"})
    assert len(found.json["checks"]) == 2


def test_nobody_but_the_owner(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, cluster: Any, database_name: str
) -> None:
    monkeypatch.setenv("FRONTDESK_ADMIN_URL", cluster.conninfo("frontdesk_app", database_name))
    assert shell("doctor").code == 4
    monkeypatch.delenv("FRONTDESK_ADMIN_URL")
    assert shell("doctor").code == 2


def test_nothing_is_changed(shell: Shell, superuser: Superuser) -> None:
    rights = "select relname, relacl::text, relrowsecurity, relforcerowsecurity from pg_class order by oid"
    before = superuser.execute(rights).fetchall()
    members = "select roleid, member from pg_auth_members order by 1, 2"
    belonging = superuser.execute(members).fetchall()
    shell("doctor")
    assert superuser.execute(rights).fetchall() == before
    assert superuser.execute(members).fetchall() == belonging
