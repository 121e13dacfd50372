"""What was done last at this desk, the latest first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len

from frontdesk.clock import time_of
from frontdesk.commands import key_of
from frontdesk.widgets.done import Done
from frontdesk.widgets.lines import NONE, Lines, Part
from frontdesk.widgets.text import fit

TIME = 6
STATE = 11
STATE_WIDE = 18
WIDE = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """One action, when it was done, and the key that takes it back if it is the last."""

    done: Done
    at: datetime
    key: str = ""


class LastList(Lines[Entry]):
    """The key that takes back stands in the row it acts on."""

    def __init__(self, timezone: str, now: Callable[[], datetime], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._timezone = timezone
        self._now = now
        self._entries: list[Entry] = []

    def keep(self, done: Sequence[Done]) -> None:
        """Show these, the last of them first; what is new was done now."""
        at = {id(each.done): each.at for each in self._entries}
        self._entries = [Entry(each, at.get(id(each)) or self._now()) for each in reversed(done)]
        if self._entries:
            last, *before = self._entries
            self.show([Entry(last.done, last.at, key_of("desk.take_back")), *before], NONE)
        else:
            self.say("Nothing was done at this desk yet.")

    def parts(self, item: Entry, width: int) -> Sequence[Part]:
        """Where there is room when; what became of whom, and in which class."""
        time = fit(time_of(item.at, self._timezone), TIME) if width >= WIDE else ""
        state = item.done.state
        said = fit(state, STATE_WIDE) if time else fit(state.split()[0], STATE)
        what = f" {item.done.what}"
        key = f" {item.key}" if item.key else ""
        name = fit(item.done.name, width - len(time) - len(said) - cell_len(what) - len(key))
        return (
            (time, "lines--quiet"),
            (said, ""),
            (name, "lines--strong"),
            (what, ""),
            (key, "lines--good"),
        )

    def clicked(self, index: int) -> None:
        """There is nothing to choose here."""
