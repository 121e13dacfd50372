"""Making the demo gym: the same day gives the same rows, and only an empty database is filled."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from demo.look import NOW

from db import demo, embedded, errors
from db.repositories import organizations, people, sessions, staff
from db.transaction import Database

FEW = 200
Contents = dict[str, set[str]]
TABLES = (
    *("users", "leads", "clients", "family_members", "class_sessions", "bookings", "payments"),
    *("memberships", "packages", "entitlement_ledger", "search_documents"),
)


def contents(cluster: embedded.Cluster, name: str) -> Contents:
    """Every row of the tables as text."""
    with psycopg.connect(cluster.conninfo("postgres", name)) as connection:
        connection.execute("set timezone = 'UTC'")
        return {
            table: {
                row[0] for row in connection.execute(f"select to_jsonb(r)::text from {table} r").fetchall()
            }
            for table in TABLES
        }


def make(cluster: embedded.Cluster, template: str, now: datetime, **other: Any) -> Contents:
    """The contents of a demo gym, whose database is gone again."""
    name = f"demo_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as superuser:
        superuser.execute(
            f"create database {name} template {template} owner frontdesk_admin strategy file_copy"
        )
        demo.fill(
            cluster.conninfo("frontdesk_admin", name), lambda done, total: None, now=now, people=FEW, **other
        )
        made = contents(cluster, name)
        superuser.execute(f"drop database {name} with (force)")
    return made


@pytest.fixture(scope="module")
def noon(cluster: embedded.Cluster, empty_template: str) -> Contents:
    """A demo gym of few people."""
    return make(cluster, empty_template, NOW)


def test_the_same_seed_and_day_give_the_same_rows(
    cluster: embedded.Cluster, empty_template: str, noon: Contents
) -> None:
    again = make(cluster, empty_template, NOW)
    for table in TABLES:
        assert again[table] == noon[table], table


def test_another_seed_gives_other_people(
    cluster: embedded.Cluster, empty_template: str, noon: Contents
) -> None:
    assert make(cluster, empty_template, NOW, seed="another")["clients"].isdisjoint(noon["clients"])


def test_a_later_hour_of_the_day_finds_the_same_people(
    cluster: embedded.Cluster, empty_template: str, noon: Contents
) -> None:
    later = make(cluster, empty_template, NOW + timedelta(hours=1))
    assert later["clients"] == noon["clients"]
    assert 0 < len(later["bookings"] - noon["bookings"]) < 0.05 * len(noon["bookings"])


def test_a_filled_database_is_not_filled_again(
    cluster: embedded.Cluster, demo_database: str, ticks: list[tuple[int, int]]
) -> None:
    admin = cluster.conninfo("frontdesk_admin", demo_database)
    assert demo.is_filled(admin)
    with pytest.raises(errors.Refused, match="needs an empty one"):
        demo.fill(admin, lambda done, total: None)
    assert ticks[-1][0] == ticks[-1][1]
    assert [done for done, _ in ticks] == sorted(done for done, _ in ticks)


def test_nothing_stays_of_a_demo_that_was_stopped(cluster: embedded.Cluster, empty_database: str) -> None:
    def stop(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    admin = cluster.conninfo("frontdesk_admin", empty_database)
    with pytest.raises(KeyboardInterrupt):
        demo.fill(admin, stop, people=FEW)
    assert not demo.is_filled(admin)
    assert all(not rows for rows in contents(cluster, empty_database).values())


@pytest.mark.parametrize(("who", "works_in"), [(demo.STAFF, 1), (demo.MANAGER, 1), (demo.EVERYWHERE, 3)])
def test_its_staff_sign_in(
    cluster: embedded.Cluster, demo_database: str, who: tuple[str, str], works_in: int
) -> None:
    database = Database(cluster.conninfo("frontdesk_app", demo_database))
    signed_in = staff.sign_in(database, *who, uuid.uuid4())
    mine = organizations.mine(signed_in)
    assert len(mine) == works_in
    desk = signed_in.at(mine[0].id)
    assert people.find(desk, "ma")
    assert len(sessions.on(desk, NOW.date())) >= 7
    database.close()
