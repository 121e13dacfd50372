"""A real PostgreSQL for every test: one server a run, one template, and a copy of it for each test."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from gym import Gym, fill
from journeys.wire import Wire

from db import embedded, upgrade
from db.transaction import Database

MEMORY, ROOM = Path("/dev/shm"), 4 << 30


@pytest.fixture(scope="session")
def cluster() -> Iterator[embedded.Cluster]:
    """The run's own server; its data is gone afterwards."""
    os.environ.setdefault("FRONTDESK_SERVER_GRACE", "2")
    with pytest.MonkeyPatch.context() as patch:
        if _memory_holds_servers():
            patch.setenv("TMPDIR", str(MEMORY))
            patch.setattr(tempfile, "tempdir", None)
        # Not pytest's own temporary folder: a socket's path must be short.
        home = Path(tempfile.mkdtemp(prefix="fd-"))
        cluster = embedded.start(home)
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as superuser:
        superuser.execute("alter system set fsync = off")
        # Else what is written after a checkpoint, which comes when it comes, is longer than it was before.
        superuser.execute("alter system set full_page_writes = off")
        superuser.execute("select pg_reload_conf()")
    yield cluster
    cluster.leave()
    embedded.remove(home)


@pytest.fixture(scope="session")
def empty_template(cluster: embedded.Cluster) -> str:
    """The name of an upgraded database without any row."""
    passwords = {login: cluster.secret(login) for login in ("frontdesk_app", "frontdesk_widget")}
    upgrade.upgrade(cluster.conninfo("frontdesk_admin"), passwords)
    return "frontdesk"


@pytest.fixture(scope="session")
def gym_template(cluster: embedded.Cluster, empty_template: str) -> tuple[str, Gym]:
    """The name of a database with the small known gym, and what is in it."""
    name = "gym_template"
    _create(cluster, name, empty_template)
    return name, fill(cluster.conninfo("frontdesk_admin", name))


@pytest.fixture
def empty_database(cluster: embedded.Cluster, empty_template: str) -> Iterator[str]:
    """The name of this test's own upgraded database without any row."""
    yield from _copy(cluster, empty_template)


@pytest.fixture
def database_name(cluster: embedded.Cluster, gym_template: tuple[str, Gym]) -> Iterator[str]:
    """The name of this test's own copy of the gym's database."""
    yield from _copy(cluster, gym_template[0])


@pytest.fixture
def database(cluster: embedded.Cluster, database_name: str) -> Iterator[Database]:
    """This test's own copy of the gym, as the desk's login frontdesk_app sees it."""
    database = Database(cluster.conninfo("frontdesk_app", database_name), cluster.ensure)
    yield database
    database.close()


@pytest.fixture
def gym(database: Database, gym_template: tuple[str, Gym]) -> Gym:
    """Who and what is in `database`; `gym.signed_in("ana")` acts as one of its staff."""
    return gym_template[1].on(database)


@pytest.fixture
def wire(cluster: embedded.Cluster, database_name: str) -> Iterator[Wire]:
    """A wire between the desk's login and this test's copy of the gym."""
    wire = Wire(cluster.conninfo("frontdesk_app", database_name))
    yield wire
    wire.close()


@pytest.fixture
def superuser(
    cluster: embedded.Cluster, database_name: str
) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Looks past row-level security at what is really in the test's database."""
    with psycopg.connect(cluster.conninfo("postgres", database_name), autocommit=True) as connection:
        yield connection


@pytest.fixture
def app_psql(
    cluster: embedded.Cluster, database_name: str
) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """What anyone who can start the app has: a plain connection with the login frontdesk_app."""
    with psycopg.connect(cluster.conninfo("frontdesk_app", database_name), autocommit=True) as connection:
        yield connection


def _memory_holds_servers() -> bool:
    """Whether there is room: each test has a database of its own, and a disk is slow to take them."""
    if not MEMORY.is_dir() or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return False  # the server's programs may have to be copied beside its data
    return shutil.disk_usage(MEMORY).free > ROOM


def _copy(cluster: embedded.Cluster, template: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    _create(cluster, name, template)
    yield name
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as superuser:
        superuser.execute(f"drop database if exists {name} with (force)")


def _create(cluster: embedded.Cluster, name: str, template: str) -> None:
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as superuser:
        superuser.execute(
            f"create database {name} template {template} owner frontdesk_admin strategy file_copy"
        )
