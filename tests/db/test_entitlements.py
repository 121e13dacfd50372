"""What pays for a booking, through the real function: memberships, packages and the ledger of credits."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from bought import has_membership, has_package, left, one, paid, person
from gym import Gym

from db.records import BookingRequest, Kind
from db.repositories import bookings

Superuser = psycopg.Connection[tuple[Any, ...]]

PEOPLE: list[tuple[Kind, str]] = [("lead", "olsen"), ("client", "okafor")]
BOTH = pytest.mark.parametrize(("kind", "key"), PEOPLE)


def request(gym: Gym, session: str, kind: Kind, key: str, **more: Any) -> BookingRequest:
    return BookingRequest(uuid.uuid4(), gym.sessions[session], kind, person(gym, kind, key), **more)


@BOTH
def test_a_package_pays_and_a_cancelling_in_time_gives_it_back(
    gym: Gym, superuser: Superuser, kind: Kind, key: str
) -> None:
    package = has_package(superuser, gym, kind, key, 3)
    asked = request(gym, "tomorrow", kind, key)
    answer = bookings.book(gym.signed_in(), asked)
    assert (answer.outcome, answer.paid_by) == ("booked", "package")
    assert answer.decided and answer.decided["by"]
    assert (answer.decided["why"], answer.decided["by"]["left"]) == ("only", 2)
    assert paid(superuser, asked.id) == ("package", "paid", package)
    assert left(superuser, package) == 2
    assert bookings.cancel(gym.signed_in(), asked.id).booking_status == "cancelled"
    assert left(superuser, package) == 3
    rows = "select kind, amount, made_by, booking_id from entitlement_ledger where package_id = %s"
    ana = gym.users["ana"]
    assert superuser.execute(rows + " order by made_at, kind desc", (package,)).fetchall() == [
        ("grant", 3, None, None),
        ("debit", -1, ana, asked.id),
        ("credit", 1, ana, asked.id),
    ]


@BOTH
def test_a_membership_pays_without_a_debit(gym: Gym, superuser: Superuser, kind: Kind, key: str) -> None:
    membership = has_membership(superuser, gym, kind, key)
    asked = request(gym, "spin", kind, key, arrive=True)
    answer = bookings.book(gym.signed_in(), asked)
    assert (answer.outcome, answer.booking_status) == ("booked", "attended")
    assert paid(superuser, asked.id) == ("membership", "paid", membership)
    assert one(superuser, "select count(*) from entitlement_ledger") == 0
    assert one(superuser, "select count(*) from payments") == 0


def test_a_dry_run_says_the_same_and_leaves_nothing(gym: Gym, superuser: Superuser) -> None:
    package = has_package(superuser, gym, "client", "okafor")
    asked = request(gym, "spin", "client", "okafor")
    dry = bookings.book(gym.signed_in(), asked, dry=True)
    assert left(superuser, package) == 1
    real = bookings.book(gym.signed_in(), asked)
    assert (dry.outcome, dry.paid_by, dry.decided) == (real.outcome, real.paid_by, real.decided)


def test_late_counts_as_used_and_coming_after_all_costs_no_second_credit(
    gym: Gym, superuser: Superuser
) -> None:
    package = has_package(superuser, gym, "client", "okafor", 2)
    asked = request(gym, "spin", "client", "okafor")
    bookings.book(gym.signed_in(), asked)
    superuser.execute("update bookings set recorded_at = now() - interval '1 hour'")
    assert bookings.cancel(gym.signed_in(), asked.id).booking_status == "late_cancelled"
    assert left(superuser, package) == 1
    again = bookings.book(gym.signed_in(), request(gym, "spin", "client", "okafor"))
    assert (again.booking_id, again.booking_status) == (asked.id, "confirmed")
    assert left(superuser, package) == 1


def test_taking_it_back_returns_the_credit(gym: Gym, superuser: Superuser) -> None:
    package = has_package(superuser, gym, "client", "okafor")
    asked = request(gym, "spin", "client", "okafor")
    bookings.book(gym.signed_in(), asked)
    assert bookings.take_back(gym.signed_in(), asked.id).outcome == "taken_back"
    assert left(superuser, package) == 1


def test_a_cancelling_is_not_taken_back_when_the_credit_went_meanwhile(
    gym: Gym, superuser: Superuser
) -> None:
    has_package(superuser, gym, "client", "okafor")
    first = request(gym, "tomorrow", "client", "okafor")
    bookings.book(gym.signed_in(), first)
    bookings.cancel(gym.signed_in(), first.id)
    bookings.book(gym.signed_in(), request(gym, "spin", "client", "okafor"))
    answer = bookings.take_back(gym.signed_in(), first.id, "confirmed")
    assert (answer.outcome, answer.rule) == ("refused", "entitlement_credits")


def test_staff_choose_and_are_told_why_not(gym: Gym, superuser: Superuser) -> None:
    membership = has_membership(superuser, gym, "client", "okafor")
    package = has_package(superuser, gym, "client", "okafor")
    empty = has_package(superuser, gym, "client", "okafor", 0)
    own = request(gym, "spin", "client", "okafor", entitlement_id=package)
    answer = bookings.book(gym.signed_in(), own)
    assert answer.decided and answer.decided["why"] == "chosen"
    assert [each["id"] for each in answer.decided["others"]] == [str(membership)]
    assert [(each["id"], each.get("rule")) for each in answer.decided["refused"]] == [
        (str(empty), "entitlement_credits")
    ]
    assert paid(superuser, own.id) == ("package", "paid", package)
    bad = bookings.book(gym.signed_in(), request(gym, "tomorrow", "client", "okafor", entitlement_id=empty))
    assert (bad.outcome, bad.rule) == ("refused", "entitlement_credits")
    strange = bookings.book(
        gym.signed_in(), request(gym, "tomorrow", "lead", "olsen", entitlement_id=membership)
    )
    assert (strange.outcome, strange.rule) == ("refused", "entitlement_not_theirs")


def test_what_covers_comes_before_money_unless_the_drop_in_is_meant(gym: Gym, superuser: Superuser) -> None:
    has_package(superuser, gym, "client", "okafor", 2)
    covered = request(gym, "spin", "client", "okafor", pay="card")
    assert bookings.book(gym.signed_in(), covered).paid_by == "package"
    meant = request(gym, "tomorrow", "client", "okafor", pay="card", drop_in=True)
    answer = bookings.book(gym.signed_in(), meant)
    assert (answer.paid_by, answer.decided and answer.decided["why"]) == ("card", "chosen")
    assert one(superuser, "select sum(amount) from payments") == 1200


def test_nothing_covers_says_what_could_not(gym: Gym, superuser: Superuser) -> None:
    has_package(superuser, gym, "client", "okafor", 0)
    due = bookings.book(gym.signed_in(), request(gym, "spin", "client", "okafor"))
    assert due.outcome == "due"
    assert due.decided and due.decided["why"] == "nothing_covers"
    assert [each.get("rule") for each in due.decided["refused"]] == ["entitlement_credits"]


def test_two_desks_spend_the_last_credit_once(gym: Gym, superuser: Superuser) -> None:
    package = has_package(superuser, gym, "client", "okafor")
    asked = [request(gym, session, "client", "okafor") for session in ("spin", "tomorrow")]
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(lambda each: bookings.book(gym.signed_in(), each).outcome, asked))
    assert sorted(outcomes) == ["booked", "due"]
    assert left(superuser, package) == 0


def test_who_gets_a_seat_from_the_waitlist_pays_by_what_they_have(gym: Gym, superuser: Superuser) -> None:
    package = has_package(superuser, gym, "lead", "olsen")
    waits = request(gym, "full", "lead", "olsen", waitlist=True)
    assert bookings.book(gym.signed_in(), waits).outcome == "waitlisted"
    assert left(superuser, package) == 1
    ((taken,),) = superuser.execute(
        "select id from bookings where class_session_id = %s and booking_status = 'confirmed'",
        (gym.sessions["full"],),
    ).fetchall()
    bookings.cancel(gym.signed_in(), taken)
    assert paid(superuser, waits.id) == ("package", "paid", package)
    assert left(superuser, package) == 0


def test_what_is_shared_pays_for_the_family_and_nothing_else_does(gym: Gym, superuser: Superuser) -> None:
    shared = has_package(superuser, gym, "client", "okafor", is_shared=True)
    has_package(superuser, gym, "client", "okafor", 5)
    stranger = bookings.book(gym.signed_in(), request(gym, "spin", "lead", "olsen"))
    assert stranger.outcome == "due"
    harbour = gym.organizations["harbour"]
    family = one(superuser, "insert into families (organization_id) values (%s) returning id", harbour)
    for column, key in (("client_id", gym.clients["okafor"]), ("customer_id", gym.leads["olsen"])):
        superuser.execute(
            f"insert into family_members (organization_id, family_id, {column}) values (%s, %s, %s)",
            (harbour, family, key),
        )
    child = request(gym, "spin", "lead", "olsen")
    assert bookings.book(gym.signed_in(), child).paid_by == "package"
    assert left(superuser, shared) == 0
    assert bookings.book(gym.signed_in(), request(gym, "tomorrow", "lead", "olsen")).outcome == "due"
