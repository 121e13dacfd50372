"""Whether a gym became what the oracle expects of its old rows."""

from __future__ import annotations

from collections.abc import Mapping

from migration.place import Place
from takeover.oracle import Expected, Person
from takeover.oracle_bought import Bought, Entitlement

HAD = """
select b.table_name, b.old_id, e.kind, e.organization_id, e.client_id, e.customer_id, e.starts_on, e.ends_on,
       case when e.kind = 'package' then coalesce((
         select sum(l.amount) from public.entitlement_ledger l where l.package_id = e.id), 0)::int end,
       case when e.cancelled_at is not null then 'cancelled'
            when exists (select from public.entitlement_holds h
                          where e.id in (h.membership_id, h.package_id) and h.last_day is null) then 'held'
            else 'active' end,
       e.offer_id, v.program_id
  from (select t.name as table_name, t.id as old_id, takeover.bought_id(t.name, t.id) as id
          from (select 'memberships' as name, id from takeover.memberships union all
                select 'class_credits', id from takeover.class_credits union all
                select 'customer_class_packages', id from takeover.customer_class_packages) t) b
  join (select 'membership' as kind, id, organization_id, client_id, customer_id, starts_on, ends_on,
               cancelled_at, plan_id as offer_id
          from public.memberships
         union all
        select 'package', id, organization_id, client_id, customer_id, starts_on, ends_on,
               cancelled_at, product_id
          from public.packages) e using (id)
  left join public.covered_programs v on e.offer_id in (v.plan_id, v.product_id)
"""


def wrongly_had(place: Place, expected: Mapping[Bought, Entitlement | None]) -> list[object]:
    """What somebody has otherwise than they must; an offer that is made for it is none of the old ones."""
    old_offers = {
        str(key)
        for (key,) in place.ask(
            "select id from takeover.membership_plans union select id from takeover.class_packages"
        )
    }
    had: dict[Bought, Entitlement] = {}
    for table, old, kind, organization, client, lead, *rest, offer, program in place.ask(HAD):
        named = str(offer) if str(offer) in old_offers else None
        person = Person("client", str(client)) if client else Person("lead", str(lead))
        about = (kind, str(organization), person, *rest, named, str(program) if program else None)
        had[Bought(table, str(old))] = Entitlement(*about)
    aside = {Bought(*row) for row in place.ask("select table_name, row_id from public.quarantine")}
    return [
        (bought, must, had.get(bought), bought in aside)
        for bought, must in expected.items()
        if had.get(bought) != must or (bought in aside) != (must is None)
    ]


def wrong(place: Place, expected: Expected) -> list[object]:
    """Everything that did not become what it must: visits, sessions and staff."""
    return [*_visits(place, expected), *_sessions(place, expected), *_staff(place, expected)]


def _visits(place: Place, expected: Expected) -> list[object]:
    booked = {
        str(key): (str(organization), "client" if client else "lead", str(client or lead), status)
        for key, organization, client, lead, status in place.ask(
            "select id, organization_id, client_id, customer_id, booking_status from public.bookings"
        )
    }
    aside = {
        (table, row): reason
        for table, row, reason in place.ask("select table_name, row_id, reason from public.quarantine")
    }
    found: list[object] = []
    for visit, fate in expected.visits.items():
        reason = aside.get((visit.table, visit.id))
        match fate.expect:
            case "kept":
                person = fate.person or ("", "")
                right = booked.get(visit.id) == (fate.organization, *person, fate.status) and reason is None
            case "merged":
                right = reason == f"merged into {fate.merged_into}"
            case _:
                right = reason is not None and not reason.startswith("merged")
        if not right:
            found.append((visit, fate, booked.get(visit.id), reason))
    return found


def _sessions(place: Place, expected: Expected) -> list[object]:
    there = {
        str(key): (str(organization), *seats)
        for key, organization, *seats in place.ask(
            "select id, organization_id, capacity, booked_count, extra_seats from public.class_sessions"
        )
    }
    wanted = {
        key: (fate.organization, fate.capacity, fate.held, fate.extra_seats)
        for key, fate in expected.sessions.items()
    }
    return [] if there == wanted else [set(there.items()) ^ set(wanted.items())]


def _staff(place: Place, expected: Expected) -> list[object]:
    there = {
        (email.lower(), str(organization)): (role, is_active)
        for email, organization, role, is_active in place.ask(
            "select u.email, m.organization_id, m.role, m.is_active"
            " from public.user_organizations m join public.users u on u.id = m.user_id"
        )
    }
    return [(who, rank, there.get(who)) for who, rank in expected.staff.items() if there.get(who) != rank]
