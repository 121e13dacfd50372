"""Harbour Lane on Tuesday 24 November 2026 at 17:52: a real database in which now stands still."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from gym import INSTALLATION
from journeys.at_desk import AtDesk
from journeys.painting import in_sight
from journeys.wire import Wire
from looks.harbour import fill
from psycopg.conninfo import conninfo_to_dict
from textual.pilot import Pilot
from textual.widgets import Input

from db.transaction import Database
from frontdesk.app import Desk
from frontdesk.clock import Clock

NOW = datetime(2026, 11, 24, 17, 52, tzinfo=UTC)
TEMPLATE = "looks_template"


class StoppedClock(Clock):
    def now(self) -> datetime:
        return NOW


@pytest.fixture(scope="session")
def harbour_template(cluster: Any, empty_template: str) -> str:
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as superuser:
        superuser.execute(f"create database {TEMPLATE} template {empty_template} owner frontdesk_admin")
    with psycopg.connect(cluster.conninfo("postgres", TEMPLATE), autocommit=True) as superuser:
        _stop_the_clock(superuser)
        fill(superuser, NOW)
    return TEMPLATE


@pytest.fixture
def wire(cluster: Any, harbour_template: str) -> Iterator[Wire]:
    """This test's own copy of Harbour Lane, at the end of a wire."""
    name = f"looks_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as superuser:
        superuser.execute(
            f"create database {name} template {harbour_template} owner frontdesk_admin strategy file_copy"
        )
    wire = Wire(cluster.conninfo("frontdesk_app", name))
    yield wire
    wire.close()
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as superuser:
        superuser.execute(f"drop database if exists {name} with (force)")


@pytest.fixture
def superuser(cluster: Any, wire: Wire) -> Iterator[psycopg.Connection[Any]]:
    """Past every rule, in this test's copy."""
    name = str(conninfo_to_dict(wire.conninfo)["dbname"])
    with psycopg.connect(cluster.conninfo("postgres", name), autocommit=True) as connection:
        yield connection


@pytest.fixture
def harbour(wire: Wire) -> Iterator[Callable[[str | None], Desk]]:
    """Makes the app for one of the staff, with a clock that stands still."""
    database = Database(wire.conninfo)

    def app(who: str | None = "mia") -> Desk:
        token = f"token-of-{who}" if who else None
        app = Desk(database, installation=INSTALLATION, desk_name="desk 1", token=token, demo=None)
        app.clock = StoppedClock()
        return app

    yield app
    database.close()


@pytest.fixture
def look(harbour: Callable[[str | None], Desk], snap_compare: Callable[..., bool]) -> Callable[..., None]:
    """Does the steps and compares what is painted then with the picture that was accepted."""

    def compare(
        steps: Callable[[AtDesk], Any],
        who: str | None = "mia",
        size: tuple[int, int] = (80, 24),
        theme: str = "",
    ) -> None:
        app = harbour(who)
        if theme:
            app.theme = theme

        async def run_before(pilot: Pilot[Any]) -> None:
            at = AtDesk(app, pilot)
            await steps(at)
            for screen in in_sight(app):
                for field in screen.query(Input):
                    field.cursor_blink = False
            await at.rests()

        assert snap_compare(app, terminal_size=size, run_before=run_before)

    return compare


def _stop_the_clock(superuser: psycopg.Connection[Any]) -> None:
    """Write the hour into every function that asks for it; tokens keep the real one."""
    functions = superuser.execute(
        "select pg_get_functiondef(p.oid) from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
        " where n.nspname = 'app' and p.prosrc ~ '\\m(now|clock_timestamp)\\(\\)'"
        " and p.prosrc !~ 'tokens|sign_in'"
    ).fetchall()
    for (definition,) in functions:
        superuser.execute(
            re.sub(r"\b(now|clock_timestamp)\(\)", f"timestamptz '{NOW.isoformat()}'", definition)
        )
