"""Somebody at the desk: presses keys, reads what is painted, waits for what must come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from gym import INSTALLATION, Gym
from journeys.painting import painted, still
from textual.events import Key, Paste
from textual.pilot import Pilot

from frontdesk.app import Desk

OPEN = "R1  Kim Park"
"""Stands there once the desk is open with the next bookable class chosen."""

Steps = Callable[["AtDesk"], Awaitable[None]]


class AtDesk:
    """The app as it is painted, and its keys."""

    def __init__(self, app: Desk, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def text(self) -> str:
        """What stands on the screen, a line a row."""
        return "\n".join(strip.text.rstrip() for strip in painted(self.app))

    async def press(self, *keys: str) -> None:
        """Press keys, each handled before the next."""
        await self.pilot.press(*keys)

    def strike(self, *keys: str) -> None:
        """Press keys, and wait for nothing."""
        for key in keys:
            character = key if len(key) == 1 else {"space": " ", "enter": "\r"}.get(key)
            self.app.post_message(Key(key, character))

    async def rush(self, *keys: str) -> None:
        """Press keys faster than anything can answer."""
        self.strike(*keys)
        await self.pilot.pause()

    async def type(self, text: str) -> None:
        """Type letters."""
        names = {" ": "space", "@": "at", ".": "full_stop", "-": "minus", "_": "underscore"}
        await self.pilot.press(*(names.get(letter, letter) for letter in text))

    async def paste(self, text: str) -> None:
        """Paste into what has the focus."""
        focused = self.app.screen.focused
        assert focused is not None
        focused.post_message(Paste(text))
        await self.pilot.pause()

    async def sees(self, *texts: str, seconds: float = 10.0) -> str:
        """Wait until all of it stands on the screen; the screen then."""
        return await self.until(lambda: all(text in self.text for text in texts), repr(texts), seconds)

    async def rests(self) -> None:
        """Leave the cursor alone until what is asked for then is answered and painted."""
        await self.pilot.pause()
        await self.until(lambda: still(self.app), "the desk at rest")

    async def sees_no(self, text: str, seconds: float = 10.0) -> str:
        """Wait until it does not stand on the screen any more."""
        return await self.until(lambda: text not in self.text, f"no {text!r}", seconds)

    async def until(self, true: Callable[[], bool], what: str, seconds: float = 10.0) -> str:
        """Wait until it is true; the screen then."""
        deadline = time.monotonic() + seconds
        while not true():
            if time.monotonic() > deadline:
                raise AssertionError(f"never saw {what}; the screen is\n{self.text}")
            await self.pilot.pause(0.01)
        return self.text


def desk(gym: Gym, who: str | None = "ana") -> Desk:
    """The app on the test's database, signed in as one of the staff, or as nobody."""
    assert gym.database is not None
    token = gym.token(who) if who else None
    return Desk(gym.database, installation=INSTALLATION, desk_name="desk 1", token=token, demo=None)


def play(app: Desk, steps: Steps, size: tuple[int, int] = (80, 24)) -> None:
    """Run the app without a terminal and do the steps."""

    async def run() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            await steps(AtDesk(app, pilot))

    asyncio.run(run())
