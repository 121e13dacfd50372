"""A field that takes the keys of its place in the order in which they were typed."""

from __future__ import annotations

from textual import events, getters
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from frontdesk.app import Desk
from frontdesk.commands import Place, in_order
from frontdesk.widgets.text import LONGEST, literal


class Field(Input):
    """Letters and the keys that act on them stand in one queue.

    A binding runs when the key has gone through the app, which may be before the letters typed ahead of it
    have reached the field: so a quick 'sam', Enter would act on 'sa'.
    """

    app = getters.app(Desk)
    # A longer text changes no place on the screen: a letter need not wait for all of it to be laid out anew.
    virtual_size = Reactive(Size(0, 0))

    def __init__(
        self, place: Place, *, id: str, max_length: int, placeholder: str = "", value: str = ""
    ) -> None:
        super().__init__(
            value, placeholder, id=id, compact=True, max_length=max_length, select_on_focus=False
        )
        self.place: Place = place

    async def _on_key(self, event: events.Key) -> None:
        self.listen(event)
        command = in_order(self.place, event.key)
        if command:
            event.stop()
            event.prevent_default()
            await self.app.run_action(command.action, self.screen)

    def listen(self, event: events.Key) -> None:
        """Let the scanner's ear have the key; never those of a password."""
        if self.place == "desk":
            self.app.scanner.heard(event.key, event.character, event.time)

    def _on_paste(self, event: events.Paste) -> None:
        # What is pasted may hold anything, and more than fits; a refused paste would look like a broken key.
        event.stop()
        event.prevent_default()
        room = (self.max_length or LONGEST) - len(self.value) + len(self.selected_text)
        text = literal(" ".join(event.text.split()))[:room]
        if self.selection.is_empty:
            self.insert_text_at_cursor(text)
        else:
            self.replace(text, *self.selection)
