"""What holds for every command: exit codes, nothing loaded too early, nothing said that should not be."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripts.shell import Shell

from db.repositories import people
from frontdesk import scripts
from frontdesk.scripts.parser import Parser, parser

ROOT = Path(__file__).parents[2]
FRONTDESK = [sys.executable, "-c", "import sys; from frontdesk.cli import main; sys.exit(main())"]


def commands(of: Parser) -> Iterator[Parser]:
    yield of
    for action in of._actions:
        if isinstance(action.choices, dict):
            for command in action.choices.values():
                yield from commands(command)


def test_every_command_has_a_script_and_says_what_it_does() -> None:
    for command in commands(parser()):
        script = command.get_default("script")
        if script:
            assert callable(importlib.import_module(f"frontdesk.scripts.{script}").run)
            assert command.description


def test_no_script_is_out_of_reach() -> None:
    reached = {command.get_default("script") for command in commands(parser())} | {"version"}
    folder = Path(scripts.__file__).parent
    runs = {path.stem for path in folder.glob("*.py") if "\ndef run(" in path.read_text()}
    assert runs == reached - {None}


@pytest.mark.parametrize("words", [["--help"], ["book", "--help"], ["db", "upgrade", "--help"]])
def test_help_loads_neither_the_app_nor_a_driver(words: list[str]) -> None:
    code = f"from frontdesk.cli import main; import sys; main({words!r}); print('LOADED', *sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = set(shown.stdout.split("LOADED", 1)[1].split())
    assert not loaded & {"textual", "psycopg", "sqlalchemy", "alembic", "rich", "platformdirs"}


def test_find_loads_no_app(ana: Shell) -> None:
    code = "from frontdesk.cli import main; import sys; main(['find', 'sam']); print('LOADED', *sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert not set(shown.stdout.split("LOADED", 1)[1].split()) & {"textual", "sqlalchemy", "alembic"}


def test_usage(run: Shell) -> None:
    for words in (["nonsense"], ["find"], ["find", "a", "b"], ["book"], ["db"], ["--no"]):
        ended = run(*words)
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith("usage: frontdesk")


def test_complaints_show_what_was_typed_as_text(run: Shell) -> None:
    ended = run("find", "a", "\x1b[31mred\u202e", "\udcff")
    assert ended.code == 2
    assert not {"\x1b", "\u202e", "\udcff"} & set(ended.err)


def test_keys(run: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    monkeypatch.setenv("FRONTDESK_CONFIG", str(file))
    file.write_text('[keys]\ndesk.roster = ["f12", "alt+r"]\n')
    ended = run("keys")
    assert ended.code == 0
    assert ["desk", "desk.roster", "f12", "alt+r", "Show"] in [
        line.split()[:5] for line in ended.out.splitlines()
    ]
    assert "desk.choose *" in ended.out
    file.write_text('[keys]\ndesk.roster = "f5"\n')
    ended = run("keys")
    assert (ended.code, ended.out) == (2, "")
    assert str(file) in ended.err
    assert ended.err.endswith("desk.roster and desk.refresh are both on F5: change one.\n")


def test_no_database(run: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://frontdesk_app:hunter22@127.0.0.1:1/gym")
    monkeypatch.setenv("FRONTDESK_ADMIN_URL", "postgresql://owner:hunter23@127.0.0.1:1/gym")
    signing = ("sign-in", "--email", "ana@gym.example", "--password-stdin")
    for words in (signing, ("db", "status"), ("db", "upgrade")):
        ended = run(*words, stdin="secret\n")
        assert (ended.code, ended.out) == (3, "")
        assert "hunter" not in ended.err
        assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize("url", ["hunter22 is my password", "mysql://hunter22@x", "host=x hunter22"])
def test_an_address_that_is_none(run: Shell, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("FRONTDESK_ADMIN_URL", url)
    for words in (("find", "sam"), ("db", "upgrade")):
        ended = run(*words)
        assert (ended.code, ended.out) == (2, "")
        assert "hunter22" not in ended.err


def test_what_nobody_foresaw_shows_no_value(ana: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("the name of a client")

    monkeypatch.setattr(people, "find", broken)
    ended = ana("find", "sam")
    assert (ended.code, ended.out) == (70, "")
    assert "ValueError" in ended.err
    assert "frontdesk/scripts/find.py:" in ended.err
    assert "name of a client" not in ended.err
    assert "Traceback" not in ended.err


def test_ctrl_c_is_quiet(ana: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(people, "find", interrupted)
    ended = ana("find", "sam")
    assert (ended.code, ended.out, ended.err) == (130, "", "")


def test_a_closed_pipe_is_quiet() -> None:
    shown = subprocess.run(
        ["bash", "-c", 'set -o pipefail; { sleep 0.3; "$@"; } | true', "bash", *FRONTDESK, "--help"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        env=os.environ | {"PYTHONUNBUFFERED": ""},
    )
    assert (shown.returncode, shown.stderr) == (141, "")


def test_the_desk_needs_a_terminal(run: Shell) -> None:
    ended = run()
    assert (ended.code, ended.out) == (2, "")
    assert "needs a terminal" in ended.err
