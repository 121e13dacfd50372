"""Whether a gym became what the oracle expects of its old rows."""

from __future__ import annotations

from migration.place import Place
from takeover.oracle import Expected


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
