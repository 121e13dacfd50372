"""A drawer from its float to its count, what goes in and out, the day's till, and handing over."""

from __future__ import annotations

import threading
import time
import uuid
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from gym import Gym

from db import errors
from db.records import Answer, BookingRequest, Drawer, Sale
from db.repositories import bookings, sales, staff, till
from db.transaction import SignedIn

Superuser = psycopg.Connection[Any]


@pytest.fixture
def ana(gym: Gym) -> SignedIn:
    """At the desk by the front door."""
    signed_in = gym.signed_in()
    staff.open_desk(signed_in, "Front door")
    return signed_in


def opened(signed_in: SignedIn, float_amount: int = 10_000) -> Drawer:
    return till.open_drawer(signed_in, uuid.uuid4(), float_amount)


def book(gym: Gym, key: str, pay: str = "cash", who: str = "ana", session: str = "spin") -> Answer:
    kind, person = ("lead", gym.leads[key]) if key in gym.leads else ("client", gym.clients[key])
    asked = BookingRequest(uuid.uuid4(), gym.sessions[session], kind, person, pay=pay)  # type: ignore[arg-type]
    return bookings.book(gym.signed_in(who), asked)


def take_back(gym: Gym, answer: Answer, who: str = "ana") -> None:
    assert answer.booking_id is not None
    assert bookings.take_back(gym.signed_in(who), answer.booking_id).outcome == "taken_back"


def elsewhere(superuser: Superuser, gym: Gym, who: str) -> SignedIn:
    """Somebody at a desk of their own."""
    superuser.execute(
        "update tokens set installation = gen_random_uuid() where user_id = %s", (gym.users[who],)
    )
    staff.open_desk(gym.signed_in(who), f"The desk of {who}")
    return gym.signed_in(who)


def test_a_day_of_a_drawer(gym: Gym, ana: SignedIn) -> None:
    assert till.drawer(ana) is None
    drawer = opened(ana)
    assert (drawer.desk, drawer.currency, drawer.float_amount, drawer.opened_by) == (
        *("Front door", "GBP", 10_000, "Ana Ruiz"),
    )
    book(gym, "olsen")
    book(gym, "okafor", "card")
    take_back(gym, book(gym, "zoe"))
    till.move(ana, uuid.uuid4(), 500, "change from the bank")
    moved = till.move(ana, uuid.uuid4(), -350, "milk")
    assert moved == till.drawer(ana)
    assert moved is not None
    assert (moved.takings, moved.refunds, moved.paid_in, moved.paid_out) == (2_400, -1_200, 500, -350)
    assert moved.expected == 10_000 + 1_200 + 500 - 350
    counted = till.count(ana, drawer.id, {5_000: 2, 1_000: 1, 200: 1, 100: 1, 50: 1})
    assert (counted.counted, counted.expected, counted.over) == (11_350, 11_350, 0)
    assert counted.counted_by == "Ana Ruiz"
    assert till.drawer(ana) is None


def test_over_or_short_needs_a_note(gym: Gym, ana: SignedIn, superuser: Superuser) -> None:
    drawer = opened(ana, 1_000)
    for pieces, note in (({500: 1}, None), ({500: 3}, " \u00a0"), ({}, "")):
        with pytest.raises(errors.Refused, match="over or short") as refused:
            till.count(ana, drawer.id, pieces, note)
        assert refused.value.rule == "drawer_note"
    assert superuser.execute("select count(*) from drawer_counts").fetchone() == (0,)
    counted = till.count(ana, drawer.id, {500: 1, 100: 0}, " five went missing ")
    assert (counted.over, counted.note) == (-500, "five went missing")


def test_each_is_asked_again_without_doing_it_twice(gym: Gym, ana: SignedIn, superuser: Superuser) -> None:
    drawer, movement = uuid.uuid4(), uuid.uuid4()
    for _ in range(2):
        assert till.open_drawer(ana, drawer, 700).expected == 700
    for _ in range(2):
        moved = till.move(ana, movement, -200, "milk")
        assert moved is not None and moved.expected == 500
    for _ in range(2):
        assert till.count(ana, drawer, {500: 1, 100: 0}).over == 0
    with pytest.raises(errors.Refused) as refused:
        till.count(ana, drawer, {500: 2}, "another count")
    assert refused.value.rule == "drawer_counted"
    assert till.move(ana, movement, -200, "milk") is None
    rows = "select (select count(*) from drawers), (select count(*) from drawer_movements)"
    assert superuser.execute(rows).fetchone() == (1, 1)


