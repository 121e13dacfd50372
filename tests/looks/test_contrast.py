"""Every text stands out from its ground: by 4.5 to 1, in the theme of high contrast by 7 to 1."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from journeys.at_desk import AtDesk, play
from journeys.painting import painted
from journeys.wire import Wire
from rich.color import Color
from rich.style import Style

from frontdesk import themes
from frontdesk.app import Desk

LEAST = {themes.DARK: 4.5, themes.LIGHT: 4.5, themes.CONTRAST: 7.0}
WORD = re.compile(r"\w|[#*+>!.,]")


def luminance(color: Color) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [channel / 255 for channel in color.get_truecolor()]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(style: Style) -> float:
    """How much text and ground differ, from 1 to 21."""
    assert style.color is not None
    assert style.bgcolor is not None
    lighter, darker = sorted(map(luminance, (style.color, style.bgcolor)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def faint(app: Desk, least: float) -> Iterator[str]:
    """The texts on the screen that stand out less than that."""
    for strip in painted(app):
        for segment in strip:
            if segment.style and WORD.search(segment.text):
                assert not segment.style.dim, segment
                if ratio(segment.style) < least:
                    yield f"{ratio(segment.style):.1f} {segment.text!r} {segment.style}"


def test_known_ratios() -> None:
    assert ratio(Style.parse("#000000 on #ffffff")) == pytest.approx(21)
    assert ratio(Style.parse("#767676 on #ffffff")) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", LEAST)
def test_nothing_is_faint(harbour: Callable[[str | None], Desk], wire: Wire, theme: str) -> None:
    app = harbour("mia")
    app.theme = theme
    found: dict[str, list[str]] = {}

    async def steps(at: AtDesk) -> None:
        async def look(where: str, *texts: str) -> None:
            await at.sees(*texts)
            await at.pilot.pause()
            found[where] = list(faint(at.app, LEAST[theme]))

        await look("empty", "Harbour Lane", ">18:00 Spin")
        await at.type("q")
        await look("one letter", "One letter more")
        await at.press("ctrl+u")
        await at.type("sam o")
        await look("typing", "BLOCKED", "CHECK IN")
        await at.press("ctrl+u")
        await at.type("samira")
        await at.sees("BOOK AND CHECK IN  Samira")
        await at.press("enter")
        await at.sees("a digit, then")
        await at.press("2")
        await look("chosen", ">2 £12.00 cash")
        await at.press("enter")
        await look("booked", "Samira Oduya is in")
        await at.type("osman")
        await at.sees("BLOCKED  Sami Osman")
        await at.press("enter")
        await look("refused", "REFUSED")
        await at.press("f1")
        await look("help", "Help:")
        await at.press("escape", "f2")
        await look("roster", "of 16 seats")
        await at.press("escape", "f3")
        await look("person", "ADD  a card of Sami Osman")
        await at.press("escape", "ctrl+c")
        await look("toast", "Copied:")
        await at.press("pagedown")
        await look("another day", "not today")
        await at.press("ctrl+p")
        await look("palette", "do  (Enter)")
        await at.type("copy")
        await look("searching", "copy  (^c)")
        await at.press("escape")
        await at.press("ctrl+t")
        await look("colours", "high contrast")
        await at.press("escape")
        wire.cut()
        await at.press("f5")
        await look("no database", "NO DATABASE")
        await at.press("f7")
        await look("the lock", "PIN of Mia Chen")
        await at.press("ctrl+l")
        await look("sign in", "Mia Chen is signed out.")

    play(app, steps, size=(120, 40))
    assert {where: texts for where, texts in found.items() if texts} == {}
