"""The gym of the rush: who comes now, a crowd with the same first names, and this evening's classes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from db import upgrade
from db.repositories import staff

EMAIL = "mia@rush.example"
PASSWORD = "a rush of forty"
SALT = b"sixteen bytes ok"
CROWD = (
    *("Abbott", "Baker", "Cole", "Dunn", "Ellis", "Ford", "Gray", "Irwin", "Jones", "Knox"),
    *("Lamb", "Mills", "Nash", "Owens", "Price", "Quill", "Reed", "Shaw", "Tate"),
)
"""Last names of people who do not come, for the first names of those who do."""

PASS, CLASSES_OF_A_PASS, PRICE_OF_A_PASS = "10-Class Pass", 10, 9000
"""The package that is sold, for a price in pence."""

HOUR = 17
"""It is between this hour and the next in the gym's zone, whenever the rush is played."""


@dataclass(frozen=True, slots=True)
class Class:
    """One class of this evening: minutes from the first of them, price in pence, and how it is filled."""

    program: str
    minutes: int
    price: int
    seats: int
    length: int = 45


FIRST, PRICED, FULL, LATER = "Yoga", "Spin", "Boxing", "Pilates"
CLASSES = (
    Class("HIIT", -60, 1000, 16),
    Class(FIRST, 0, 0, 16),
    Class(PRICED, 10, 1200, 30),
    Class(FULL, 40, 1500, 2, 60),
    Class(LATER, 70, 0, 12),
)


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody the gym knows; `booked` and `usual` are the programs of their class and of their habit.

    `classes_left` are those of their pass, if they have one.
    """

    name: str
    booked: str | None = None
    paid_by: str | None = None
    usual: str | None = None
    barcode: str | None = None
    waiver: bool = True
    family: str | None = None
    alert: str | None = None
    blocked: str | None = None
    classes_left: int | None = None


KNOWN = (
    Known("Abel Moor", booked=FIRST),
    Known("Ida Frost", booked=FIRST, alert="knee injury: tell Kim"),
    Known("Omar Vance", booked=FIRST),
    Known("Lena Voss", booked=FIRST),
    Known("Nadia Haddad", booked=FIRST, barcode="5901234123457"),
    Known("Jonas Wolff", booked=FIRST, barcode="B-20877"),
    Known("Ugo Nwosu", booked=FIRST, waiver=False),
    Known("Mira Zhou", booked=FIRST),
    Known("Tom Keller", usual=FIRST),
    Known("Ruth Ziegler", usual=FIRST),
    Known("Ivo Hale", usual=FIRST),
    Known("Grace Hill"),
    Known("Dora Vega"),
    Known("Sam Hart", usual=FIRST),
    Known("Sam Zeller"),
    Known("Rosa Marin", family="Marin"),
    Known("Leo Marin", family="Marin"),
    Known("Hugo Brandt", booked=LATER),
    Known("Carla Unger", booked=PRICED, paid_by="card"),
    Known("Felix Vogt", booked=PRICED, paid_by="cash"),
    Known("Yara Haas", booked=PRICED, paid_by="later"),
    Known("Nils Hahn", booked=PRICED, paid_by="card", barcode="4006381333931"),
    Known("Olga Zimmer", booked=PRICED, paid_by="card"),
    Known("Yann Petit", booked=PRICED, paid_by="later"),
    Known("Zora Blum", booked=PRICED, paid_by="card"),
    Known("Petra Hoff", usual=PRICED),
    Known("Karl Zorn", usual=PRICED, classes_left=3),
    Known("Edda Huber", usual=PRICED),
    Known("Marta Vidal"),
    Known("Bela Zsolt"),
    Known("Paula Grant"),
    Known("Wanda Hirsch"),
    Known("Theo Zander"),
    Known("Alma Heine", usual=LATER),
    Known("Kurt Hesse"),
    Known("Bruno Zapf"),
    Known("Clara Holm"),
    Known("Ines Varga", family="Varga"),
    Known("Max Varga", family="Varga"),
    Known("Rex Vane", blocked="owes since May"),
    Known("Gus Hobbs", booked=FULL, paid_by="card"),
    Known("Hal Zeta", booked=FULL, paid_by="card"),
)


@dataclass(frozen=True, slots=True)
class Evening:
    """When the rush is: the gym's zone, and the instant at which its first class begins."""

    zone: str
    first_at: datetime

    def starts_at(self, program: str) -> datetime:
        """When the class of that program begins."""
        return self.first_at + timedelta(minutes=next(c.minutes for c in CLASSES if c.program == program))

    def at(self, program: str) -> str:
        """The class as the desk names it, such as '18:00 Spin'."""
        return f"{self.time(program)} {program}"

    def time(self, program: str) -> str:
        """Its time alone, as it is typed."""
        return f"{self.starts_at(program).astimezone(ZoneInfo(self.zone)):%H:%M}"


