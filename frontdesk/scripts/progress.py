"""How far long work is: a bar with the time left on a terminal, a line every few seconds on a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

WIDTH = 30
SECONDS_BETWEEN_LINES = 3.0
SECONDS_BETWEEN_FRAMES = 0.1


class Progress:
    """Called with what is done of how much, as often as the work likes; writes to stderr.

    The time left goes by the pace so far, since the first call.
    """

    def __init__(
        self, about: str, stream: TextIO | None = None, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._about = about
        self._stream = stream or sys.stderr
        self._now = now
        self._terminal = self._stream.isatty()
        self._began = now()
        self._said = self._began if not self._terminal else float("-inf")
        self._done = False

    def __call__(self, done: int, total: int) -> None:
        """Say it, unless it was said a moment ago."""
        now = self._now()
        pause = SECONDS_BETWEEN_FRAMES if self._terminal else SECONDS_BETWEEN_LINES
        if self._done or (done < total and now - self._said < pause):
            return
        self._said, self._done = now, done >= total
        share = done / total if total else 1.0
        left = (now - self._began) * (1 - share) / share if share else None
        self._write(share, left)

    def _write(self, share: float, left: float | None) -> None:
        words = "done" if share >= 1 else f"{_duration(left)} left" if left is not None else ""
        if not self._terminal:
            self._stream.write(f"{self._about}: {share:.0%}, {words}\n")
        else:
            filled = "#" * round(share * WIDTH)
            bar = f"\r{self._about} [{filled:-<{WIDTH}}] {share:4.0%} {words}"
            self._stream.write(f"{bar:<79}" + ("\n" if share >= 1 else ""))
        self._stream.flush()


class Phases:
    """A bar for each phase of work that has several."""

    def __init__(self) -> None:
        self._bars: dict[str, Progress] = {}

    def __call__(self, phase: str, done: int, total: int) -> None:
        """Say what is done of how much, where there is anything to do."""
        if total:
            self._bars.setdefault(phase, Progress(phase))(done, total)


def _duration(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60} min {whole % 60} s" if whole >= 60 else f"{whole} s"
