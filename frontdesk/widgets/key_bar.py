"""The footer: it drops what matters least instead of clipping what does not fit."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.widgets import Static

from db.records import Rank
from frontdesk.commands import Command, Place, commands_of


class KeyBar(Static):
    """The keys of a place that there is room for, each with what it does; a click is the key."""

    def __init__(self, place: Place, rank: Rank) -> None:
        super().__init__(markup=False)
        self.place: Place = place
        self.rank: Rank = rank

    def serve(self, rank: Rank) -> None:
        """Show what somebody of that rank may do."""
        self.rank = rank
        self.refresh()

    def render(self) -> Content:
        """The entries that fit, in the order of the registry."""
        return Content("  ").join(_words(each) for each in self._fitting())

    def on_click(self, event: events.Click) -> None:
        """Do what the key does."""
        left = self.content_region.x - self.region.x
        for each in self._fitting():
            width = len(_label(each))
            if left <= event.x < left + width:
                if each.bound:
                    # Not awaited here: an action may take away the screen that waits for this.
                    self.app.call_later(self.app.run_action, each.action, self.screen)
                else:
                    self.app.simulate_key(each.keys.split(",")[0])
                return
            left += width + 2

    def _fitting(self) -> list[Command]:
        listed = [each for each in commands_of(self.place, self.rank) if each.footer is not None]
        kept: list[Command] = []
        room = self.size.width
        for each in sorted(listed, key=lambda command: command.footer or 0):
            room -= len(_label(each)) + (2 if kept else 0)
            if room < 0:
                break
            kept.append(each)
        return [each for each in listed if each in kept]


def _label(command: Command) -> str:
    return f"{command.key_name} {command.label}"


def _words(command: Command) -> Content:
    return Content.assemble((command.key_name, "bold $accent"), f" {command.label}")
