"""`frontdesk db`: bring the database to this version, take it back, or look where it stands."""

from __future__ import annotations

import argparse

from db import upgrade
from frontdesk import config
from frontdesk.scripts.output import complain
from frontdesk.scripts.progress import Phases
from frontdesk.scripts.reach import administer, any_conninfo


def run(arguments: argparse.Namespace) -> int:
    """Do the action and say where the database stands now."""
    configuration = config.load()
    match arguments.action:
        case "upgrade":
            admin = administer(configuration)
            status = upgrade.upgrade(admin.conninfo, admin.passwords, complain)
        case "downgrade":
            status = upgrade.downgrade(administer(configuration).conninfo, arguments.to, complain, Phases())
        case _:
            status = upgrade.status(any_conninfo(configuration))
    print(sentence(status))
    return 0


def sentence(status: upgrade.Status) -> str:
    """Where the database stands, and what to do about it."""
    if status.current:
        return f"The database is at this version: revision {status.revision}."
    if status.to_adopt:
        return (
            f"The database is at revision {status.revision or 'none'}, with an old gym whose take-over was"
            " undone or stopped. Run 'frontdesk db adopt --yes'."
        )
    if status.revision is None:
        return "The database was not set up yet. Run 'frontdesk db upgrade'."
    stands = f"The database is at revision {status.revision}; this version needs {upgrade.HEAD}"
    if status.revision == upgrade.HEAD:
        stands = "The database has the functions of another version"
    return f"{stands}. Run 'frontdesk db upgrade'."
