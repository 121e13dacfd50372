"""Choosing the organization to work in; skipped where there is only one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static

from db.records import Organization
from frontdesk.commands import Place, bindings_of, keyed
from frontdesk.screens.place import PlaceScreen
from frontdesk.widgets.organization_list import OrganizationList

NOWHERE = "You work in no organization yet. Ask an owner to add you, then sign in again with [app.sign_out]."
HIGHEST = 12


class OrganizationScreen(PlaceScreen):
    """The organizations of whoever is signed in."""

    CSS_PATH = "organization.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("organization")]
    place: ClassVar[Place] = "organization"

    def __init__(self, organizations: Sequence[Organization]) -> None:
        super().__init__()
        self._organizations = organizations

    def compose(self) -> ComposeResult:
        """The list."""
        with Vertical(classes="dialog"):
            yield Static("Which desk?", classes="title", markup=False)
            yield OrganizationList(self.app.clock.now)
        yield self.key_bar()

    def on_mount(self) -> None:
        """Show them."""
        listed = self.query_one(OrganizationList)
        listed.styles.height = max(3, min(len(self._organizations), HIGHEST))
        if self._organizations:
            listed.show(self._organizations)
        else:
            listed.say(keyed(NOWHERE))

    def on_organization_list_chosen(self, message: OrganizationList.Chosen) -> None:
        """A click."""
        self.app.start.open_desk(message.organization)

    def action_other(self, by: int) -> None:
        """Choose another one."""
        self.query_one(OrganizationList).move(by)

    def action_pick(self) -> None:
        """Open the desk of the chosen one."""
        chosen = self.query_one(OrganizationList).current
        if chosen:
            self.app.start.open_desk(chosen)

    async def action_leave(self) -> None:
        """Go back to the desk that stands under this, if one does."""
        if len(self.app.screen_stack) > 2:
            await super().action_leave()
