"""`frontdesk staff add`: someone on an organization's staff."""

from __future__ import annotations

import argparse

from db import administration
from frontdesk import config
from frontdesk.scripts.organization_add import print_member
from frontdesk.scripts.output import print_literal
from frontdesk.scripts.reach import administer


def run(arguments: argparse.Namespace) -> int:
    """Add the member, and print the one-time password of a new user."""
    member = administration.add_staff(
        administer(config.load()).conninfo,
        arguments.organization,
        email=arguments.email,
        name=arguments.name,
        rank=arguments.rank,
    )
    print_literal(f"Added to the staff of {member.organization}.")
    print_member(member)
    return 0
