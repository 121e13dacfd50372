"""What tries the database's promises for real and takes everything back: nothing here leaves a row behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from db import errors
from db.records import (
    Answer,
    BookingRequest,
    BookingStatus,
    Kind,
    Offer,
    PaidBy,
    PaymentStatus,
    Person,
    Sale,
)
from db.repositories import people
from db.repositories.bookings import to_book
from db.repositories.sales import to_sell
from db.transaction import SignedIn, Statement, call

COMMON = ("sa", "ma", "an", "jo", "al", "mu", "li")  # how first names begin in many places
TABLE = {"lead": "leads", "client": "clients"}
COLUMN = {"lead": "customer_id", "client": "client_id"}
TABLES = ("class_sessions", "leads", "clients", "bookings", "payments")


@dataclass(frozen=True, slots=True)
class Version:
    """The revision of the tables and the digest of the functions, policies and triggers."""

    revision: str
    digest: str | None


@dataclass(frozen=True, slots=True)
class Customer:
    """The person of a tried booking."""

    id: UUID
    kind: Kind
    name: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Class:
    """The session of a tried booking, as it stood before."""

    id: UUID
    program: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    extra_seats: int
    booked_count: int
    status: str


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A row of bookings as the signed-in user reads it; price in minor units of `currency`."""

    id: UUID
    organization_id: UUID
    class_session_id: UUID
    customer_id: UUID | None
    client_id: UUID | None
    booking_status: BookingStatus
    payment_status: PaymentStatus
    price: int
    currency: str


@dataclass(frozen=True, slots=True)
class Tried:
    """A booking made, read back and rolled back.

    `hidden` is whether the same row could not be read in the same transaction without the organization, in
    another one, and without the token.
    """

    customer: Customer
    session: Class
    answer: Answer
    row: BookingRow | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person and a session that could be booked now."""

    session_id: UUID
    kind: Kind
    person_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Paid:
    """What a sale and a booking with it left: bookings used of a membership, credits of a package.

    `card` is what the person's payments by card for it come to, in minor units.
    """

    paid_by: PaidBy | None
    used: int
    credits: int | None
    card: int


@dataclass(frozen=True, slots=True)
class Seen:
    """How many rows of one table a transaction sees: the organization's, and everybody else's."""

    table: str
    own: int
    others: int


@dataclass(frozen=True, slots=True)
class Existing:
    """The organization's bookings: all, those without exactly one person, those without their session.

    `busiest` is the session with the most live bookings, and `live` their number.
    """

    bookings: int
    without_one_person: int
    without_session: int
    busiest: UUID | None
    live: int


@dataclass(frozen=True, slots=True)
class _Count:
    rows: int


@dataclass(frozen=True, slots=True)
class _Id:
    id: UUID


@dataclass(frozen=True, slots=True)
class _Done:
    done: bool


def version(signed_in: SignedIn) -> Version:
    """The version of the connected database."""
    return signed_in.one(call(Version, "version"))


def row(signed_in: SignedIn, booking_id: UUID) -> BookingRow:
    """The booking's row under the policies of the signed-in user; `NotFound` where it cannot be read."""
    return signed_in.one(_row(signed_in.organization_id, booking_id))


def try_booking(signed_in: SignedIn, request: BookingRequest) -> Tried:
    """Book for real, read the row back, try to read it with less right, and roll everything back."""
    at, booking = signed_in.organization_id, request.id
    customer, session, answer, found, *blind = signed_in.run(
        _customer(at, request.kind, request.person_id),
        _class(at, request.session_id),
        to_book(request),
        _row(at, booking),
        _set("app.organization", ""),
        _count_booking(at, booking),
        _set("app.organization", str(uuid4())),
        _count_booking(at, booking),
        _set("app.organization", str(at)),
        _set("app.token", ""),
        _count_booking(at, booking),
        dry=True,
    )
    if not customer or not session:
        raise errors.NotFound(errors.NOT_FOUND)
    counts = [record.rows for records in blind for record in records if isinstance(record, _Count)]
    return Tried(customer[0], session[0], answer[0], found[0] if found else None, counts == [0, 0, 0])


