"""What anyone with the desk's login can do by plain SQL to what is owed, to credit and to cards on file."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from gym import Gym
from security.psql import Psql, attempt, signed, writes

from db.records import BookingRequest
from db.repositories import accounts, bookings

COLLECT = "select * from app.collect(%s, %s, %s, %s)"
REFUND = "select * from app.refund_credit(%s, 'client', %s, %s, 'x')"
BOOK = (
    "insert into bookings (organization_id, class_session_id, client_id, booking_status, paid_by)"
    " values (%s, %s, %s, 'confirmed', 'credit') returning payment_status"
)
CARD = "insert into cards_on_file (organization_id, client_id, brand, last_four) values (%s, %s, %s, %s)"
MONEY = ("payments", "collections", "credit_refunds")


@pytest.fixture
def owed(gym: Gym) -> uuid.UUID:
    """Okafor owes for Spin of today, and has £12.00 of credit; so has somebody of Union Square."""
    for who, organization, person, session in (
        ("ana", "harbour", "okafor", "tomorrow"),
        ("ben", "union", "other", "other"),
    ):
        signed_in = gym.signed_in(who, organization)
        paid = BookingRequest(uuid.uuid4(), gym.sessions[session], "client", gym.clients[person], pay="card")
        bookings.book(signed_in, paid)
        assert bookings.cancel(signed_in, paid.id).booking_status == "cancelled"
    asked = BookingRequest(uuid.uuid4(), gym.sessions["spin"], "client", gym.clients["okafor"], pay="later")
    assert bookings.book(gym.signed_in(), asked).outcome == "booked"
    return asked.id


def rows(superuser: Psql) -> list[Any]:
    tables = (*MONEY, "cards_on_file", "bookings")
    return [superuser.execute(f"select t::text from {table} t order by 1").fetchall() for table in tables]


@pytest.mark.parametrize("who", ["ana", "mia", "otto", "vera"])
def test_nobody_settles_without_paying(
    app_psql: Psql, superuser: Psql, gym: Gym, owed: uuid.UUID, who: str
) -> None:
    before = rows(superuser)
    with signed(app_psql, gym, who):
        for change in (
            "payment_status = 'paid'",
            "payment_status = 'paid', paid_by = 'card'",
            "payment_status = 'paid', paid_by = 'credit'",
            "payment_status = 'comp'",
            "paid_by = 'credit'",
            "paid_by = 'cash'",
            "collection_id = id",
            "collection_id = null, payment_status = 'paid'",
            "price = 0",
        ):
            tried = attempt(app_psql, f"update bookings set {change} where id = %s", owed)
            assert tried.nothing, (change, tried)
        for table in MONEY:
            for statement in writes(superuser, table):
                assert attempt(app_psql, statement).nothing, statement
        forged = (
            "insert into payments (organization_id, client_id, booking_id, method, amount, currency)"
            " values (%s, %s, %s, 'cash', -1200, 'GBP')"
        )
        harbour, okafor = gym.organizations["harbour"], gym.clients["okafor"]
        assert attempt(app_psql, forged, harbour, okafor, owed).state == "42501"
        app_psql.execute("commit")
    assert rows(superuser) == before


def test_credit_is_the_persons_own_and_once(
    app_psql: Psql, superuser: Psql, gym: Gym, owed: uuid.UUID
) -> None:
    harbour = gym.organizations["harbour"]
    with signed(app_psql, gym):
        for person in ("ortiz", "arabic"):
            other = attempt(app_psql, BOOK, harbour, gym.sessions["spin"], gym.clients[person])
            assert (other.state, other.rule) == ("23514", "account_credit")
        theirs = attempt(app_psql, BOOK, harbour, gym.sessions["spin"], gym.clients["other"])
        assert theirs.state == "23503"
        credit = "select app.account_credit(%s, null, %s)"
        union = gym.organizations["union"]
        assert attempt(app_psql, credit, union, gym.clients["other"]).rows == [(0,)]
        once = attempt(app_psql, BOOK, harbour, gym.sessions["earlier"], gym.clients["okafor"])
        assert once.rows == [("paid",)]
        twice = attempt(app_psql, BOOK, harbour, gym.sessions["tomorrow"], gym.clients["okafor"])
        assert (twice.state, twice.rule) == ("23514", "account_credit")
        undo = "update bookings set booking_status = 'confirmed' where booking_status = 'cancelled'"
        assert attempt(app_psql, undo).rule == "credit_spent"


@pytest.mark.parametrize(
    ("who", "organization", "person", "state", "rule"),
    [
        ("ana", "harbour", "okafor", None, None),
        ("kim", "union", "okafor", "23514", "collection_nothing"),
        ("ben", "union", "other", "23514", "collection_nothing"),
        ("vera", "harbour", "okafor", "42501", None),
        ("ben", "harbour", "okafor", "28000", None),
    ],
)
def test_who_may_collect(
    app_psql: Psql,
    gym: Gym,
    owed: uuid.UUID,
    who: str,
    organization: str,
    person: str,
    state: str | None,
    rule: str | None,
) -> None:
    with signed(app_psql, gym, who, organization):
        tried = attempt(app_psql, COLLECT, uuid.uuid4(), "client", gym.clients[person], "card")
        assert (tried.state, tried.rule) == (state, rule)
        for method in ("later", "comp", "transfer", None):
            other = attempt(app_psql, COLLECT, uuid.uuid4(), "client", gym.clients[person], method)
            assert other.state in ("23514", "42501", "28000")


def test_nobody_takes_back_or_gives_back_elsewhere(
    app_psql: Psql, superuser: Psql, gym: Gym, owed: uuid.UUID
) -> None:
    collected = accounts.collect(gym.signed_in(), uuid.uuid4(), "client", gym.clients["okafor"], "card")
    before = rows(superuser)
    with signed(app_psql, gym, "ben", "union"):
        back = attempt(app_psql, "select * from app.take_back_collection(%s)", collected.id)
        assert (back.state, back.rows) == (None, [])
    with signed(app_psql, gym, "vera"):
        assert attempt(app_psql, "select app.take_back_collection(%s)", collected.id).state == "42501"
    with signed(app_psql, gym, "ana"):
        tried = attempt(app_psql, REFUND, uuid.uuid4(), gym.clients["okafor"], 100)
        assert tried.rule == "booking_override_rank"
    with signed(app_psql, gym, "mia"):
        for person, amount in (("other", 100), ("ortiz", 1), ("okafor", 1201), ("okafor", -5)):
            tried = attempt(app_psql, REFUND, uuid.uuid4(), gym.clients[person], amount)
            assert tried.state == ("23503" if person == "other" else "23514"), (person, tried)
    assert rows(superuser) == before


def test_a_card_cannot_be_forged(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    harbour, okafor = gym.organizations["harbour"], gym.clients["okafor"]
    with signed(app_psql, gym):
        assert attempt(app_psql, CARD, harbour, okafor, "visa", "4242").count == 1
        for brand, last_four in (
            ("visa", "4242424242424242"),
            ("visa", "١٢٣٤"),
            ("4242424242424242", "4242"),
        ):
            assert attempt(app_psql, CARD, harbour, okafor, brand, last_four).state == "23514"
        assert attempt(app_psql, CARD, harbour, gym.clients["other"], "visa", "4242").state == "23503"
        union = gym.organizations["union"]
        assert attempt(app_psql, CARD, union, gym.clients["other"], "visa", "4242").state == "42501"
        stamped = CARD.replace("last_four)", "last_four, added_by)").replace("%s)", "%s, null)")
        assert attempt(app_psql, stamped, harbour, okafor, "visa", "4242").state == "42501"
        for change in ("last_four = '1111'", "client_id = null", "added_at = now()", "removed_by = null"):
            assert attempt(app_psql, f"update cards_on_file set {change}").state == "42501", change
        assert attempt(app_psql, "delete from cards_on_file").state == "42501"
        assert attempt(app_psql, "update cards_on_file set removed_at = '2001-01-01'").count == 1
        assert attempt(app_psql, "update cards_on_file set removed_at = null").state is None
        app_psql.execute("commit")
    stamps = "select added_by, removed_by, removed_at > now() - interval '1 minute' from cards_on_file"
    assert superuser.execute(stamps).fetchall() == [(gym.users["ana"], gym.users["ana"], True)]
    logged = superuser.execute("select string_agg(l::text, '') from audit_log l").fetchone()
    assert logged is not None and '"4242"' not in str(logged[0])  # ids may hold these digits
    with signed(app_psql, gym, "vera"):
        assert attempt(app_psql, CARD, harbour, okafor, "visa", "4242").state == "42501"


def test_a_statement_that_changes_its_organization_in_between(
    app_psql: Psql, superuser: Psql, gym: Gym, owed: uuid.UUID
) -> None:
    """Kim works in both; each row is looked at again when it is written."""
    before = rows(superuser)
    union = str(gym.organizations["union"])
    switched = "case when set_config('app.organization', %s, true) <> '' then '4242' end"
    with signed(app_psql, gym, "kim", "harbour"):
        card = CARD.replace("%s)", f"{switched})")
        tried = attempt(app_psql, card, gym.organizations["harbour"], gym.clients["okafor"], "visa", union)
        assert tried.state == "42501"
    assert rows(superuser) == before
