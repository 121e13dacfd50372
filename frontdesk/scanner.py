"""Tells a barcode scanner from fingers: it types a word within milliseconds and ends it by Enter."""

from __future__ import annotations

import re

QUICK_S = 0.02
"""No finger strikes the next key sooner, again and again; a scanner takes one to ten milliseconds."""

CODE = re.compile(r"(?=.*\d)[A-Za-z0-9./-]{5,}")


class Scanner:
    """Listens to the keys of the desk, whatever they do there: a digit may have answered a question."""

    def __init__(self) -> None:
        self._letters = ""
        self._last = float("-inf")
        self._code: str | None = None

    def heard(self, key: str, character: str | None, at: float) -> None:
        """A key was pressed, at that second of a steady clock."""
        so_far = self._letters if at - self._last <= QUICK_S else ""
        self._last, self._code = at, None
        if key == "enter":
            self._letters, self._code = "", so_far if CODE.fullmatch(so_far) else None
        else:
            self._letters = so_far + character if character and character.isprintable() else ""

    def take(self) -> str | None:
        """The barcode that the key just now ended, if one did."""
        code, self._code = self._code, None
        return code
