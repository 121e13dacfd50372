"""What a command prints: a table for people, JSON for programs; never a character that a terminal obeys."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from rich.cells import cell_len

from frontdesk import clock
from frontdesk.widgets.text import literal


def print_json(value: Any) -> None:
    """Print records, lists and dicts of them as JSON: ids as text, instants in ISO 8601 with their offset.

    Everything beyond ASCII is escaped, so that no name reaches a terminal raw.
    """
    print(json.dumps(value, default=_plain, indent=2))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print the rows under their headings, columns aligned by the cells that their text takes."""
    lines = [headings, *([literal(cell) for cell in row] for row in rows)]
    widths = [max(cell_len(cell) for cell in column) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells).rstrip())


def print_literal(text: str) -> None:
    """Print a sentence that may hold a name."""
    print(literal(text))


def complain(sentence: str) -> None:
    """Print a sentence on stderr."""
    print(literal(sentence), file=sys.stderr)


def local(instant: datetime | None, zone: str) -> str:
    """The instant on the organization's clock, whatever the terminal's zone; empty for none."""
    if instant is None:
        return ""
    return f"{clock.local(instant, zone):%Y-%m-%d %H:%M %Z}"


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