@pytest.mark.parametrize(
    ("what", "rule"),
    [
        ("open twice", "drawers_one_open"),
        ("a float below nothing", "drawers_float_amount_check"),
        ("pay out without a reason", "drawer_reason"),
        ("pay in nothing", "drawer_movements_amount_check"),
        ("pay in where none is open", "drawer_none_open"),
        ("count worthless coins", "drawer_counts_denomination_check"),
        ("count fewer than none", "drawer_counts_pieces_check"),
        ("no desk", "drawer_no_desk"),
        ("another desk's", "drawer_elsewhere"),
    ],
)
def test_refusals(gym: Gym, ana: SignedIn, superuser: Superuser, what: str, rule: str) -> None:
    drawer = opened(ana)
    with pytest.raises(errors.Refused) as refused:
        match what:
            case "open twice":
                opened(ana)
            case "a float below nothing":
                opened(elsewhere(superuser, gym, "kim"), -1)
            case "pay out without a reason":
                till.move(ana, uuid.uuid4(), -1, " ")
            case "pay in nothing":
                till.move(ana, uuid.uuid4(), 0, "nothing")
            case "pay in where none is open":
                till.move(elsewhere(superuser, gym, "kim"), uuid.uuid4(), 1, "change")
            case "count worthless coins":
                till.count(ana, drawer.id, {0: 1}, "x")
            case "count fewer than none":
                till.count(ana, drawer.id, {100: -1}, "x")
            case "no desk":
                superuser.execute(
                    "update tokens set installation = gen_random_uuid() where user_id = %s",
                    (gym.users["kim"],),
                )
                opened(gym.signed_in("kim"))
            case "another desk's":
                till.count(elsewhere(superuser, gym, "kim"), drawer.id, {5_000: 2})
    assert refused.value.rule == rule
    still = till.drawer(ana)
    assert still is not None and still.expected == 10_000


def test_who_may(gym: Gym, ana: SignedIn, superuser: Superuser) -> None:
    """A viewer looks on; a manager counts the drawer of a desk that is gone, but pays nothing out of it."""
    drawer = opened(ana)
    vera = gym.signed_in("vera")
    with pytest.raises(errors.NotPermitted):
        opened(vera)
    with pytest.raises(errors.NotPermitted):
        till.move(vera, uuid.uuid4(), 1, "x")
    with pytest.raises(errors.NotPermitted):
        till.count(vera, drawer.id, {5_000: 2})
    assert till.of(vera).drawers == [drawer]
    mia = elsewhere(superuser, gym, "mia")
    with pytest.raises(errors.Refused, match="No drawer is open"):
        till.move(mia, uuid.uuid4(), -1, "x")
    assert till.count(mia, drawer.id, {5_000: 2}).counted_by == "Mia Chen"


def test_an_undo_goes_into_the_drawer_of_the_desk_that_undoes(
    gym: Gym, ana: SignedIn, superuser: Superuser
) -> None:
    first = opened(ana, 0)
    booked = book(gym, "olsen")
    till.count(ana, first.id, {1_000: 1, 200: 1})
    second = opened(ana, 5_000)
    mia = elsewhere(superuser, gym, "mia")
    third = opened(mia, 3_000)
    take_back(gym, booked, "mia")
    again = book(gym, "zoe")
    take_back(gym, again)
    drawers = {each.id: each for each in till.of(ana).drawers}
    assert (drawers[first.id].takings, drawers[first.id].refunds, drawers[first.id].expected) == (
        1200,
        0,
        1200,
    )
    assert drawers[third.id].refunds == -1_200
    assert (drawers[second.id].expected, drawers[third.id].expected) == (5_000, 1_800)


def test_what_is_sold_for_cash_goes_in_and_what_is_refunded_comes_out(
    gym: Gym, ana: SignedIn, superuser: Superuser
) -> None:
    """Out of the drawer that is open then, at the desk that gives it back."""
    product = superuser.execute(
        "insert into package_products (organization_id, name, price, class_count)"
        " values (%s, '10-Class Pass', 9000, 10) returning id",
        (gym.organizations["harbour"],),
    ).fetchone()
    assert product is not None
    first = opened(ana, 0)
    sale = Sale(uuid.uuid4(), "package", product[0], "cash")
    sales.sell(ana, sale, "client", gym.clients["okafor"])
    assert till.count(ana, first.id, {5_000: 1, 2_000: 2}).over == 0
    mia = elsewhere(superuser, gym, "mia")
    opened(mia, 20_000)
    sales.cancel(mia, "package", sale.id, "moves away", refund=True)
    now = till.drawer(mia)
    assert now is not None and (now.refunds, now.expected) == (-9_000, 11_000)


