"""What is typed twice because nobody can read it: a new password, a PIN."""

from __future__ import annotations

from textual.widgets import Input, Static

from frontdesk.screens.place import PlaceScreen


class TypedTwice(PlaceScreen):
    """Fields of which the last is #again, and a line #why for what went wrong."""

    AUTO_FOCUS = "Input"

    def __init__(self) -> None:
        super().__init__()
        self._waiting = False

    def keep(self, new: str, again: str) -> None:
        """Both are typed."""
        raise NotImplementedError

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes to the next field, then keeps what was typed."""
        if event.input.id != "again":
            self.focus_next(Input)
        elif not self._waiting:
            self.keep(self.query_one("#new", Input).value, self.query_one("#again", Input).value)

    def wait(self, sentence: str) -> None:
        """Nothing more is sent until there is an answer."""
        self._waiting = True
        self._say(sentence)

    def answered(self) -> None:
        """There is an answer."""
        self._waiting = False

    def ask_again(self, why: str) -> None:
        """Empty the fields and say why."""
        self._say(why)
        for each in self.query(Input):
            each.value = ""
        self.query(Input).first().focus()

    def _say(self, sentence: str) -> None:
        self.query_one("#why", Static).update(sentence)
