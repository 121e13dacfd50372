"""The command line as a shell runs it, on the test's own copy of the gym."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from gym import Gym
from scripts.shell import Ended, Shell

from db import embedded
from frontdesk.cli import main
from frontdesk.scripts import files
from frontdesk.scripts.reach import reach


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder and a configuration of the test's own, and nothing from the environment."""
    for name in ("DATABASE_URL", "PGHOST", "PGSERVICE", "PGDATABASE", "FRONTDESK_ADMIN_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FRONTDESK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("FRONTDESK_CONFIG", str(tmp_path / "config.toml"))
    return tmp_path / "home"


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Run `frontdesk` with these words and this stdin."""

    def run(*words: object, stdin: str | bytes = "") -> Ended:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
        capsys.readouterr()
        code = main([str(word) for word in words])
        return Ended(code, *capsys.readouterr())

    return run


@pytest.fixture
def shell(
    run: Shell, gym: Gym, cluster: embedded.Cluster, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> Shell:
    """`run` on the gym's database, where nobody is signed in yet."""
    monkeypatch.setenv("DATABASE_URL", cluster.conninfo("frontdesk_app", database_name))
    monkeypatch.setenv("FRONTDESK_ADMIN_URL", cluster.conninfo("frontdesk_admin", database_name))
    return run


@pytest.fixture
def sign_in(shell: Shell, home: Path, gym: Gym) -> Callable[[str], None]:
    """Keep the token of one of the gym's staff, as `frontdesk sign-in` would."""

    def sign_in(who: str) -> None:
        files.keep_token(home, reach().place, gym.token(who))

    return sign_in


@pytest.fixture
def ana(shell: Shell, sign_in: Callable[[str], None]) -> Shell:
    """`shell` with Ana of Harbour Lane signed in, whose rank is staff."""
    sign_in("ana")
    return shell
