"""How the tests speak of a command that ran."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Shell(Protocol):
    """Runs `frontdesk` with these words."""

    def __call__(self, *words: object, stdin: str | bytes = "") -> Ended: ...
