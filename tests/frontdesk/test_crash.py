"""When the app breaks, it says where, and nothing of anybody."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from frontdesk import crash
from frontdesk.app import Desk

SECRET = "correct horse battery"


class Broken:
    """A database that fails in a way nobody expected, with a secret in its hands."""

    def run(self, *_arguments: object, **_more: object) -> None:
        password = SECRET
        raise ValueError(f"not a password: {password}")


@pytest.fixture(autouse=True)
def logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


def test_app(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    app = Desk(cast("Any", Broken()), installation=UUID(int=1), desk_name="d", token="t", demo=None)

    async def run() -> None:
        async with app.run_test() as pilot:
            for _ in range(200):
                await pilot.pause(0.01)

    with pytest.raises(Exception):  # noqa: B017, the pilot raises what broke the app
        asyncio.run(run())
    app._print_error_renderables()
    said = capsys.readouterr().err
    assert "frontdesk stopped" in said
    assert SECRET not in said
    reports = list(logs.rglob("crash-*.txt"))
    assert len(reports) == 1
    assert stat.S_IMODE(reports[0].stat().st_mode) == 0o600
    assert SECRET not in reports[0].read_text()
    assert app.return_code == 1


def test_own_places() -> None:
    try:
        crash.own_places(cast("Any", None))
    except AttributeError as error:
        said = crash.sentences(error, None)
    assert said.splitlines()[0] == "frontdesk stopped: AttributeError"
    assert "frontdesk/crash.py:" in said
    assert "Nothing half done" in said
