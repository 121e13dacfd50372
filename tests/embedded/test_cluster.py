"""What a new cluster is: who may enter it, how, and what it writes down."""

import stat
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from db.embedded import Cluster, EmbeddedError, start

Rows = Callable[..., list[tuple[object, ...]]]


@pytest.fixture
def cluster(lasting_home: Path, present: Callable[[Cluster], Cluster]) -> Cluster:
    return present(start(lasting_home))


def test_the_migrating_role_owns_the_database_and_is_no_superuser(cluster: Cluster, rows: Rows) -> None:
    said = rows(
        cluster,
        "select rolname, rolsuper, rolcreaterole, rolcanlogin, pg_encoding_to_char(encoding) "
        "from pg_database join pg_roles r on r.oid = datdba where datname = 'frontdesk'",
    )
    assert said == [("frontdesk_admin", False, True, True, "UTF8")]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("listen_addresses", ""),
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("TimeZone", "UTC"),
        ("password_encryption", "scram-sha-256"),
        ("max_connections", "100"),
        ("shared_buffers", "128MB"),
        ("log_min_error_statement", "panic"),
        ("log_parameter_max_length", "0"),
        ("log_parameter_max_length_on_error", "0"),
    ],
)
def test_a_setting(cluster: Cluster, rows: Rows, setting: str, value: str) -> None:
    assert rows(cluster, f'show "{setting}"') == [(value,)]


def test_letters_of_every_script_are_letters(cluster: Cluster, rows: Rows) -> None:
    assert rows(cluster, "select 'Ж' ilike 'ж', lower('ΔΈΛΤΑ'), 'é' ~ '\\w'") == [(True, "δέλτα", True)]
    rows(cluster, "create extension if not exists pg_trgm")
    assert rows(cluster, "select cardinality(show_trgm('ж')) > 0") == [(True,)]


def test_nobody_enters_without_the_right_secret(cluster: Cluster) -> None:
    for password in ("wrong", cluster.secret("frontdesk_app")):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(cluster.conninfo("postgres"), password=password)
    stranger = cluster.conninfo("postgres").replace("passfile=", "passfile='/nowhere' application_name=")
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(stranger)


def test_a_password_of_the_environment_does_not_get_in_the_way(
    cluster: Cluster, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", "of another database")
    assert rows(cluster, "select current_user", "postgres", "postgres") == [("postgres",)]


def test_secrets_differ_stay_and_stand_in_no_connection_string(cluster: Cluster) -> None:
    users = ("postgres", "frontdesk_admin", "frontdesk_app", "frontdesk_widget")
    secrets = [cluster.secret(user) for user in users]
    assert len(set(secrets)) == len(users)
    assert min(map(len, secrets)) >= 32
    for user in users:
        assert not any(secret in cluster.conninfo(user) for secret in secrets)
    with pytest.raises(EmbeddedError, match="no line for mallory"):
        cluster.secret("mallory")


def test_only_the_owner_can_look_inside(cluster: Cluster) -> None:
    for path in (cluster.home, *cluster.home.iterdir()):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    folder = Path(str(psycopg.conninfo.conninfo_to_dict(cluster.conninfo("postgres"))["host"]))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_no_clients_name_gets_into_the_log(cluster: Cluster, rows: Rows) -> None:
    rows(cluster, "create table if not exists people (name text primary key, since date)")
    rows(cluster, "insert into people values ('Zoë Quux') on conflict do nothing")
    for broken in (
        "insert into people values ('Zoë Quux')",
        "select date 'Zoë Quux'",
        "select 'Zoë Quux' frm people",
        "do $$ begin raise exception 'Zoë Quux may not'; end $$",
        "do $$ begin raise warning 'Zoë Quux may not'; end $$",
    ):
        try:
            rows(cluster, broken)
        except psycopg.Error:
            continue
    with psycopg.connect(cluster.conninfo("frontdesk_admin")) as connection, pytest.raises(psycopg.Error):
        connection.execute("select 1 / (%s = 'Zoë Quux')::int::int - 1 / 0", ["Zoë Quux"])
    assert "Quux" not in (cluster.home / "server.log").read_text()


def test_joining_gives_the_same_server(
    cluster: Cluster, rows: Rows, present: Callable[[Cluster], Cluster]
) -> None:
    other = present(start(cluster.home))
    started = "select pg_postmaster_start_time()"
    assert rows(other, started) == rows(cluster, started)
    assert other.conninfo("frontdesk_app") == cluster.conninfo("frontdesk_app")


def test_leaving_twice_is_leaving_once(lasting_home: Path) -> None:
    cluster = start(lasting_home)
    cluster.leave()
    cluster.leave()
