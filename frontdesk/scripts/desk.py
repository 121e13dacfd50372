"""`frontdesk` alone: the desk itself."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial

from db.errors import BadInput, BeingUpgraded
from frontdesk import config
from frontdesk.preferences import Preferences, chosen_keys, known_theme
from frontdesk.scripts import files
from frontdesk.scripts.reach import Reach, administer, reach

FRESH = (
    "There is no gym here yet. Try one with 'frontdesk demo', or make yours with 'frontdesk db upgrade' and"
    " 'frontdesk organization add'."
)
# A letter that comes right after something was painted waits for up to two frames: 33 ms at Textual's own 60.
# It reads this when it is first imported, so long before the desk.
os.environ.setdefault("TEXTUAL_FPS", "240")

OLDER = "The database is at an older version. Run 'frontdesk db upgrade'."


def run(_arguments: argparse.Namespace) -> int:
    """Open the desk in this terminal."""
    if not on_terminal():
        raise BadInput("The desk needs a terminal. For scripts there are commands: frontdesk --help.")
    configuration = config.load()
    preferences = preferred(configuration)
    if configuration.embedded:
        check_version(configuration)
    reached = reach(configuration)
    return open_desk(reached, preferences, files.token(configuration.home, reached.place))


def preferred(configuration: config.Configuration) -> Preferences:
    """The keys and colours that were chosen; `BadInput` where the configuration file's make no sense."""
    from frontdesk.themes import TITLES

    keys = chosen_keys(configuration.file, configuration.keys)
    first = known_theme(configuration.file, configuration.theme)
    last = files.theme(configuration.home)
    return Preferences(keys, last if last in TITLES else first, partial(files.keep_theme, configuration.home))


def on_terminal() -> bool:
    """Whether somebody can see and use the desk: Textual draws on stderr."""
    return all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def check_version(configuration: config.Configuration) -> None:
    """Say what to do about a bundled database that this program cannot use; of a server the desk says it."""
    from db import upgrade

    status = upgrade.status(administer(configuration).conninfo)
    if not status.current:
        raise BeingUpgraded(FRESH if status.revision is None else OLDER)


def open_desk(reached: Reach, preferences: Preferences, token: str | None, demo: str | None = None) -> int:
    """Run the app until it is left; `demo` is what the desk of the demo gym says first."""
    from frontdesk.app import Desk

    configuration = reached.configuration
    desk = Desk(
        reached.database,
        installation=files.installation(configuration.home),
        desk_name=configuration.desk_name,
        token=token,
        demo=demo,
        preferences=preferences,
    )
    desk.run()
    return desk.return_code or 0
