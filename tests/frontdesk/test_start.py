"""What is imported before the first paint."""

from __future__ import annotations

import subprocess
import sys


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
