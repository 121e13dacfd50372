"""What is installed from the wheel upgrades a database without a checkout, wherever it is started."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from migration.place import Place

ROOT = Path(__file__).parents[2]
# Site-packages without its .pth files: they name this checkout.
RUN = [sys.executable, "-I", "-S", "-c"]
UPGRADE = """
import sys
sys.path[:0] = [sys.argv[1], sys.argv[3]]
import db
from db import upgrade
assert db.__file__.startswith(sys.argv[1]), db.__file__
assert str(upgrade.migrations()).startswith(sys.argv[1]), upgrade.migrations()
for _ in range(2):
    assert upgrade.upgrade(sys.argv[2]).current
    assert upgrade.downgrade(sys.argv[2]).revision == "0001"
assert upgrade.upgrade(sys.argv[2]).current
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the unpacked wheel."""
    pytest.importorskip("hatchling", reason="hatchling builds the wheel")
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def _files(folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix in {".py", ".mako", ".sql", ".tcss"}
        and "__pycache__" not in path.parts
    }


def test_it_carries_every_file(wheel: Path) -> None:
    assert _files(wheel / "frontdesk") == _files(ROOT / "frontdesk")
    assert _files(wheel / "db") == _files(ROOT / "db") | {
        f"migrations/{name}" for name in _files(ROOT / "alembic")
    }
    assert {path.name for path in wheel.iterdir() if not path.name.endswith(".dist-info")} == {
        "db",
        "frontdesk",
    }
    assert not list(wheel.rglob("*.pyc"))


def test_it_upgrades_a_database(wheel: Path, blank: Place, fresh_dump: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [*RUN, UPGRADE, str(wheel), blank.admin, sysconfig.get_path("purelib")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert blank.dump() == fresh_dump


def test_the_folder_of_the_revisions_shadows_no_library() -> None:
    """Python started in the checkout looks there first; a folder without __init__.py gives way."""
    where = [sys.executable, "-c", "import alembic, alembic.command; print(alembic.__file__)"]
    found = subprocess.run(where, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not (ROOT / "alembic" / "__init__.py").exists()
    assert not found.startswith(str(ROOT / "alembic"))
    assert "site-packages" in found
