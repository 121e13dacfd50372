"""What is for sale, as rows of the person screen, and what selling it says and does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from db.records import Offer, Sale, Sold
from frontdesk.clock import day_and_year
from frontdesk.widgets.deals.deal import Deal, Said, Way
from frontdesk.widgets.deals.deal_list import Row
from frontdesk.widgets.deals.whom import Whom
from frontdesk.widgets.done import Back, Done, Made
from frontdesk.widgets.text import literal, money

if TYPE_CHECKING:
    from db.transaction import SignedIn

MOST_DIGITS = 9
GIFT = "6"


def for_sale(whom: Whom, offers: Sequence[Offer]) -> Iterator[Row]:
    """What could be sold to them, the first nine with a digit."""
    for number, offer in enumerate(offers, 1):
        name, price = literal(offer.name), money(offer.price, offer.currency)
        yield Row(
            f"offer {offer.id}",
            "sells" if number == 1 else "",
            f"{name}, {price}, {size(offer)}",
            _deal(whom, offer, f"{name} to {whom.shown}, {whom.kind}"),
            str(number) if number <= MOST_DIGITS else "",
        )


def size(offer: Offer) -> str:
    """How many classes it is good for, such as '10 classes', '2 a week', 'no limit'."""
    if offer.kind == "package":
        return f"{offer.class_count} class{'' if offer.class_count == 1 else 'es'}"
    return f"{offer.period_limit} a {offer.period}" if offer.period_limit else "no limit"


def _deal(whom: Whom, offer: Offer, what: str) -> Deal:
    sale = Sale(uuid4(), offer.kind, offer.id, "card")
    known: Said = (("terms", [f"{money(offer.price, offer.currency)}; {size(offer)}{_more(offer)}"]),)
    return Deal(
        "SELL",
        what,
        known,
        tuple(_ways(whom, offer, sale)) if whom.by_staff else (),
        "pays",
        partial(_terms, whom, offer, sale),
    )


def _ways(whom: Whom, offer: Offer, sale: Sale) -> Iterator[Way]:
    price = money(offer.price, offer.currency)
    so = f"{literal(offer.name)} is sold to {whom.shown}"
    is_not = f"{literal(offer.name)} is NOT sold to {whom.shown}."
    way = partial(Way, is_so=so, is_not=is_not, name=whom.name, leaves=True)
    yield way("1", f"{price} card", partial(_sell, whom, replace(sale, pay="card")))
    yield way("2", f"{price} cash", partial(_sell, whom, replace(sale, pay="cash")))
    if offer.price and whom.credit >= offer.price:
        credit = partial(_sell, whom, replace(sale, pay="credit"))
        yield way("9", f"from their credit {whom.money(whom.credit)}", credit)
    if whom.by_manager:
        gift = replace(sale, pay="comp")
        yield way(GIFT, "a gift", partial(_sell, whom, gift), asks="type why it is given")


def _terms(whom: Whom, offer: Offer, sale: Sale, signed_in: SignedIn) -> Said:
    """The terms that would be theirs now."""
    from db.repositories import sales

    sold = sales.sell(signed_in, sale, whom.kind, whom.id, dry=True)
    price = money(sold.price, sold.currency)
    return (("terms", [f"{price}; {size(offer)}; {_days(offer, sold, whom.today)}{_more(offer)}"]),)


def _days(offer: Offer, sold: Sold, today: date) -> str:
    first = day_and_year(sold.starts_on, today)
    if sold.ends_on:
        return f"{first} to {day_and_year(sold.ends_on, today)}"
    if offer.days_from_first_class:
        return f"{offer.days_from_first_class} days from the first class"
    return f"from {first} on, without an end"


def _more(offer: Offer) -> str:
    shared = "; shared in their family" if offer.is_shared else ""
    return f"{shared}; for newcomers, once" if offer.is_intro else shared


def _sell(whom: Whom, sale: Sale, typed: str, signed_in: SignedIn) -> Made:
    from db.repositories import sales

    sale = replace(sale, comp_reason=typed or None)
    sold = sales.sell(signed_in, sale, whom.kind, whom.id)
    name = literal(sold.name)
    so = f"{name} sold to {whom.shown}"
    paid = "a gift" if sale.pay == "comp" else f"{money(sold.price, sold.currency)} {sale.pay}"
    done = Done(
        partial(_take_back, sale, Back("", sold.price, sold.currency, sale.pay)),
        whom.shown,
        name,
        "sold",
        f"{whom.shown} has bought {name}",
        f"{whom.shown} still has {name}",
    )
    return Made(f"{so}, {paid}.", f"{so}.", done)


def _take_back(sale: Sale, paid: Back, signed_in: SignedIn) -> Sequence[Back]:
    from db.repositories import sales

    sales.take_back(signed_in, sale.kind, sale.id)
    return [paid]
