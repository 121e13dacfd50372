"""What could be meant in two ways, and the option that decides."""

from __future__ import annotations

from db.errors import BadInput


class Ambiguous(BadInput):
    """A file that could be read in two ways; `option` decides by one of `choices`."""

    def __init__(self, sentence: str, option: str, choices: tuple[str, ...]) -> None:
        super().__init__(sentence)
        self.option = option
        self.choices = choices
