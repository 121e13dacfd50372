"""What somebody owes, as rows of the person screen, and collecting all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from db.records import CollectedBy, Owed
from frontdesk.clock import day_of, local, time_of
from frontdesk.widgets.deals.deal import Deal, Said, Way
from frontdesk.widgets.deals.deal_list import Row
from frontdesk.widgets.deals.whom import Whom
from frontdesk.widgets.done import Back, Done, Made
from frontdesk.widgets.text import literal, money

if TYPE_CHECKING:
    from db.transaction import SignedIn

OWES = "owes"


def owed(whom: Whom, bookings: Sequence[Owed]) -> Iterator[Row]:
    """What they owe, the oldest first; each row collects all of it."""
    deal = _deal(whom, bookings)
    for number, each in enumerate(bookings):
        text = f"{whom.money(each['price'])} for {_class_of(whom, each)}"
        yield Row(f"owes {each['id']}", "" if number else OWES, text, deal, style="lines--warn")


def _class_of(whom: Whom, one: Owed) -> str:
    """Such as 'Mon 23 Nov 18:00 Spin'."""
    starts_at, zone = datetime.fromisoformat(one["starts_at"]), whom.organization.timezone
    return f"{day_of(local(starts_at, zone).date())} {time_of(starts_at, zone)} {literal(one['program'])}"


def _deal(whom: Whom, bookings: Sequence[Owed]) -> Deal:
    due = sum(each["price"] for each in bookings)
    collection = uuid4()
    known: Said = (("owes", [f"{whom.money(due)} for {_bookings(len(bookings))}"]),)
    ways = tuple(_ways(whom, collection, due)) if whom.by_staff else ()
    return Deal("COLLECT", f"what {whom.shown} owes", known, ways, "pays", partial(_terms, whom, collection))


def _ways(whom: Whom, collection: UUID, due: int) -> Iterator[Way]:
    way = partial(
        Way,
        name=whom.name,
        is_not=f"Nothing is collected from {whom.shown}.",
        is_so=f"what {whom.shown} owed is collected",
        leaves=True,
    )
    yield way("1", f"{whom.money(due)} card", partial(_collect, whom, collection, "card"))
    yield way("2", f"{whom.money(due)} cash", partial(_collect, whom, collection, "cash"))
    if whom.credit >= due:
        credit = partial(_collect, whom, collection, "credit")
        yield way("9", f"from their credit {whom.money(whom.credit)}", credit)


def _bookings(number: int) -> str:
    return f"{number} booking{'' if number == 1 else 's'}"


def _terms(whom: Whom, collection: UUID, signed_in: SignedIn) -> Said:
    """What they owe now."""
    from db.repositories import accounts

    found = accounts.collect(signed_in, collection, whom.kind, whom.id, "card", dry=True)
    amount = money(found.amount, found.currency)
    return (("owes", [f"{amount} for {_bookings(found.bookings)}; all of it is collected"]),)


def _collect(whom: Whom, collection: UUID, method: CollectedBy, typed: str, signed_in: SignedIn) -> Made:
    from db.repositories import accounts

    found = accounts.collect(signed_in, collection, whom.kind, whom.id, method)
    amount = money(found.amount, found.currency)
    so = f"{whom.shown} has paid {amount} {found.method}"
    done = Done(
        partial(_take_back, found.id),
        whom.shown,
        f"{amount} that was owed",
        "paid",
        so,
        f"{whom.shown} has still paid {amount}",
    )
    return Made(f"{so} for {_bookings(found.bookings)}.", f"{so}.", done)


def _take_back(collection: UUID, signed_in: SignedIn) -> Sequence[Back]:
    from db.repositories import accounts

    back = accounts.take_back_collection(signed_in, collection)
    return [Back("", back.amount, back.currency, back.method)]
