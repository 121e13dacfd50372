"""Who may import whom, as declared and as it happens, and the house as it is laid out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
IMPORTED = "{}; import sys; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
ALL_OF_DB = (
    "import db, importlib, pkgutil;"
    "[importlib.import_module(found.name) for found in pkgutil.walk_packages(db.__path__, 'db.')]"
)

TREE = {
    "frontdesk": {
        *("cli.py", "app.py", "commands.py", "config.py", "clock.py", "themes.py", "crash.py"),
        *("screens", "widgets"),
    },
    "db": {"transaction.py", "tables", "records.py", "repositories", "sql", "errors.py", "embedded"},
    "alembic": {"env.py", "versions"},
    "tests": {"migration", "architecture"},
}
REPOSITORIES = {"people", "sessions", "bookings", "rosters", "organizations", "staff"}


def _imported_by(statement: str) -> set[str]:
    """The top-level modules that are loaded after the statement, in a Python of its own."""
    code = IMPORTED.format(statement)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_the_contracts_are_kept() -> None:
    contracts = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"]
    done = subprocess.run([*contracts, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("statement", "absent"),
    [
        (ALL_OF_DB, {"frontdesk", "textual", "rich"}),
        (
            "import db.transaction, db.repositories.people, db.repositories.bookings",
            {"sqlalchemy", "alembic"},
        ),
        ("import frontdesk.cli", {"textual", "rich", "sqlalchemy", "alembic", "psycopg"}),
        ("import frontdesk.app", {"sqlalchemy", "alembic"}),
    ],
    ids=["db", "a repository", "the command line", "the app"],
)
def test_what_is_not_imported(statement: str, absent: set[str]) -> None:
    assert _imported_by(statement) & absent == set()


def test_the_house_is_laid_out_as_drawn() -> None:
    for folder, names in TREE.items():
        missing = {name for name in names if not (ROOT / folder / name).exists()}
        assert not missing, f"{folder}: {missing}"
    assert {path.stem for path in (ROOT / "db" / "repositories").glob("*.py")} >= REPOSITORIES


def test_every_screen_and_every_look_of_it_stand_side_by_side() -> None:
    screens = ROOT / "frontdesk" / "screens"
    sheets = {path.stem for path in screens.glob("*.tcss")}
    assert sheets <= {path.stem for path in screens.glob("*.py")}
