"""The demo as rows: what is copied into which columns, and the statements that count and index it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any
from uuid import UUID, uuid5

import psycopg
from psycopg import sql

from db.demo.bookings import Booking, Payment
from db.demo.drawing import draw_id
from db.demo.gyms import OPEN_GYM, Gym
from db.demo.people import Person
from db.demo.staff import User
from db.demo.timetable import Session

# Their triggers would do for each row what AFTERWARDS does for all, and write an audit entry for each.
TABLES = (
    "organizations",
    "user_organizations",
    "desks",
    "leads",
    "clients",
    "programs",
    "rooms",
    "instructors",
    "class_sessions",
    "session_instructors",
    "bookings",
    "payments",
    "search_documents",
    "families",
    "family_members",
    "membership_plans",
    "package_products",
    "memberships",
    "packages",
    "entitlement_holds",
    "entitlement_ledger",
)

# Trigrams are indexed ten times faster all at once than row by row.
AFTERWARDS = (
    """
    update public.class_sessions s set extra_seats = b.seats - s.capacity
      from (select organization_id, class_session_id, sum(app.holds_seat(booking_status)) as seats
              from public.bookings group by 1, 2 having bool_or(over_capacity)) b
     where s.organization_id = b.organization_id and s.id = b.class_session_id and b.seats > s.capacity
    """,
    """
    update public.class_sessions s set booked_count = b.seats
      from (select organization_id, class_session_id, sum(app.holds_seat(booking_status)) as seats
              from public.bookings group by 1, 2) b
     where s.organization_id = b.organization_id and s.id = b.class_session_id
    """,
    "analyze public.leads, public.clients, public.class_sessions, public.bookings, public.family_members,"
    " public.memberships, public.packages, public.entitlement_ledger",
    """
    set local maintenance_work_mem = '256MB';
    create temp table indexes_aside on commit drop as
      select indexname, indexdef from pg_indexes
       where schemaname = 'public' and tablename = 'search_documents' and indexdef ilike '%using gin%';
    do $$ declare v record; begin
      for v in select * from indexes_aside loop execute format('drop index public.%I', v.indexname); end loop;
    end $$
    """,
    """
    insert into public.search_documents (organization_id, person_id, kind, name, document)
    select organization_id, id, 'lead', app.words(name), app.document(name, phone, email)
      from public.leads where app.shows(erased_at, status)
     union all
    select organization_id, id, 'client', app.words(name), app.document(name, phone, email)
      from public.clients where app.shows(erased_at, null)
    """,
    """
    select count(app.keep_habits_of(organization_id, person_id)) from (
      select distinct organization_id, coalesce(client_id, customer_id) as person_id
        from public.bookings where booking_status = 'attended') came
    """,
    """
    do $$ declare v record; begin
      for v in select * from indexes_aside loop execute v.indexdef; end loop;
    end $$
    """,
    "analyze public.search_documents",
)


@dataclass(frozen=True, slots=True)
class House:
    """The ids of one organization's rows, by what they are."""

    gym: Gym
    id: UUID
    desks: tuple[UUID, ...]
    rooms: tuple[UUID, ...]
    instructors: tuple[UUID, ...]
    programs: dict[str, UUID]


def draw_house(random: Random, gym: Gym) -> House:
    """An organization and its ids."""
    return House(
        gym,
        draw_id(random),
        tuple(draw_id(random) for _ in gym.desks),
        tuple(draw_id(random) for _ in gym.rooms),
        tuple(draw_id(random) for _ in gym.instructors),
        {program: draw_id(random) for program in gym.prices},
    )


def set_triggers(owner: psycopg.Connection[Any], *, enabled: bool) -> None:
    """Let the triggers of the filled tables rest, inside this transaction, or wake them."""
    word = sql.SQL("enable" if enabled else "disable")
    for table in TABLES:
        owner.execute(sql.SQL("alter table {} {} trigger user").format(sql.Identifier("public", table), word))


def write_organizations(owner: psycopg.Connection[Any], houses: Sequence[House], opened_at: datetime) -> None:
    """The organizations, and what each of them is made of."""
    copy(
        owner,
        "organizations",
        "id name timezone currency created_at",
        ((h.id, h.gym.name, h.gym.timezone, h.gym.currency, opened_at) for h in houses),
    )
    for house in houses:
        gym, mine = house.gym, house.id
        desks = ((*desk, opened_at) for desk in _named(mine, house.desks, gym.desks))
        copy(owner, "desks", "organization_id id name opened_at", desks)
        copy(owner, "rooms", "organization_id id name", _named(mine, house.rooms, gym.rooms))
        copy(
            owner, "instructors", "organization_id id name", _named(mine, house.instructors, gym.instructors)
        )
        copy(
            owner,
            "programs",
            "organization_id id name open_gym drop_in_price",
            (
                (mine, program, name, name == OPEN_GYM, gym.prices[name])
                for name, program in house.programs.items()
            ),
        )


def write_staff(
    owner: psycopg.Connection[Any],
    users: Sequence[User],
    houses: Sequence[House],
    secret: tuple[bytes, bytes],
    opened_at: datetime,
) -> None:
    """The users, and where they work."""
    salt, key = secret
    copy(
        owner,
        "users",
        "id email name salt stored_key created_at",
        ((u.id, u.email, u.name, salt, key, opened_at) for u in users),
    )
    copy(
        owner,
        "user_organizations",
        "organization_id user_id role created_at",
        (
            (house.id, user.id, rank, opened_at)
            for user in users
            for house, rank in zip(houses, user.ranks, strict=True)
            if rank
        ),
    )


