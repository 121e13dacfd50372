"""Selling, holding and cancelling memberships and packages, through the real functions and the real roles."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from bought import left, one
from gym import Gym

from db import errors
from db.records import Answer, BookingRequest, NewLead, Offer, Sale
from db.repositories import bookings, people, sales

Superuser = psycopg.Connection[tuple[Any, ...]]


def offered(superuser: Superuser, gym: Gym, table: str, **values: object) -> uuid.UUID:
    values = {"organization_id": gym.organizations["harbour"], "price": 9000} | values
    columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    made: uuid.UUID = one(
        superuser, f"insert into {table} ({columns}) values ({marks}) returning id", *values.values()
    )
    return made


@pytest.fixture
def pass_(gym: Gym, superuser: Superuser) -> uuid.UUID:
    return offered(superuser, gym, "package_products", name="10-Class Pass", class_count=10, valid_days=90)


@pytest.fixture
def today(gym: Gym, superuser: Superuser) -> date:
    day: date = one(
        superuser,
        "select (now() at time zone timezone)::date from organizations where id = %s",
        gym.organizations["harbour"],
    )
    return day


@pytest.mark.parametrize(("kind", "key"), [("lead", "olsen"), ("client", "okafor")])
def test_a_package_is_sold_with_its_classes_and_its_money(
    gym: Gym, superuser: Superuser, pass_: uuid.UUID, today: date, kind: Any, key: str
) -> None:
    person = (gym.leads if kind == "lead" else gym.clients)[key]
    sale = Sale(uuid.uuid4(), "package", pass_, "card")
    for _ in range(2):  # asking again sells nothing more
        sold = sales.sell(gym.signed_in(), sale, kind, person)
    assert (sold.price, sold.currency, sold.ends_on) == (9000, "GBP", today + timedelta(days=89))
    assert left(superuser, sale.id) == 10
    assert superuser.execute(
        "select method, amount, currency, taken_by, coalesce(client_id, customer_id) from payments"
        " where package_id = %s",
        (sale.id,),
    ).fetchall() == [("card", 9000, "GBP", gym.users["ana"], person)]
    (has,) = sales.of(gym.signed_in(), kind, person)
    assert (has.name, has.credits, has.held, has.cancelled) == ("10-Class Pass", 10, False, False)


def test_a_membership_has_the_terms_of_its_plan(gym: Gym, superuser: Superuser, today: date) -> None:
    plan = offered(
        superuser,
        gym,
        "membership_plans",
        name="Twice a week",
        period_limit=2,
        period="week",
        term_months=1,
    )
    sale = Sale(uuid.uuid4(), "membership", plan, "cash", starts_on=today)
    sold = sales.sell(gym.signed_in(), sale, "client", gym.clients["okafor"])
    assert sold.ends_on is not None and 27 <= (sold.ends_on - today).days <= 30
    superuser.execute("update membership_plans set period_limit = 5 where id = %s", (plan,))
    (has,) = sales.of(gym.signed_in(), "client", gym.clients["okafor"])
    assert (has.period_limit, has.period) == (2, "week")
    for session, outcome in (("spin", "booked"), ("earlier", "booked"), ("tomorrow", None)):
        answer = bookings.book(
            gym.signed_in(),
            BookingRequest(uuid.uuid4(), gym.sessions[session], "client", gym.clients["okafor"]),
        )
        if outcome:
            assert (answer.outcome, answer.paid_by) == (outcome, "membership")
    assert one(superuser, "select sum(amount) from payments where membership_id = %s", sale.id) == 9000


def test_selling_and_booking_is_both_or_neither(gym: Gym, superuser: Superuser, pass_: uuid.UUID) -> None:
    sale = Sale(uuid.uuid4(), "package", pass_, "cash")
    okafor = gym.clients["okafor"]
    full = BookingRequest(uuid.uuid4(), gym.sessions["full"], "client", okafor)
    assert sales.sell_and_book(gym.signed_in(), sale, full).outcome == "full"
    assert one(superuser, "select count(*) from packages") == 0
    free = BookingRequest(uuid.uuid4(), gym.sessions["spin"], "client", okafor, arrive=True)
    answers = [sales.sell_and_book(gym.signed_in(), sale, free) for _ in range(2)]
    assert [each.outcome for each in answers] == ["booked", "exists"]
    assert answers[0].paid_by == "package"
    assert left(superuser, sale.id) == 9
    assert one(superuser, "select sum(amount) from payments") == 9000


def test_somebody_new_is_added_with_their_booking_or_not_at_all(
    gym: Gym, superuser: Superuser, pass_: uuid.UUID
) -> None:
    """With a package sold to them, too; asking again adds, sells and books nothing more."""
    new = NewLead(uuid.uuid4(), "Nia New", "07700 900777")

    def tried(session: str, sale: Sale | None = None, **more: Any) -> Answer:
        asked = BookingRequest(uuid.uuid4(), gym.sessions[session], "lead", new.id, **more)
        return bookings.book_new(gym.signed_in(), new, asked, sale)

    def there() -> tuple[object, ...] | None:
        return superuser.execute(
            "select (select count(*) from leads where id = %s), (select count(*) from packages),"
            " (select count(*) from bookings where customer_id = %s)",
            (new.id, new.id),
        ).fetchone()

    sale = Sale(uuid.uuid4(), "package", pass_, "cash")
    for outcome, answer in (
        ("full", tried("full", pay="card")),
        ("due", tried("spin")),
        ("refused", tried("cancelled", pay="card")),
        ("full", tried("full", sale)),
        ("refused", tried("spin", Sale(uuid.uuid4(), "package", uuid.UUID(int=7), "card"))),
    ):
        assert (answer.outcome, there()) == (outcome, (0, 0, 0))
    asked = BookingRequest(uuid.uuid4(), gym.sessions["spin"], "lead", new.id, arrive=True)
    answers = [bookings.book_new(gym.signed_in(), new, asked, sale) for _ in range(2)]
    assert [(each.outcome, each.paid_by) for each in answers] == [
        ("booked", "package"),
        ("exists", "package"),
    ]
    assert (there(), left(superuser, sale.id)) == ((1, 1, 1), 9)
    assert one(superuser, "select sum(amount) from payments") == 9000
    with pytest.raises(errors.Refused):
        bookings.book_new(gym.signed_in(), replace(new, id=uuid.uuid4(), name=" "), asked, sale)


def test_an_offer_for_newcomers_is_sold_once_however_many_desks_try(gym: Gym, superuser: Superuser) -> None:
    intro = offered(superuser, gym, "package_products", name="Intro", is_intro=True)

    def tried(_: int) -> str | None:
        try:
            sales.sell(
                gym.signed_in(), Sale(uuid.uuid4(), "package", intro, "card"), "lead", gym.leads["olsen"]
            )
        except errors.Refused as refused:
            return refused.rule
        return None

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(tried, range(4)))
    assert sorted(outcomes, key=str) == [None, *["sale_intro_once"] * 3]


def test_what_is_sold_to_newcomers_is_offered_to_nobody_twice(
    gym: Gym, superuser: Superuser, pass_: uuid.UUID
) -> None:
    """A booking's question offers the cheapest package that the person may still buy."""
    intro = offered(
        superuser, gym, "package_products", name="Intro", is_intro=True, price=1000, class_count=1
    )
    olsen, spin = gym.leads["olsen"], gym.sessions["spin"]

    def offer() -> str | None:
        asked = BookingRequest(uuid.uuid4(), spin, "lead", olsen, drop_in=True)
        answer = bookings.book(gym.signed_in(), asked, dry=True)
        return answer.offer["name"] if answer.offer else None

    assert offer() == "Intro"
    sales.sell(gym.signed_in(), Sale(uuid.uuid4(), "package", intro, "card"), "lead", olsen)
    assert offer() == "10-Class Pass"


