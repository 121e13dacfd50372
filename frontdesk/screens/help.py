"""What the keys do in the place where F1 was pressed."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from db.records import Rank
from frontdesk.commands import Place, bindings_of, commands_of
from frontdesk.screens.place import PlaceScreen
from frontdesk.widgets.text import fit

PLACES: dict[Place, str] = {
    "sign-in": "signing in",
    "new-password": "a new password",
    "organization": "choosing the organization",
    "desk": "the desk",
    "roster": "the roster",
    "help": "help",
}


class Help(PlaceScreen):
    """One sentence for each key."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("help")]
    AUTO_FOCUS = "VerticalScroll"
    place: ClassVar[Place] = "help"

    def __init__(self, about: Place, rank: Rank) -> None:
        super().__init__()
        self._about: Place = about
        self._rank = rank

    def compose(self) -> ComposeResult:
        """The sentences."""
        pane = VerticalScroll(Static(self._sentences(), markup=False), classes="pane")
        pane.border_title = f"Keys: {PLACES[self._about]}"
        yield pane
        yield self.key_bar()

    def _sentences(self) -> Content:
        listed = commands_of(self._about, self._rank)
        widest = max(cell_len(each.all_keys) for each in listed)
        rows = [
            Content.assemble((fit(each.all_keys, widest), "bold $accent"), f"  {each.help}")
            for each in listed
        ]
        return Content("\n").join(rows)
