"""`frontdesk offers`: the memberships and packages that are sold."""

from __future__ import annotations

import argparse

from db.records import Offer
from db.repositories import sales
from frontdesk.scripts.output import complain, print_json, print_table
from frontdesk.scripts.reach import working
from frontdesk.widgets.text import money

HEADINGS = ("", "NAME", "PRICE", "CLASSES", "ID")


def run(arguments: argparse.Namespace) -> int:
    """Print what is sold, packages first, the cheapest first."""
    signed_in, _organization = working("offers", arguments.organization)
    found = sales.offers(signed_in)
    if arguments.json:
        print_json(found)
    elif found:
        print_table(HEADINGS, [_row(offer) for offer in found])
    else:
        complain("Nothing is sold here yet. A manager adds something with 'frontdesk offer'.")
    return 0


def _row(offer: Offer) -> list[str]:
    per = f"{offer.period_limit} a {offer.period}" if offer.period else "any"
    classes = str(offer.class_count) if offer.kind == "package" else per
    return [offer.kind, offer.name, money(offer.price, offer.currency), classes, str(offer.id)]
