"""The six real-shaped files, each with its counts, and each twice."""

from __future__ import annotations

import csv
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from gym import Gym
from imports.conftest import FILES, Import

Superuser = psycopg.Connection[Any]

# Counted by hand: 220 rows are 200 people, ten of them again with a shouted e-mail, and their ten children.
# The attendance is of all of them but one.
COUNTS = {
    "excel-utf8-bom.csv": (220, 0, 210, 10, "dmy", 0),
    "glofox-members.csv": (220, 0, 210, 10, None, 220),
    "gympoint-import.csv": (220, 34, 176, 10, "mdy", 0),
    "mindbody-clients.csv": (220, 0, 210, 10, "mdy", 220),
    "teamup-attendance.csv": (1000, 0, 209, 791, "mdy", 0),
    "teamup-customer-list-demo-2026-11-24.csv": (220, 34, 176, 10, "dmy", 0),
}
WAYS = {"teamup-attendance.csv": ("--as", "client")}


def state(superuser: Superuser) -> dict[str, str]:
    """A checksum of every table with people's rows, what was audited included."""
    tables = ("leads", "clients", "families", "family_members", "notes", "external_ids", "audit_log")
    return {
        table: str(
            superuser.execute(
                f"select md5(string_agg(t::text, '|' order by t::text)) from {table} t".encode()
            ).fetchone()
        )
        for table in tables
    }


def count(superuser: Superuser, question: str) -> int:
    row = superuser.execute(question.encode()).fetchone()
    assert row
    number: int = row[0]
    return number


@pytest.mark.parametrize("name", COUNTS)
def test_each_file_has_its_counts_and_a_second_time_changes_nothing(
    mia: Import, superuser: Superuser, name: str
) -> None:
    rows, leads, clients, joined, order, ids = COUNTS[name]
    before = state(superuser)
    dry = mia(FILES / name, "--json", *WAYS.get(name, ())).json
    assert (dry["imported"], state(superuser)) == (False, before)
    done = mia(FILES / name, "--json", "--yes", *WAYS.get(name, ())).json
    for said in (dry, done):
        assert (said["rows"], said["new_leads"], said["new_clients"]) == (rows, leads, clients)
        assert (said["known"], said["joined_rows"], said["new_families"]) == (0, joined, 10)
        assert (said["rejected"], said["date_order"]) == ([], order)
    assert count(superuser, "select count(*) from leads") == leads + 6
    assert count(superuser, "select count(*) from clients") == clients + 6
    assert count(superuser, "select count(*) from families") == 10
    assert count(superuser, "select count(*) from family_members") == 20
    assert count(superuser, "select count(*) from external_ids") == ids
    after = state(superuser)
    again = mia(FILES / name, "--json", "--yes", *WAYS.get(name, ())).json
    assert (again["new_leads"], again["new_clients"], again["new_families"]) == (0, 0, 0)
    assert again["known"] == leads + clients
    assert state(superuser) == after


def test_the_six_files_of_one_gym_are_its_people_once(mia: Import, superuser: Superuser) -> None:
    for name in sorted(COUNTS):
        assert mia(FILES / name, "--yes", *WAYS.get(name, ())).code == 0
    assert count(superuser, "select count(*) from clients where email like '%@example.org'") == 210
    assert count(superuser, "select count(*) from leads where email like '%@example.org'") == 0
    assert count(superuser, "select count(*) from families") == 10
    # What one file lacks another one has.
    assert count(superuser, "select count(*) from clients where barcode like '00000%'") == 210
    assert count(superuser, "select count(*) from clients where email like '%@example.org' and"
                 " birth_date is null") == 0  # fmt: skip
    state_of_all = state(superuser)
    for name in sorted(COUNTS):
        mia(FILES / name, "--yes", *WAYS.get(name, ()))
    assert state(superuser) == state_of_all


