"""How long a typed letter takes to be painted, while the list behind it is asked for and drawn.

Types names at `frontdesk` in a real terminal of 80x24, about ten letters a second, and takes the time from
sending a letter until what paints it in find comes back; what a terminal then makes of it is not counted. The
database answers each of them meanwhile, on the same machine. Run it with

    python -m benchmarks.letters_painted [--people 5000] [--organizations 3] [--names 40] [--seed 1]

`--people 1000000 --organizations 20` are 51,282 people in the one that is searched, and take minutes to fill.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from benchmarks.ground import Ground, ground, milliseconds, table
from benchmarks.scale import grow, people_to_fill
from benchmarks.terminal import Terminal
from benchmarks.typos import as_typed, everybody
from db import demo
from db.demo.gyms import GYMS

PAUSE_S = 0.08
CLEAR = "\x15"


def names(on: Ground, count: int, seed: int) -> list[str]:
    """Names as they are typed, of people of the searched organization."""
    random, signed_in = Random(seed), on.sign_in()
    latin = [
        one
        for one in everybody(on.admin)
        if one.organization_id == signed_in.organization_id and one.script.startswith("Latin")
    ]
    return [as_typed(random, one.name).lower()[:14] for one in random.sample(latin, count)]


def painted(terminal: Terminal, name: str) -> Iterator[float]:
    """The seconds that each letter took to come back painted."""
    for end in range(1, len(name) + 1):
        started = time.perf_counter()
        terminal.type(name[end - 1])
        came = terminal.came(f"│{name[:end].rstrip()}", PAUSE_S)
        if name[end - 1] != " ":
            yield came - started


def sign_in(terminal: Terminal) -> None:
    """Sign in as one of the demo's staff, and open the first desk."""
    email, password = demo.STAFF
    terminal.wait_for("Password")
    terminal.type(email)
    terminal.press("enter")
    terminal.type(password)
    terminal.press("enter")
    terminal.wait_for("PIN")
    terminal.press("escape")
    if "Which desk?" in terminal.wait_for("Harbour Lane"):
        terminal.press("enter")
    terminal.wait_for("type a name")


def run(on: Ground, count: int, seed: int) -> None:
    """Print the table."""
    typed = names(on, count, seed)
    with tempfile.TemporaryDirectory() as home:
        none = f"{home}/none.toml"
        environment = {"FRONTDESK_HOME": home, "DATABASE_URL": on.app, "FRONTDESK_CONFIG": none}
        program = [str(Path(sys.executable).parent / "frontdesk")]
        with Terminal(program, environment) as terminal:
            sign_in(terminal)
            seconds: dict[str, list[float]] = {"first": [], "further": []}
            for name in typed:
                first, *further = painted(terminal, name)
                seconds["first"].append(first)
                seconds["further"] += further
                terminal.type(CLEAR)
                terminal.wait_for("type a name")
                terminal.wait_until_still()
    seconds["all"] = [*seconds["first"], *seconds["further"]]
    rows = [(which, len(these), *milliseconds(these)) for which, these in seconds.items()]
    table("From a letter's key to its paint, in ms", ("letters", "how many", "p50", "p95"), rows)


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--people", type=int, default=demo.PEOPLE)
    parser.add_argument("--organizations", type=int, default=len(GYMS))
    parser.add_argument("--names", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    with ground(people_to_fill(asked.people, asked.organizations)) as on:
        grow(on, asked.organizations)
        run(on, asked.names, asked.seed)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
