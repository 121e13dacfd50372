"""Which database is reached, as which login."""

from __future__ import annotations

from pathlib import Path

import pytest
from gym import PASSWORD, Gym
from psycopg.conninfo import conninfo_to_dict
from scripts.shell import Shell

from db import embedded


@pytest.fixture
def variables(cluster: embedded.Cluster, database_name: str) -> dict[str, str]:
    """libpq's variables for the test's database; no user among them."""
    words = conninfo_to_dict(cluster.conninfo("frontdesk_app", database_name))
    names = {"host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "passfile": "PGPASSFILE"}
    return {name: str(words[word]) for word, name in names.items()}


def signs_in(shell: Shell, gym: Gym) -> int:
    words = ("sign-in", "--email", gym.email("ana"), "--password-stdin")
    return shell(*words, stdin=f"{PASSWORD}\n").code


def test_libpqs_variables_with_the_desks_login(
    run: Shell, gym: Gym, variables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PGUSER", raising=False)
    assert signs_in(run, gym) == 0
    monkeypatch.setenv("PGUSER", "frontdesk_widget")
    assert signs_in(run, gym) == 4


def test_a_service_with_and_without_a_user(
    run: Shell, gym: Gym, variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = tmp_path / "services"
    monkeypatch.setenv("PGSERVICEFILE", str(service))
    monkeypatch.setenv("PGSERVICE", "gym")
    monkeypatch.setenv("PGPASSFILE", variables["PGPASSFILE"])
    words = (
        f"[gym]\nhost={variables['PGHOST']}\nport={variables['PGPORT']}\ndbname={variables['PGDATABASE']}\n"
    )
    service.write_text(words)
    assert signs_in(run, gym) == 0
    service.write_text(words + "user=frontdesk_widget\n")
    assert signs_in(run, gym) == 4


def test_the_file_names_the_server(
    run: Shell, gym: Gym, cluster: embedded.Cluster, database_name: str, tmp_path: Path
) -> None:
    conninfo = cluster.conninfo("frontdesk_app", database_name)
    admin = cluster.conninfo("frontdesk_admin", database_name)
    path = tmp_path / "config.toml"
    path.write_text(f'database_url = "{conninfo}"\nadmin_url = "{admin}"\n')
    path.chmod(0o600)
    assert signs_in(run, gym) == 0
    assert run("organization", "add", "Dock", "--timezone", "UTC").code == 2
    path.chmod(0o644)
    refused = run("find", "sam")
    assert (refused.code, "chmod 600" in refused.err) == (2, True)
