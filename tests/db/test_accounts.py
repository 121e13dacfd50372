"""What stands to somebody's credit, what they owe and pay at once, and their cards on file."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from bought import has_package, left, one, paid
from gym import Gym

from db import errors
from db.records import Answer, BookingRequest, Collected, CollectedBy, NewPackage, PersonDetails, Sale
from db.repositories import accounts, bookings, people, sales, staff, till
from frontdesk.widgets.paying import how_paid

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
    cancelled = bookings.cancel(gym.signed_in(), booking)
    assert (cancelled.booking_status, cancelled.credit) == ("cancelled", 1200)
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


def test_a_collection_gives_back_only_what_it_took(gym: Gym, superuser: Superuser) -> None:
    """Who was put back in line since, and paid anew, has paid by something else."""
    superuser.execute("update organizations set promote_until_minutes = 120")
    waiting = book(gym, "full", "later", waitlist=True).booking_id
    assert waiting
    superuser.execute("update class_sessions set capacity = 2 where id = %s", (gym.sessions["full"],))
    assert book(gym, "full", "later").outcome == "confirmed"
    collected = collect(gym, "card")
    bookings.take_back(gym.signed_in(), waiting, "waitlisted")
    assert one(superuser, "select sum(amount) from payments") == 0
    assert book(gym, "full", "cash").outcome == "confirmed"
    accounts.take_back_collection(gym.signed_in(), collected.id)
    assert paid(superuser, waiting) == ("cash", "paid", None)
    assert one(superuser, "select sum(amount) from payments where method = 'cash'") == 1500


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


def test_credit_pays_for_a_booking_and_comes_back_with_it(gym: Gym, superuser: Superuser) -> None:
    with_credit(gym)
    assert okafor(gym).credit == 1200
    assert book(gym, "spin", None).credit == 1200
    answer = book(gym, "spin", "credit")
    assert (answer.outcome, answer.paid_by, answer.payment_status) == ("booked", "credit", "paid")
    assert (okafor(gym).credit, okafor(gym).owes, payments(superuser)) == (0, 0, [("card", 1200)])
    spent = book(gym, "earlier", "credit")
    assert (spent.outcome, spent.rule, spent.credit) == ("refused", "account_credit", None)
    assert answer.booking_id
    assert bookings.cancel(gym.signed_in(), answer.booking_id).booking_status == "cancelled"
    assert okafor(gym).credit == 1200
    bookings.take_back(gym.signed_in(), answer.booking_id, "confirmed")
    assert okafor(gym).credit == 0
    bookings.take_back(gym.signed_in(), answer.booking_id)
    assert (okafor(gym).credit, payments(superuser)) == (1200, [("card", 1200)])


def test_credit_pays_for_a_place_in_line_that_is_confirmed(gym: Gym, superuser: Superuser) -> None:
    with_credit(gym)
    waiting = book(gym, "full", "later", waitlist=True)
    assert (waiting.booking_status, waiting.paid_by) == ("waitlisted", None)
    superuser.execute("update class_sessions set capacity = 2 where id = %s", (gym.sessions["full"],))
    assert (book(gym, "full", "credit").rule, okafor(gym).credit) == ("account_credit", 1200)
    superuser.execute("update bookings set price = 1200 where id = %s", (waiting.booking_id,))
    confirmed = book(gym, "full", "credit")
    assert (confirmed.outcome, confirmed.paid_by, okafor(gym).credit) == ("confirmed", "credit", 0)
    assert confirmed.booking_id
    bookings.take_back(gym.signed_in(), confirmed.booking_id, "waitlisted")
    assert (okafor(gym).credit, payments(superuser)) == (1200, [("card", 1200)])


def test_credit_that_was_spent_keeps_what_it_came_from_cancelled(gym: Gym) -> None:
    cancelled = with_credit(gym)
    spent = book(gym, "spin", "credit").booking_id
    refused = bookings.take_back(gym.signed_in(), cancelled, "confirmed")
    assert (refused.outcome, refused.rule) == ("refused", "credit_spent")
    assert spent
    bookings.take_back(gym.signed_in(), spent)
    assert bookings.take_back(gym.signed_in(), cancelled, "confirmed").outcome == "taken_back"
    assert okafor(gym).credit == 0


def test_what_is_no_credit(gym: Gym, superuser: Superuser) -> None:
    """Late, taken back, owed, covered by a package, and what another system took."""
    superuser.execute("update organizations set cancel_grace_minutes = 0")
    late = book(gym, "spin", "cash").booking_id
    owed = book(gym, "tomorrow", "later").booking_id
    assert late and owed
    assert bookings.cancel(gym.signed_in(), late).booking_status == "late_cancelled"
    superuser.execute(
        "update class_sessions set starts_at = starts_at + '1 day', ends_at = ends_at + '1 day'"
    )
    assert bookings.cancel(gym.signed_in(), owed).booking_status == "cancelled"
    taken_over = book(gym, "tomorrow", "card").booking_id
    assert taken_over
    superuser.execute("set session_replication_role = replica")
    superuser.execute("update payments set taken_by = null")
    superuser.execute("reset session_replication_role")
    assert bookings.cancel(gym.signed_in(), taken_over).credit == 0
    assert okafor(gym).credit == 0


def test_credit_does_not_pay_for_what_is_covered(gym: Gym, superuser: Superuser) -> None:
    with_credit(gym)
    package = has_package(superuser, gym, "client", "okafor", 1)
    assert (book(gym, "spin", "credit").paid_by, left(superuser, package)) == ("package", 0)
    assert (book(gym, "tomorrow", "credit", drop_in=True).paid_by, okafor(gym).credit) == ("credit", 0)


def test_credit_pays_for_a_sale_until_that_is_taken_back(gym: Gym, superuser: Superuser) -> None:
    product = uuid.uuid4()
    sales.offer(gym.signed_in("mia"), NewPackage(product, "Taster", 1000, 1))
    sale = Sale(uuid.uuid4(), "package", product, "credit")
    for rule in ("account_credit", None):
        if rule:
            with pytest.raises(errors.Refused) as refused:
                sales.sell(gym.signed_in(), sale, "client", gym.clients["okafor"])
            assert refused.value.rule == rule
            with_credit(gym)
        else:
            sales.sell(gym.signed_in(), sale, "client", gym.clients["okafor"])
    assert (okafor(gym).credit, payments(superuser)) == (200, [("card", 1200)])
    sales.take_back(gym.signed_in(), "package", sale.id)
    assert (okafor(gym).credit, payments(superuser)) == (1200, [("card", 1200)])


def test_credit_collects_all_that_is_owed_or_nothing(gym: Gym, superuser: Superuser) -> None:
    with_credit(gym)
    booking = book(gym, "spin").booking_id
    collected = collect(gym, "credit")
    assert (collected.amount, okafor(gym).credit, okafor(gym).owes) == (1200, 0, 0)
    assert booking and paid(superuser, booking) == ("credit", "paid", None)
    assert booking and how_paid(bookings.get(gym.signed_in(), booking)) == "£12.00 was paid from their credit"
    accounts.take_back_collection(gym.signed_in(), collected.id)
    assert how_paid(bookings.get(gym.signed_in(), booking)) == "£12.00 is owed"
    assert (okafor(gym).credit, okafor(gym).owes) == (1200, 1200)
    book(gym, "earlier")
    with pytest.raises(errors.Refused) as refused:
        collect(gym, "credit")
    assert refused.value.rule == "account_credit"
    assert (okafor(gym).credit, okafor(gym).owes, payments(superuser)) == (1200, 2400, [("card", 1200)])


def test_a_manager_gives_credit_back_by_the_way_it_came(gym: Gym, superuser: Superuser) -> None:
    first, last = with_credit(gym, "card"), with_credit(gym, "cash")
    mia, person, refund = gym.signed_in("mia"), gym.clients["okafor"], uuid.uuid4()
    for who, amount, reason, rule in (
        ("ana", 100, "moved away", "booking_override_rank"),
        ("mia", 0, "moved away", "refund_amount"),
        ("mia", 100, " ", "refund_reason"),
        ("mia", 2401, "moved away", "account_credit"),
    ):
        with pytest.raises(errors.Refused) as refused:
            accounts.refund_credit(gym.signed_in(who), uuid.uuid4(), "client", person, amount, reason)
        assert refused.value.rule == rule
    for _ in range(2):
        given = accounts.refund_credit(mia, refund, "client", person, 1500, "moved away")
        assert [(each.method, each.amount) for each in given] == [("card", 300), ("cash", 1200)]
    assert okafor(gym).credit == 900
    assert superuser.execute(
        "select booking_id, amount from payments where refund_id = %s order by amount", (refund,)
    ).fetchall() == [(last, -1200), (first, -300)]
    refused_undo = bookings.take_back(gym.signed_in(), first, "confirmed")
    assert refused_undo.rule == "credit_spent"
    accounts.refund_credit(mia, uuid.uuid4(), "client", person, 900, "moved away")
    assert (okafor(gym).credit, one(superuser, "select sum(amount) from payments")) == (0, 0)


def test_money_given_back_as_credit_is_not_reversed_again(gym: Gym, superuser: Superuser) -> None:
    first = with_credit(gym)
    accounts.refund_credit(
        gym.signed_in("mia"), uuid.uuid4(), "client", gym.clients["okafor"], 1200, "moved away"
    )
    again = book(gym, "spin", "card").booking_id
    assert again
    bookings.cancel(gym.signed_in(), again)
    assert bookings.take_back(gym.signed_in(), first, "confirmed").outcome == "taken_back"
    assert bookings.take_back(gym.signed_in(), first).outcome == "taken_back"
    assert (okafor(gym).credit, one(superuser, "select sum(amount) from payments")) == (0, 0)


def test_cards_on_file_are_told_apart_by_four_digits(gym: Gym) -> None:
    card, person = uuid.uuid4(), gym.clients["okafor"]
    for _ in range(2):
        accounts.add_card(gym.signed_in(), card, "client", person, "visa", "4242")
    assert [(each["brand"], each["last_four"]) for each in okafor(gym).cards] == [("visa", "4242")]
    for brand, last_four, rule in (
        ("visa", "4242424242424242", "cards_on_file_last_four_check"),
        ("visa", "42 2", "cards_on_file_last_four_check"),
        ("visa", "4242\n", "cards_on_file_last_four_check"),
        ("4242 4242 4242 4242", "4242", "cards_on_file_brand_check"),
    ):
        with pytest.raises(errors.Refused) as refused:
            accounts.add_card(gym.signed_in(), uuid.uuid4(), "client", person, brand, last_four)  # type: ignore[arg-type]
        assert refused.value.rule == rule
    for _ in range(2):
        accounts.remove_card(gym.signed_in(), card)
    assert okafor(gym).cards == []
    with pytest.raises(errors.NotFound):
        accounts.remove_card(gym.signed_in("ben", "union"), card)


def test_the_day_says_what_was_collected_and_given_back_by_each_method(gym: Gym) -> None:
    with_credit(gym, "cash")
    for session in ("spin", "earlier"):
        book(gym, session)
    collect(gym, "card")
    accounts.refund_credit(
        gym.signed_in("mia"), uuid.uuid4(), "client", gym.clients["okafor"], 1000, "moved away"
    )
    taken = {each.method: (each.takings, each.refunds, each.total) for each in till.of(gym.signed_in()).taken}
    assert taken == {"card": (2400, 0, 2400), "cash": (1200, -1000, 200)}
