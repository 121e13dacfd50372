"""What is said when the app breaks: where, and nothing of what it held in its hands.

A crash screen that shows local variables shows passwords and clients' names. So neither the values nor the
message of the exception are printed or written: only types, files and lines.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

OWN = ("frontdesk", "db")


def sentences(error: BaseException, report: Path | None) -> str:
    """What the terminal shows: the exception's type, our own lines, and where the report lies."""
    lines = [f"frontdesk stopped: {type(error).__name__}", *(f"  {place}" for place in own_places(error))]
    if report:
        lines.append(f"The report is {report} (no names, no values). Send it along when you ask for help.")
    lines.append("Nothing half done is in the database. Start frontdesk again.")
    return "\n".join(lines)


def own_places(error: BaseException) -> list[str]:
    """The lines of frontdesk's own that the error passed, outermost first."""
    return [place for name, place in _places(error) if name in OWN]


def write_report(error: BaseException) -> Path | None:
    """Write the report, readable by nobody else, and say where; None where nothing can be written."""
    from platformdirs import user_log_path

    lines = [f"frontdesk, Python {sys.version.split()[0]}, {sys.platform}", *_chain(error)]
    with contextlib.suppress(OSError):
        folder = user_log_path("frontdesk", ensure_exists=True)
        path = folder / f"crash-{datetime.now(UTC):%Y%m%d-%H%M%S}-{os.getpid()}.txt"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write("\n".join(lines) + "\n")
        return path
    return None


def _chain(error: BaseException) -> list[str]:
    lines: list[str] = []
    link: BaseException | None = error
    while link is not None and len(lines) < 500:
        lines += [
            f"{type(link).__module__}.{type(link).__name__}",
            *(f"  {place}" for _, place in _places(link)),
        ]
        link = link.__cause__ or link.__context__
    return lines


def _places(error: BaseException) -> list[tuple[str, str]]:
    """Top package and 'file:line in function' of each frame."""
    places = []
    for frame in traceback.extract_tb(error.__traceback__):
        parts = Path(frame.filename).parts
        start = next((i for i in range(len(parts) - 1, -1, -1) if parts[i] in OWN), max(len(parts) - 3, 0))
        places.append((parts[start], f"{'/'.join(parts[start:])}:{frame.lineno} in {frame.name}"))
    return places
