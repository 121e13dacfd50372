"""A gym in which anything may happen in any order: what is bought, booked, paid, cancelled, held and shared.

Whatever a desk does goes through its repositories; the rest is written past the rules, as a superuser.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import psycopg
from gym import Gym
from payer import Bought
from psycopg.rows import dict_row

from db.errors import Refused
from db.records import Answer, BookingRequest, BookingStatus, CollectedBy, Kind, Sale
from db.repositories import accounts, bookings, people, sales
from db.tables import metadata
from db.transaction import Database, SignedIn

Superuser = psycopg.Connection[tuple[Any, ...]]

EMPTIED = (
    *(
        "payments",
        "entitlement_ledger",
        "entitlement_holds",
        "tasks",
        "audit_personal",
        "audit_log",
        "bookings",
        "collections",
        "credit_refunds",
    ),
    *("memberships", "packages", "covered_programs", "membership_plans", "package_products"),
    *("session_instructors", "class_sessions", "family_members", "families"),
)
PEOPLE: list[tuple[Kind, str]] = [("lead", "olsen"), ("client", "okafor"), ("client", "ortiz")]
LEAD = "olsen"
"""Who is a client one day."""

OF_PERSONS = [
    each.name for each in metadata.sorted_tables if {"customer_id", "client_id"} <= {*each.c.keys()}
]
PROGRAMS = ("Spin", "Boxing", "Yoga")
COLUMN = {"lead": "customer_id", "client": "client_id"}
COUNTED = ("confirmed", "attended", "no_show", "late_cancelled")

SOLD = """
select 'membership' as kind, m.id, coalesce(m.client_id, m.customer_id) as owner, m.is_shared,
       m.cancelled_at is not null as is_cancelled, m.starts_on, m.ends_on, null as valid_days,
       m.period_limit as limit, m.period, m.anchored,
       (extract(epoch from m.sold_at) * 1000000)::bigint as bought,
       array(select g.id from programs g where g.organization_id = m.organization_id
                and (p.every_program or exists (
                       select from covered_programs c where c.plan_id = p.id and c.program_id = g.id)))
         as programs
  from memberships m join membership_plans p on p.id = m.plan_id
