"""What is painted, and whether anything is still to be: reaches into Textual, which has no words for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual._context import visible_screen_stack
from textual.app import App
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from frontdesk.widgets.rested import Rested


def painted(app: App[Any]) -> list[Strip]:
    """The rows that stand on the screen."""
    # A dialog paints what stands behind it, and keeps it: without this, whichever screen was there before.
    visible_screen_stack.set(app._background_screens)
    return app.screen._compositor.render_strips()


def in_sight(app: App[Any]) -> list[Screen[Any]]:
    """The screen that stands, and behind a dialog those that show through."""
    behind = app._background_screens if app.screen.styles.background.a < 1 else []
    return [*behind, app.screen]


def still(app: App[Any]) -> bool:
    """Whether nothing is asked, on its way to a widget or to be painted."""
    return not any(_unfinished(app))


def _unfinished(app: App[Any]) -> Iterator[object]:
    yield app.message_queue_size or app._next_callbacks
    for screen in in_sight(app):
        yield screen._dirty_widgets or screen._compositor._dirty_regions
        yield screen.message_queue_size or screen._next_callbacks
        yield screen is app.screen and screen._repaint_required
        for widget in screen.walk_children(Widget):
            yield widget.message_queue_size or widget._next_callbacks
            yield widget._repaint_required or widget._layout_required
            yield widget._scroll_required or widget._refresh_styles_required
            yield isinstance(widget, Rested) and widget._rest
    yield from (not worker.is_finished for worker in app.workers)