def candidate(
    signed_in: SignedIn, kind: Kind, session_id: UUID | None = None, *, priced: bool = False
) -> Candidate | None:
    """Somebody of that kind who could be booked into the session, or into the nearest one that has a seat.

    With `priced` only a session that costs something counts.
    """
    converted = "and p.status <> 'converted'" if kind == "lead" else ""
    sql = f"""
        select s.id as session_id, %s as kind, p.id as person_id, p.name
          from public.class_sessions s
          join public.programs g on g.organization_id = s.organization_id and g.id = s.program_id
           and (g.drop_in_price > 0 or not %s)
          cross join lateral (
            select p.id, p.name from public.{TABLE[kind]} p
             where p.organization_id = s.organization_id and p.blocked_at is null and p.erased_at is null
               {converted}
               and not exists (
                 select from public.bookings b
                  where b.organization_id = s.organization_id and b.class_session_id = s.id
                    and (b.{COLUMN[kind]} = p.id or b.booking_status = 'waitlisted'))
             limit 1) p
         where s.organization_id = %s and s.status = 'scheduled' and s.ends_at > now()
           and s.booked_count < s.capacity + s.extra_seats and (s.id = %s or %s::uuid is null)
         order by s.starts_at
         limit 1"""  # noqa: S608
    parameters = (kind, priced, signed_in.organization_id, session_id, session_id)
    found = signed_in.all(Statement(sql, parameters, Candidate))
    return found[0] if found else None


def try_paying(signed_in: SignedIn, found: Candidate, offer: Offer) -> Paid | None:
    """Sell for real by card, book with it, read what was used and paid, and roll everything back."""
    at = signed_in.organization_id
    sale = Sale(uuid4(), offer.kind, offer.id, "card")
    request = BookingRequest(uuid4(), found.session_id, found.kind, found.person_id, entitlement_id=sale.id)
    sql = f"""
        select b.paid_by,
               (select count(*)::int from public.bookings u
                 where u.organization_id = b.organization_id and u.membership_id = b.membership_id
                   and u.booking_status in ('confirmed', 'attended', 'no_show', 'late_cancelled')) as used,
               (select sum(l.amount)::int from public.entitlement_ledger l
                 where l.organization_id = b.organization_id and l.package_id = b.package_id) as credits,
               (select coalesce(sum(p.amount), 0)::int from public.payments p
                 where p.organization_id = b.organization_id and p.method = 'card'
                   and p.{COLUMN[found.kind]} = b.{COLUMN[found.kind]}
                   and %s in (p.membership_id, p.package_id)) as card
          from public.bookings b where b.organization_id = %s and b.id = %s"""  # noqa: S608
    _, _, rows = signed_in.run(
        to_sell(sale, found.kind, found.person_id),
        to_book(request),
        Statement(sql, (sale.id, at, request.id), Paid),
        dry=True,
    )
    return rows[0] if rows else None


def seen(signed_in: SignedIn, organization_id: UUID, table: str) -> Seen:
    """What the transaction sees of one of `TABLES`; `NotPermitted` where it may not even look."""
    sql = f"""
        select %s as table, (count(*) filter (where t.organization_id = %s))::int as own,
               (count(*) filter (where t.organization_id <> %s))::int as others
          from public.{table} t"""  # noqa: S608
    return signed_in.one(Statement(sql, (table, organization_id, organization_id), Seen))


def anybody(signed_in: SignedIn) -> Iterator[Person]:
    """People whom a search finds, some of them twice, without anybody's name being known."""
    for text in COMMON:
        yield from people.find(signed_in, text)


def anyone(signed_in: SignedIn) -> Customer | None:
    """Somebody who can be read and has a name to find them by."""
    named = "organization_id = %s and erased_at is null and name ~ '^[[:alpha:]]{3}'"
    sql = f"""
        (select id, 'client' as kind, name, email from public.clients where {named} limit 1)
        union all
        (select id, 'lead', name, email from public.leads where {named} and status <> 'converted' limit 1)"""  # noqa: S608
    found = signed_in.all(Statement(sql, (signed_in.organization_id,) * 2, Customer))
    return found[0] if found else None


