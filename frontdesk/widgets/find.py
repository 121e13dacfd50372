"""The field into which names, e-mails and phone numbers are typed."""

from __future__ import annotations

from collections.abc import Callable

from textual import events

from frontdesk.widgets.field import Field
from frontdesk.widgets.text import literal

LONGEST = 200


class Find(Field):
    """Find has the focus as long as the desk stands, so a letter always lands here.

    `asked` says whether a question stands in the sentence that this digit answers, `answer` takes it.
    """

    def __init__(self, asked: Callable[[str], bool], answer: Callable[[str], None]) -> None:
        super().__init__(
            id="find",
            compact=True,
            max_length=LONGEST,
            select_on_focus=False,
            placeholder="type a name, phone or e-mail",
        )
        self.asked = asked
        self.answer = answer

    async def _on_key(self, event: events.Key) -> None:
        if event.character and self.asked(event.character):
            event.stop()
            event.prevent_default()
            self.answer(event.character)

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
