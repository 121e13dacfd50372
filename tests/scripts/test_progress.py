"""The bar on a terminal and the lines on a pipe."""

from __future__ import annotations

import io

from frontdesk.scripts.progress import Progress


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Time:
    """A clock that goes on by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_line_every_few_seconds_on_a_pipe() -> None:
    pipe, time = io.StringIO(), Time()
    progress = Progress("Filling", pipe, time)
    for second in [*range(101), 100]:
        time.now = second / 10
        progress(second, 100)
    assert pipe.getvalue().splitlines() == [
        "Filling: 30%, 7 s left",
        "Filling: 60%, 4 s left",
        "Filling: 90%, 1 s left",
        "Filling: 100%, done",
    ]


def test_a_bar_with_the_time_left_on_a_terminal() -> None:
    screen, time = Screen(), Time()
    progress = Progress("Filling", screen, time)
    for second in (0, 100, 200):
        time.now = float(second)
        progress(second, 200)
    frames = screen.getvalue().split("\r")[1:]
    assert frames[0].rstrip() == f"Filling [{'-' * 30}]   0%"
    assert frames[1].rstrip() == f"Filling [{'#' * 15}{'-' * 15}]  50% 1 min 40 s left"
    assert frames[2].split("]")[1].split() == ["100%", "done"]
    assert frames[2].endswith("\n")
    assert max(len(frame.rstrip("\n")) for frame in frames) < 80
