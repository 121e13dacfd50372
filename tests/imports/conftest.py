"""The command as a manager runs it on the test's own copy of the gym."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from scripts.conftest import home, run, shell, sign_in
from scripts.shell import Ended, Shell

__all__ = ["home", "run", "shell", "sign_in"]

FILES = Path(__file__).parent / "files"
Import = Callable[..., Ended]


@pytest.fixture
def mia(shell: Shell, sign_in: Callable[[str], None], tmp_path: Path) -> Import:
    """Import a file, or this text as one, as Mia of Harbour Lane, whose rank is manager."""
    sign_in("mia")

    def run(content: str | bytes | Path, *words: object, stdin: str = "") -> Ended:
        file = tmp_path / "people.csv"
        if isinstance(content, Path):
            content = content.read_bytes()
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return shell("import", "people", file, *words, stdin=stdin)

    return run
