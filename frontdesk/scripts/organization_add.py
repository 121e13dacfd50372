"""`frontdesk organization add`: an organization and its owner."""

from __future__ import annotations

import argparse

from db import administration
from frontdesk import config
from frontdesk.scripts.output import print_literal
from frontdesk.scripts.reach import administer


def run(arguments: argparse.Namespace) -> int:
    """Add the organization, and print its id and the owner's one-time password."""
    member = administration.add_organization(
        administer(config.load()).conninfo,
        arguments.name,
        timezone=arguments.timezone,
        currency=arguments.currency,
        owner_email=arguments.owner_email,
        owner_name=arguments.owner_name,
    )
    print_literal(f"Added {member.organization}, organization {member.organization_id}.")
    print_member(member)
    return 0


def print_member(member: administration.Member) -> None:
    """Print who was added; a one-time password is shown here and never again."""
    if member.password is None:
        print_literal(f"{member.email} is {member.rank}, and signs in with the password they have.")
        return
    print_literal(f"{member.email} is {member.rank}. The password to sign in with once, and change:")
    print(member.password)
