"""What waits for staff today: people to tell, seats held, who is here and owes or has signed no waiver.

Who waits for a class that nothing of theirs pays any more stands there too, whatever the day, and who is
booked for today or tomorrow while what pays is held, over or not begun.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len
from textual import events
from textual.message import Message

from db.records import Need, Organization
from frontdesk.clock import day_ahead, local, time_of
from frontdesk.widgets.lines import Lines, Part
from frontdesk.widgets.text import fit, literal, money

LABELS = {
    "to_tell": "tell",
    "seat_held": "held",
    "owes": "OWES",
    "no_waiver": "WAIVER",
    "not_covered": "PAY?",
    "on_hold": "HOLD",
    "ended": "ENDED",
    "starts_later": "EARLY",
}
# What the palette says of a row whose label alone says little.
WORDS = {
    "not_covered": "waits, and nothing pays any more",
    "on_hold": "what pays is on hold that day",
    "ended": "what pays ends before that day",
    "starts_later": "what pays starts after that day",
}
STYLES = dict.fromkeys(("owes", "no_waiver", *WORDS), "lines--warn")
LABEL = 7
TOLD = " [told]"
NOBODY = (
    "Nobody waits for you.",
    "",
    "People to tell, held seats, and who is here and owes or signed no waiver.",
)


class NeedsList(Lines[Need]):
    """A click puts the person into find; one on 'told' says that they were told."""

    @dataclass
    class Chosen(Message):
        """Somebody who waits was clicked."""

        need: Need

    @dataclass
    class Told(Message):
        """Somebody was told that they have a seat."""

        need: Need

    def __init__(
        self, organization: Organization, now: Callable[[], datetime], *, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self._organization = organization
        self._now = now

    def parts(self, item: Need, width: int) -> Sequence[Part]:
        """What it is, who it is about, and the class or the money."""
        about, done = self.about(item), TOLD if item.task_id else ""
        name = fit(literal(item.name), width - LABEL - cell_len(about) - 1 - len(done))
        style = STYLES.get(item.need, "")
        return (
            (fit(LABELS[item.need], LABEL), style),
            (name, "lines--strong"),
            (f" {about}", style),
            (done, "lines--good"),
        )

    def on_click(self, event: events.Click) -> None:
        """Tell the two places of a row apart."""
        event.prevent_default()
        at = event.get_content_offset(self)
        row = at.y + round(self.scroll_offset.y) if at else len(self.items)
        need = self.items[row] if row < len(self.items) else None
        if at and need:
            on_told = need.task_id and at.x >= self.scrollable_content_region.width - len(TOLD)
            self.post_message(self.Told(need) if on_told else self.Chosen(need))

    def words_of(self, need: Need) -> str:
        """One of them in words, such as 'Ana Ruiz (tell, 18:00 Spin)'."""
        return f"{literal(need.name)} ({WORDS.get(need.need, LABELS[need.need])}, {self.about(need)})"

    def about(self, need: Need) -> str:
        """The class, or what they owe."""
        if need.owes is not None:
            return money(need.owes, self._organization.currency)
        zone = self._organization.timezone
        held = f"{need.seats} free, " if need.seats else ""
        day = day_ahead(local(need.starts_at, zone).date(), local(self._now(), zone).date())
        return f"{held}{day}{time_of(need.starts_at, zone)} {literal(need.program)}"