@pytest.mark.parametrize(
    ("who", "change", "rule"),
    [
        ("ana", {"pay": "comp", "comp_reason": "friend"}, "booking_override_rank"),
        ("mia", {"pay": "comp"}, "booking_comp_reason"),
        ("mia", {"pay": "other"}, "sale_paid_by"),
        ("mia", {"starts_on": date(2020, 1, 1)}, "sale_start"),
        ("mia", {"offer_id": uuid.UUID(int=7)}, "sale_not_offered"),
    ],
)
def test_refused(
    gym: Gym, superuser: Superuser, pass_: uuid.UUID, who: str, change: dict[str, Any], rule: str
) -> None:
    asked: dict[str, Any] = {"id": uuid.uuid4(), "kind": "package", "offer_id": pass_, "pay": "card"}
    sale = Sale(**asked | change)
    with pytest.raises(errors.Refused) as refused:
        sales.sell(gym.signed_in(who), sale, "client", gym.clients["okafor"])
    assert refused.value.rule == rule
    assert one(superuser, "select count(*) from packages") == 0


def test_a_viewer_sells_nothing_and_nobody_sells_elsewhere(gym: Gym, pass_: uuid.UUID) -> None:
    sale = Sale(uuid.uuid4(), "package", pass_, "card")
    with pytest.raises(errors.NotPermitted):
        sales.sell(gym.signed_in("vera"), sale, "client", gym.clients["okafor"])
    with pytest.raises(errors.DeskError):
        sales.sell(gym.signed_in("ben", "union"), sale, "client", gym.clients["other"])
    with pytest.raises(errors.DeskError):
        sales.sell(gym.signed_in(), sale, "client", gym.clients["other"])


