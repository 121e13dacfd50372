"""What is asked for only once a cursor rests, and only while there is room to show it."""

from __future__ import annotations

from textual import events
from textual.timer import Timer
from textual.widget import Widget

RESTS_S = 0.12


class Rested(Widget):
    """Calls `load` when the cursor has rested and this is in sight.

    To be named after the other base, whose styles count.
    """

    _in_sight = False
    _rest: Timer | None = None

    def load(self) -> None:
        """Ask the database."""
        raise NotImplementedError

    def load_soon(self) -> None:
        """Ask once the cursor has rested."""
        if self._rest:
            self._rest.stop()
            self._rest = None
        if self._in_sight:
            self._rest = self.set_timer(RESTS_S, self._load_in_sight)

    def on_show(self, event: events.Show) -> None:
        """There is room for it now."""
        self._in_sight = True
        self.load_soon()

    def on_hide(self, event: events.Hide) -> None:
        """There is no room for it any more: it asks for nothing."""
        self._in_sight = False

    def _load_in_sight(self) -> None:
        self._rest = None
        if self._in_sight:
            self.load()
