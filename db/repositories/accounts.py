"""A person's account: collecting what they owe, giving credit back, and their cards on file."""

from __future__ import annotations

from uuid import UUID

from db.records import Brand, Collected, CollectedBy, GivenBack, Kind
from db.transaction import SignedIn, call, do


def collect(
    signed_in: SignedIn,
    collection_id: UUID,
    kind: Kind,
    person_id: UUID,
    method: CollectedBy,
    *,
    dry: bool = False,
) -> Collected:
    """Collect all that somebody owes; asking again with the same id answers the same and takes nothing more.

    Credit has to cover all of it. Raises `Refused` with the rule.
    """
    return signed_in.one(call(Collected, "collect", collection_id, kind, person_id, method), dry=dry)


def take_back_collection(signed_in: SignedIn, collection_id: UUID) -> Collected:
    """Owe it again, and reverse the money by the method it came. Raises `Refused` with the rule."""
    return signed_in.one(call(Collected, "take_back_collection", collection_id))


def refund_credit(
    signed_in: SignedIn, refund_id: UUID, kind: Kind, person_id: UUID, amount: int, reason: str
) -> list[GivenBack]:
    """Give credit back, as a manager, by the methods it came by; asking again with the same id gives no more.

    Raises `Refused` with the rule.
    """
    return signed_in.all(call(GivenBack, "refund_credit", refund_id, kind, person_id, amount, reason))


def add_card(
    signed_in: SignedIn, card_id: UUID, kind: Kind, person_id: UUID, brand: Brand, last_four: str
) -> None:
    """Note what tells their card from another one; asking again with the same id adds nothing more."""
    signed_in.run(do("add_card", card_id, kind, person_id, brand, last_four))


def remove_card(signed_in: SignedIn, card_id: UUID) -> None:
    """Their card is on file no more. Raises `NotFound`."""
    signed_in.run(do("remove_card", card_id))
