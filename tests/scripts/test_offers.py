"""`offer` and `offers`: what a manager defines, and what staff then sell."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import psycopg
import pytest
from bought import has_package
from gym import Gym
from scripts.shell import Shell

from db.records import BookingRequest
from db.repositories import bookings

Superuser = psycopg.Connection[tuple[object, ...]]
SignIn = Callable[[str], None]


@pytest.fixture
def mia(shell: Shell, sign_in: SignIn) -> Shell:
    sign_in("mia")
    return shell


def test_a_manager_offers_and_staff_see_it(mia: Shell, superuser: Superuser, sign_in: SignIn) -> None:
    pack = ("offer", "package", "10-Class Pass", "--price", "90", "--classes", "10", "--days", "90")
    assert mia(*pack, "--program", "spin", "--from-first-class").code == 0
    weekly = ("offer", "membership", "Twice a week", "--price", "49.50", "--per-week", "2", "--months", "1")
    assert mia(*weekly, "--anniversary").code == 0
    assert superuser.execute(
        "select name, price, class_count, valid_days, valid_from, every_program,"
        " (select count(*) from covered_programs) from package_products"
    ).fetchall() == [("10-Class Pass", 9000, 10, 90, "first_class", False, 1)]
    assert superuser.execute(
        "select name, price, period_limit, period, anchored, term_months, every_program from membership_plans"
    ).fetchall() == [("Twice a week", 4950, 2, "week", "anniversary", 1, True)]
    sign_in("ana")
    shown = mia("offers").out
    assert "10-Class Pass" in shown and "£49.50" in shown and "2 a week" in shown


def test_what_ends_is_listed_no_more(mia: Shell, superuser: Superuser) -> None:
    mia("offer", "package", "Pass", "--price", "5", "--classes", "1")
    found = superuser.execute("select id from package_products").fetchone()
    assert found is not None
    assert mia("offer", "end", found[0]).code == 0
    assert "Nothing is sold here yet." in mia("offers").err


@pytest.mark.parametrize("price", ["free", "-1", "9.999", "", "1e3", "12345678901"])
def test_what_is_no_price_is_refused(mia: Shell, superuser: Superuser, price: str) -> None:
    ended = mia("offer", "package", "Pass", f"--price={price}", "--classes", "1")
    assert (ended.code, "That is no price" in ended.err) == (2, True)
    assert superuser.execute("select count(*) from package_products").fetchone() == (0,)


def test_staff_offer_nothing_and_nothing_strange_is_covered(
    mia: Shell, superuser: Superuser, sign_in: SignIn
) -> None:
    unknown = mia("offer", "package", "Pass", "--price", "5", "--classes", "1", "--program", "Judo")
    assert (unknown.code, "No program has that name here." in unknown.err) == (1, True)
    sign_in("ana")
    assert mia("offer", "package", "Pass", "--price", "5", "--classes", "1").code == 4
    assert superuser.execute("select count(*) from package_products").fetchone() == (0,)


def test_why_a_booking_was_charged_is_said_as_it_was_decided(
    ana: Shell, gym: Gym, superuser: Superuser
) -> None:
    package = has_package(superuser, gym, "client", "okafor", 3)
    asked = BookingRequest(uuid4(), gym.sessions["spin"], "client", gym.clients["okafor"])
    bookings.book(gym.signed_in(), asked)
    superuser.execute("delete from entitlement_holds; update packages set ends_on = null")
    superuser.execute("update package_products set name = 'Renamed'")
    said = ana("why", asked.id).out
    assert said.startswith("It was covered by 10-Class Pass, 2 left, ends "), said
    assert ana("why", package).code == 1
