"""Choosing the colours, which show at once on what stands behind."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from db.errors import DeskError
from frontdesk import themes
from frontdesk.commands import Place, bindings_of
from frontdesk.screens.place import PlaceScreen
from frontdesk.widgets.theme_list import ThemeList


class ThemesScreen(PlaceScreen, ModalScreen[None]):
    """The themes by name; the one under the cursor is on, and kept only by Enter."""

    CSS_PATH = "themes.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("themes")]
    place: ClassVar[Place] = "themes"

    def __init__(self) -> None:
        super().__init__()
        self._before = self.app.theme

    def compose(self) -> ComposeResult:
        """The list."""
        with Vertical(classes="dialog"):
            yield Static("Colours", classes="title", markup=False)
            yield ThemeList()
        yield self.key_bar()

    def on_mount(self) -> None:
        """Begin with the one that is on."""
        listed = self.query_one(ThemeList)
        names = list(themes.TITLES)
        listed.styles.height = len(names)
        listed.show(names, names.index(self._before))

    def on_theme_list_chosen(self) -> None:
        """A click."""
        self._try()

    def action_other(self, by: int) -> None:
        """Try another one."""
        self.query_one(ThemeList).move(by, around=True)
        self._try()

    async def action_keep(self) -> None:
        """Keep it, beyond this run of the program."""
        try:
            self.app.keep_theme(self.app.theme)
        except DeskError as error:
            self.app.notify(error.sentence, severity="error", markup=False)
        await super().action_leave()

    async def action_leave(self) -> None:
        """Go back to the one from before."""
        self.app.theme = self._before
        await super().action_leave()

    def _try(self) -> None:
        self.app.theme = self.query_one(ThemeList).current or self._before
