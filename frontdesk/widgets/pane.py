"""A box with a title, which may change with every letter."""

from __future__ import annotations

from typing import Self

from textual.containers import Vertical
from textual.content import ContentType
from textual.geometry import Region


class Pane(Vertical):
    """Other words in its border paint the two rows of these, and not what the box holds."""

    _words: tuple[ContentType, ContentType] = ("", "")
    _entitling = False

    def entitle(self, title: ContentType | None = None, subtitle: ContentType | None = None) -> None:
        """Say what this is, and below how much of it; None leaves the words that stand there."""
        before = self._words
        words = (before[0] if title is None else title, before[1] if subtitle is None else subtitle)
        if words == before:
            return
        self._words, self._entitling = words, True
        self.border_title, self.border_subtitle = words
        self._entitling = False

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        """Paint it anew; Textual would paint all of it for a title."""
        if self._entitling and not regions:
            regions = self._border_rows
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    @property
    def _border_rows(self) -> tuple[Region, ...]:
        size, at = self.outer_size, self.content_offset
        if not size:
            return ()
        return tuple(Region(-at.x, y - at.y, size.width, 1) for y in (0, size.height - 1))
