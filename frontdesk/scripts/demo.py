"""`frontdesk demo`: a gym to try things in, with its desk open and somebody signed in."""

from __future__ import annotations

import argparse

from db import demo, upgrade
from db.errors import BadInput
from db.repositories import staff
from frontdesk import config
from frontdesk.scripts import files
from frontdesk.scripts.desk import on_terminal, open_desk, preferred
from frontdesk.scripts.output import complain
from frontdesk.scripts.play import play
from frontdesk.scripts.progress import Progress
from frontdesk.scripts.reach import Administration, administer, reach

# It stands there for whoever signs in after that, too.
NOTICE = "This is the demo gym: everybody in it is made up."


def run(arguments: argparse.Namespace) -> int:
    """Make the demo gym where it is missing, and open it; without a terminal, play the main job in it."""
    configuration = config.load()
    preferences = preferred(configuration)
    if configuration.embedded == (configuration.admin_url is not None):
        raise BadInput("The demo needs DATABASE_URL and FRONTDESK_ADMIN_URL of one server, or neither.")
    _make(administer(configuration))
    reached = reach(configuration)
    email, password = demo.STAFF
    signed_in = staff.sign_in(reached.database, email, password, files.installation(configuration.home))
    if arguments.headless or not on_terminal():
        print(f"Signed in to the demo gym as {staff.profile(signed_in).name}, {email}.")
        return play(signed_in)
    return open_desk(reached, preferences, signed_in.token, NOTICE)


def _make(admin: Administration) -> None:
    """Upgrade and fill; a database that holds somebody's own gym is left alone."""
    upgrade.upgrade(admin.conninfo, admin.passwords)
    if demo.is_filled(admin.conninfo):
        return
    complain("Making the demo gym: 3 organizations, 5,000 people, twelve weeks of sessions.")
    demo.fill(admin.conninfo, Progress("Demo gym"))
