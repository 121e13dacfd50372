"""What an intention asks of the database: the same call, tried or done."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from db.records import Answer
from frontdesk.widgets.intention import Intention

if TYPE_CHECKING:
    from db.transaction import SignedIn


def ask(intention: Intention, signed_in: SignedIn, *, dry: bool) -> list[Answer]:
    """An answer for each one whom the intention is about; a dry run leaves nothing behind."""
    from db.repositories import bookings, sales

    request = intention.request
    if intention.act == "cancel":
        return [bookings.cancel(signed_in, request.id, request.override_reason, dry=dry)]
    if intention.new:
        return [bookings.book_new(signed_in, intention.new, request, intention.sale, dry=dry)]
    if intention.sale:
        return [sales.sell_and_book(signed_in, intention.sale, request, dry=dry)]
    if intention.companions:
        # Tried as owed, since it is only then known what is due for all of them.
        pay = "later" if dry and request.pay is None else request.pay
        return bookings.book_together(
            signed_in, [replace(each, pay=pay) for each in intention.requests], dry=dry
        )
    return [bookings.book(signed_in, request, dry=dry)]
