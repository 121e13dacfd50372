"""Who waits for a seat and had something that would pay is not promoted to owe once nothing does any more."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from bought import has_membership, has_package, one, paid, person
from gym import Gym

from db.records import Answer, BookingRequest, Kind
from db.repositories import bookings, needs, rosters

Superuser = psycopg.Connection[tuple[Any, ...]]

BOTH = pytest.mark.parametrize(("kind", "key"), [("lead", "zoe"), ("client", "okafor")])
END = {
    "membership": "update memberships set ends_on = current_date - 5",
    "package": "insert into entitlement_ledger (organization_id, package_id, kind, amount)"
    " select organization_id, id, 'write_off', -1 from packages",
}


def book(gym: Gym, kind: Kind, key: str, session: str = "full", **more: Any) -> Answer:
    asked = BookingRequest(uuid.uuid4(), gym.sessions[session], kind, person(gym, kind, key), **more)
    return bookings.book(gym.signed_in(), asked)


def wait(gym: Gym, kind: Kind, key: str) -> uuid.UUID:
    answer = book(gym, kind, key, waitlist=True)
    assert (answer.outcome, answer.decided) == ("waitlisted", None)
    assert answer.booking_id
    return answer.booking_id


def free_a_seat(gym: Gym, name: str = "Rosamund Ortiz") -> None:
    (booked,) = (line for line in rosters.of(gym.signed_in(), gym.sessions["full"]) if line.name == name)
    assert bookings.cancel(gym.signed_in(), booked.booking_id).outcome == "cancelled"


def status(superuser: Superuser, booking: uuid.UUID) -> str:
    found: str = one(superuser, "select booking_status from bookings where id = %s", booking)
    return found


def flagged(gym: Gym) -> list[tuple[str, str, str]]:
    found = needs.today(gym.signed_in())
    return [(each.kind, each.name, each.program) for each in found if each.need == "not_covered"]


@BOTH
@pytest.mark.parametrize("what", ["membership", "package"])
def test_whose_payer_is_gone_is_skipped_kept_and_flagged(
    gym: Gym, superuser: Superuser, kind: Kind, key: str, what: str
) -> None:
    (has_membership if what == "membership" else has_package)(superuser, gym, kind, key)
    first, second = wait(gym, kind, key), wait(gym, "lead", "olsen")
    assert flagged(gym) == []
    superuser.execute(END[what].encode())
    name = one(superuser, f"select name from {kind}s where id = %s", person(gym, kind, key))
    assert flagged(gym) == [(kind, name, "Boxing")]
    assert needs.today(gym.signed_in("ben", "union")) == []
    free_a_seat(gym)
    assert (status(superuser, first), status(superuser, second)) == ("waitlisted", "confirmed")
    assert paid(superuser, second) == ("later", "pending", None)
    assert flagged(gym) == [(kind, name, "Boxing")]
    superuser.execute("update class_sessions set starts_at = now() - interval '2 h', ends_at = now()")
    assert flagged(gym) == []


@BOTH
def test_it_is_not_flagged_any_more_once_it_is_paid_for(
    gym: Gym, superuser: Superuser, kind: Kind, key: str
) -> None:
    has_membership(superuser, gym, kind, key)
    waits = wait(gym, kind, key)
    superuser.execute(END["membership"].encode())
    package = has_package(superuser, gym, kind, key)
    assert flagged(gym) == []
    free_a_seat(gym)
    assert paid(superuser, waits) == ("package", "paid", package)


@BOTH
def test_a_hand_confirms_it_and_taking_that_back_flags_it_again(
    gym: Gym, superuser: Superuser, kind: Kind, key: str
) -> None:
    has_package(superuser, gym, kind, key)
    waits = wait(gym, kind, key)
    superuser.execute(END["package"].encode())
    free_a_seat(gym)
    assert book(gym, kind, key).outcome == "due"
    assert book(gym, kind, key, pay="card").outcome == "confirmed"
    assert (flagged(gym), paid(superuser, waits)) == ([], ("card", "paid", None))
    bookings.take_back(gym.signed_in(), waits, "waitlisted")
    assert [each[0] for each in flagged(gym)] == [kind]
    assert paid(superuser, waits) == (None, "pending", None)


@BOTH
def test_who_never_had_anything_is_promoted_and_owes(
    gym: Gym, superuser: Superuser, kind: Kind, key: str
) -> None:
    """So is who waited already when it was not kept yet what would pay."""
    waits = wait(gym, kind, key)
    assert flagged(gym) == []
    free_a_seat(gym)
    assert paid(superuser, waits) == ("later", "pending", None)


@BOTH
def test_who_waited_before_what_would_pay_was_kept_is_promoted(
    gym: Gym, superuser: Superuser, kind: Kind, key: str
) -> None:
    has_package(superuser, gym, kind, key)
    waits = wait(gym, kind, key)
    superuser.execute(END["package"].encode())
    superuser.execute("update bookings set decided = null where id = %s", (waits,))
    assert flagged(gym) == []
    free_a_seat(gym)
    assert paid(superuser, waits) == ("later", "pending", None)


def test_what_costs_nothing_waits_for_nothing(gym: Gym, superuser: Superuser) -> None:
    superuser.execute("update programs set drop_in_price = 0")
    has_package(superuser, gym, "client", "okafor")
    waits = wait(gym, "client", "okafor")
    superuser.execute(END["package"].encode())
    assert flagged(gym) == []
    free_a_seat(gym)
    assert status(superuser, waits) == "confirmed"
