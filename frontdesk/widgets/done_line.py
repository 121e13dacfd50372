"""The line that says what was done last, and the key that takes it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from rich.cells import cell_len
from textual import getters
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from db.errors import DeskError, NoDatabase, NotSignedIn, refusal
from frontdesk.app import RETRY_S, Desk
from frontdesk.commands import keyed
from frontdesk.widgets.done import Back, Done, Made, handed_back
from frontdesk.widgets.text import cut, literal


class DoneLine(Static):
    """One sentence whose end, the key, is never cut off; the key acts on what the sentence names.

    What was done before that is named first: a second press never takes back what nobody was told of.
    """

    app = getters.app(Desk)

    @dataclass
    class TakenBack(Message):
        """The database answered, or did not."""

        done: Done
        answer: Sequence[Back] | DeskError

    @dataclass
    class Undone(Message):
        """Something is taken back: seats are free or taken that were not."""

    def __init__(self, organization_id: UUID) -> None:
        super().__init__(markup=False)
        self.organization_id = organization_id
        self.done: list[Done] = []
        self._named: Done | None = None
        self._asking = False
        self._sentence = self._shorter = self._key = self._style = self._aside = ""

    def say(self, sentence: str, key: str = "", style: str = "$success", shorter: str = "") -> None:
        """What is so, and the key that goes on from there; `shorter` where there is no room."""
        self._sentence, self._key, self._style = sentence, key, style
        self._shorter = shorter or sentence
        self._named = None
        self.refresh()

    def fail(self, sentence: str) -> None:
        """What is not so, and why."""
        self.say(sentence, style="bold $error")

    def set_aside(self, waiting: Sequence[str]) -> None:
        """For whom something is on its way without an answer."""
        names = ", ".join(literal(name) for name in waiting)
        self._aside = f"OUTCOME UNKNOWN: asking for {names}" if names else ""
        self.refresh()

    def did(self, made: Made) -> None:
        """Say what is done."""
        key = keyed("[desk.take_back] takes it back") if made.done else ""
        self.say(made.sentence, key, shorter=made.shorter)
        if made.done:
            self._named = made.done
            self.done.append(made.done)

    def take_back(self) -> None:
        """Take back what the sentence names, or name what was before."""
        if self._asking:
            return
        if not self.done:
            self.say("Nothing to take back: nothing was done at this desk yet.", style="")
        elif self._named is self.done[-1]:
            self._ask(self.done[-1])
        else:
            last = self.done[-1]
            self.say(
                f"Before that: {last.so}.",
                keyed("[desk.take_back] again takes it back"),
                style="",
            )
            self._named = last

    def on_done_line_taken_back(self, message: TakenBack) -> None:
        """Say what became of it; without an answer, ask until there is one."""
        done, answer = message.done, message.answer
        if isinstance(answer, NoDatabase | NotSignedIn):
            self.fail(f"Not known yet whether {done.name}, {done.what}, is taken back: asking.")
            self.set_timer(RETRY_S, partial(self._ask, done))
            return
        self._asking = False
        if done in self.done:
            self.done.remove(done)
        if isinstance(answer, DeskError):
            self.fail(f"{done.still}. {answer.sentence}")
            return
        refused = [each.refused for each in answer if each.refused]
        if refused or not answer:
            self.fail(f"{done.still}. {refused[0] if refused else refusal(None)}")
        else:
            self.say(f"Taken back: {done.name}, {done.what}.{handed_back(answer)}")
        if len(refused) < len(answer):
            self.post_message(self.Undone())

    def render(self) -> Content:
        """What there is room for."""
        width = self.size.width
        aside = cut(self._aside, width // 2 if self._sentence else width)
        key = f"  {self._key}" if self._key else ""
        room = width - cell_len(key) - (cell_len(aside) + 2 if aside else 0)
        sentence = self._sentence if cell_len(self._sentence) <= room else self._shorter
        said = Content.assemble((cut(sentence, max(room, 8)), self._style), (key, "bold"))
        return Content.assemble((aside, "bold $error"), "  " if aside and self._sentence else "", said)

    def _ask(self, done: Done) -> None:
        self._asking = True
        self.app.ask(
            self,
            "take_back",
            done.undo,
            partial(self.TakenBack, done),
            at=self.organization_id,
        )
