"""Three desks at once, at random: each drawer comes to its rows, and the day's till to the payments."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
from gym import Gym
from races.test_seats import set_seats

from db import errors
from db.records import BookingRequest, Drawer, NewPackage, Sale
from db.repositories import accounts, bookings, sales, staff, till
from db.transaction import Database, SignedIn

Superuser = psycopg.Connection[Any]
DESKS = ("ana", "kim", "mia")
ACTIONS = 500
PEOPLE = 40

WORTH = {5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1}

# What each drawer should come to, by the rows alone.
DRAWERS = """
select d.id, d.expected_amount, d.counted_amount,
       d.float_amount
       + coalesce((select sum(p.amount) from payments p where p.drawer_id = d.id), 0)
       + coalesce((select sum(m.amount) from drawer_movements m where m.drawer_id = d.id), 0),
       (select sum(c.denomination * c.pieces) from drawer_counts c where c.drawer_id = d.id)
  from drawers d"""
# What came into a drawer after it was counted, or went to another desk's.
ASTRAY = """
select p.id from payments p join drawers d on d.id = p.drawer_id
 where p.method <> 'cash' or p.desk_id <> d.desk_id
union all
select l.row_id from audit_log l join drawers d on d.id::text = l.after ->> 'drawer_id'
 where l.table_name in ('payments', 'drawer_movements') and l.recorded_at > d.counted_at"""


# Two at one desk get in each other's way, and at two desks with the same person.
RULES = {
    *("drawers_one_open", "drawer_none_open", "drawer_counted", "drawer_note"),
    *("collection_nothing", "account_credit", "credit_spent", "sale_used", "booking_undo_elsewhere"),
}


class Hand:
    """One of the two at a desk, who do whatever comes."""

    def __init__(
        self, gym: Gym, who: str, conninfo: str, people: list[uuid.UUID], product: uuid.UUID, seed: int
    ) -> None:
        self.random = random.Random(seed)
        self.database = Database(conninfo)
        self.signed_in = SignedIn(self.database, gym.token(who), gym.organizations["harbour"])
        self.sessions = [gym.sessions["tomorrow"], gym.sessions["spin"]]
        self.people = people
        self.product = product
        self.booked: list[uuid.UUID] = []
        self.owing: list[uuid.UUID] = []
        self.sold: list[uuid.UUID] = []
        self.collected: list[uuid.UUID] = []
        self.done: Counter[str] = Counter()

    def work(self, times: int) -> None:
        """So many actions; what a rule refuses is an action too."""
        actions = [self.book, self.undo, self.cancel, self.pay, self.count, self.open]
        actions += [self.collect, self.give, self.sell, self.unsell]
        weights = [12, 3, 4, 2, 1, 2, 5, 2, 2, 1]
        for action in self.random.choices(actions, weights, k=times):
            try:
                action()
                self.done[action.__name__] += 1
            except errors.Refused as refused:
                assert refused.rule in RULES, refused.rule
                self.done["refused"] += 1
        self.database.close()

    def book(self) -> None:
        pay: Any = self.random.choice(["cash", "cash", "card", "later", "later", "credit"])
        person, session = self.random.choice(self.people), self.random.choice(self.sessions)
        asked = BookingRequest(uuid.uuid4(), session, "client", person, pay=pay)
        if bookings.book(self.signed_in, asked).outcome == "booked":
            self.booked.append(asked.id)
            if pay == "later":
                self.owing.append(person)

    def undo(self) -> None:
        if self.booked:
            booking = self.booked.pop(self.random.randrange(len(self.booked)))
            bookings.take_back(self.signed_in, booking)

    def cancel(self) -> None:
        if self.booked:
            bookings.cancel(self.signed_in, self.booked.pop())

    def collect(self) -> None:
        method: Any = self.random.choice(["cash", "card", "credit"])
        person = self.owing.pop() if self.owing else self.random.choice(self.people)
        asked = accounts.collect(self.signed_in, uuid.uuid4(), "client", person, method)
        self.collected.append(asked.id)

    def give(self) -> None:
        """Back what was collected last."""
        if self.collected:
            accounts.take_back_collection(self.signed_in, self.collected.pop())

    def sell(self) -> None:
        pay: Any = self.random.choice(["cash", "credit"])
        sale = Sale(uuid.uuid4(), "package", self.product, pay)
        sales.sell(self.signed_in, sale, "client", self.random.choice(self.people))
        self.sold.append(sale.id)

    def unsell(self) -> None:
        if self.sold:
            sales.take_back(self.signed_in, "package", self.sold.pop())

    def pay(self) -> None:
        amount = self.random.choice([-1, 1]) * self.random.randint(1, 2_000)
        till.move(self.signed_in, uuid.uuid4(), amount, "in or out")

    def open(self) -> None:
        till.open_drawer(self.signed_in, uuid.uuid4(), self.random.randint(0, 20_000))

    def count(self) -> None:
        """To the penny, or anything with a note."""
        drawer = till.drawer(self.signed_in)
        if drawer is None:
            return
        pieces = {worth: self.random.randint(0, 3) for worth in WORTH}
        exact = self.random.random() < 0.5 and drawer.expected >= 0
        if exact:
            pieces = in_pieces(drawer.expected)
        counted = till.count(self.signed_in, drawer.id, pieces, None if exact else "nobody knows why")
        assert (counted.over == 0) or not exact


def in_pieces(amount: int) -> dict[int, int]:
    pieces = {}
    for worth in sorted(WORTH, reverse=True):
        pieces[worth], amount = divmod(amount, worth)
    return pieces


def test_a_day_of_three_desks_adds_up(
    gym: Gym, superuser: Superuser, cluster: Any, database_name: str
) -> None:
    made = superuser.execute(
        "insert into clients (organization_id, name) select %s, 'Runner ' || n from generate_series(1, %s) n"
        " returning id",
        (gym.organizations["harbour"], PEOPLE),
    )
    people = [row[0] for row in made.fetchall()]
    for session in ("tomorrow", "spin"):
        set_seats(superuser, gym.sessions[session], 1_000)
    conninfo = cluster.conninfo("frontdesk_app", database_name)
    for number, who in enumerate(DESKS):
        superuser.execute(
            "update tokens set installation = %s where user_id = %s", (uuid.UUID(int=number), gym.users[who])
        )
        staff.open_desk(gym.signed_in(who), f"Desk {number}")
    # Anybody may take the same person, so that desks meet.
    product = uuid.uuid4()
    sales.offer(gym.signed_in("mia"), NewPackage(product, "Taster", 1200, 1))
    hands = [Hand(gym, who, conninfo, people, product, seed) for seed, who in enumerate(DESKS * 2)]
    shares = [ACTIONS // len(hands) + (number < ACTIONS % len(hands)) for number in range(len(hands))]
    with ThreadPoolExecutor(len(hands)) as pool:
        list(pool.map(Hand.work, hands, shares))
    done = sum((hand.done for hand in hands), Counter[str]())
    assert sum(done.values()) == ACTIONS
    assert min(done[each] for each in ("book", "undo", "cancel", "pay", "open", "count", "collect")) >= 5, (
        done
    )
    deadlocks = "select deadlocks from pg_stat_database where datname = current_database()"
    assert superuser.execute(deadlocks).fetchone() == (0,)

    rows = superuser.execute(DRAWERS).fetchall()
    told = {drawer.id: drawer for drawer in till.of(gym.signed_in("vera")).drawers}
    assert len(rows) == done["open"] == len(told)
    counted = [row for row in rows if row[1] is not None]
    assert len(rows) - len(counted) <= len(DESKS) and counted
    for identity, expected, counted_amount, by_rows, by_pieces in rows:
        drawer = told[identity]
        assert drawer.expected == by_rows == _sum(drawer)
        assert drawer.counted == counted_amount
        if counted_amount is not None:
            assert (expected, counted_amount) == (by_rows, by_pieces)
            assert drawer.over == 0 or drawer.note
    assert superuser.execute(ASTRAY).fetchall() == []

    day = till.of(gym.signed_in("vera"))
    table = superuser.execute(
        "select desk_id, method, count(*)::int, coalesce(sum(amount) filter (where amount > 0), 0)::int,"
        " coalesce(sum(amount) filter (where amount < 0), 0)::int, sum(amount)::int,"
        " coalesce(sum(amount) filter (where drawer_id is null and method = 'cash'), 0)::int"
        " from payments group by 1, 2"
    ).fetchall()
    assert {
        (each.desk_id, each.method, each.payments, each.takings, each.refunds, each.total, each.outside)
        for each in day.taken
    } == set(table)
    cash = sum(each.total for each in day.taken if each.method == "cash")
    assert cash == sum(d.takings + d.refunds for d in day.drawers) + sum(t.outside for t in day.taken)


def _sum(drawer: Drawer) -> int:
    return drawer.float_amount + drawer.takings + drawer.refunds + drawer.paid_in + drawer.paid_out
