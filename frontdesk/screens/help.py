"""Help: first the thing at hand where it was asked for, then what the keys do there."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from db.records import Rank
from frontdesk.commands import Place, bindings_of, commands_of, keyed
from frontdesk.screens.place import PlaceScreen
from frontdesk.topics import TOPICS
from frontdesk.widgets.text import fit

PLACES: dict[Place, str] = {
    "sign-in": "signing in",
    "new-password": "a new password",
    "pin": "your PIN",
    "lock": "the locked desk",
    "organization": "choosing the organization",
    "desk": "the desk",
    "roster": "the roster",
    "person": "the person",
    "till": "the till",
    "handover": "taking over",
    "help": "help",
    "themes": "the colours",
}


class Help(PlaceScreen):
    """Sentences of the topic, and one for each key."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("help")]
    AUTO_FOCUS = "VerticalScroll"
    place: ClassVar[Place] = "help"

    def __init__(self, about: Place, rank: Rank, topic: str) -> None:
        super().__init__()
        self._about: Place = about
        self._rank = rank
        self._topic = TOPICS.get(topic)

    def compose(self) -> ComposeResult:
        """What is at hand, then the keys."""
        parts = [Static(self._keys(), markup=False, id="keys")]
        if self._topic:
            parts.insert(0, Static("\n".join(map(keyed, self._topic.sentences)), markup=False, id="topic"))
        pane = VerticalScroll(*parts, classes="pane")
        about = f"Help: {self._topic.title}, then the" if self._topic else "The"
        pane.border_title = f"{about} keys of {PLACES[self._about]}"
        yield pane
        yield self.key_bar()

    def _keys(self) -> Content:
        listed = commands_of(self._about, self._rank)
        widest = max(cell_len(each.all_keys) for each in listed)
        rows = [
            Content.assemble((fit(each.all_keys, widest), "bold $accent"), f"  {each.help}")
            for each in listed
        ]
        return Content("\n").join(rows)
