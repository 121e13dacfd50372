"""`frontdesk keys`: what each key does where, and the ids by which the configuration file changes them."""

from __future__ import annotations

import argparse
from typing import get_args

from frontdesk import config
from frontdesk.commands import EVERYWHERE, Place, commands_of, use_keys
from frontdesk.preferences import chosen_keys
from frontdesk.scripts.output import print_table


def run(_arguments: argparse.Namespace) -> int:
    """Print the keys as they are now, place by place; a star marks those that cannot be changed."""
    configuration = config.load()
    use_keys(chosen_keys(configuration.file, configuration.keys))
    rows = [
        (place, each.id + ("" if each.bound else " *"), each.keys.replace(",", " "), each.help)
        for place in get_args(Place)
        for each in commands_of(place)
        if each.places != EVERYWHERE
    ]
    rows += [
        ("everywhere", each.id, each.keys.replace(",", " "), each.help)
        for each in commands_of("desk")
        if each.places == EVERYWHERE
    ]
    print_table(("PLACE", "COMMAND", "KEYS", "WHAT IT DOES"), rows)
    return 0
