"""The field into which names, e-mails and phone numbers are typed."""

from __future__ import annotations

from collections.abc import Callable

from textual import events

from frontdesk.widgets.field import Field

LONGEST = 200


class Find(Field):
    """Find has the focus as long as the desk stands, so a letter always lands here.

    `asked` says whether a question stands in the sentence that this digit answers, `answer` takes it.
    """

    def __init__(self, asked: Callable[[str], bool], answer: Callable[[str], None]) -> None:
        super().__init__("desk", id="find", max_length=LONGEST, placeholder="type a name, phone or e-mail")
        self.asked = asked
        self.answer = answer

    async def _on_key(self, event: events.Key) -> None:
        if event.character and self.asked(event.character):
            event.stop()
            event.prevent_default()
            self.listen(event)
            self.answer(event.character)
