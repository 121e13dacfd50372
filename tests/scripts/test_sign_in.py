"""`sign-in` and `sign-out`: the token lies in a file that nobody else reads, kept for one database."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from gym import PASSWORD, Gym
from scripts.shell import Ended, Shell

from db import embedded
from frontdesk.scripts import files

Superuser = psycopg.Connection[tuple[object, ...]]


def sign_in(shell: Shell, gym: Gym, who: str, *lines: str) -> Ended:
    given = "".join(f"{line}\n" for line in lines)
    return shell("sign-in", "--email", gym.email(who), "--password-stdin", stdin=given)


def tokens(home: Path) -> list[Path]:
    return list((home / "tokens").glob("*")) if (home / "tokens").exists() else []


def test_signed_in_until_signed_out(shell: Shell, gym: Gym, home: Path) -> None:
    signed = sign_in(shell, gym, "ana", PASSWORD)
    assert (signed.code, signed.err) == (0, "")
    assert signed.out.startswith("Signed in as Ana Ruiz.\n")
    harbour = ["Harbour", "Lane", "staff", str(gym.organizations["harbour"])]
    assert signed.out.splitlines()[-1].split() == harbour
    (kept,) = tokens(home)
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == home.stat().st_mode & 0o777 == 0o700
    token = kept.read_text()
    assert shell("find", "sam").code == 0
    assert shell("sign-out").code == 0
    assert tokens(home) == []
    assert shell("find", "sam").code == 4
    kept.write_text(token)  # a thief's copy is worth nothing now
    assert shell("find", "sam").code == 4


def test_a_new_sign_in_ends_the_last(shell: Shell, gym: Gym, home: Path) -> None:
    sign_in(shell, gym, "ana", PASSWORD)
    (kept,) = tokens(home)
    first = kept.read_text()
    sign_in(shell, gym, "mia", PASSWORD)
    assert tokens(home) == [kept]
    kept.write_text(first)
    assert shell("find", "sam").code == 4


@pytest.mark.parametrize(
    ("email", "password"), [("ana@gym.example", "wrong"), ("nobody@gym.example", PASSWORD)]
)
def test_what_does_not_fit_is_answered_alike(shell: Shell, home: Path, email: str, password: str) -> None:
    ended = shell("sign-in", "--email", email, "--password-stdin", stdin=f"{password}\n")
    assert (ended.code, ended.out) == (4, "")
    assert ended.err == "E-mail and password do not fit. Type them again.\n"
    assert tokens(home) == []


def test_five_failures_lock(shell: Shell, gym: Gym) -> None:
    for _ in range(5):
        assert sign_in(shell, gym, "ana", "wrong").code == 4
    locked = sign_in(shell, gym, "ana", PASSWORD)
    assert locked.code == 4
    assert "Too many failed tries" in locked.err


def test_a_one_time_password_is_changed(shell: Shell, gym: Gym, home: Path) -> None:
    for lines in ((PASSWORD,), (PASSWORD, "short"), (PASSWORD, PASSWORD)):
        assert sign_in(shell, gym, "neu", *lines).code == 2
        assert tokens(home) == []
    new = "a password of my own"
    assert sign_in(shell, gym, "neu", PASSWORD, new).code == 0
    assert shell("find", "sam").code == 0
    assert sign_in(shell, gym, "neu", PASSWORD).code == 4
    assert sign_in(shell, gym, "neu", new).code == 0


def test_the_password_is_nowhere(shell: Shell, gym: Gym, superuser: Superuser, home: Path) -> None:
    ended = sign_in(shell, gym, "ana", PASSWORD)
    (token,) = (path.read_text().strip() for path in tokens(home))
    assert not {PASSWORD, token} & set(ended.out.split() + ended.err.split())
    for table in ("users", "tokens", "sign_ins", "sign_in_challenges", "audit_log"):
        rows = str(superuser.execute(f"select t::text from {table} t").fetchall())
        assert PASSWORD not in rows
        assert token not in rows


@pytest.mark.parametrize("stdin", ["", "\n", b"\xff\xfe\n"])
def test_no_password(shell: Shell, gym: Gym, stdin: str | bytes) -> None:
    assert shell("sign-in", "--email", gym.email("ana"), "--password-stdin", stdin=stdin).code == 2


def test_without_a_terminal_there_is_nobody_to_ask(shell: Shell, gym: Gym) -> None:
    ended = shell("sign-in", "--email", gym.email("ana"), stdin=PASSWORD)
    assert ended.code == 2
    assert "--password-stdin" in ended.err


def test_a_token_is_shown_to_its_own_database_only(
    shell: Shell, gym: Gym, cluster: embedded.Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(shell, gym, "ana", PASSWORD)
    monkeypatch.setenv("DATABASE_URL", cluster.conninfo("frontdesk_app", "postgres"))
    ended = shell("find", "sam")
    assert ended.code == 4
    assert "Nobody is signed in here" in ended.err


def test_on_a_terminal_the_password_is_not_shown(shell: Shell, gym: Gym, home: Path) -> None:
    controller, terminal = pty.openpty()
    command = [sys.executable, "-c", "import sys; from frontdesk.cli import main; sys.exit(main())"]
    with subprocess.Popen(
        [*command, "sign-in", "--email", gym.email("ana")],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        cwd=Path(__file__).parents[2],
    ) as process:
        os.close(terminal)
        shown = b""
        while b"Password:" not in shown:
            shown += os.read(controller, 1000)
        time.sleep(0.2)  # getpass turns the echo off before it asks, and throws away what was typed before
        os.write(controller, PASSWORD.encode() + b"\n")
        while b"Signed in" not in shown:
            shown += os.read(controller, 1000)
    os.close(controller)
    assert process.returncode == 0
    assert PASSWORD.encode() not in shown
    assert len(tokens(home)) == 1


def test_one_installation_has_one_id(home: Path) -> None:
    first = files.installation(home)
    assert files.installation(home) == first
    assert (home / "installation").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in home.iterdir()] == ["installation"]


def test_no_database_is_said_before_nobody_is_signed_in(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "host=127.0.0.1 port=1 user=frontdesk_app dbname=frontdesk")
    ended = shell("find", "sam")
    assert (ended.code, ended.out) == (3, "")
    assert "does not answer" in ended.err
