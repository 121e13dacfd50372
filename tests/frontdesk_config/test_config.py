"""Where settings come from, and what is refused; no secret is ever shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.errors import BadInput
from frontdesk import config

SECRET = "hunter22"
ADMIN = f'admin_url = "postgresql://owner:{SECRET}@db/gym"\n'


def load(
    tmp_path: Path, file: str | None = None, mode: int = 0o600, /, **environment: str
) -> config.Configuration:
    path = tmp_path / "config.toml"
    if file is not None:
        path.write_text(file)
        path.chmod(mode)
    return config.load({"FRONTDESK_HOME": str(tmp_path), "FRONTDESK_CONFIG": str(path)} | environment)


def refusal(tmp_path: Path, file: str, mode: int = 0o600) -> str:
    with pytest.raises(BadInput) as refused:
        load(tmp_path, file, mode)
    assert SECRET not in refused.value.sentence
    return refused.value.sentence


def test_nothing_set_is_the_bundled_server(tmp_path: Path) -> None:
    found = load(tmp_path)
    assert found.embedded
    assert (found.home, found.database_url, found.admin_url, found.desk_name) == (
        tmp_path,
        None,
        None,
        "desk 1",
    )


def test_the_file(tmp_path: Path) -> None:
    found = load(tmp_path, ADMIN + 'database_url = "postgresql://db/gym"\ndesk_name = "bar"\n')
    assert not found.embedded
    assert (found.database_url, found.desk_name) == ("postgresql://db/gym", "bar")
    assert found.admin_url == f"postgresql://owner:{SECRET}@db/gym"


def test_keys_and_colours(tmp_path: Path) -> None:
    found = load(tmp_path)
    assert (found.file, found.theme, dict(found.keys)) == (tmp_path / "config.toml", None, {})
    found = load(
        tmp_path,
        'theme = "desk-light"\n[keys]\n"desk.roster" = "f5"\ndesk.refresh = ["f2", "f4"]\n'
        '[keys.app]\nquit = "f12"\n',
    )
    assert found.theme == "desk-light"
    assert dict(found.keys) == {
        "desk.roster": ("f5",),
        "desk.refresh": ("f2", "f4"),
        "app.quit": ("f12",),
    }


@pytest.mark.parametrize(
    "file", ["keys = 1", 'keys = "f2"', "[keys]\na.b = 1", "[keys]\na.b = []", "[keys]\na.b = [1]"]
)
def test_what_is_no_key(tmp_path: Path, file: str) -> None:
    assert 'Write "desk.roster" = "f2" under [keys].' in refusal(tmp_path, file)


def test_the_environment_comes_first(tmp_path: Path) -> None:
    file = ADMIN + 'database_url = "postgresql://db/gym"\n'
    found = load(
        tmp_path, file, DATABASE_URL="postgresql://own/gym", FRONTDESK_ADMIN_URL="postgresql://boss@own/gym"
    )
    assert (found.database_url, found.admin_url) == ("postgresql://own/gym", "postgresql://boss@own/gym")


@pytest.mark.parametrize("name", ["PGHOST", "PGSERVICE", "PGDATABASE"])
def test_libpqs_variables(tmp_path: Path, name: str) -> None:
    found = load(tmp_path, 'database_url = "postgresql://db/gym"\n', **{name: "x"})
    assert found.libpq
    assert not found.embedded
    assert found.database_url is None
    assert not load(tmp_path, **{name: "x", "DATABASE_URL": "postgresql://db/gym"}).libpq


def test_passwords_of_the_logins(tmp_path: Path) -> None:
    found = load(tmp_path, FRONTDESK_APP_PASSWORD=SECRET, FRONTDESK_WIDGET_PASSWORD=SECRET)
    assert (found.app_password, found.widget_password) == (SECRET, SECRET)
    assert SECRET not in repr(found)
    assert SECRET not in repr(load(tmp_path, ADMIN, DATABASE_URL=f"postgresql://x:{SECRET}@db/gym"))


@pytest.mark.parametrize(
    "file",
    [
        ADMIN,
        'admin_url = "postgresql://db/gym"\n',
        f'database_url = "postgresql://app:{SECRET}@db/gym"\n',
        f'database_url = "host=db password={SECRET}"\n',
        f'database_url = "postgresql://db/gym?password={SECRET}"\n',
    ],
)
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_secret_that_others_can_read_is_refused(tmp_path: Path, file: str, mode: int) -> None:
    assert "chmod 600" in refusal(tmp_path, file, mode)
    load(tmp_path, file, 0o600)


def test_without_a_secret_anyone_may_read_it(tmp_path: Path) -> None:
    load(tmp_path, 'database_url = "postgresql://frontdesk_app@db:5432/gym"\ndesk_name = "bar"\n', 0o644)


def test_unknown_keys_are_named(tmp_path: Path) -> None:
    sentence = refusal(tmp_path, f'databse_url = "{SECRET}"\ncolour = 1\n')
    assert "colour, databse_url" in sentence
    assert "admin_url, database_url, desk_name" in sentence


@pytest.mark.parametrize(
    "file", [f"desk_name = {SECRET}\n", "\x00", f'a = "{SECRET}', "[x", "desk_name = 1\n", 'desk_name = ""\n']
)
def test_what_is_no_setting(tmp_path: Path, file: str) -> None:
    assert "config.toml" in refusal(tmp_path, file)


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b'desk_name = "\xff"\n')
    with pytest.raises(BadInput):
        load(tmp_path)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(BadInput):
        load(tmp_path)


def test_the_users_own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    assert tmp_path in config.load({}).home.parents
