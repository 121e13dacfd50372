"""The organizations somebody works in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.message import Message

from db.records import Organization
from frontdesk.clock import time_of
from frontdesk.widgets.lines import Lines, Part
from frontdesk.widgets.text import fit, literal


class OrganizationList(Lines[Organization]):
    """Each with its own time, and with the user's rank there."""

    @dataclass
    class Chosen(Message):
        """An organization was clicked."""

        organization: Organization

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.now = now

    def parts(self, item: Organization, width: int) -> Sequence[Part]:
        """Name, time, rank."""
        return (
            (fit(literal(item.name), width - 17), "lines--strong"),
            (fit(time_of(self.now(), item.timezone), 8), "lines--quiet"),
            (fit(item.rank, 9), "lines--quiet"),
        )

    def clicked(self, index: int) -> None:
        """A click opens."""
        super().clicked(index)
        if self.current:
            self.post_message(self.Chosen(self.current))