def this_evening() -> Evening:
    """The evening of which it is ten to six or so, in a zone where that is now."""
    now = datetime.now(UTC)
    east = (HOUR - now.hour + 12) % 24 - 12
    to_come = timedelta(minutes=25 - now.minute % 5)
    return Evening(f"Etc/GMT{-east:+d}", now.replace(second=0, microsecond=0) + to_come)


def make(admin: str, evening: Evening, first_seats: int) -> None:
    """Fill an empty database with the gym, as its owner; `first_seats` are those of the first class."""
    with upgrade.as_owner(admin) as owner:
        row = owner.execute(
            "insert into organizations (name, timezone, currency) values ('Harbour Lane', %s, 'GBP')"
            " returning id",
            (evening.zone,),
        ).fetchone()
        assert row is not None
        gym = _Gym(owner, row[0], evening)
        gym.hire()
        gym.schedule(first_seats)
        gym.offer()
        gym.welcome()
        gym.remember()
        gym.book()


@dataclass(frozen=True, slots=True)
class _Gym:
    owner: psycopg.Connection[Any]
    id: UUID
    evening: Evening

    def hire(self) -> None:
        key = hashlib.sha256(staff.stretch(PASSWORD, SALT)).digest()
        self.owner.execute(
            "with mia as (insert into users (name, email, salt, stored_key) values ('Mia Chen', %s, %s, %s)"
            " returning id) insert into user_organizations (organization_id, user_id, role)"
            " select %s, id, 'staff' from mia",
            (EMAIL, SALT, key, self.id),
        )

    def schedule(self, first_seats: int) -> None:
        """This evening's classes, and the same of the three weeks before."""
        for each in CLASSES:
            self.owner.execute(
                "with p as (insert into programs (organization_id, name, drop_in_price)"
                " values (%(org)s, %(name)s, %(price)s) returning id)"
                " insert into class_sessions (organization_id, program_id, starts_at, ends_at, capacity)"
                " select %(org)s, p.id, b, b + %(length)s * interval '1 minute', %(seats)s"
                " from p, generate_series(0, 3) w, lateral (select %(at)s - w * interval '7 days') s(b)",
                {
                    "org": self.id,
                    "name": each.program,
                    "price": each.price,
                    "length": each.length,
                    "seats": first_seats if each.program == FIRST else each.seats,
                    "at": self.evening.starts_at(each.program),
                },
            )

    def offer(self) -> None:
        """The pass, which covers every class."""
        self.owner.execute(
            "insert into package_products (organization_id, name, price, class_count)"
            " values (%s, %s, %s, %s)",
            (self.id, PASS, PRICE_OF_A_PASS, CLASSES_OF_A_PASS),
        )

    def welcome(self) -> None:
        """Everybody known, by turns a client and a lead, and the crowd, who share their first names."""
        families: dict[str, UUID] = {}
        for number, each in enumerate(KNOWN):
            person = self._add(number, each)
            if each.family:
                guardian = each.family not in families
                if guardian:
                    families[each.family] = self._id("insert into families (organization_id) values (%s)")
                self.owner.execute(
                    f"insert into family_members (organization_id, family_id, is_guardian, {column(number)})"
                    " values (%s, %s, %s, %s)",
                    (self.id, families[each.family], guardian, person),
                )
            if each.classes_left:
                self._has_pass(number, person, each.classes_left)
            if each.alert:
                self.owner.execute(
                    f"insert into notes (organization_id, text, alert_priority, {column(number)})"
                    " values (%s, %s, 1, %s)",
                    (self.id, each.alert, person),
                )
        names = sorted({f"{each.name.split()[0]} {last}" for each in KNOWN for last in CROWD})
        self.owner.execute(
            "insert into clients (organization_id, name, phone, waiver_signed_at, waiver_signed_by)"
            " select %s, name, '07911 ' || lpad(n::text, 6, '0'), now(), name"
            " from unnest(%s::text[]) with ordinality as crowd(name, n)",
            (self.id, names),
        )

    def remember(self) -> None:
        """Regulars came to their class three weeks running, others once to another one."""
        self.owner.execute("alter table bookings disable trigger user")
        for number, each in enumerate(KNOWN):
            self.owner.execute(
                f"insert into bookings (organization_id, class_session_id, {column(number)}, booking_status,"
                " payment_status, price, currency, recorded_at, changed_at)"
                " select s.organization_id, s.id, p.id, 'attended', 'paid', 0, 'GBP', s.starts_at, s.ends_at"
                " from class_sessions s join programs g on g.id = s.program_id"
                f" join {table(number)} p on p.name = %s where g.name = %s"
                " and s.starts_at < now() - interval '1 day' order by s.starts_at desc limit %s",
                (each.name, each.usual or "HIIT", 3 if each.usual else 1),
            )
        self.owner.execute("alter table bookings enable trigger user")
        self.owner.execute(
            "select app.keep_habits_of(organization_id, coalesce(client_id, customer_id)) from bookings"
        )

    def book(self) -> None:
        """Whoever is booked for this evening."""
        for number, each in enumerate(KNOWN):
            if each.booked:
                self.owner.execute(
                    f"insert into bookings (organization_id, class_session_id, {column(number)}, paid_by)"
                    " select s.organization_id, s.id, p.id, %s from class_sessions s"
                    f" join programs g on g.id = s.program_id join {table(number)} p on p.name = %s"
                    " where g.name = %s and s.starts_at > now()",
                    (each.paid_by, each.name, each.booked),
                )

    def _add(self, number: int, each: Known) -> UUID:
        now = datetime.now(UTC)
        signed, blocked_at = now if each.waiver else None, now if each.blocked else None
        return self._id(
            f"insert into {table(number)} (organization_id, name, phone, birth_date, barcode,"
            " waiver_signed_at, waiver_signed_by, blocked_at, blocked_reason)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            *(each.name, f"07700 {900_100 + number * 7}", date(1970 + number, 3, 14), each.barcode),
            *(signed, each.name if signed else None, blocked_at, each.blocked),
        )

    def _has_pass(self, number: int, person: UUID, left: int) -> None:
        self.owner.execute(
            f"with k as (insert into packages (organization_id, product_id, {column(number)}, class_count,"
            " starts_on, price, currency) select organization_id, id, %s, class_count,"
            " (now() - interval '1 month')::date, price, 'GBP' from package_products"
            " where organization_id = %s returning organization_id, id)"
            " insert into entitlement_ledger (organization_id, package_id, kind, amount)"
            " select organization_id, id, 'opening', %s from k",
            (person, self.id, left),
        )

    def _id(self, insert: str, *values: object) -> UUID:
        row = self.owner.execute(f"{insert} returning id", (self.id, *values)).fetchone()
        assert row is not None
        identity: UUID = row[0]
        return identity


def booked(program: str) -> Sequence[str]:
    """Who is booked in the class of that program."""
    return [each.name for each in KNOWN if each.booked == program]


def table(number: int) -> str:
    """Where the known person of that number stands."""
    return "leads" if number % 3 == 1 else "clients"


def column(number: int) -> str:
    """The key by which rows refer to them."""
    return "customer_id" if number % 3 == 1 else "client_id"
