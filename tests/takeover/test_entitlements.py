"""What people had bought in the old gym is theirs afterwards, with as much left of it as before."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from migration.place import Place
from takeover.conftest import TakenOver
from takeover.desk import coming_session, signed_in

from db import takeover
from db.records import BookingRequest, Kind
from db.repositories import bookings

LEFT = """
select p.id, coalesce(sum(e.amount), 0)::int from packages p
  left join entitlement_ledger e on e.organization_id = p.organization_id and e.package_id = p.id
 group by p.id
"""


@pytest.fixture
def gym(taken_over: tuple[Place, TakenOver]) -> Place:
    return taken_over[0]


def _left(gym: Place) -> dict[Any, int]:
    return dict(gym.ask(LEFT))


def _ids(gym: Place, statement: str) -> set[Any]:
    return {key for (key,) in gym.ask(statement)}


def test_unlimited_memberships_are_memberships_without_a_limit(gym: Place) -> None:
    old = _ids(gym, "select id from legacy.memberships where unlimited_access")
    assert len(old) == 507
    assert _ids(gym, "select id from memberships where period_limit is null") == old
    dates = (
        "select m.id from memberships m join legacy.memberships o on o.id = m.id"
        " where (m.starts_on, m.ends_on) is distinct from (o.start_date, o.end_date)"
    )
    assert gym.ask(dates) == []


def test_credits_are_as_many_as_before(gym: Place) -> None:
    left = _left(gym)
    for table, remaining in (
        ("memberships where not unlimited_access", "credits_remaining"),
        ("class_credits", "credits_remaining"),
        ("customer_class_packages", "classes_remaining"),
    ):
        old = dict(gym.ask(f"select id, {remaining} from legacy.{table}"))
        assert old and {key: left.pop(key) for key in old} == old
    assert left == {}


def test_credits_of_one_program_pay_for_no_other(gym: Place) -> None:
    covered = (
        "select c.id, array_agg(v.program_id) from packages c"
        " join package_products o on o.organization_id = c.organization_id and o.id = c.product_id"
        "  and not o.every_program"
        " left join covered_programs v on v.organization_id = o.organization_id and v.product_id = o.id"
        " group by c.id"
    )
    old = gym.ask("select id, array[program_id] from legacy.class_credits where program_id is not null")
    assert old and dict(gym.ask(covered)) == dict(old)


def test_what_is_paused_is_held_and_what_was_cancelled_is_cancelled(gym: Place) -> None:
    held = _ids(
        gym,
        "select coalesce(membership_id, package_id) from entitlement_holds where last_day is null",
    )
    assert held == _ids(gym, "select id from legacy.memberships where membership_status = 'paused'")
    cancelled = _ids(
        gym,
        "select id from memberships where cancelled_at is not null"
        " union select id from packages where cancelled_at is not null",
    )
    over = _ids(gym, "select id from legacy.memberships where membership_status = 'cancelled'")
    assert len(over) == 60 and over <= cancelled
    active = _ids(gym, "select id from legacy.memberships where membership_status = 'active'")
    assert active.isdisjoint(cancelled)


def test_they_are_the_persons_who_had_them(gym: Place) -> None:
    """A lead's are the client's whom the lead became, and everything is somebody's of the same gym."""
    strange = (
        "select e.id from (select id, client_id, customer_id from memberships"
        " union all select id, client_id, customer_id from packages) e"
        " join (select id, customer_id as lead, null::uuid as client from legacy.memberships"
        "  union all select id, customer_id, null from legacy.class_credits"
        "  union all select id, null, client_id from legacy.customer_class_packages) o using (id)"
        " left join takeover.people p on p.lead_id = o.lead"
        " where (e.client_id, e.customer_id) is distinct from (coalesce(o.client, p.client_id),"
        "  case when o.client is null and p.client_id is null then o.lead end)"
    )
    assert gym.ask(strange) == []


def test_a_package_ends_on_the_day_of_its_gym(gym: Place) -> None:
    """Half past nine in the evening in New York is the next day in the old table."""
    wrong = (
        "select p.id from packages p join legacy.customer_class_packages o on o.id = p.id"
        " join organizations g on g.id = p.organization_id"
        " where p.ends_on <> (o.expiry_date at time zone g.timezone)::date"
    )
    assert gym.ask(wrong) == []
    moved = (
        "select count(*) > 0 from packages p join legacy.customer_class_packages o on o.id = p.id"
        " where p.ends_on <> (o.expiry_date at time zone 'UTC')::date"
    )
    assert gym.ask(moved) == [(True,)]