def test_without_an_open_drawer_cash_is_taken_all_the_same(gym: Gym, ana: SignedIn) -> None:
    take_back(gym, book(gym, "olsen"))
    book(gym, "zoe")
    (cash,) = till.of(ana).taken
    assert (cash.desk, cash.method, cash.payments) == ("Front door", "cash", 3)
    assert (cash.takings, cash.refunds, cash.total, cash.outside) == (2_400, -1_200, 1_200, 1_200)


def test_the_day_by_method_and_desk(gym: Gym, ana: SignedIn, superuser: Superuser) -> None:
    opened(ana)
    kim = elsewhere(superuser, gym, "kim")
    book(gym, "olsen")
    book(gym, "zoe", "card")
    book(gym, "okafor", "card", "kim")
    day = till.of(ana)
    assert [(each.desk, each.method, each.total, each.outside) for each in day.taken] == [
        ("Front door", "card", 1_200, 0),
        ("Front door", "cash", 1_200, 0),
        ("The desk of kim", "card", 1_200, 0),
    ]
    assert [each.desk for each in day.drawers] == ["Front door"]
    assert till.of(kim, day.day) == day
    before = till.of(ana, day.day - timedelta(days=1))
    assert (before.day, before.taken, before.drawers) == (day.day - timedelta(days=1), [], [])


def test_a_drawer_stands_in_each_day_it_was_open_on(gym: Gym, ana: SignedIn, superuser: Superuser) -> None:
    drawer = opened(ana)
    superuser.execute("update drawers set opened_at = opened_at - interval '2 days'")
    today = till.of(ana).day
    for back, found in ((0, 1), (1, 1), (2, 1), (3, 0)):
        assert len(till.of(ana, today - timedelta(days=back)).drawers) == found
    till.count(ana, drawer.id, {5_000: 2})
    assert len(till.of(ana, today).drawers) == 1
    assert till.of(ana, today + timedelta(days=1)).drawers == []


def test_a_count_waits_for_the_cash_that_is_on_its_way(
    gym: Gym, ana: SignedIn, cluster: Any, database_name: str
) -> None:
    """What is booked before the count is in it, whoever commits first."""
    drawer = opened(ana, 0)
    counted: list[Drawer] = []
    booking = "insert into bookings (organization_id, class_session_id, client_id, paid_by)"
    booking += " values (%s, %s, %s, 'cash')"
    with psycopg.connect(cluster.conninfo("frontdesk_app", database_name)) as slow:
        slow.execute(
            "select set_config('role', 'frontdesk_staff', true), set_config('app.token', %s, true),"
            " set_config('app.organization', %s, true)",
            (gym.token("ana"), str(gym.organizations["harbour"])),
        )
        slow.execute(booking, (gym.organizations["harbour"], gym.sessions["spin"], gym.clients["okafor"]))
        counting = threading.Thread(
            target=lambda: counted.append(till.count(ana, drawer.id, {1_000: 1, 200: 1}))
        )
        counting.start()
        time.sleep(0.3)
        assert not counted
        slow.commit()
        counting.join(10)
    assert [(each.counted, each.expected) for each in counted] == [(1_200, 1_200)]


def test_cash_that_waited_for_a_count_goes_into_the_next_drawer(
    gym: Gym, ana: SignedIn, cluster: Any, database_name: str, superuser: Superuser
) -> None:
    drawer = opened(ana, 0)
    with psycopg.connect(cluster.conninfo("frontdesk_app", database_name)) as slow:
        slow.execute(
            "select set_config('role', 'frontdesk_staff', true), set_config('app.token', %s, true),"
            " set_config('app.organization', %s, true)",
            (gym.token("ana"), str(gym.organizations["harbour"])),
        )
        slow.execute("select from app.count_drawer(%s, '{}')", (drawer.id,))
        slow.execute("select from app.open_drawer(gen_random_uuid(), 0)")
        paying = threading.Thread(target=lambda: book(gym, "olsen"))
        paying.start()
        time.sleep(0.3)
        slow.commit()
        paying.join(10)
    assert superuser.execute(
        "select d.counted_at is null, p.amount from payments p join drawers d on d.id = p.drawer_id"
    ).fetchall() == [(True, 1200)]


