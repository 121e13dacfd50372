"""The organizations a user works in."""

from __future__ import annotations

from db.records import Organization
from db.transaction import SignedIn, call


def mine(signed_in: SignedIn) -> list[Organization]:
    """Every organization whose staff the signed-in user is, by name, with the user's rank there."""
    return signed_in.all(call(Organization, "my_organizations"))
