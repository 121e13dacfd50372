"""What an answer to the list lays out and paints anew: as little as it changes, for a key may be waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from gym import Gym
from journeys.at_desk import OPEN, AtDesk, desk, play
from textual.geometry import Size
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from frontdesk.screens.desk import DeskScreen
from frontdesk.widgets.sentence import Sentence


def standing(at: AtDesk) -> DeskScreen:
    assert isinstance(at.app.screen, DeskScreen)
    return at.app.screen


def painted_rows(widget: Widget, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The rows of the widget that are painted from now on."""
    rows: list[int] = []
    paint: Callable[..., Strip] = widget._styles_cache.render_line

    def painting(styles: Any, y: int, *rest: Any) -> Strip:
        rows.append(y)
        return paint(styles, y, *rest)

    monkeypatch.setattr(widget._styles_cache, "render_line", painting)
    return rows


def test_an_answer_lays_nothing_out(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    laid_out = []

    def lay_out(screen: Screen[None], size: Size | None = None, scroll: bool = False) -> None:
        laid_out.append(screen)
        as_ever(screen, size, scroll)

    as_ever = Screen._refresh_layout

    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("o")
        await at.sees("1 found", "Rosamund")
        await at.rests()
        monkeypatch.setattr(Screen, "_refresh_layout", lay_out)
        await at.type("l")
        await at.sees("Sam Olsen", 'add "Ol"')
        await at.type("sen")
        await at.sees("1 found", 'add "Olsen"')
        await at.rests()
        assert laid_out == []

    play(desk(gym), steps)


def test_an_answer_paints_what_it_changes(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("olse")
        await at.sees("1 found", "BOOK AND CHECK IN  Sam Olsen", 'add "Olse"')
        await at.rests()
        desk_screen = standing(at)
        widgets = {
            "list": desk_screen.finding.people,
            "find": desk_screen.finding,
            "class": desk_screen.day,
            "booking": desk_screen.booking,
            "sentence": desk_screen.query_one(Sentence),
        }
        rows = {name: painted_rows(widget, monkeypatch) for name, widget in widgets.items()}
        await at.type("n")
        await at.sees('add "Olsen"')
        await at.rests()
        assert rows == {"list": [1], "find": [], "class": [], "booking": [], "sentence": []}
        await at.press("down")
        await at.sees(">+ add")
        await at.rests()
        assert rows["list"] == [1, 0, 1]

    play(desk(gym), steps)


def test_other_words_in_a_border_paint_the_border(gym: Gym, monkeypatch: pytest.MonkeyPatch) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.rests()
        finding = standing(at).finding
        last = finding.outer_size.height - 1
        rows = painted_rows(finding, monkeypatch)
        finding.entitle("Somebody", "somewhere")
        await at.sees("─ Somebody ─", "─ somewhere ─")
        await at.rests()
        assert set(rows) == {0, last}

    play(desk(gym), steps)


def test_all_of_it_is_painted_in_other_colours_and_widths(gym: Gym) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.type("olsen")
        await at.sees("1 found", ">L Sam Olsen")
        people = standing(at).finding.people
        before = people.render_line(0)
        at.app.theme = "desk-light"
        await at.rests()
        assert people.render_line(0) != before
        assert people.render_line(0).text == before.text
        await at.pilot.resize_terminal(120, 40)
        await at.rests()
        assert people.render_line(0).cell_length == people.size.width

    play(desk(gym), steps)
