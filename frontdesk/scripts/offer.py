"""`frontdesk offer`: offer a membership or a package, or sell it no more."""

from __future__ import annotations

import argparse
from uuid import UUID, uuid4

from db.errors import BadInput
from db.records import NewMembership, NewPackage
from db.repositories import sales
from frontdesk.scripts.output import print_literal
from frontdesk.scripts.reach import working
from frontdesk.widgets.text import minor_units

MOST = 100_000_000
"""In minor units; what the database can hold is more."""


def run(arguments: argparse.Namespace) -> int:
    """Offer it, and print its id."""
    signed_in, organization = working("offer", arguments.organization)
    if arguments.action == "end":
        sales.end_offer(signed_in, arguments.id)
        print_literal("It is not sold any more. Who has it keeps it.")
        return 0
    price = minor_units(arguments.price, organization.currency)
    if price is None or not 0 <= price <= MOST:
        raise BadInput("That is no price. Type it such as 90 or 90.00.")
    made = _made(arguments, uuid4(), price)
    sales.offer(signed_in, made)
    print_literal(f"{made.name} is sold from now on, {arguments.action} {made.id}.")
    return 0


def _made(arguments: argparse.Namespace, offer_id: UUID, price: int) -> NewPackage | NewMembership:
    programs = tuple(arguments.program)
    if arguments.action == "package":
        return NewPackage(
            offer_id,
            arguments.name,
            price,
            arguments.classes,
            arguments.days,
            arguments.from_first_class,
            programs,
            arguments.intro,
            arguments.shared,
        )
    weekly = arguments.per_week is not None
    limit = arguments.per_week if weekly else arguments.per_month
    return NewMembership(
        offer_id,
        arguments.name,
        price,
        limit,
        None if limit is None else "week" if weekly else "month",
        arguments.anniversary,
        arguments.months,
        programs,
        arguments.intro,
        arguments.shared,
    )
