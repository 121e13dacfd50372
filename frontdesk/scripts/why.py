"""`frontdesk why`: why a booking was charged as it was, in one sentence to read aloud."""

from __future__ import annotations

import argparse

from db.repositories import bookings
from frontdesk.scripts.output import print_json, print_literal
from frontdesk.scripts.reach import working
from frontdesk.widgets.paying import charged, how_paid


def run(arguments: argparse.Namespace) -> int:
    """Print what was decided when it was made; nothing is decided anew."""
    signed_in, _organization = working("why", arguments.organization)
    answer = bookings.get(signed_in, arguments.booking)
    if arguments.json:
        print_json(answer)
    elif answer.decided is None:
        print_literal("Nothing was decided: it was free, waits for a seat, or came from another system.")
    else:
        print_literal(charged(answer.decided, how_paid(answer)))
    return 0
