"""`frontdesk --version`."""

from __future__ import annotations

import argparse
from importlib.metadata import version


def run(_arguments: argparse.Namespace) -> int:
    """Print the version of the installed program."""
    print(f"frontdesk {version('frontdesk')}")
    return 0
