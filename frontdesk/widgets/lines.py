"""A list that draws only the lines in sight, so that a thousand rows cost what ten do."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar, Generic, Self, TypeVar

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from frontdesk.widgets.text import fit

Item = TypeVar("Item")
WORDS = 120
"""The width whose columns are all there is to say about a row."""

NONE = -1
"""The row of a cursor that stands on no item yet; Down brings it to the first."""

Part = tuple[str, str]
"""Text that is safe to show, and the component class that styles it ('' for none)."""


class Lines(ScrollView, Generic[Item], can_focus=False):
    """Rows with a cursor; the focus stays in the field where the user types.

    A row may be None: a gap that holds the others in their places. Other items lay nothing out anew, unless
    the scrollbar comes or goes, and only the rows that look different are painted.
    """

    # How many rows there are changes no place on the screen.
    virtual_size = Reactive(Size(0, 0), repaint=False)

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "lines--cursor",
        "lines--strong",
        "lines--quiet",
        "lines--good",
        "lines--warn",
        "lines--bad",
    }

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.items: Sequence[Item | None] = ()
        self.cursor = 0
        self.hint: Sequence[str] = ()
        self._hint_lines: list[str] = []
        self._drawn: dict[int, Strip] = {}

    @property
    def current(self) -> Item | None:
        """The item under the cursor."""
        return self.items[self.cursor] if 0 <= self.cursor < len(self.items) else None

    def show(self, items: Sequence[Item | None], cursor: int = 0, *hint: str) -> None:
        """Show other items, with the cursor on that one or on `NONE`, and quiet sentences under them."""
        self.items, self.hint = items, hint
        self.cursor = max(NONE, min(cursor, len(items) - 1))
        self._arrange()

    def say(self, *hint: str) -> None:
        """Show quiet sentences instead of items."""
        self.show((), 0, *hint)
        self.cursor = 0

    def show_all(self, items: Sequence[Item], *nothing: str) -> None:
        """Show them and how many there are, with the cursor on none; without any, these sentences."""
        self.border_subtitle = str(len(items)) if items else ""
        if items:
            self.show(items, NONE)
        else:
            self.say(*nothing)

    def move(self, by: int, around: bool = False) -> bool:
        """Move the cursor to the next item in that direction; whether it moved."""
        to = self.cursor + by
        if around and self.items:
            to %= len(self.items)
        while 0 <= to < len(self.items) and self.items[to] is None:
            to += by
        if not 0 <= to < len(self.items) or to == self.cursor:
            return False
        self.cursor = to
        self._keep_in_sight()
        self._paint_changes()
        return True

    def parts(self, item: Item, width: int) -> Sequence[Part]:
        """The row of an item in that many cells, after the mark of the cursor."""
        raise NotImplementedError

    def clicked(self, index: int) -> None:
        """A row was clicked: the cursor goes there."""
        self.move(index - self.cursor)

    @property
    def words(self) -> str:
        """The row under the cursor as a text to copy."""
        parts = self.parts(self.current, WORDS) if self.current else ()
        return " ".join(" ".join(text for text, _ in parts).split())

    def render_line(self, y: int) -> Strip:
        """One line of what is in sight."""
        index, width = y + round(self.scroll_offset.y), self.scrollable_content_region.width
        strip = self._drawn.get(index)
        if strip is None or strip.cell_length != width:
            strip = self._drawn[index] = self._row(index, width)
        return strip

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Paint it anew; all of it may have another style or width."""
        if not regions:
            self._drawn.clear()
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def notify_style_update(self) -> None:
        """Other colours."""
        self._drawn.clear()
        super().notify_style_update()

    def _row(self, index: int, width: int) -> Strip:
        base = self.rich_style
        under = index - len(self.items)
        if 0 <= under < len(self._hint_lines):
            return self._strip([(fit(f" {self._hint_lines[under]}", width), "lines--quiet")], False)
        item = self.items[index] if under < 0 else None
        if item is None:
            return Strip.blank(width, base)
        here = index == self.cursor
        return self._strip([(">" if here else " ", ""), *self.parts(item, width - 1)], here)

    def on_click(self, event: events.Click) -> None:
        """Pass the row on."""
        at = event.get_content_offset(self)
        index = at.y + round(self.scroll_offset.y) if at else NONE
        if 0 <= index < len(self.items) and self.items[index] is not None:
            self.clicked(index)

    def on_resize(self) -> None:
        """Lay the rows out anew."""
        self._arrange()

    def _arrange(self) -> None:
        width = self.scrollable_content_region.width
        # Room for the scrollbar is always left, or the text would turn when it comes and goes.
        room = max(self.size.width - 3, 1)
        self._hint_lines = [line for text in self.hint for line in wrap(text, room) or [""]]
        size = Size(width, len(self.items) + len(self._hint_lines))
        if size != self.virtual_size:
            self.virtual_size = size
            self._scroll_update(size)
        self._keep_in_sight()
        self._paint_changes()

    def _paint_changes(self) -> None:
        """Paint the rows in sight that are others than before."""
        before, self._drawn = self._drawn, {}
        top, width = round(self.scroll_offset.y), self.size.width
        changed = [
            Region(0, index - top, width, 1)
            for index in range(top, top + self.size.height)
            if before.get(index) != self.render_line(index - top)
        ]
        if changed:
            self.refresh(*changed)

    def _keep_in_sight(self) -> None:
        height, top = self.size.height, round(self.scroll_offset.y)
        if NONE < self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, force=True)
        elif height and self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, force=True)

    def _strip(self, parts: Sequence[Part], here: bool) -> Strip:
        base, width = self.rich_style, self.scrollable_content_region.width
        if here:
            # One colour for the whole row, which every theme made readable on the row's own.
            base += self.get_component_rich_style("lines--cursor", partial=True)
            return Strip([Segment(text, base) for text, _ in parts]).adjust_cell_length(width, base)
        segments = [
            Segment(text, base + self.get_component_rich_style(style, partial=True) if style else base)
            for text, style in parts
        ]
        return Strip(segments).adjust_cell_length(width, base)
