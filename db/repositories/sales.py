"""Selling memberships and packages, holding and cancelling them, and what somebody has of them."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from db.errors import NOT_FOUND, NotFound
from db.records import (
    Answer,
    BookingInHold,
    BookingRequest,
    Entitlement,
    Kind,
    NewMembership,
    NewPackage,
    Offer,
    OfferKind,
    PersonFile,
    Sale,
    Sold,
)
from db.repositories import people
from db.transaction import SignedIn, Statement, call, do


def offers(signed_in: SignedIn, session_id: UUID | None = None) -> list[Offer]:
    """What is for sale, packages first, the cheapest first; for a class session only what covers it."""
    return signed_in.all(_to_offers(session_id))


def offer(signed_in: SignedIn, made: NewPackage | NewMembership) -> None:
    """Offer something new, as a manager. Raises a `DeskError`."""
    if isinstance(made, NewPackage):
        signed_in.run(
            do(
                "offer_package",
                made.id,
                made.name,
                made.price,
                made.class_count,
                made.valid_days,
                made.from_first_class,
                list(made.programs),
                made.is_intro,
                made.is_shared,
            )
        )
    else:
        signed_in.run(
            do(
                "offer_membership",
                made.id,
                made.name,
                made.price,
                made.period_limit,
                made.period,
                made.anniversary,
                made.months,
                list(made.programs),
                made.is_intro,
                made.is_shared,
            )
        )


def end_offer(signed_in: SignedIn, offer_id: UUID) -> None:
    """Sell it no more, as a manager; who has it keeps it."""
    signed_in.run(do("end_offer", offer_id))


def sell(signed_in: SignedIn, sale: Sale, kind: Kind, person_id: UUID, *, dry: bool = False) -> Sold:
    """Sell, in one round trip; asking again with the same id sells nothing more, a dry run nothing at all.

    Raises `Refused` with the rule.
    """
    return signed_in.one(to_sell(sale, kind, person_id), dry=dry)


def sell_and_book(signed_in: SignedIn, sale: Sale, request: BookingRequest, *, dry: bool = False) -> Answer:
    """Sell a package to whom the booking is for and book with it, both or neither, in one round trip."""
    return signed_in.one(
        call(
            Answer,
            "sell_and_book",
            sale.id,
            sale.offer_id,
            sale.pay,
            request.id,
            request.session_id,
            request.kind,
            request.person_id,
            request.override_reason,
            request.arrive,
        ),
        dry=dry,
    )


def of(signed_in: SignedIn, kind: Kind, person_id: UUID) -> list[Entitlement]:
    """What somebody has, as it stands today, what still pays first."""
    return signed_in.all(_to_list(kind, person_id))


def file_of(signed_in: SignedIn, kind: Kind, person_id: UUID) -> PersonFile:
    """Who somebody is, what they have and what is for sale, in one round trip; raises `NotFound`."""
    details, has, offered = signed_in.run(
        people.to_details(kind, person_id), _to_list(kind, person_id), _to_offers()
    )
    if not details:
        raise NotFound(NOT_FOUND)
    return PersonFile(details[0], has, offered)


def cancel(
    signed_in: SignedIn, kind: OfferKind, entitlement_id: UUID, reason: str, *, refund: bool = False
) -> None:
    """Cancel it, as a manager: what is left is written off, and with `refund` what was paid goes back."""
    signed_in.run(do("cancel_sale", kind, entitlement_id, reason, refund))


def take_back(signed_in: SignedIn, kind: OfferKind, entitlement_id: UUID) -> None:
    """Undo the sale, while nothing that counts is booked with it: the money goes back.

    Asking again changes nothing. Raises `Refused` with the rule.
    """
    signed_in.run(do("take_back_sale", kind, entitlement_id))


def hold(
    signed_in: SignedIn,
    kind: OfferKind,
    entitlement_id: UUID,
    first_day: date,
    last_day: date | None = None,
    reason: str | None = None,
    *,
    dry: bool = False,
) -> None:
    """Let it pay for nothing in these days, and push its end by them; without a last day it is paused."""
    signed_in.run(do("hold", kind, entitlement_id, first_day, last_day, reason), dry=dry)


def bookings_in_hold(
    signed_in: SignedIn,
    kind: OfferKind,
    entitlement_id: UUID,
    first_day: date,
    last_day: date | None = None,
) -> list[BookingInHold]:
    """The bookings to come in these days that it pays for; a hold changes nothing about them."""
    return signed_in.all(call(BookingInHold, "bookings_in_hold", kind, entitlement_id, first_day, last_day))


def resume(signed_in: SignedIn, kind: OfferKind, entitlement_id: UUID) -> None:
    """End its hold: it pays again from today on, or from tomorrow where the hold began today."""
    signed_in.run(do("resume", kind, entitlement_id))


def to_sell(sale: Sale, kind: Kind, person_id: UUID) -> Statement[Sold]:
    """The statement of `sell`, for a transaction that holds more than that."""
    return call(
        Sold,
        "sell",
        sale.id,
        sale.kind,
        sale.offer_id,
        kind,
        person_id,
        sale.pay,
        sale.comp_reason,
        sale.starts_on,
    )


def _to_list(kind: Kind, person_id: UUID) -> Statement[Entitlement]:
    return call(Entitlement, "entitlements_of", kind, person_id)


def _to_offers(session_id: UUID | None = None) -> Statement[Offer]:
    return call(Offer, "offers", session_id)
