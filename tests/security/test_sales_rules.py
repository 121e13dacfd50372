"""What anyone with the desk's login can do by plain SQL to what is sold and to the ledger."""

from __future__ import annotations

import uuid

import pytest
from bought import has_membership, has_package, left, one
from gym import Gym
from security.psql import Psql, Tried, attempt, signed


@pytest.fixture
def package(superuser: Psql, gym: Gym) -> uuid.UUID:
    return has_package(superuser, gym, "client", "okafor", 3)


def product(superuser: Psql) -> uuid.UUID:
    made: uuid.UUID = one(superuser, "select id from package_products")
    return made


def insert(psql: Psql, table: str, **values: object) -> Tried:
    columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    return attempt(psql, f"insert into {table} ({columns}) values ({marks}) returning id", *values.values())


@pytest.mark.parametrize("who", ["ana", "mia", "otto"])
def test_nobody_writes_the_ledger(
    app_psql: Psql, superuser: Psql, gym: Gym, package: uuid.UUID, who: str
) -> None:
    with signed(app_psql, gym, who):
        more = {"organization_id": gym.organizations["harbour"], "package_id": package, "kind": "grant"}
        assert insert(app_psql, "entitlement_ledger", **more, amount=9).state == "42501"
        for statement in (
            "update entitlement_ledger set amount = 9",
            "delete from entitlement_ledger",
            "truncate entitlement_ledger",
            "update packages set class_count = 99",
            "update packages set ends_on = null",
            "update memberships set period_limit = null",
            "delete from packages",
        ):
            assert attempt(app_psql, statement).state == "42501", statement
    assert left(superuser, package) == 3


@pytest.mark.parametrize(
    "stamped",
    [
        {"price": 0},
        {"class_count": 99},
        {"ends_on": "2099-01-01"},
        {"sold_by": uuid.UUID(int=1)},
        {"is_shared": True},
    ],
)
def test_the_terms_are_the_offers(
    app_psql: Psql, superuser: Psql, gym: Gym, package: uuid.UUID, stamped: dict[str, object]
) -> None:
    row = {
        "organization_id": gym.organizations["harbour"],
        "product_id": product(superuser),
        "client_id": gym.clients["ortiz"],
        "paid_by": "card",
    }
    with signed(app_psql, gym):
        assert insert(app_psql, "packages", **row, **stamped).state == "42501"
        sold = insert(app_psql, "packages", **row)
        assert sold.state is None
        read = "select price, class_count, sold_by from packages where id = %s"
        assert attempt(app_psql, read, sold.rows[0][0]).rows == [(9000, 10, gym.users["ana"])]


def test_what_is_others_pays_for_nobody_else(
    app_psql: Psql, superuser: Psql, gym: Gym, package: uuid.UUID
) -> None:
    membership = has_membership(superuser, gym, "client", "okafor")
    row = {
        "organization_id": gym.organizations["harbour"],
        "class_session_id": gym.sessions["spin"],
        "customer_id": gym.leads["olsen"],
    }
    for kind, entitlement in (("package", package), ("membership", membership)):
        with signed(app_psql, gym):
            tried = insert(app_psql, "bookings", **row, paid_by=kind, **{f"{kind}_id": entitlement})
            assert (tried.state, tried.rule) == ("23514", "entitlement_not_theirs")
    with signed(app_psql, gym):
        odd = insert(app_psql, "bookings", **row, paid_by="card", package_id=package)
        assert odd.state is None
        read = "select paid_by, package_id from bookings where id = %s"
        assert attempt(app_psql, read, odd.rows[0][0]).rows == [("card", None)]


def test_a_booking_keeps_its_payer(app_psql: Psql, superuser: Psql, gym: Gym, package: uuid.UUID) -> None:
    with signed(app_psql, gym):
        made = insert(
            app_psql,
            "bookings",
            organization_id=gym.organizations["harbour"],
            class_session_id=gym.sessions["spin"],
            client_id=gym.clients["okafor"],
        )
        booking = made.rows[0][0]
        for change in (
            "package_id = null, paid_by = 'comp', comp_reason = 'free'",
            "paid_by = 'later', package_id = null",
            f"package_id = '{uuid.uuid4()}'",
        ):
            tried = attempt(app_psql, f"update bookings set {change} where id = %s", booking)
            assert (tried.state, tried.rule) == ("23514", "booking_transition"), change
        both = "update bookings set booking_status = 'attended', paid_by = 'comp', comp_reason = 'x'"
        both += " where id = %s"
        assert attempt(app_psql, both, booking).state == "23514"


@pytest.mark.parametrize(("who", "state"), [("vera", "42501"), ("ana", None), ("ben", "42501")])
def test_who_may_sell(
    app_psql: Psql, superuser: Psql, gym: Gym, package: uuid.UUID, who: str, state: str | None
) -> None:
    organization = "union" if who == "ben" else "harbour"
    with signed(app_psql, gym, who, organization):
        sold = insert(
            app_psql,
            "packages",
            organization_id=gym.organizations["harbour"],
            product_id=product(superuser),
            client_id=gym.clients["ortiz"],
            paid_by="card",
        )
        assert sold.state == state


def test_only_managers_offer_and_cancel(
    app_psql: Psql, superuser: Psql, gym: Gym, package: uuid.UUID
) -> None:
    offer = {"organization_id": gym.organizations["harbour"], "name": "Free", "price": 0}
    end = "update packages set cancelled_at = now(), cancel_reason = %s where id = %s"
    with signed(app_psql, gym):
        assert insert(app_psql, "package_products", **offer).state == "42501"
        assert attempt(app_psql, "update package_products set price = 0").nothing
        assert attempt(app_psql, end, "gone", package).rule == "booking_override_rank"
    with signed(app_psql, gym, "mia"):
        assert insert(app_psql, "package_products", **offer).state is None
        assert attempt(app_psql, end, " ", package).rule == "sale_cancel_reason"
        assert attempt(app_psql, end, "gone", package).count == 1
        assert attempt(app_psql, end, "again", package).rule == "sale_cancelled_already"