def test_cancelling_writes_off_the_rest_and_gives_the_money_back(
    gym: Gym, superuser: Superuser, pass_: uuid.UUID
) -> None:
    okafor = gym.clients["okafor"]
    sale = Sale(uuid.uuid4(), "package", pass_, "cash")
    sales.sell(gym.signed_in(), sale, "client", okafor)
    with pytest.raises(errors.Refused) as refused:
        sales.cancel(gym.signed_in("ana"), "package", sale.id, "moved away")
    assert refused.value.rule == "booking_override_rank"
    sales.cancel(gym.signed_in("mia"), "package", sale.id, "moved away", refund=True)
    assert left(superuser, sale.id) == 0
    assert one(superuser, "select sum(amount) from payments where package_id = %s", sale.id) == 0
    due = bookings.book(gym.signed_in(), BookingRequest(uuid.uuid4(), gym.sessions["spin"], "client", okafor))
    assert due.decided and due.decided["refused"][0].get("rule") == "entitlement_cancelled"
    with pytest.raises(errors.Refused):
        sales.cancel(gym.signed_in("mia"), "package", sale.id, "again", refund=True)


def test_a_credit_that_comes_back_to_what_is_cancelled_stays_there(
    gym: Gym, superuser: Superuser, pass_: uuid.UUID
) -> None:
    okafor = gym.clients["okafor"]
    sale = Sale(uuid.uuid4(), "package", pass_, "cash")
    asked = BookingRequest(uuid.uuid4(), gym.sessions["tomorrow"], "client", okafor)
    sales.sell_and_book(gym.signed_in(), sale, asked)
    sales.cancel(gym.signed_in("mia"), "package", sale.id, "moved away")
    assert left(superuser, sale.id) == 0
    bookings.cancel(gym.signed_in(), asked.id)
    assert left(superuser, sale.id) == 1


def test_a_hold_stops_it_and_gives_the_days_back(
    gym: Gym, superuser: Superuser, pass_: uuid.UUID, today: date
) -> None:
    okafor = gym.clients["okafor"]
    sale = Sale(uuid.uuid4(), "package", pass_, "card")
    sold = sales.sell(gym.signed_in(), sale, "client", okafor)
    sales.hold(gym.signed_in(), "package", sale.id, today, today + timedelta(days=6), "ill")
    (has,) = sales.of(gym.signed_in(), "client", okafor)
    assert sold.ends_on is not None
    assert (has.held, has.ends_on) == (True, sold.ends_on + timedelta(days=7))
    asked = BookingRequest(uuid.uuid4(), gym.sessions["spin"], "client", okafor)
    held = bookings.book(gym.signed_in(), asked)
    assert held.decided and held.decided["refused"][0].get("rule") == "entitlement_on_hold"
    with pytest.raises(errors.Refused) as refused:
        sales.hold(gym.signed_in(), "package", sale.id, today + timedelta(days=3))
    assert refused.value.rule == "hold_overlaps"
    sales.resume(gym.signed_in(), "package", sale.id)
    (has,) = sales.of(gym.signed_in(), "client", okafor)
    assert has.ends_on == sold.ends_on + timedelta(days=1)
    superuser.execute("update packages set starts_on = starts_on - 3")
    superuser.execute("update entitlement_holds set first_day = first_day - 3, last_day = null")
    sales.resume(gym.signed_in(), "package", sale.id)
    (has,) = sales.of(gym.signed_in(), "client", okafor)
    assert (has.held, has.ends_on) == (False, sold.ends_on + timedelta(days=3))
    assert bookings.book(gym.signed_in(), asked).paid_by == "package"


def test_whose_answer_was_lost_asks_again_and_changes_nothing_more(
    gym: Gym, superuser: Superuser, pass_: uuid.UUID, today: date
) -> None:
    sale = Sale(uuid.uuid4(), "package", pass_, "card")
    sales.sell(gym.signed_in(), sale, "client", gym.clients["okafor"])
    for _ in range(2):
        sales.hold(gym.signed_in(), "package", sale.id, today)
    superuser.execute("update packages set starts_on = starts_on - 3")
    superuser.execute("update entitlement_holds set first_day = first_day - 3")
    for _ in range(2):
        sales.resume(gym.signed_in(), "package", sale.id)
    assert superuser.execute("select last_day - first_day from entitlement_holds").fetchall() == [(2,)]
    for _ in range(2):
        sales.cancel(gym.signed_in("mia"), "package", sale.id, " moves ", refund=True)
    assert superuser.execute("select amount from payments order by taken_at").fetchall() == [
        (9000,),
        (-9000,),
    ]
    for who, reason, refund in (("mia", "other", True), ("mia", "moves", False), ("otto", "moves", True)):
        with pytest.raises(errors.Refused) as refused:
            sales.cancel(gym.signed_in(who), "package", sale.id, reason, refund=refund)
        assert refused.value.rule == "sale_cancelled_already"


