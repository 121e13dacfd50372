"""`demo` and the desk itself on the bundled server, from an empty data folder on."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from gym import Gym
from scripts.shell import Shell

from db import demo, embedded

ROOT = Path(__file__).parents[2]
FRONTDESK = [sys.executable, "-c", "import sys; from frontdesk.cli import main; sys.exit(main())"]
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ROW = re.compile(rf"^({UUID})\s+(\S+)\s+(\S+)\s+(\w+)\s+(\w+)\s+(\S+)$", re.MULTILINE)


@pytest.fixture
def own_server(home: Path) -> Iterator[Path]:
    """An empty data folder, whose server is removed afterwards."""
    yield home
    embedded.remove(home)


def on_terminal(*words: str, until: str, keys: bytes = b"") -> tuple[int, str]:
    """Run `frontdesk` on a terminal, press keys when it shows a text; its exit code and all it showed."""
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        [*FRONTDESK, *words],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        cwd=ROOT,
    ) as process:
        os.close(terminal)
        shown, asked, deadline = b"", False, time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                shown += os.read(controller, 4096)
            except OSError:  # nobody holds the terminal any more
                break
            if until.encode() in shown and not asked and keys:
                os.write(controller, keys)
                asked = True
        process.wait(10)
    os.close(controller)
    return process.returncode, shown.decode(errors="replace")


def test_an_empty_machine_is_told_what_to_do(own_server: Path) -> None:
    code, shown = on_terminal(until="demo")
    assert code == 3
    assert "frontdesk demo" in shown
    assert "organization add" in re.sub(r"\s+", " ", shown)


def headless() -> tuple[str, str]:
    """Play the main job in a process of its own, which lets go of the server when it ends."""
    ended = subprocess.run([*FRONTDESK, "demo"], capture_output=True, text=True, cwd=ROOT, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout, ended.stderr


def test_the_main_job_twice_and_the_desk(own_server: Path) -> None:
    first, progress = headless()
    second, silence = headless()
    assert first.startswith(f"Signed in to the demo gym as Mia Chen, {demo.STAFF[0]}.\n")
    assert "Demo gym: 100%, done" in progress
    assert silence == ""
    rows = ROW.findall(first) + ROW.findall(second)
    assert [(row[1] == "null", row[2] == "null") for row in rows] == [(False, True), (True, False)] * 2
    cluster = embedded.start(own_server)
    with psycopg.connect(cluster.conninfo("postgres")) as superuser:
        kept = superuser.execute(
            "select id::text, coalesce(customer_id::text, 'null'), coalesce(client_id::text, 'null'),"
            " booking_status, payment_status from bookings where id = any(%s::uuid[])",
            ([row[0] for row in rows],),
        ).fetchall()
    cluster.leave()
    assert set(kept) == {row[:5] for row in rows}
    code, shown = on_terminal("demo", until="everybody in it is made up", keys=b"\x11")
    assert code == 0
    assert "This is the demo gym: everybody in it is made up." in shown


@pytest.mark.parametrize("missing", ["DATABASE_URL", "FRONTDESK_ADMIN_URL"])
def test_a_server_of_ones_own_needs_both(shell: Shell, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.delenv(missing)
    ended = shell("demo", "--headless")
    assert (ended.code, ended.out) == (2, "")


def test_somebodys_gym_is_left_alone(shell: Shell, gym: Gym) -> None:
    ended = shell("demo", "--headless")
    assert (ended.code, ended.out) == (1, "")
    assert "needs an empty one" in ended.err
