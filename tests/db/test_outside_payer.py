"""Bookings on days on which what pays for them does not any more: listed for staff, and left alone."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from bought import has_membership, has_package, one, paid, person
from gym import Gym
from security.psql import Psql, as_staff, attempt, signed

from db.records import BookingRequest, Kind, OfferKind
from db.repositories import bookings, needs, sales, staff, till

Superuser = psycopg.Connection[tuple[Any, ...]]

BOTH = pytest.mark.parametrize(("kind", "key"), [("lead", "olsen"), ("client", "okafor")])
EACH = pytest.mark.parametrize("what", ["membership", "package"])


@pytest.fixture
def today(gym: Gym, superuser: Superuser) -> date:
    day: date = one(
        superuser,
        "select (now() at time zone timezone)::date from organizations where id = %s",
        gym.organizations["harbour"],
    )
    return day


def booked(
    gym: Gym, superuser: Superuser, what: str, kind: Kind, key: str, session: str = "tomorrow", **more: object
) -> tuple[uuid.UUID, uuid.UUID]:
    """A booking, and what pays for it."""
    if what == "membership":
        sold = has_membership(superuser, gym, kind, key, **more)
    else:
        sold = has_package(superuser, gym, kind, key, 1, **more)
    asked = BookingRequest(uuid.uuid4(), gym.sessions[session], kind, person(gym, kind, key))
    assert bookings.book(gym.signed_in(), asked).paid_by == what
    return asked.id, sold


def move(gym: Gym, superuser: Superuser, session: str, days: int) -> None:
    superuser.execute(
        "update class_sessions set starts_at = starts_at + make_interval(days => %(days)s),"
        " ends_at = ends_at + make_interval(days => %(days)s) where id = %(id)s",
        {"days": days, "id": gym.sessions[session]},
    )


def listed(gym: Gym) -> list[tuple[str, str]]:
    kinds = {"on_hold", "ended", "starts_later"}
    assert kinds.isdisjoint(each.need for each in needs.today(gym.signed_in("ben", "union")))
    return [(each.need, each.name) for each in needs.today(gym.signed_in("vera")) if each.need in kinds]


@BOTH
@EACH
def test_what_is_held_since(
    gym: Gym, superuser: Superuser, today: date, what: OfferKind, kind: Kind, key: str
) -> None:
    booking, sold = booked(gym, superuser, what, kind, key)
    assert listed(gym) == []
    sales.hold(gym.signed_in(), what, sold, today, today)
    assert listed(gym) == []
    sales.hold(gym.signed_in(), what, sold, today + timedelta(days=1))
    name = one(superuser, f"select name from {kind}s where id = %s", person(gym, kind, key))
    assert listed(gym) == [("on_hold", name)]
    assert paid(superuser, booking) == (what, "paid", sold)
    bookings.cancel(gym.signed_in(), booking)
    assert listed(gym) == []


@EACH
def test_a_class_that_was_moved_past_the_end(
    gym: Gym, superuser: Superuser, today: date, what: OfferKind
) -> None:
    """A hold that has taken a day gives one back at the end; what lies after tomorrow is not listed yet."""
    days = {"starts_on": today, "ends_on": today}
    booking, sold = booked(gym, superuser, what, "client", "okafor", "spin", **days)
    assert listed(gym) == []
    move(gym, superuser, "spin", 1)
    assert listed(gym) == [("ended", "Sam Okafor")]
    sales.hold(gym.signed_in(), what, sold, today, today)
    assert listed(gym) == []
    superuser.execute("delete from entitlement_holds")
    move(gym, superuser, "spin", 1)
    assert listed(gym) == []
    move(gym, superuser, "spin", -1)
    assert paid(superuser, booking) == (what, "paid", sold)
    superuser.execute(f"update {what}s set cancelled_at = now()")
    assert listed(gym) == []


@EACH
def test_a_class_that_was_moved_before_the_start(
    gym: Gym, superuser: Superuser, today: date, what: OfferKind
) -> None:
    booked(gym, superuser, what, "client", "okafor", starts_on=today + timedelta(days=1), ends_on=None)
    move(gym, superuser, "tomorrow", -1)
    assert listed(gym) == [("starts_later", "Sam Okafor")]


def test_days_from_the_first_class_are_left_alone(gym: Gym, superuser: Superuser) -> None:
    booked(gym, superuser, "package", "client", "okafor", "spin", ends_on=None, valid_days=1)
    move(gym, superuser, "spin", 1)
    assert listed(gym) == []


def test_counting_the_drawer_hands_over_what_waits_today_alone(
    gym: Gym, superuser: Superuser, today: date
) -> None:
    _, sold = booked(gym, superuser, "package", "client", "okafor")
    sales.hold(gym.signed_in(), "package", sold, today)
    assert listed(gym) == [("on_hold", "Sam Okafor")]
    staff.open_desk(gym.signed_in(), "Front door")
    drawer = till.open_drawer(gym.signed_in(), uuid.uuid4(), 100)
    till.count(gym.signed_in(), drawer.id, {100: 1})
    handed = till.handover(gym.signed_in("mia"))
    assert handed is not None and handed.lines == []
    assert listed(gym) == [("on_hold", "Sam Okafor")]


def test_ids_are_shown_to_nobody_else(gym: Gym, superuser: Superuser, app_psql: Psql, today: date) -> None:
    """Nor who waits and has nothing any more that pays: with a forged organization, and without a token."""
    booking, sold = booked(gym, superuser, "package", "client", "okafor")
    asked = BookingRequest(uuid.uuid4(), gym.sessions["full"], "client", gym.clients["okafor"], waitlist=True)
    superuser.execute(
        "insert into entitlement_ledger (organization_id, package_id, kind, amount)"
        " select organization_id, id, 'grant', 1 from packages"
    )
    bookings.book(gym.signed_in(), asked)
    sales.hold(gym.signed_in(), "package", sold, today)
    both = "select n from app.not_covered() n union all select booking_id from app.outside_payer()"
    with signed(app_psql, gym):
        assert {row[0] for row in attempt(app_psql, both).rows} == {asked.id, booking}
    for token, organization in (
        (gym.token("ben"), gym.organizations["harbour"]),
        (gym.token("ben"), gym.organizations["union"]),
        ("forged", gym.organizations["harbour"]),
    ):
        with as_staff(app_psql, token, str(organization)):
            assert attempt(app_psql, both).nothing
