"""Choosing the organization to work in; skipped where there is only one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static

from db.records import Organization
from frontdesk.clock import time_of
from frontdesk.commands import Place, bindings_of
from frontdesk.screens.place import PlaceScreen
from frontdesk.widgets.text import fit, literal

NOWHERE = "You work in no organization yet. Ask an owner to add you, then sign in again with F7."


class OrganizationScreen(PlaceScreen):
    """The organizations of whoever is signed in, each with its own time."""

    CSS_PATH = "organization.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of("organization")]
    AUTO_FOCUS = "OptionList"
    place: ClassVar[Place] = "organization"

    def __init__(self, organizations: Sequence[Organization]) -> None:
        super().__init__()
        self._organizations = organizations

    def compose(self) -> ComposeResult:
        """The list."""
        with Vertical(classes="dialog"):
            yield Static("Which desk?", classes="title", markup=False)
            if self._organizations:
                yield OptionList(
                    *[self._row(each) for each in self._organizations], markup=False, compact=True
                )
            else:
                yield Static(NOWHERE, markup=False)
        yield self.key_bar()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Open the desk of the chosen one."""
        self.app.open_desk(self._organizations[event.option_index])

    async def action_leave(self) -> None:
        """Go back to the desk that stands under this, if one does."""
        if self.app.desks and len(self.app.screen_stack) > 2:
            await super().action_leave()

    def _row(self, organization: Organization) -> Text:
        now = time_of(self.app.clock.now(), organization.timezone)
        return Text(f"{fit(literal(organization.name), 32)}  {now}  {organization.rank}")
