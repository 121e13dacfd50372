"""What is imported before the first paint."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def loaded(code: str) -> set[str]:
    """The modules that are there after that code ran in a fresh interpreter."""
    script = f"{code}\nimport sys; print(' '.join(sys.modules))"
    return set(
        subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True
        ).stdout.split()
    )


def test_the_app_comes_without_the_database() -> None:
    modules = loaded("import frontdesk.app")
    for late in ("sqlalchemy", "alembic", "psycopg", "db.repositories"):
        assert late not in modules, late
    ours = {name for name in modules if name.startswith(("frontdesk.screens.", "frontdesk.widgets."))}
    assert ours == {"frontdesk.widgets.text"}


def test_the_first_screen_comes_alone() -> None:
    modules = loaded("import frontdesk.screens.sign_in")
    assert "psycopg" not in modules
    assert "frontdesk.screens.desk" not in modules
    modules = loaded("import frontdesk.screens.desk")
    for late in ("sqlalchemy", "psycopg", "frontdesk.screens.roster", "frontdesk.screens.sign_in"):
        assert late not in modules, late


@pytest.mark.parametrize(("chosen", "frames"), [(None, "240"), ("30", "30")])
def test_a_letter_waits_for_no_frame(chosen: str | None, frames: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "TEXTUAL_FPS"}
    code = "import frontdesk.scripts.desk, frontdesk.app, textual.constants as c; print(c.MAX_FPS)"
    shown = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=environment | ({"TEXTUAL_FPS": chosen} if chosen else {}),
    )
    assert shown.stdout.strip() == frames
