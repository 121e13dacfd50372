"""Keys can be changed: a sentence of the app names the command, see `commands.keyed`, and never a key."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import frontdesk

FOLDER = Path(frontdesk.__file__).parent
KEY = re.compile(r"\b(F[1-9]\d?|Enter|Esc|Tab|PgUp|PgDn|Shift\+Tab|Up/Down|(?i:ctrl)\+[a-z])\b")
FILES = [
    *FOLDER.glob("screens/*.py"),
    *FOLDER.glob("widgets/**/*.py"),
    FOLDER / "app.py",
    FOLDER / "topics.py",
]


def sentences(path: Path) -> Iterator[str]:
    """The texts in a file that are no docstrings."""
    tree = ast.parse(path.read_text())
    said = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_sentence_names_a_key(path: Path) -> None:
    assert [text for text in sentences(path) if KEY.search(text)] == []