def write_people(owner: psycopg.Connection[Any], house: House, people: Sequence[Person]) -> None:
    """Leads, also those that became clients, then clients; and who is of one family."""
    leads = [person for person in people if person.kind == "lead"]
    clients = [person for person in people if person.kind == "client"]
    shared = "organization_id id name email phone birth_date created_at updated_at"
    more = "barcode emergency_contact waiver_signed_at waiver_signed_by blocked_at blocked_reason"
    copy(
        owner,
        "leads",
        f"{shared} {more} status source",
        (
            *((house.id, p.id, *_person(p), *_more(p), p.status, p.source) for p in leads),
            *(
                (house.id, p.converted_from, *_person(p), *[None] * 6, "converted", p.source)
                for p in clients
                if p.converted_from
            ),
        ),
    )
    copy(
        owner,
        "clients",
        f"{shared} {more} converted_from_lead_id client_since",
        ((house.id, p.id, *_person(p), *_more(p), p.converted_from, p.created_at.date()) for p in clients),
    )
    _write_families(owner, house, [person for person in people if person.family])


def _write_families(owner: psycopg.Connection[Any], house: House, people: Sequence[Person]) -> None:
    """The families of these people; of one that goes on in the next batch the rest comes there."""
    owner.cursor().executemany(
        "insert into public.families (organization_id, id) values (%s, %s) on conflict do nothing",
        [(house.id, family) for family in dict.fromkeys(person.family for person in people)],
    )
    copy(
        owner,
        "family_members",
        "organization_id id family_id customer_id client_id is_guardian",
        ((house.id, uuid5(p.id, "member"), p.family, *dual_key(p), p.is_guardian) for p in people),
    )


def write_sessions(
    owner: psycopg.Connection[Any], house: House, sessions: Sequence[Session], now: datetime, random: Random
) -> None:
    """Class sessions; each slot of the week keeps its instructor, who is away now and then."""
    copy(
        owner,
        "class_sessions",
        "organization_id id program_id room_id starts_at ends_at capacity handed_in_at",
        (
            (
                house.id,
                session.id,
                house.programs[session.slot.program],
                house.rooms[session.slot.room],
                session.starts_at,
                session.ends_at,
                session.slot.capacity,
                session.handed_in_at if session.handed_in_at and session.handed_in_at <= now else None,
            )
            for session in sessions
        ),
    )
    usual = {session.slot: random.choice(house.instructors) for session in sessions}
    copy(
        owner,
        "session_instructors",
        "organization_id class_session_id instructor_id",
        (
            (
                house.id,
                session.id,
                usual[session.slot] if random.random() < 0.93 else random.choice(house.instructors),
            )
            for session in sessions
            if not session.slot.open_gym
        ),
    )


def write_bookings(owner: psycopg.Connection[Any], house: House, bookings: Iterable[Booking]) -> None:
    """The bookings of one organization."""
    copy(
        owner,
        "bookings",
        "organization_id id class_session_id customer_id client_id booking_status payment_status paid_by"
        " price currency comp_reason override_reason over_capacity arrived_at cancelled_at desk_id booked_by"
        " happened_at recorded_at changed_at",
        (
            (
                house.id,
                b.id,
                b.session.id,
                *dual_key(b.member.person),
                b.status,
                b.payment_status,
                b.paid_by,
                b.price,
                house.gym.currency,
                b.comp_reason,
                b.override_reason,
                b.override_reason is not None,
                b.arrived_at,
                b.cancelled_at,
                b.desk_id,
                b.booked_by,
                b.recorded_at,
                b.recorded_at,
                b.cancelled_at or b.arrived_at or b.recorded_at,
            )
            for b in bookings
        ),
    )


def write_payments(owner: psycopg.Connection[Any], house: House, payments: Sequence[Payment]) -> None:
    """The money of the bookings, what was taken before what was given back."""
    copy(
        owner,
        "payments",
        "organization_id id customer_id client_id booking_id reverses_id method amount currency desk_id"
        " taken_by taken_at",
        (
            (
                house.id,
                p.id,
                *dual_key(p.booking.member.person),
                p.booking.id,
                p.reverses,
                p.booking.paid_by,
                p.amount,
                house.gym.currency,
                p.booking.desk_id,
                p.taken_by,
                p.taken_at,
            )
            for p in payments
        ),
    )


def dual_key(person: Person) -> tuple[UUID | None, UUID | None]:
    """The lead's key and the client's, of which one is there."""
    return (person.id, None) if person.kind == "lead" else (None, person.id)


def _person(person: Person) -> tuple[object, ...]:
    return (
        person.name,
        person.email,
        person.phone,
        person.birth_date,
        person.created_at,
        person.created_at,
    )


def _more(person: Person) -> tuple[object, ...]:
    return (
        person.barcode,
        person.emergency_contact,
        person.waiver_signed_at,
        person.name if person.waiver_signed_at else None,
        person.blocked_at,
        person.blocked_reason,
    )


def _named(organization: UUID, ids: Sequence[UUID], shown: Sequence[str]) -> Iterable[tuple[UUID, UUID, str]]:
    return ((organization, identity, name) for identity, name in zip(ids, shown, strict=True))


def copy(
    owner: psycopg.Connection[Any], table: str, columns: str, values: Iterable[tuple[object, ...]]
) -> None:
    """Copy rows into those columns of a table."""
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier("public", table), sql.SQL(", ").join(map(sql.Identifier, columns.split()))
    )
    with owner.cursor() as cursor, cursor.copy(statement) as rows:
        for row in values:
            rows.write_row(row)
