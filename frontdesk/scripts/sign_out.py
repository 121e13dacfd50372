"""`frontdesk sign-out`."""

from __future__ import annotations

import argparse
import contextlib

from db.errors import NotPermitted
from db.repositories import staff
from frontdesk.scripts import files
from frontdesk.scripts.reach import reach


def run(_arguments: argparse.Namespace) -> int:
    """Delete the kept token and revoke it; the file goes even when the database cannot be reached."""
    reached = reach()
    signed_in = reached.signed_in("sign-out")
    files.forget_token(reached.configuration.home, reached.place)
    with contextlib.suppress(NotPermitted):  # it ran out by itself
        staff.sign_out(signed_in)
    print("Signed out.")
    return 0
