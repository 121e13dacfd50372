"""With NO_COLOR nothing is coloured, and marks, words and reversed rows say what colours say elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from journeys.at_desk import AtDesk, play
from journeys.painting import painted
from rich.segment import Segment

from frontdesk.app import Desk


def rows(app: Desk) -> list[list[Segment]]:
    """The segments of each row that hold more than blanks."""
    return [[segment for segment in strip if segment.text.strip()] for strip in painted(app)]


def reversed_texts(app: Desk) -> list[str]:
    """What is painted reversed."""
    return [each.text for row in rows(app) for each in row if each.style and each.style.reverse]


def underlined_texts(app: Desk) -> list[str]:
    """What is painted underlined."""
    return [each.text for row in rows(app) for each in row if each.style and each.style.underline]


def coloured(app: Desk) -> list[Segment]:
    """What has a colour of its own."""
    styled = [each for row in rows(app) for each in row if each.style]
    return [
        each
        for each in styled
        if each.style
        for colour in (each.style.color, each.style.bgcolor)
        if colour is not None and not colour.is_default
    ]


def test_marks_and_words_say_it(
    harbour: Callable[[str | None], Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def steps(at: AtDesk) -> None:
        await at.sees("Harbour Lane", ">18:00 Spin")
        await at.type("sam o")
        await at.sees(">C Sam Okafor", "BLOCKED", "NO WAIVER", "FULL+3")
        assert coloured(at.app) == []
        shown = reversed_texts(at.app)
        assert any(text.strip().startswith("18:00") for text in shown), shown
        assert any("Sam Okafor" in text for text in shown), shown
        await at.press("pagedown")
        await at.sees("not today")
        await at.press("pageup")
        await at.sees_no("not today")
        await at.press("ctrl+u")
        await at.type("samira")
        await at.sees("Samira Oduya, client")
        await at.press("enter")
        await at.sees("a digit, then Enter")
        await at.press("2")
        await at.sees(">2 £12.00 cash")
        await at.press("ctrl+p")
        await at.sees("do  (Enter)")
        await at.until(lambda: "do  (Enter)" in underlined_texts(at.app), "the underlined row")
        await at.press("escape", "ctrl+t")
        await at.sees("NO_COLOR is set")

    play(harbour("mia"), steps)