def test_mindbody_keeps_its_facts(mia: Import, superuser: Superuser) -> None:
    signed_now = "select count(*) from clients where waiver_signed_at is not null"
    others = count(superuser, signed_now)
    assert mia(FILES / "mindbody-clients.csv", "--yes").code == 0
    with (FILES / "mindbody-clients.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    signed = {
        row["Email"].lower() + row["First Name"].strip()
        for row in written
        if row["Liability Waiver"] == "Yes"
    }
    assert count(superuser, signed_now) == others + len(signed)
    first = superuser.execute(
        "select birth_date::text, phone, emergency_contact from clients where name = 'Eutropio Semenowicz'"
    ).fetchone()
    assert first == ("1952-10-07", "+44 7431 993908", "Ann Other")
    texts = superuser.execute(
        "select n.text from notes n join clients c on c.id = n.client_id where c.name = 'Adela De Sousa'"
    ).fetchall()
    assert ('says "hi"\nlikes 6am',) in texts
    assert any("City: Rockenhausen" in text for (text,) in texts)


def test_a_child_has_a_guardian(mia: Import, superuser: Superuser) -> None:
    assert mia(FILES / "gympoint-import.csv", "--yes").code == 0
    families = superuser.execute(
        "select array_agg(coalesce(c.birth_date, l.birth_date)::text order by is_guardian),"
        " array_agg(is_guardian order by is_guardian) from family_members m"
        " left join clients c on c.id = m.client_id left join leads l on l.id = m.customer_id"
        " group by family_id"
    ).fetchall()
    assert len(families) == 10
    assert all(born[0] == "2016-05-01" and guardians == [False, True] for born, guardians in families)


def test_visits_are_kept_as_a_note(mia: Import, superuser: Superuser) -> None:
    assert mia(FILES / "teamup-attendance.csv", "--yes", "--as", "client").code == 0
    lines = count(
        superuser,
        "select sum(array_length(string_to_array(text, chr(10)), 1) - 1)::int from notes"
        " where text like 'Visits%'",
    )
    with (FILES / "teamup-attendance.csv").open(encoding="utf-8", newline="") as file:
        assert lines == len({tuple(value.lower() for value in row) for row in csv.reader(file)}) - 1


def test_attendance_asks_for_the_kind(mia: Import) -> None:
    ended = mia(FILES / "teamup-attendance.csv")
    assert ended.code == 2
    assert "--as lead or --as client" in ended.err


def test_the_report_names_columns_and_nobody(mia: Import, tmp_path: Path) -> None:
    shown = mia(FILES / "gympoint-import.csv", "--yes")
    assert "date_of_birth    birth date" in shown.out
    assert "Order of days   mdy" in shown.out
    assert "New leads       34" in shown.out
    assert "Semenowicz" not in shown.out + shown.err


@pytest.mark.parametrize("who", ["ana", "vera"])
def test_the_database_refuses_other_ranks(
    mia: Import, sign_in: Callable[[str], None], superuser: Superuser, who: str
) -> None:
    sign_in(who)
    before = state(superuser)
    for words in ((), ("--yes",)):
        assert mia(FILES / "gympoint-import.csv", *words).code == 4
    assert state(superuser) == before


def test_the_other_organization_is_not_touched(mia: Import, gym: Gym, superuser: Superuser) -> None:
    assert mia("Name,Email,Joined\nSamantha Union,sam@u.example,2020-01-01\n", "--yes").code == 0
    assert count(superuser, "select count(*) from clients where name = 'Samantha Union'") == 2
    where = {row[0] for row in superuser.execute("select distinct organization_id from external_ids"
                                                 " union select organization_id from notes")}  # fmt: skip
    assert where <= {gym.organizations["harbour"]}


def test_rejected_rows_go_into_a_file_of_ones_own(mia: Import, tmp_path: Path) -> None:
    text = (
        "Name,Email,Joined\nAda Able,a@a.example,2020-01-01\n,b@b.example,2020-01-01\nCy,c@c.example,soon\n"
    )
    ended = mia(text, "--yes")
    assert ended.code == 0
    rejects = tmp_path / "people-rejected.csv"
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
    rows = list(csv.reader(rejects.read_text(encoding="utf-8-sig").splitlines()))
    assert rows[0] == ["Name", "Email", "Joined", "rejected because"]
    assert [row[3] for row in rows[1:]] == ["there is no name", "'Joined' is no day that can be read"]
    kept = rejects.read_bytes()
    assert mia(text, "--yes", "--rejects", rejects).code == 2
    assert mia(text, "--yes").code == 0
    assert rejects.read_bytes() == kept
    assert (tmp_path / "people-rejected-2.csv").exists()
