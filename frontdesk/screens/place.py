"""What every screen has: its place in the registry of commands, and the footer that never clips."""

from __future__ import annotations

from typing import ClassVar

from textual import getters
from textual.screen import Screen

from db.records import Rank
from frontdesk.app import Desk
from frontdesk.commands import Place
from frontdesk.widgets.key_bar import KeyBar
from frontdesk.widgets.lines import Lines


class PlaceScreen(Screen[None], inherit_bindings=False):
    """A screen whose keys are the registry's commands of its `place`, and no others."""

    app = getters.app(Desk)
    place: ClassVar[Place]
    AUTO_FOCUS = ""

    @property
    def rank(self) -> Rank:
        """The rank of whoever is signed in, as far as it matters here."""
        return "viewer"

    @property
    def topic(self) -> str:
        """What help is about first, see `frontdesk.topics`: the field with the focus."""
        return f"{self.place}.{self.focused.id}" if self.focused else self.place

    @property
    def words(self) -> str:
        """What there is to copy: the row under the cursor."""
        return next((each.words for each in self.query(Lines) if each.words), "")

    def key_bar(self) -> KeyBar:
        """The footer of this place."""
        return KeyBar(self.place, self.rank)

    async def action_leave(self) -> None:
        """Go back to what stands under this screen."""
        await self.app.pop_screen()
