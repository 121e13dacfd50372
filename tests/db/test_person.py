"""What is known of one person: from their bookings, their family and their notes, and of nobody else's."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from gym import Gym

from db import errors
from db.records import BookingRequest, Kind, PersonDetails
from db.repositories import bookings, people

Superuser = psycopg.Connection[Any]


def details(gym: Gym, key: str = "okafor") -> PersonDetails:
    kind: Kind = "lead" if key in gym.leads else "client"
    return people.details(gym.signed_in(), kind, gym.leads.get(key) or gym.clients[key])


def book(gym: Gym, session: str, **more: Any) -> None:
    asked = BookingRequest(uuid.uuid4(), gym.sessions[session], "client", gym.clients["okafor"], **more)
    bookings.book(gym.signed_in(), asked)


def visit(superuser: Superuser, gym: Gym, at: datetime, **more: object) -> None:
    """A class that they came to, past the rules of today."""
    session, person = uuid.uuid4(), gym.clients["okafor"]
    values = {"booking_status": "attended", "payment_status": "paid", "price": 0, "currency": "GBP", **more}
    superuser.execute("set session_replication_role = replica")
    superuser.execute(
        "insert into class_sessions (organization_id, id, program_id, starts_at, ends_at, capacity)"
        " select organization_id, %s, id, %s, %s, 10 from programs where name = 'Yoga'",
        (session, at, at + timedelta(hours=1)),
    )
    columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    superuser.execute(
        f"insert into bookings (organization_id, class_session_id, client_id, {columns})"
        f" values (%s, %s, %s, {marks})",
        (gym.organizations["harbour"], session, person, *values.values()),
    )
    superuser.execute("set session_replication_role = origin")


def test_nothing_is_known_of_a_newcomer(gym: Gym) -> None:
    found = details(gym, "olsen")
    today = datetime.now(UTC).date()
    assert (found.kind, found.name, found.phone) == ("lead", "Sam Olsen", "+44 7700 900412")
    assert abs(found.since - today) <= timedelta(days=1) and found.lead_since is None
    assert (found.visits, found.visits_this_month, found.last_visit, found.owes) == (0, 0, None, 0)
    assert (found.waiver_signed_at, found.blocked_reason, found.birth_date) == (None, None, None)
    assert [found.pays, found.guardians, found.family, found.alerts, found.notes, found.coming] == [[]] * 6


def test_blocked_says_why(gym: Gym) -> None:
    assert details(gym, "blocked").blocked_reason == "owes since May"


def test_a_client_was_a_lead_first(gym: Gym, superuser: Superuser) -> None:
    superuser.execute("update clients set client_since = '2021-03-04' where name = 'Con Verted'")
    superuser.execute("update leads set created_at = '2020-11-30 12:00Z' where name = 'Con Verted'")
    found = people.details(gym.signed_in(), "client", gym.clients["converted"])
    assert (found.since, found.lead_since) == (date(2021, 3, 4), date(2020, 11, 30))


def test_visits_and_what_is_owed(gym: Gym, superuser: Superuser) -> None:
    """Only who came has visited; what was taken back, cancelled in time or only waited for is not owed."""
    now = datetime.now(UTC)
    visit(superuser, gym, now - timedelta(days=70))
    visit(superuser, gym, now - timedelta(minutes=90))
    owed = {"payment_status": "pending", "paid_by": "later", "price": 700}
    for status in ("no_show", "late_cancelled"):
        visit(superuser, gym, now - timedelta(days=71), booking_status=status, **owed)
    for status in ("cancelled", "waitlisted"):
        visit(superuser, gym, now - timedelta(days=72), booking_status=status, **owed)
    found = details(gym)
    assert (found.visits, found.visits_this_month, found.owes) == (2, 1, 1400)
    assert found.last_visit is not None and abs(found.last_visit - now.date()) <= timedelta(days=1)


def test_how_they_paid_and_what_is_coming(gym: Gym) -> None:
    book(gym, "spin", pay="card")
    book(gym, "tomorrow", pay="later")
    book(gym, "full", waitlist=True)
    book(gym, "open", arrive=True)
    found = details(gym)
    assert (found.pays, found.owes) == (["later", "card"], 1200)
    assert list(zip(found.coming, found.coming_status, strict=True)) == [
        *(("Open gym", "attended"), ("Spin", "confirmed"), ("Boxing", "waitlisted"), ("Spin", "confirmed"))
    ]
    assert found.coming_at == sorted(found.coming_at)


def test_family_notes_and_alerts(gym: Gym, superuser: Superuser) -> None:
    harbour, family = gym.organizations["harbour"], uuid.uuid4()
    superuser.execute("insert into families (organization_id, id) values (%s, %s)", (harbour, family))
    member = (
        "insert into family_members (organization_id, family_id, is_guardian, customer_id, client_id)"
        " values (%s, %s, %s, %s, %s)"
    )
    superuser.execute(member, (harbour, family, True, None, gym.clients["okafor"]))
    superuser.execute(member, (harbour, family, True, None, gym.clients["ortiz"]))
    superuser.execute(member, (harbour, family, False, gym.leads["olsen"], None))
    superuser.execute(member, (harbour, family, False, gym.leads["zoe"], None))
    for text, priority, at in (
        ("asks for the window", None, "2026-01-01"),
        ("forgot a towel", None, "2026-02-01"),
        ("pays by card only", 3, "2026-01-01"),
        ("knee injury: tell Kim", 1, "2026-02-01"),
    ):
        superuser.execute(
            "insert into notes (organization_id, text, alert_priority, written_at, client_id)"
            " values (%s, %s, %s, %s, %s)",
            (harbour, text, priority, at, gym.clients["okafor"]),
        )
    okafor, child = details(gym), details(gym, "olsen")
    assert okafor.alerts == ["knee injury: tell Kim", "pays by card only"]
    assert okafor.notes == ["forgot a towel", "asks for the window"]
    assert (okafor.guardians, okafor.family) == (["Rosamund Ortiz"], ["Sam Olsen", "Zoë Müller-O'Brien"])
    assert (child.guardians, child.family) == (["Rosamund Ortiz", "Sam Okafor"], ["Zoë Müller-O'Brien"])
    assert (child.alerts, child.notes) == ([], [])


def test_nobody_is_not_found(gym: Gym, superuser: Superuser) -> None:
    """Neither another organization's, nor a lead asked for as a client, nor whoever was erased."""
    superuser.execute("update clients set erased_at = now() where id = %s", (gym.clients["arabic"],))
    asked: list[tuple[Kind, uuid.UUID]] = [
        ("client", gym.clients["other"]),
        ("lead", gym.leads["other"]),
        ("client", gym.leads["olsen"]),
        ("client", gym.clients["arabic"]),
        ("lead", uuid.uuid4()),
    ]
    for kind, identity in asked:
        with pytest.raises(errors.NotFound):
            people.details(gym.signed_in(), kind, identity)
