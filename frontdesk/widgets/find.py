"""The field into which names, e-mails and phone numbers are typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widgets import Input

from frontdesk.widgets.text import literal

LONGEST = 200


class Find(Input):
    """Find has the focus as long as the desk stands, so a letter always lands here.

    `asked` says whether a question stands in the sentence that this digit answers.
    """

    @dataclass
    class Answered(Message):
        """A digit was typed while a question stood there."""

        digit: str

    def __init__(self, asked: Callable[[str], bool], *, id: str | None = None) -> None:
        super().__init__(
            id=id,
            compact=True,
            max_length=LONGEST,
            select_on_focus=False,
            placeholder="type a name, phone or e-mail",
        )
        self.asked = asked

    async def _on_key(self, event: events.Key) -> None:
        if event.character and self.asked(event.character):
            event.stop()
            event.prevent_default()
            self.post_message(self.Answered(event.character))

    def _on_paste(self, event: events.Paste) -> None:
        # What is pasted may hold anything, and more than fits; a refused paste would look like a broken key.
        event.stop()
        event.prevent_default()
        room = LONGEST - len(self.value) + len(self.selected_text)
        text = literal(" ".join(event.text.split()))[:room]
        if self.selection.is_empty:
            self.insert_text_at_cursor(text)
        else:
            self.replace(text, *self.selection)