def test_what_the_old_application_uses_afterwards_is_a_row_more(new_gym: Place, tmp_path: Path) -> None:
    ((package, left),) = new_gym.ask(
        "select id, classes_remaining from legacy.customer_class_packages where classes_remaining > 2 limit 1"
    )
    new_gym.ask(
        "update legacy.customer_class_packages set classes_remaining = classes_remaining - 2"
        f" where id = '{package}' returning id"
    )
    assert takeover.adopt(new_gym.superuser, tmp_path / "more.csv").adds_up
    rows = "select amount from entitlement_ledger where package_id = %s order by amount desc"
    assert new_gym.ask(rows, package) == [(left,), (-2,)]


def test_what_cannot_be_kept_waits_in_quarantine(old_gym: Place, tmp_path: Path) -> None:
    # Its classes take long, and say nothing here.
    old_gym.ask("delete from bookings returning id")
    old_gym.ask("delete from class_sessions returning id")
    nobodys, backwards = (
        str(key) for (key,) in old_gym.ask("select id from memberships order by id limit 2")
    )
    old_gym.ask(f"update memberships set customer_id = null where id = '{nobodys}' returning id")
    old_gym.ask(f"update memberships set end_date = start_date - 1 where id = '{backwards}' returning id")
    report = takeover.adopt(old_gym.superuser, tmp_path / "passwords.csv")
    assert report.adds_up, report.tables
    assert dict(old_gym.ask("select row_id, reason from quarantine where table_name = 'memberships'")) == {
        nobodys: "names nobody who is there",
        backwards: "ends before it starts",
    }


# Somebody who has just this one, and is not booked in the session.
ALONE = """
select e.id, e.{column} from {table} e
 where e.organization_id = %s and e.{column} is not null and e.cancelled_at is null
   and coalesce(e.ends_on >= current_date + 1, true)
   and not exists (select from entitlement_holds h where e.id in (h.membership_id, h.package_id))
   and not exists (select from bookings b where b.{column} = e.{column} and b.class_session_id = %s)
   and (select count(*) from (select {column} from memberships union all select {column} from packages) o
         where o.{column} = e.{column}) = 1
   and {more}
 order by e.id limit 1
"""
LEAVES = "(select sum(l.amount) > 0 from entitlement_ledger l where l.package_id = e.id)"
OF_MEMBERSHIPS = f"{LEAVES} and e.id in (select id from legacy.memberships)"


@pytest.mark.parametrize(
    ("kind", "table", "more"),
    [
        ("client", "memberships", "true"),
        ("client", "packages", OF_MEMBERSHIPS),
    ],
)
def test_at_the_desk_it_pays(
    new_gym: Place, taken_over: tuple[Place, TakenOver], kind: Kind, table: str, more: str
) -> None:
    at_desk = signed_in(new_gym, taken_over[1].passwords)
    session = coming_session(new_gym, at_desk.organization_id)
    column = "client_id" if kind == "client" else "customer_id"
    alone = ALONE.format(table=table, column=column, more=more)
    ((entitlement, person),) = new_gym.ask(alone, at_desk.organization_id, session)
    before = _left(new_gym)
    answer = bookings.book(at_desk, BookingRequest(uuid4(), session, kind, person))
    assert (answer.outcome, answer.paid_by) == ("booked", table[:-1])
    used = {entitlement: before[entitlement] - 1} if table == "packages" else {}
    assert _left(new_gym) == before | used


def test_what_a_lead_has_pays_too(
    new_gym: Place, taken_over: tuple[Place, TakenOver], tmp_path: Path
) -> None:
    at_desk = signed_in(new_gym, taken_over[1].passwords)
    session = coming_session(new_gym, at_desk.organization_id)
    unlimited, credits = (
        lead
        for (lead,) in new_gym.ask(
            "select l.id from leads l where l.organization_id = %s and l.status <> 'converted'"
            " and not exists (select from memberships m where m.customer_id = l.id)"
            " and not exists (select from packages p where p.customer_id = l.id)"
            " and not exists (select from bookings b where b.customer_id = l.id) order by l.id limit 2",
            at_desk.organization_id,
        )
    )
    new_gym.ask(
        "insert into legacy.memberships (customer_id, start_date, unlimited_access)"
        f" values ('{unlimited}', current_date - 1, true);"
        " insert into legacy.class_credits (customer_id, credits_purchased, credits_used)"
        f" values ('{credits}', 3, 2)"
    )
    assert takeover.adopt(new_gym.superuser, tmp_path / "more.csv").adds_up
    for lead, pays in ((unlimited, "membership"), (credits, "package")):
        answer = bookings.book(at_desk, BookingRequest(uuid4(), session, "lead", lead))
        assert (answer.outcome, answer.paid_by) == ("booked", pays)
