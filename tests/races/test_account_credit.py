"""Desks that spend somebody's last credit, or collect what they owe, at the same moment: exactly one does."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from bought import one
from gym import Gym

from db import embedded, errors
from db.records import BookingRequest, NewPackage, Pay, Sale
from db.repositories import accounts, bookings, people, sales

Superuser = psycopg.Connection[tuple[Any, ...]]

WAITING = (
    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
)


def book(gym: Gym, session: str, pay: Pay) -> uuid.UUID:
    asked = BookingRequest(uuid.uuid4(), gym.sessions[session], "client", gym.clients["okafor"], pay=pay)
    answer = bookings.book(gym.signed_in(), asked)
    if answer.outcome != "booked":
        raise errors.Refused("", answer.rule)
    return asked.id


def undo(gym: Gym, cancelled: uuid.UUID) -> None:
    answer = bookings.take_back(gym.signed_in(), cancelled, "confirmed")
    if answer.outcome != "taken_back":
        raise errors.Refused("", answer.rule)


def acts(gym: Gym) -> dict[str, Callable[[], object]]:
    """£12.00 to Okafor's credit, £12.00 owed, and what may be done with the credit."""
    okafor, product = gym.clients["okafor"], uuid.uuid4()
    sales.offer(gym.signed_in("mia"), NewPackage(product, "Taster", 1200, 1, programs=("Boxing",)))
    cancelled = book(gym, "tomorrow", "card")
    bookings.cancel(gym.signed_in(), cancelled)
    book(gym, "earlier", "later")
    sale = Sale(uuid.uuid4(), "package", product, "credit")
    return {
        "book": lambda: book(gym, "spin", "credit"),
        "sell": lambda: sales.sell(gym.signed_in(), sale, "client", okafor),
        "collect": lambda: accounts.collect(gym.signed_in(), uuid.uuid4(), "client", okafor, "credit"),
        "refund": lambda: accounts.refund_credit(
            gym.signed_in("mia"), uuid.uuid4(), "client", okafor, 1200, "moved away"
        ),
        "undo": lambda: undo(gym, cancelled),
    }


def at_once(
    cluster: embedded.Cluster, name: str, superuser: Superuser, *tried: Callable[[], object]
) -> list[str | None]:
    """All come to the person while they are held; the rules that refused."""

    def heard(act: Callable[[], object]) -> str | None:
        try:
            act()
        except errors.Refused as refused:
            return refused.rule
        return None

    with (
        psycopg.connect(cluster.conninfo("postgres", name)) as holder,
        ThreadPoolExecutor(len(tried)) as pool,
    ):
        holder.execute("select from clients for no key update")
        answers = pool.map(heard, tried)
        deadline = time.monotonic() + 20
        while superuser.execute(WAITING).fetchone() != (len(tried),):
            assert time.monotonic() < deadline, "they do not wait for the person"
            time.sleep(0.02)
        holder.rollback()
        return list(answers)


@pytest.mark.parametrize(
    ("first", "second"),
    [("book", "sell"), ("book", "collect"), ("book", "undo"), ("sell", "refund"), ("collect", "refund")],
)
def test_the_last_credit_is_spent_once(
    cluster: embedded.Cluster, database_name: str, gym: Gym, superuser: Superuser, first: str, second: str
) -> None:
    may = acts(gym)
    rules = at_once(cluster, database_name, superuser, may[first], may[second])
    assert rules.count(None) == 1 and set(rules) <= {None, "account_credit", "credit_spent"}
    assert people.details(gym.signed_in(), "client", gym.clients["okafor"]).credit == 0


def test_two_desks_book_with_it_once(
    cluster: embedded.Cluster, database_name: str, gym: Gym, superuser: Superuser
) -> None:
    may = acts(gym)
    again = lambda: book(gym, "tomorrow", "credit")  # noqa: E731
    rules = at_once(cluster, database_name, superuser, may["book"], again)
    assert sorted(rules, key=str) == [None, "account_credit"]


def test_what_is_owed_is_collected_once(
    cluster: embedded.Cluster, database_name: str, gym: Gym, superuser: Superuser
) -> None:
    """The same asked twice is once; another desk finds nothing owed any more."""
    okafor, collection = gym.clients["okafor"], uuid.uuid4()
    for session in ("earlier", "tomorrow"):
        book(gym, session, "later")
    same = [lambda: accounts.collect(gym.signed_in(), collection, "client", okafor, "card") for _ in range(2)]
    assert at_once(cluster, database_name, superuser, *same) == [None, None]
    assert one(superuser, "select count(*) from collections") == 1
    assert one(superuser, "select sum(amount)::int from payments") == 2400
    accounts.take_back_collection(gym.signed_in(), collection)
    others = [
        lambda: accounts.collect(gym.signed_in(), uuid.uuid4(), "client", okafor, "cash") for _ in range(2)
    ]
    rules = at_once(cluster, database_name, superuser, *others)
    assert sorted(rules, key=str) == [None, "collection_nothing"]
    assert one(superuser, "select sum(amount)::int from payments") == 2400


def test_what_is_cancelled_meanwhile_is_not_collected(
    cluster: embedded.Cluster, database_name: str, gym: Gym, superuser: Superuser
) -> None:
    """A collecting that waits for the booking being cancelled collects the others."""
    okafor = gym.clients["okafor"]
    book(gym, "earlier", "later")
    cancelled = book(gym, "tomorrow", "later")
    with (
        psycopg.connect(cluster.conninfo("postgres", database_name)) as holder,
        ThreadPoolExecutor(1) as pool,
    ):
        holder.execute("update bookings set booking_status = 'cancelled' where id = %s", (cancelled,))
        collecting = pool.submit(accounts.collect, gym.signed_in(), uuid.uuid4(), "client", okafor, "card")
        deadline = time.monotonic() + 20
        while superuser.execute(WAITING).fetchone() != (1,):
            assert time.monotonic() < deadline, "it does not wait for the booking"
            time.sleep(0.02)
        holder.commit()
        assert collecting.result().amount == 1200
    assert one(superuser, "select sum(amount)::int from payments") == 1200
    assert people.details(gym.signed_in(), "client", okafor).credit == 0
