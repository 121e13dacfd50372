"""A field that takes the keys of its place in the order in which they were typed."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.widgets import Input

from frontdesk.commands import Place, in_order


class Field(Input):
    """Letters and the keys that act on them stand in one queue.

    A binding runs when the key has gone through the app, which may be before the letters typed ahead of it
    have reached the field: so a quick 'sam', Enter would act on 'sa'.
    """

    place: ClassVar[Place] = "desk"

    async def _on_key(self, event: events.Key) -> None:
        command = in_order(self.place, event.key)
        if command:
            event.stop()
            event.prevent_default()
            await self.app.run_action(command.action, self.screen)