union all
select 'package', k.id, coalesce(k.client_id, k.customer_id), k.is_shared,
       k.cancelled_at is not null, k.starts_on, k.ends_on, k.valid_days, null,
       null, null, (extract(epoch from k.sold_at) * 1000000)::bigint,
       array(select g.id from programs g where g.organization_id = k.organization_id
                and (p.every_program or exists (
                       select from covered_programs c where c.product_id = p.id and c.program_id = g.id)))
  from packages k join package_products p on p.id = k.product_id"""
MONEY = """
select (select coalesce(sum(amount), 0)::int from payments
         where booking_id is not null and %(who)s in (client_id, customer_id)),
       (select coalesce(sum(price), 0)::int from packages
         where paid_by = 'credit' and not refunded and %(who)s in (client_id, customer_id))"""
BOOKED = """
select b.id, coalesce(b.client_id, b.customer_id), b.class_session_id, b.booking_status, b.payment_status,
       b.paid_by, coalesce(b.membership_id, b.package_id), b.price, b.decided, s.starts_at, s.program_id
  from bookings b join class_sessions s on s.id = b.class_session_id order by b.id"""


@dataclass(frozen=True, slots=True)
class Booked:
    """A booking as it stands."""

    id: uuid.UUID
    person: uuid.UUID
    session: uuid.UUID
    status: str
    payment_status: str
    paid_by: str | None
    payer: uuid.UUID | None
    price: int
    decided: dict[str, Any] | None
    starts_at: datetime
    program: uuid.UUID


@dataclass(frozen=True, slots=True)
class Asked:
    """What a desk asked for, and heard on each connection."""

    request: BookingRequest
    answer: Answer
    elsewhere: Sequence[Answer]


@dataclass(slots=True)
class World:
    """The gym, in one zone, with its classes around one day."""

    gym: Gym
    superuser: Superuser
    elsewhere: Sequence[Database]
    zone: ZoneInfo
    anchor: date
    sessions: list[uuid.UUID] = field(default_factory=list)
    sold: list[uuid.UUID] = field(default_factory=list)
    granted: dict[uuid.UUID, int] = field(default_factory=dict)
    asked: dict[uuid.UUID, BookingRequest] = field(default_factory=dict)
    done: list[tuple[uuid.UUID, BookingStatus | None]] = field(default_factory=list)
    programs: dict[str, uuid.UUID] = field(default_factory=dict)
    collected: list[uuid.UUID] = field(default_factory=list)
    family: uuid.UUID | None = None
    converted: uuid.UUID | None = None

    def __post_init__(self) -> None:
        with self.past_the_rules():
            for table in EMPTIED:
                self.superuser.execute(f"delete from {table}".encode())
            self.superuser.execute("delete from clients where converted_from_lead_id = %s", (self.lead,))
            self.superuser.execute("update leads set status = 'new' where id = %s", (self.lead,))
            # Just booked is not in time by itself, so that cancelling today is late.
            self.superuser.execute(
                "update organizations set timezone = %s, cancel_grace_minutes = 0 where id = %s",
                (self.zone.key, self.organization),
            )
        self.programs = dict(
            self.superuser.execute(
                "select name, id from programs where organization_id = %s", (self.organization,)
            ).fetchall()
        )

    @property
    def organization(self) -> uuid.UUID:
        """The one in which it all happens."""
        return self.gym.organizations["harbour"]

    @property
    def lead(self) -> uuid.UUID:
        """Who is a client one day."""
        return self.gym.leads[LEAD]

    @property
    def desk(self) -> SignedIn:
        """Where it all is done."""
        return self.gym.signed_in()

    @contextmanager
    def past_the_rules(self) -> Iterator[None]:
        """Rows are written as they are."""
        self.superuser.execute("set session_replication_role = replica")
        try:
            yield
        finally:
            self.superuser.execute("reset session_replication_role")

    def insert(self, table: str, **values: object) -> uuid.UUID:
        """A row, past the rules; its id."""
        made = uuid.uuid4()
        values = {"organization_id": self.organization, "id": made} | values
        columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        with self.past_the_rules():
            self.superuser.execute(
                f"insert into {table} ({columns}) values ({marks})".encode(), tuple(values.values())
            )
        return made

    def person(self, number: int) -> tuple[Kind, uuid.UUID]:
        """One of three people."""
        kind, key = PEOPLE[number % len(PEOPLE)]
        if self.converted and key == LEAD:
            return "client", self.converted
        return kind, (self.gym.leads if kind == "lead" else self.gym.clients)[key]

    def convert(self) -> None:
        """Make the lead a client: every row of theirs goes along."""
        if self.converted is None:
            self.converted = self.insert("clients", name="Sam Olsen", converted_from_lead_id=self.lead)
            with self.past_the_rules():
                for table in OF_PERSONS:
                    moved = f"update {table} set client_id = %s, customer_id = null where customer_id = %s"
                    self.superuser.execute(moved.encode(), (self.converted, self.lead))
                self.superuser.execute("update leads set status = 'converted' where id = %s", (self.lead,))

    def day(self, offset: int) -> date:
        """So many days from the day around which everything is."""
        return self.anchor + timedelta(days=offset)

    def add_session(self, offset: int, at: time, program: str, capacity: int) -> None:
        """A class, in the future."""
        starts_at = self._start(offset, at)
        made = self.insert(
            "class_sessions",
            program_id=self.programs[program],
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            capacity=capacity,
        )
        self.sessions.append(made)

    def move(self, session: int, offset: int, at: time) -> None:
        """Put a class on another day."""
        starts_at = self._start(offset, at)
        with self.past_the_rules():
            self.superuser.execute(
                "update class_sessions set starts_at = %s, ends_at = %s where id = %s",
                (starts_at, starts_at + timedelta(hours=1), self.sessions[session % len(self.sessions)]),
            )

    def _start(self, offset: int, at: time) -> datetime:
        starts_at = datetime.combine(self.day(offset), at, self.zone).astimezone(UTC)
        return max(starts_at, datetime.now(UTC) + timedelta(minutes=20))

    def buy(
        self,
        person: int,
        limit: tuple[int, str, str] | int | None,
        first: int,
        days: int | None,
        more: dict[str, Any],
    ) -> None:
        """A membership of so many in each week or month or without limit, or a package of so many classes."""
        kind, owner = self.person(person)
        is_package = isinstance(limit, int)
        offer = self._offer(is_package, more.pop("programs"))
        starts_on = self.day(first)
        from_first_class = more.pop("from_first_class") and is_package and days is not None
        values: dict[str, object] = {
            "starts_on": starts_on,
            "ends_on": starts_on + timedelta(days=days - 1) if days and not from_first_class else None,
            "price": 9000,
            "currency": "GBP",
            "sold_at": datetime(2026, 1, 1 + more.pop("bought"), tzinfo=UTC),
            COLUMN[kind]: owner,
            **more,
        }
        if is_package:
            assert isinstance(limit, int)
            values |= {"product_id": offer, "class_count": max(limit, 1)}
            values |= {"valid_days": days} if from_first_class else {}
        else:
            values["plan_id"] = offer
            if isinstance(limit, tuple):
                values |= dict(zip(("period_limit", "period", "anchored"), limit, strict=True))
        made = self.insert("packages" if is_package else "memberships", **values)
        self.sold.append(made)
        self.granted[made] = 0
        if is_package and limit:
            assert isinstance(limit, int)
            self.insert("entitlement_ledger", package_id=made, kind="grant", amount=limit)
            self.granted[made] = limit

    def _offer(self, is_package: bool, programs: Sequence[str], price: int = 9000) -> uuid.UUID:
        table, column = ("package_products", "product_id") if is_package else ("membership_plans", "plan_id")
        offer = self.insert(table, name="Offer", price=price, every_program=not programs)
        for program in sorted(set(programs)):
            self.insert("covered_programs", program_id=self.programs[program], **{column: offer})
        return offer

    def hold(self, sold: int, first: int, days: int | None) -> None:
        """Put something on hold, for so many days or until somebody ends it."""
        if self.sold:
            which = self.sold[sold % len(self.sold)]
            column = "package_id" if self._is_package(which) else "membership_id"
            last = None if days is None else self.day(first + days)
            self.insert("entitlement_holds", first_day=self.day(first), last_day=last, **{column: which})

    def end_holds(self) -> None:
        """End every hold today."""
        with self.past_the_rules():
            self.superuser.execute(
                "update entitlement_holds set last_day = greatest(first_day, %s) where last_day is null",
                (self.anchor,),
            )

    def share(self, sold: int, shared: bool) -> None:
        """Share something in the family, or not any more."""
        self._change(sold, "is_shared = %s", shared)

    def cancel_sale(self, sold: int) -> None:
        """Cancel something; what is left of a package is written off."""
        self._change(sold, "cancelled_at = now() where cancelled_at is null and %s", True)
        if not self.sold:
            return
        which = self.sold[sold % len(self.sold)]
        left = self.left().get(which, 0)
        if left > 0:
            self.insert("entitlement_ledger", package_id=which, kind="write_off", amount=-left)
            self.granted[which] -= left

    def _change(self, sold: int, change: str, value: object) -> None:
        if self.sold:
            which = self.sold[sold % len(self.sold)]
            table = "packages" if self._is_package(which) else "memberships"
            where = f"{change} {'and' if ' where ' in change else 'where'} id = %s"
            with self.past_the_rules():
                self.superuser.execute(f"update {table} set {where}".encode(), (value, which))

    def _is_package(self, sold: uuid.UUID) -> bool:
        return bool(self.superuser.execute("select from packages where id = %s", (sold,)).fetchall())

    def link(self, person: int) -> None:
        """Make somebody one of the family, or not any more."""
        self.family = self.family or self.insert("families")
        kind, who = self.person(person)
        gone = self.superuser.execute(
            f"delete from family_members where {COLUMN[kind]} = %s returning id".encode(), (who,)
        )
        if not gone.fetchall():
            self.insert("family_members", family_id=self.family, **{COLUMN[kind]: who})

    def book(self, person: int, session: int, **more: Any) -> Asked:
        """Book, after everybody elsewhere asked for the same and only looked.

        Some desks still have the lead in their list: their client is booked.
        """
        kind, who = self.person(person)
        if who == self.converted and len(self.asked) % 2:
            kind, who = "lead", self.lead
        request = BookingRequest(uuid.uuid4(), self.sessions[session % len(self.sessions)], kind, who, **more)
        signed_in = [self.gym.on(database).signed_in() for database in self.elsewhere]
        elsewhere = [bookings.book(each, request, dry=True) for each in signed_in]
        answer = bookings.book(self.desk, request)
        if answer.booking_id and answer.outcome in ("booked", "confirmed", "checked_in", "waitlisted"):
            self.asked[answer.booking_id] = request
            self.done.append((answer.booking_id, answer.before))
        return Asked(request, answer, elsewhere)

    def cancel(self, number: int) -> None:
        """Cancel one of the bookings."""
        if self.asked:
            which = list(self.asked)[number % len(self.asked)]
            answer = bookings.cancel(self.desk, which)
            if answer.outcome == "cancelled":
                self.done.append((which, answer.before))

    def take_back(self, number: int) -> None:
        """Undo one of the things done."""
        if self.done:
            bookings.take_back(self.desk, *self.done[-1 - number % len(self.done)])

    def sell(self, person: int, pay: Literal["card", "credit"]) -> None:
        """Sell a class of Boxing at the desk."""
        sale = Sale(uuid.uuid4(), "package", self._offer(True, ["Boxing"], 1500), pay)
        with suppress(Refused):
            sales.sell(self.desk, sale, *self.person(person))
            self.sold.append(sale.id)
            self.granted[sale.id] = 1

    def take_back_sale(self) -> None:
        """Undo the last sale, if nothing is booked with it."""
        if self.sold:
            sold, left = self.sold[-1], self.left()
            with suppress(Refused):
                sales.take_back(self.desk, "package" if self._is_package(sold) else "membership", sold)
                self.granted[sold] -= max(left.get(sold, 0), 0)

    def collect(self, person: int, method: CollectedBy) -> None:
        """Collect what somebody owes, and ask for it again."""
        collection = uuid.uuid4()
        with suppress(Refused):
            said = accounts.collect(self.desk, collection, *self.person(person), method)
            assert accounts.collect(self.desk, collection, *self.person(person), method) == said
            self.collected.append(collection)

    def take_back_collection(self, number: int) -> None:
        """Undo one of the collections."""
        if self.collected:
            with suppress(Refused):
                accounts.take_back_collection(self.desk, self.collected[-1 - number % len(self.collected)])

    def refund(self, person: int, amount: int) -> None:
        """Give some of somebody's credit back."""
        with suppress(Refused):
            accounts.refund_credit(
                self.gym.signed_in("mia"), uuid.uuid4(), *self.person(person), amount, "asked for"
            )

    def miss(self) -> None:
        """Whoever is booked did not come."""
        with self.past_the_rules():
            self.superuser.execute(
                "update bookings set booking_status = 'no_show' where booking_status = 'confirmed'"
            )

    def booked(self) -> dict[uuid.UUID, Booked]:
        """Every booking."""
        return {row[0]: Booked(*row) for row in self.superuser.execute(BOOKED).fetchall()}

    def left(self) -> dict[uuid.UUID, int]:
        """What the ledger says is left of each package."""
        return dict(
            self.superuser.execute(
                "select package_id, sum(amount)::int from entitlement_ledger group by 1"
            ).fetchall()
        )

    def bought(self, booked: dict[uuid.UUID, Booked]) -> list[Bought]:
        """Everything that was bought, with what was booked on it."""
        holds = self.superuser.execute(
            "select coalesce(membership_id, package_id), first_day, last_day from entitlement_holds"
        ).fetchall()
        sold = self.superuser.cursor(row_factory=dict_row).execute(SOLD).fetchall()
        return [
            Bought(
                **row,
                granted=self.granted[row["id"]],
                holds=[(first, last) for of, first, last in holds if of == row["id"]],
                used={
                    each.id: each.starts_at.astimezone(self.zone).date()
                    for each in booked.values()
                    if each.payer == row["id"] and each.status in COUNTED
                },
            )
            for row in sold
        ]

    def account(self, person: int) -> tuple[int, int]:
        """What somebody owes, and what stands to their credit, as the desk is told."""
        found = people.details(self.desk, *self.person(person))
        return found.owes, found.credit

    def money_of(self, person: int) -> tuple[int, int]:
        """The same by the rows: what the till holds of them and is not spent is their credit."""
        _, who = self.person(person)
        theirs = [each for each in self.booked().values() if each.person == who]
        counted = [each for each in theirs if each.status in COUNTED and each.payment_status != "void"]
        spent = sum(each.price for each in counted if each.paid_by in ("card", "cash", "credit"))
        row = self.superuser.execute(MONEY, {"who": who}).fetchone()
        assert row
        owed = sum(each.price for each in counted if each.payment_status == "pending")
        return owed, row[0] - spent - row[1]

    def relatives(self, person: uuid.UUID) -> set[uuid.UUID]:
        """The others of somebody's family."""
        members = {
            row[0]
            for row in self.superuser.execute(
                "select coalesce(client_id, customer_id) from family_members"
            ).fetchall()
        }
        return members - {person} if person in members else set()