def test_two_count_at_once(gym: Gym, ana: SignedIn) -> None:
    drawer = opened(ana, 1_000)
    said: list[object] = []

    def count(pieces: dict[int, int]) -> None:
        try:
            said.append(till.count(ana, drawer.id, pieces, "counted").over)
        except errors.Refused as refused:
            said.append(refused.rule)

    counting = [threading.Thread(target=count, args=(pieces,)) for pieces in ({500: 2}, {1_000: 1})]
    for each in counting:
        each.start()
    for each in counting:
        each.join(10)
    assert sorted(map(str, said)) == ["0", "drawer_counted"]


def test_counting_hands_the_desk_over(gym: Gym, ana: SignedIn, superuser: Superuser) -> None:
    asked = BookingRequest(
        uuid.uuid4(), gym.sessions["spin"], "client", gym.clients["ortiz"], pay="later", arrive=True
    )
    assert bookings.book(ana, asked).arrived_at
    kim = gym.signed_in("kim")
    assert till.handover(kim) is None
    drawer = opened(ana, 1_000)
    till.count(ana, drawer.id, {500: 1}, "five went missing")
    # Whoever counted it goes on; it is for whoever comes next.
    assert till.handover(ana) is None
    handover = till.handover(kim)
    assert handover == till.arrive(kim, "Front door")
    assert handover is not None
    head = handover.head
    assert (head.made_by, head.drawer_id, head.expected, head.counted) == ("Ana Ruiz", drawer.id, 1_000, 500)
    assert head.note == "five went missing"
    assert [(line.need, line.name, line.program) for line in handover.lines] == [
        ("owes", "Rosamund Ortiz", "Spin"),
        ("no_waiver", "Rosamund Ortiz", "Spin"),
    ]
    assert till.handover(elsewhere(superuser, gym, "mia")) is None
    for _ in range(2):
        till.accept(kim, head.id)
    assert till.handover(kim) is None
    assert superuser.execute("select accepted_by, accepted_at is not null from handovers").fetchall() == [
        (gym.users["kim"], True)
    ]
    with pytest.raises(errors.NotFound):
        till.accept(kim, uuid.uuid4())


def test_what_came_later_is_not_in_the_handover(gym: Gym, ana: SignedIn) -> None:
    first = opened(ana, 0)
    till.count(ana, first.id, {})
    second = opened(ana, 0)
    till.count(ana, second.id, {})
    asked = BookingRequest(
        uuid.uuid4(), gym.sessions["spin"], "client", gym.clients["ortiz"], pay="later", arrive=True
    )
    bookings.book(ana, asked)
    kim = gym.signed_in("kim")
    handover = till.handover(kim)
    assert handover is not None and (handover.head.drawer_id, handover.lines) == (second.id, [])
    till.accept(kim, handover.head.id)
    assert till.handover(kim) is None


def test_what_went_in_and_out_the_latest_first(gym: Gym, ana: SignedIn, superuser: Superuser) -> None:
    drawer = opened(ana)
    booked = book(gym, "olsen")
    till.move(ana, uuid.uuid4(), -350, "milk")
    take_back(gym, booked)
    product = superuser.execute(
        "insert into package_products (organization_id, name, price, class_count)"
        " values (%s, '10-Class Pass', 9000, 10) returning id",
        (gym.organizations["harbour"],),
    ).fetchone()
    assert product
    sale = Sale(uuid.uuid4(), "package", product[0], "cash")
    sales.sell(ana, sale, "client", gym.clients["okafor"])
    moves = till.moves(gym.signed_in("vera"), drawer.id)
    assert [(each.kind, each.name, each.about, each.amount, each.by) for each in moves] == [
        ("sale", "Sam Okafor", "10-Class Pass", 9_000, "Ana Ruiz"),
        ("booking", "Sam Olsen", "Spin", -1_200, "Ana Ruiz"),
        ("paid", "", "milk", -350, "Ana Ruiz"),
        ("booking", "Sam Olsen", "Spin", 1_200, "Ana Ruiz"),
    ]
    assert sum(each.amount for each in moves) + 10_000 == till.of(ana).drawers[0].expected
    assert till.of(ana).moves == moves
    assert till.moves(gym.signed_in("ben", "union"), drawer.id) == []
    till.count(ana, drawer.id, {}, "all is gone")
    assert (till.moves(ana, opened(ana).id), till.moves(ana, drawer.id)) == ([], moves)
