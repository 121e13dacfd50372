"""A real terminal: the program runs on a pty of its own, and what it paints is read off the screen."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import suppress
from math import inf

import pexpect
import pyte

KEYS = {
    "enter": "\r",
    "tab": "\t",
    "escape": "\x1b",
    "f2": "\x1bOQ",
    "f6": "\x1b[17~",
    "f8": "\x1b[19~",
    "f9": "\x1b[20~",
    "ctrl+n": "\x0e",
    "ctrl+q": "\x11",
    "down": "\x1b[B",
}


class Terminal:
    """One program on one pty of `columns` x `rows`."""

    def __init__(
        self, argv: Sequence[str], environment: dict[str, str], columns: int = 80, rows: int = 24
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._child = pexpect.spawn(
            argv[0],
            list(argv[1:]),
            env={**os.environ, **environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            dimensions=(rows, columns),
            timeout=None,
        )
        self._child.delaybeforesend = None  # a keyboard does not wait

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.close(force=True)

    @property
    def text(self) -> str:
        """What stands on the screen, a line a row."""
        # Not pyte's own display: it breaks where half of a wide letter is painted over by now.
        buffer, columns = self._screen.buffer, range(self._screen.columns)
        rows = range(self._screen.lines)
        return "\n".join("".join(buffer[y][x].data for x in columns).rstrip() for y in rows)

    def press(self, *keys: str) -> None:
        """Press named keys one after the other, as fast as a terminal sends them."""
        for key in keys:
            self._child.send(KEYS[key])

    def type(self, text: str) -> None:
        """Type letters."""
        self._child.send(text)

    def wait_for(self, text: str, seconds: float = 30.0) -> str:
        """Read until the text stands on the screen; the screen then."""
        deadline = time.monotonic() + seconds
        while text not in self.text:
            if time.monotonic() > deadline:
                raise AssertionError(f"{text!r} never showed; the screen is\n{self.text}")
            self._read()
        return self.text

    def came(self, text: str, seconds: float) -> float:
        """When the bytes came that made the text stand there (perf_counter), after reading for that time.

        They are painted here only then: that takes longer than the program's own work, and would be counted.
        """
        at, deadline = inf, time.monotonic() + 30
        while at == inf:
            if time.monotonic() > deadline:
                raise AssertionError(f"{text!r} never showed; the screen is\n{self.text}")
            for arrived, data in self._arrivals(seconds):
                self._stream.feed(data)
                if at == inf and text in self.text:
                    at = arrived
        return at

    def _arrivals(self, seconds: float) -> list[tuple[float, bytes]]:
        arrivals, until = [], time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            with suppress(pexpect.TIMEOUT):
                data = self._child.read_nonblocking(65536, timeout=left)
                arrivals.append((time.perf_counter(), data))
        return arrivals

    def wait_until_still(self, seconds: float = 0.5) -> str:
        """Read until nothing has changed for so long; the screen then."""
        before, since = self.text, time.monotonic()
        while time.monotonic() - since < seconds:
            self._read()
            if self.text != before:
                before, since = self.text, time.monotonic()
        return before

    def wait_for_end(self, seconds: float = 15.0) -> int | None:
        """Read until the program ended; its exit code."""
        deadline = time.monotonic() + seconds
        while self._child.isalive() and time.monotonic() < deadline:
            self._read()
        self._child.close()
        code: int | None = self._child.exitstatus
        return code

    def _read(self) -> None:
        try:
            self._stream.feed(self._child.read_nonblocking(65536, timeout=0.1))
        except (pexpect.TIMEOUT, pexpect.EOF):
            time.sleep(0.02)
