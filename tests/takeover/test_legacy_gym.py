"""A known old gym is taken over: every booking becomes what it must, nothing is lost, all can be undone."""

from __future__ import annotations

import csv
import lzma
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from migration.place import Place
from takeover.conftest import TakenOver
from takeover.desk import coming_session, signed_in

from db import takeover, upgrade
from db.errors import Refused
from db.records import BookingRequest, Kind
from db.repositories import bookings
from frontdesk.scripts import versions

DATA = Path(__file__).parent / "data"
OLD = (
    *(
        "organizations",
        "users",
        "auth.users",
        "user_organizations",
        "organization_members",
        "leads",
        "clients",
    ),
    *("programs", "class_sessions", "bookings", "waitlist", "payments", "customer_notes", "memberships"),
    *("membership_plans", "class_credits", "class_packages", "customer_class_packages"),
)
NEW = (
    *("bookings", "leads", "clients", "class_sessions", "payments", "notes", "users", "search_documents"),
    *("memberships", "packages", "entitlement_ledger", "entitlement_holds"),
)


def _known(name: str) -> list[dict[str, str]]:
    with lzma.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _bookings(place: Place) -> dict[str, tuple[str, str, str, str]]:
    """Session, person, organization and status by id."""
    return {
        str(key): (str(organization), "client" if client else "lead", str(client or lead), status)
        for key, organization, client, lead, status in place.ask(
            "select id, organization_id, client_id, customer_id, booking_status from public.bookings"
        )
    }


def _sums(place: Place, schema: str) -> dict[str, str]:
    every = place.checksums(schema)
    return {table: every[table] for table in NEW}


def test_every_booking_becomes_what_it_must(taken_over: tuple[Place, TakenOver]) -> None:
    gym, report = taken_over[0], taken_over[1].report
    assert report.adds_up, report.tables
    assert report.waiting == 0
    assert {row.table for row in report.tables} == set(OLD)
    booked = _bookings(gym)
    aside = dict(gym.ask("select row_id, reason from quarantine where table_name = 'bookings'"))
    wrong = []
    for row in _known("bookings.csv.xz"):
        match row["expect"]:
            case "kept":
                said = row["organization"], row["person_kind"], row["person_id"], row["status"]
                organization, kind, person, status = booked[row["id"]]
                right = said == (organization, kind, person, status.removeprefix("late_"))
            case "merged":
                right = row["id"] not in booked and aside[row["id"]] == f"merged into {row['merged_into']}"
            case _:
                right = row["id"] not in booked and not aside[row["id"]].startswith("merged")
        if not right:
            wrong.append(row)
    assert wrong == []
    over = gym.ask(
        "select count(*) from class_sessions where booked_count > capacity + extra_seats"
        " or booked_count <> (select count(*) from bookings b where b.class_session_id = class_sessions.id"
        " and b.booking_status in ('confirmed', 'attended', 'no_show'))"
    )
    assert over == [(0,)]


def test_staff_get_a_one_time_password_each(taken_over: tuple[Place, TakenOver]) -> None:
    gym, report, file = taken_over[0], taken_over[1].report, taken_over[1].passwords
    active = gym.ask("select count(distinct user_id) from user_organizations where is_active")[0][0]
    assert report.passwords == active == len(file.read_text().splitlines()) - 1
    assert file.stat().st_mode & 0o077 == 0
    assert gym.ask("select count(*) from users where stored_key is not null and not must_change") == [(0,)]


def test_a_second_run_changes_nothing(new_gym: Place, tmp_path: Path) -> None:
    before = _sums(new_gym, "public"), new_gym.dump()
    report = takeover.adopt(new_gym.superuser, tmp_path / "more.csv")
    assert (_sums(new_gym, "public"), new_gym.dump()) == before
    assert (report.passwords, (tmp_path / "more.csv").exists()) == (0, False)


def test_a_look_changes_nothing(old_gym: Place) -> None:
    before = old_gym.dump()
    findings = takeover.look(old_gym.superuser)
    assert findings.tables["bookings"] == 6786
    assert findings.obstacles == []
    assert old_gym.dump() == before


def test_going_back_and_over_again_gives_the_same_rows(new_gym: Place, tmp_path: Path) -> None:
    rows = _sums(new_gym, "public")
    upgrade.downgrade(new_gym.superuser)
    assert new_gym.ask("select count(*) from public.bookings") == [(6786,)]
    assert _sums(new_gym, "next") == rows
    _only_adopt_goes_on(new_gym)
    assert takeover.adopt(new_gym.superuser, tmp_path / "passwords.csv").adds_up
    assert _sums(new_gym, "public") == rows


def _only_adopt_goes_on(place: Place) -> None:
    """An upgrade would cut over without what the old application wrote since."""
    status = upgrade.status(place.superuser)
    assert "Run 'frontdesk db adopt --yes'" in versions.sentence(status)
    with pytest.raises(Refused, match="'frontdesk db adopt --yes' goes on with it"):
        upgrade.upgrade(place.superuser)
    assert upgrade.status(place.superuser) == status


def test_what_the_old_application_writes_is_carried_over(new_gym: Place, tmp_path: Path) -> None:
    """After the cutover it goes on with its search path; the next run carries that."""
    ((booking,),) = new_gym.ask(
        "select id from bookings where booking_status = 'confirmed' and customer_id is not null"
        " order by id limit 1"
    )
    new_gym.ask(
        "set search_path = legacy, public;"
        f" update bookings set booking_status = 'canceled' where id = '{booking}'"
    )
    report = takeover.adopt(new_gym.superuser, tmp_path / "more.csv")
    assert report.adds_up
    assert new_gym.ask("select booking_status from bookings where id = %s", booking) == [("cancelled",)]


def test_a_desks_bookings_go_back_and_come_again(
    new_gym: Place, taken_over: tuple[Place, TakenOver], tmp_path: Path
) -> None:
    """A lead, and a client who never was one: the old application reads both, each keeps their own."""
    booked = [_book(new_gym, taken_over[1].passwords, kind) for kind in ("client", "lead")]
    rows = new_gym.checksums()
    upgrade.downgrade(new_gym.superuser)
    read = new_gym.ask(
        "select b.id from bookings b join leads l on l.id = b.customer_id where b.id = any(%s)", booked
    )
    assert {key for (key,) in read} == set(booked)
    report = takeover.adopt(new_gym.superuser, tmp_path / "more.csv")
    assert report.adds_up, report.tables
    assert new_gym.checksums() == rows


def _book(place: Place, passwords: Path, kind: Kind) -> UUID:
    """Book somebody at a desk, whom the file's owner of the first gym may book."""
    at_desk = signed_in(place, passwords)
    session = coming_session(place, at_desk.organization_id)
    ((person,),) = place.ask(
        "select d.person_id from search_documents d where d.organization_id = %s and d.kind = %s"
        " and not exists (select from bookings b where d.person_id in (b.client_id, b.customer_id))"
        " and not exists (select from clients c"
        " where c.id = d.person_id and c.converted_from_lead_id is not null)"
        " order by d.person_id limit 1",
        at_desk.organization_id,
        kind,
    )
    request = BookingRequest(uuid4(), session, kind, person, pay="later")
    assert bookings.book(at_desk, request).outcome == "booked"
    return request.id
