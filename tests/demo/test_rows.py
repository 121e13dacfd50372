"""The rows of the demo gym: how many there are, and that they keep what their triggers would have kept."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from demo.look import Look

BROKEN = {
    "seats counted wrongly": """
        select count(*) from class_sessions s where booked_count <> (
          select count(*) from bookings b where b.class_session_id = s.id
             and b.booking_status in ('confirmed', 'attended', 'no_show'))""",
    "extra seats without need": """
        select count(*) from class_sessions where extra_seats > greatest(booked_count - capacity, 0)""",
    "somebody twice in a session": """
        select count(*) from (select 1 from bookings
         where booking_status in ('confirmed', 'waitlisted', 'attended', 'no_show')
         group by class_session_id, coalesce(customer_id, client_id) having count(*) > 1) twice""",
    "a converted lead booked": """
        select count(*) from bookings b join leads l on l.id = b.customer_id where l.status = 'converted'""",
    "a lead converted into nobody": """
        select count(*) from leads l where (status = 'converted')
           <> exists (select from clients c where c.converted_from_lead_id = l.id)""",
    "a price that is not the program's": """
        select count(*) from bookings b join class_sessions s on s.id = b.class_session_id
          join programs p on p.id = s.program_id where b.price <> p.drop_in_price""",
    "money that does not fit the booking": """
        select count(*) from bookings b
          left join (select booking_id, sum(amount) from payments group by 1) p on p.booking_id = b.id
         where coalesce(sum, 0) <>
               case when payment_status = 'paid' and paid_by in ('card', 'cash') then price else 0 end""",
    "paid by the payer of somebody else": """
        select count(*) from payments p join bookings b on b.id = p.booking_id
         where (p.client_id, p.customer_id) is distinct from (b.client_id, b.customer_id)
            or p.method <> b.paid_by""",
    "waiting although there is a seat": """
        select count(*) from class_sessions s where booked_count < capacity
           and starts_at > timestamptz '2026-04-08 13:20Z' and exists (
            select from bookings b where b.class_session_id = s.id and b.booking_status = 'waitlisted')""",
    "arrived before being booked": "select count(*) from bookings where arrived_at < recorded_at",
    "recorded in the future": """
        select count(*) from bookings
         where greatest(recorded_at, arrived_at, cancelled_at) > timestamptz '2026-04-08 11:20Z'""",
    "booked before being known": """
        select count(*) from bookings b
          join (select id, created_at from leads union all select id, created_at from clients) p
            on p.id = coalesce(customer_id, client_id)
         where b.recorded_at < p.created_at""",
    "no document, or one too many": """
        select count(*) from (
          select id from clients union all select id from leads where status <> 'converted') p
          full join search_documents d on d.person_id = p.id where d.person_id is null or p.id is null""",
    "a habit that is not the bookings'": """
        select count(*) from search_documents d, app.habits(d.organization_id, d.person_id) h
         where (d.last_visit_on, d.usual) is distinct from (h.last_visit_on, h.usual)""",
    "booked at nobody's desk": "select count(*) from bookings where booked_by is null or desk_id is null",
    "a package with more classes left than it has, or none": """
        select count(*) from packages k where not exists (
          select from entitlement_ledger l where l.package_id = k.id
          having sum(l.amount) between 1 and k.class_count)""",
    "sold here without its money, or money without a sale": """
        select count(*) from (
          select id, price * (sold_by is not null)::int as price from packages
           union all select id, price * (sold_by is not null)::int from memberships) s
          full join (select coalesce(membership_id, package_id) as id, amount from payments
                      where booking_id is null) p using (id)
         where coalesce(s.price, 0) <> coalesce(p.amount, 0)""",
    "bought before a booking that was paid otherwise": """
        select count(*) from memberships m join bookings b using (organization_id)
         where (b.client_id = m.client_id or b.customer_id = m.customer_id) and m.sold_by is not null
           and b.recorded_at > m.sold_at""",
    "sold in the future": "select count(*) from payments where taken_at > timestamptz '2026-04-08 11:20Z'",
    "a guardian who is a child, or a family of one": """
        select count(*) from family_members m
          left join clients c on c.id = m.client_id left join leads l on l.id = m.customer_id
         where m.is_guardian and coalesce(c.birth_date, l.birth_date) > date '2008-04-08'
            or not exists (select from family_members o where o.family_id = m.family_id and o.id <> m.id)""",
    "a comp without a reason": "select count(*) from bookings where paid_by = 'comp' and comp_reason is null",
    "a trigger left asleep": "select count(*) from pg_trigger where not tgisinternal and tgenabled <> 'O'",
}


@pytest.mark.parametrize("what", BROKEN)
def test_no_row_is(what: str, look: Look) -> None:
    assert look.one(BROKEN[what]) == 0


def test_there_are_five_thousand_people_and_twelve_weeks(look: Look) -> None:
    assert look.one("select count(*) from search_documents") == 5_000
    clients = look.one("select count(*) from clients")
    assert 3_350 < clients < 3_650
    assert look.one("select count(distinct timezone) from organizations") == 3
    weeks = look.rows(
        "select count(*), count(distinct (starts_at at time zone o.timezone)::date),"
        " min((starts_at at time zone o.timezone)::date)::text,"
        " max((starts_at at time zone o.timezone)::date)::text"
        " from class_sessions s join organizations o on o.id = s.organization_id group by o.id"
    )
    assert {days for _, days, _, _ in weeks} == {84}
    assert {(first, last) for _, _, first, last in weeks} == {("2026-01-28", "2026-04-21")}


def test_leads_some_converted_some_blocked_namesakes_and_families(look: Look) -> None:
    assert look.one("select count(*) from clients where converted_from_lead_id is not null") > 50
    blocked = look.one(
        "select count(*) from (select blocked_reason from leads union all select blocked_reason from clients)"
        " people where blocked_reason is not null"
    )
    assert 5 < blocked < 60
    shared = "select count(*) from (select 1 from clients group by organization_id, {} having count(*) > 1) s"
    assert look.one(shared.format("name")) > 50
    assert look.one(shared.format("phone, email")) > 50


def test_names_of_five_languages_stand_in_their_own_scripts(look: Look) -> None:
    for script in ("[؀-ۿ]", "[一-鿿]", "[łńśźżąęć]", "[áéíóúñ]", "''", "-"):
        found = look.one(f"select count(*) from clients where name ~ '{script}'")
        assert found > 30, script


def test_sessions_start_at_hours_that_exist(look: Look) -> None:
    for start, zone in look.rows(
        "select starts_at, timezone from class_sessions s join organizations o on o.id = s.organization_id"
    ):
        local = start.astimezone(ZoneInfo(zone))
        assert local.astimezone(ZoneInfo("UTC")) == start
        assert (local.hour, local.minute) == (0, 0) or 5 <= local.hour <= 21


def test_a_slot_keeps_its_hour_when_the_clocks_change(look: Look) -> None:
    hours = look.rows(
        "select o.name, count(distinct to_char(starts_at at time zone o.timezone, 'ID HH24:MI'))"
        " from class_sessions s join organizations o on o.id = s.organization_id group by 1"
    )
    weekly = look.rows(
        "select o.name, count(*) / 12 from class_sessions s join organizations o on o.id = s.organization_id"
        " group by 1"
    )
    # Some share their hour; an hour shifted by the change would make twice as many.
    for (_, distinct), (_, sessions) in zip(sorted(hours), sorted(weekly), strict=True):
        assert distinct <= sessions


def test_today_is_partly_booked_and_something_can_be_booked_at_any_hour(look: Look) -> None:
    for bookable, free, taken in look.rows(
        "select count(*) filter (where booked_count < capacity + extra_seats),"
        " sum(capacity - booked_count), sum(booked_count) from class_sessions s"
        " join organizations o on o.id = s.organization_id where ends_at > timestamptz '2026-04-08 11:20Z'"
        " and (starts_at at time zone o.timezone)::date"
        "   = (timestamptz '2026-04-08 11:20Z' at time zone o.timezone)::date"
        " group by o.id"
    ):
        assert bookable > 0
        assert free > 0
        assert taken > 0


def test_some_upcoming_classes_are_full_with_people_waiting(look: Look) -> None:
    waiting = look.one(
        "select count(distinct s.id) from bookings b join class_sessions s on s.id = class_session_id"
        " where booking_status = 'waitlisted' and starts_at > timestamptz '2026-04-08 11:20Z'"
    )
    assert waiting >= 3


def test_people_have_memberships_and_packages_of_every_fate(look: Look) -> None:
    """Each gym sells two of both; some of what was sold is over, is over soon, or is held."""
    offered = look.rows(
        "select count(*) from membership_plans group by organization_id"
        " union all select count(*) from package_products group by organization_id"
    )
    assert offered == [(2,)] * 6
    for organization, going_on, soon, over, held in look.rows(
        "select s.organization_id, count(*) filter (where ends_on > date '2026-04-16'),"
        " count(*) filter (where ends_on between date '2026-04-09' and date '2026-04-16'),"
        " count(*) filter (where ends_on < date '2026-04-08'), count(h.id)"
        " from (select organization_id, id, ends_on from memberships"
        "  union all select organization_id, id, ends_on from packages) s"
        " left join entitlement_holds h on s.id in (h.membership_id, h.package_id)"
        " and coalesce(h.last_day, date '2026-04-09') >= date '2026-04-08' group by 1"
    ):
        assert going_on > 100, organization
        assert min(soon, over, held) >= 3, (organization, soon, over, held)


def test_guardians_have_children_who_come_too(look: Look) -> None:
    both = look.one(
        "select count(*) from (select family_id from family_members m"
        " join bookings b on b.client_id = m.client_id or b.customer_id = m.customer_id"
        " group by 1 having bool_or(m.is_guardian)"
        " and count(distinct m.id) filter (where not m.is_guardian) > 0) f"
    )
    assert both > 10
