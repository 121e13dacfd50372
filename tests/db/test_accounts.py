"""What stands to somebody's credit, what they owe and pay at once, and their cards on file."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from bought import one, paid
from gym import Gym

from db import errors
from db.records import Answer, BookingRequest, Collected, CollectedBy, NewPackage, PersonDetails, Sale
from db.repositories import accounts, bookings, people, sales, staff, till

Superuser = psycopg.Connection[Any]


def okafor(gym: Gym) -> PersonDetails:
    return people.details(gym.signed_in(), "client", gym.clients["okafor"])


def book(gym: Gym, session: str, pay: Any = "later", **more: Any) -> Answer:
    asked = BookingRequest(
        uuid.uuid4(), gym.sessions[session], "client", gym.clients["okafor"], pay=pay, **more
    )
    return bookings.book(gym.signed_in(), asked)


def with_credit(gym: Gym, pay: str = "card") -> uuid.UUID:
    """£12.00, of a booking that was cancelled in time."""
    booking = book(gym, "tomorrow", pay).booking_id
    assert booking is not None
    assert bookings.cancel(gym.signed_in(), booking).booking_status == "cancelled"
    return booking


def collect(
    gym: Gym, method: CollectedBy, who: str = "ana", collection: uuid.UUID | None = None
) -> Collected:
    return accounts.collect(
        gym.signed_in(who), collection or uuid.uuid4(), "client", gym.clients["okafor"], method
    )


def payments(superuser: Superuser) -> list[Any]:
    return superuser.execute("select method, amount from payments order by taken_at, amount").fetchall()


def test_all_that_is_owed_is_collected_once(gym: Gym, superuser: Superuser) -> None:
    answers = [book(gym, session) for session in ("spin", "tomorrow")]
    before = okafor(gym)
    assert (before.owes, [each["id"] for each in before.owed]) == (
        2400,
        [str(each.booking_id) for each in answers],
    )
    collection = uuid.uuid4()
    first, again = (collect(gym, "card", collection=collection) for _ in range(2))
    assert first == again
    assert (first.amount, first.currency, first.bookings, first.taken_back) == (2400, "GBP", 2, False)
    assert payments(superuser) == [("card", 1200), ("card", 1200)]
    assert (okafor(gym).owes, okafor(gym).owed, okafor(gym).credit) == (0, [], 0)
    for answer in answers:
        assert answer.booking_id and paid(superuser, answer.booking_id) == ("card", "paid", None)
    with pytest.raises(errors.Refused) as refused:
        collect(gym, "cash")
    assert refused.value.rule == "collection_nothing"


def test_a_collection_is_taken_back_into_the_drawer_that_is_open(gym: Gym, superuser: Superuser) -> None:
    staff.open_desk(gym.signed_in(), "Front door")
    till.open_drawer(gym.signed_in(), uuid.uuid4(), 1_000)
    booking = book(gym, "spin").booking_id
    collected = collect(gym, "cash")
    drawer = till.drawer(gym.signed_in())
    assert drawer and drawer.expected == 2_200
    for _ in range(2):
        assert accounts.take_back_collection(gym.signed_in(), collected.id).taken_back
    drawer = till.drawer(gym.signed_in())
    assert drawer and drawer.expected == 1_000
    assert booking and paid(superuser, booking) == ("later", "pending", None)
    assert collect(gym, "cash", collection=collected.id).taken_back  # asked late, it collects nothing anew
    assert okafor(gym).owes == 1200
    assert collect(gym, "card").amount == 1200


@pytest.mark.parametrize(
    ("who", "age", "rule"),
    [("ana", "11 min", "booking_undo_over"), ("mia", "25 h", "booking_undo_over"), ("mia", "23 h", None)],
)
def test_until_when_a_collection_is_taken_back(
    gym: Gym, superuser: Superuser, who: str, age: str, rule: str | None
) -> None:
    book(gym, "spin")
    collected = collect(gym, "card")
    superuser.execute("update collections set taken_at = now() - %s::interval", (age,))
    try:
        accounts.take_back_collection(gym.signed_in(who), collected.id)
    except errors.Refused as refused:
        assert refused.rule == rule
    else:
        assert rule is None
    assert okafor(gym).owes == (0 if rule else 1200)


def test_what_was_collected_is_taken_back_or_cancelled_like_everything(
    gym: Gym, superuser: Superuser
) -> None:
    spin, tomorrow = book(gym, "spin").booking_id, book(gym, "tomorrow").booking_id
    assert spin and tomorrow
    collected = collect(gym, "card")
    assert bookings.take_back(gym.signed_in(), spin).payment_status == "void"
    bookings.cancel(gym.signed_in(), tomorrow)
    assert (one(superuser, "select sum(amount) from payments"), okafor(gym).credit) == (1200, 1200)
    accounts.take_back_collection(gym.signed_in(), collected.id)
    assert (one(superuser, "select sum(amount) from payments"), okafor(gym).credit) == (0, 0)
    assert okafor(gym).owes == 0


def test_a_sale_is_taken_back_while_nothing_is_booked_with_it(gym: Gym, superuser: Superuser) -> None:
    product = uuid.uuid4()
    sales.offer(gym.signed_in("mia"), _package(product))
    sale = Sale(uuid.uuid4(), "package", product, "card")
    sales.sell(gym.signed_in(), sale, "client", gym.clients["okafor"])
    booking = book(gym, "spin", None).booking_id
    with pytest.raises(errors.Refused) as refused:
        sales.take_back(gym.signed_in(), "package", sale.id)
    assert refused.value.rule == "sale_used"
    assert booking is not None
    bookings.take_back(gym.signed_in(), booking)
    for _ in range(2):
        sales.take_back(gym.signed_in(), "package", sale.id)
    assert payments(superuser) == [("card", 9000), ("card", -9000)]
    assert one(superuser, "select sum(amount) from entitlement_ledger") == 0
    assert okafor(gym).has == []
    superuser.execute(
        "update packages set taken_back = false, cancelled_at = null, sold_at = now() - '1 h'::interval"
    )
    with pytest.raises(errors.Refused) as refused:
        sales.take_back(gym.signed_in(), "package", sale.id)
    assert refused.value.rule == "booking_undo_over"


def test_a_sale_and_its_booking_are_taken_back_together_or_not(gym: Gym, superuser: Superuser) -> None:
    product = uuid.uuid4()
    sales.offer(gym.signed_in("mia"), _package(product))
    sale = Sale(uuid.uuid4(), "package", product, "cash")
    asked = BookingRequest(uuid.uuid4(), gym.sessions["spin"], "client", gym.clients["okafor"])
    sales.sell_and_book(gym.signed_in(), sale, asked)
    other = book(gym, "tomorrow", None).booking_id
    refused = bookings.take_back(gym.signed_in(), asked.id, None, sale.id)
    assert (refused.outcome, refused.rule, refused.booking_status) == ("refused", "sale_used", "confirmed")
    assert other is not None
    bookings.cancel(gym.signed_in(), other)
    for _ in range(2):
        (answer,) = bookings.take_back_together(gym.signed_in(), [(asked.id, None)], sale.id)
        assert answer.outcome == "taken_back"
    assert (one(superuser, "select sum(amount) from payments"), okafor(gym).has) == (0, [])


def _package(product: uuid.UUID) -> NewPackage:
    return NewPackage(product, "10-Class Pass", 9000, 10)
