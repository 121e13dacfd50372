"""The themes to choose from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.message import Message

from frontdesk import themes
from frontdesk.widgets.lines import Lines, Part
from frontdesk.widgets.text import fit


class ThemeList(Lines[str]):
    """Each with what it looks like, and the name for the configuration file."""

    @dataclass
    class Chosen(Message):
        """A theme was clicked."""

        name: str

    def parts(self, item: str, width: int) -> Sequence[Part]:
        """Title, name."""
        return ((fit(themes.TITLES[item], 20), "lines--strong"), (fit(item, width - 20), "lines--quiet"))

    def clicked(self, index: int) -> None:
        """A click tries it."""
        super().clicked(index)
        if self.current:
            self.post_message(self.Chosen(self.current))