def test_what_is_booked_in_a_hold_is_listed_and_stays(
    gym: Gym, superuser: Superuser, pass_: uuid.UUID, today: date
) -> None:
    """Of whoever in the family was booked with it; what is over or cancelled is not listed."""
    superuser.execute("update package_products set is_shared = true")
    okafor, ortiz = gym.clients["okafor"], gym.clients["ortiz"]
    people.join_family(gym.signed_in(), "client", okafor, "client", ortiz)
    sale = Sale(uuid.uuid4(), "package", pass_, "card")
    sales.sell(gym.signed_in(), sale, "client", okafor)
    booked = {}
    for session, who in (("spin", okafor), ("tomorrow", okafor), ("tomorrow", ortiz), ("earlier", okafor)):
        asked = BookingRequest(uuid.uuid4(), gym.sessions[session], "client", who)
        assert bookings.book(gym.signed_in(), asked).paid_by == "package"
        booked[session, who] = asked.id

    def listed(who: str, *days: date | None) -> list[tuple[uuid.UUID, str, str]]:
        found = sales.bookings_in_hold(
            gym.signed_in(who), "package", sale.id, days[0] or today, days[1] if len(days) > 1 else None
        )
        return [(each.booking_id, each.name, each.program) for each in found]

    tomorrow = today + timedelta(days=1)
    first = (booked["spin", okafor], "Sam Okafor", "Spin")
    others = [
        (booked["tomorrow", ortiz], "Rosamund Ortiz", "Spin"),
        (booked["tomorrow", okafor], "Sam Okafor", "Spin"),
    ]
    assert listed("ana", today) == [first, *others]
    assert listed("vera", today, today) == [first]
    assert listed("ana", tomorrow, tomorrow) == others
    assert sales.bookings_in_hold(gym.signed_in(), "membership", sale.id, today) == []
    assert sales.bookings_in_hold(gym.signed_in("ben", "union"), "package", sale.id, today) == []
    bookings.cancel(gym.signed_in(), booked["tomorrow", ortiz])
    sales.hold(gym.signed_in(), "package", sale.id, today)
    assert listed("ana", today) == [first, others[1]]


def test_everything_about_a_person_is_asked_at_once_and_stays_in_the_organization(
    gym: Gym, superuser: Superuser, pass_: uuid.UUID
) -> None:
    offered(
        superuser,
        gym,
        "package_products",
        name="Trial",
        price=100,
        valid_days=30,
        valid_from="first_class",
        is_intro=True,
        is_shared=True,
    )
    sales.sell(gym.signed_in(), Sale(uuid.uuid4(), "package", pass_, "card"), "lead", gym.leads["olsen"])
    file = sales.file_of(gym.signed_in("vera"), "lead", gym.leads["olsen"])
    assert (file.details.name, [each.paid_by for each in file.has]) == ("Sam Olsen", ["card"])
    terms = [(each.name, each.is_intro, each.is_shared, each.days_from_first_class) for each in file.offers]
    assert terms == [("Trial", True, True, 30), ("10-Class Pass", False, False, None)]
    for who, organization in (("ben", "union"), ("kim", "union")):
        with pytest.raises(errors.NotFound):
            sales.file_of(gym.signed_in(who, organization), "lead", gym.leads["olsen"])


def test_offers_are_those_that_cover_the_class(gym: Gym, superuser: Superuser, pass_: uuid.UUID) -> None:
    yoga = offered(superuser, gym, "package_products", name="Yoga only", price=100, every_program=False)
    superuser.execute(
        "insert into covered_programs (organization_id, product_id, program_id)"
        " select organization_id, %s, program_id from class_sessions where id = %s",
        (yoga, gym.sessions["yoga"]),
    )
    offered(superuser, gym, "package_products", name="Old", is_active=False)
    offered(superuser, gym, "membership_plans", name="Unlimited")

    def names(found: list[Offer]) -> list[str]:
        return [each.name for each in found]

    ana = gym.signed_in()
    assert names(sales.offers(ana)) == ["Yoga only", "10-Class Pass", "Unlimited"]
    assert names(sales.offers(ana, gym.sessions["spin"])) == ["10-Class Pass", "Unlimited"]
    assert sales.offers(gym.signed_in("ben", "union")) == []