def any_session(signed_in: SignedIn) -> UUID | None:
    """A session of the organization."""
    sql = "select s.id from public.class_sessions s where s.organization_id = %s limit 1"
    found = signed_in.all(Statement(sql, (signed_in.organization_id,), _Id))
    return found[0].id if found else None


def readable(signed_in: SignedIn, kind: Kind, ids: list[UUID]) -> set[UUID]:
    """Which of these leads or clients the signed-in user reads."""
    sql = f"select p.id from public.{TABLE[kind]} p where p.organization_id = %s and p.id = any(%s)"  # noqa: S608
    return {each.id for each in signed_in.all(Statement(sql, (signed_in.organization_id, ids), _Id))}


def insert_desk(signed_in: SignedIn, organization_id: UUID) -> None:
    """Add a desk to the organization by plain SQL, rolled back; raises what refuses it."""
    # Without RETURNING, which asks for the right to read as well.
    sql = """
        with added as (insert into public.desks (organization_id, id, name) values (%s, %s, 'verify'))
        select true as done"""
    signed_in.all(Statement(sql, (organization_id, uuid4()), _Done), dry=True)


def insert_booking(signed_in: SignedIn, organization_id: UUID, candidate: Candidate) -> None:
    """Book in the organization by plain SQL, rolled back; raises what refuses it."""
    sql = f"""
        with added as (
          insert into public.bookings (organization_id, id, class_session_id, {COLUMN[candidate.kind]})
          values (%s, %s, %s, %s))
        select true as done"""  # noqa: S608
    parameters = (organization_id, uuid4(), candidate.session_id, candidate.person_id)
    signed_in.all(Statement(sql, parameters, _Done), dry=True)


def existing(signed_in: SignedIn) -> Existing:
    """What stands in the organization's bookings."""
    sql = """
        with found as (
          select b.booking_status, b.class_session_id, num_nonnulls(b.customer_id, b.client_id) as people,
                 s.id is not null as has_session
            from public.bookings b
            left join public.class_sessions s
              on s.organization_id = b.organization_id and s.id = b.class_session_id
           where b.organization_id = %s),
        live as (
          select f.class_session_id, count(*) as number from found f
           where f.booking_status in ('confirmed', 'attended', 'no_show', 'waitlisted')
           group by 1 order by 2 desc limit 1)
        select count(*)::int as bookings,
               (count(*) filter (where f.people <> 1))::int as without_one_person,
               (count(*) filter (where not f.has_session))::int as without_session,
               (select l.class_session_id from live l) as busiest,
               coalesce((select l.number from live l), 0)::int as live
          from found f"""
    return signed_in.one(Statement(sql, (signed_in.organization_id,), Existing))


def _customer(at: UUID | None, kind: Kind, person_id: UUID) -> Statement[Customer]:
    sql = (
        f"select id, %s as kind, name, email from public.{TABLE[kind]} where organization_id = %s and id = %s"  # noqa: S608
    )
    return Statement(sql, (kind, at, person_id), Customer)


def _class(at: UUID | None, session_id: UUID) -> Statement[Class]:
    sql = """
        select s.id, p.name as program, s.starts_at, s.ends_at, s.capacity, s.extra_seats, s.booked_count,
               s.status
          from public.class_sessions s
          join public.programs p on p.organization_id = s.organization_id and p.id = s.program_id
         where s.organization_id = %s and s.id = %s"""
    return Statement(sql, (at, session_id), Class)


def _row(at: UUID | None, booking_id: UUID) -> Statement[BookingRow]:
    sql = """
        select id, organization_id, class_session_id, customer_id, client_id, booking_status, payment_status,
               price, currency
          from public.bookings where organization_id = %s and id = %s"""
    return Statement(sql, (at, booking_id), BookingRow)


def _count_booking(at: UUID | None, booking_id: UUID) -> Statement[_Count]:
    sql = "select count(*)::int as rows from public.bookings where organization_id = %s and id = %s"
    return Statement(sql, (at, booking_id), _Count)


def _set(name: str, value: str) -> Statement[_Done]:
    """A setting of the transaction from here on."""
    return Statement("select set_config(%s, %s, true) is not null as done", (name, value), _Done)
