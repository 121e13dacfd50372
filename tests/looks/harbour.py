"""The gym of the pictures: what screens.md draws."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import psycopg
from gym import INSTALLATION, SALT

Superuser = psycopg.Connection[Any]
HOSTILE = "Mo [b]\x1b[31m李\u202e[/b]"

STAFF = {
    "mia": ("Mia Chen", {"Harbour Lane": "manager"}),
    "ana": ("Ana Ruiz", {"Harbour Lane": "staff"}),
    "kim": ("Kim Park", {"Harbour Lane": "staff", "Quai Ouest": "viewer", "Santa Rosa": "owner"}),
}
ORGANIZATIONS = (
    ("Harbour Lane", "Europe/London", "GBP"),
    ("Quai Ouest", "Europe/Paris", "EUR"),
    ("Santa Rosa", "America/Los_Angeles", "USD"),
)
# Kind, name, birth date, phone, e-mail, days since the last visit.
PEOPLE: Sequence[tuple[str, str, str | None, str | None, str | None, int | None]] = (
    ("client", "Sam Okafor", "1988-03-02", "020 7946 0412", "sam.okafor@post.example", 4),
    ("client", "Samira Oduya", "1995-07-19", "07700 900077", "samira@post.example", 2),
    ("lead", "Sam Olsen", "2011-01-30", "07700 900412", "olsen@post.example", None),
    ("client", "Sami Osman", "1979-12-05", "07700 900330", "osman@post.example", 60),
    ("client", "Rosamund Ortiz", "1990-05-04", "07700 900118", "rosa.ortiz@post.example", 320),
    ("lead", HOSTILE, None, None, None, None),
    ("client", "李小龍 Motoko", None, "07700 900001", None, 9),
    ("client", "محمد علي Mourad", "1984-01-01", None, "mourad@post.example", None),
)
REGULARS = (
    "Abena Mensah", "Bartosz Wilk", "Chloé Dubois", "Dmitri Жуков", "Elif Kaya", "Femi Adeyemi", "Greta Lind",
    "Hiro 田中", "Ines Costa", "Jonas Weber", "Kavya Rao", "Liam Byrne", "Noor Haddad",
)  # fmt: skip
# Start, program, price, minutes, capacity, booked, waiting.
SESSIONS = (
    ("17:00", "HIIT", 1200, 60, 16, 12, 0),
    ("18:00", "Spin", 1200, 45, 16, 14, 0),
    ("18:30", "Yoga", 1000, 60, 12, 12, 3),
    ("19:00", "Boxing", 1500, 60, 16, 4, 0),
    ("19:30", "Pilates", 0, 60, 12, 6, 0),
)


# Of those whom no trigger saw.
DOCUMENTS = """
insert into search_documents (organization_id, person_id, kind, name, document)
select organization_id, id, 'client', app.words(name), app.document(name, phone, email) from clients
 union all
select organization_id, id, 'lead', app.words(name), app.document(name, phone, email) from leads
 where status <> 'converted'
    on conflict do nothing
"""


def fill(superuser: Superuser, now: datetime) -> None:
    """Make it, as it stands at that hour; rows of the past go past the rules of today."""
    for name, zone, currency in ORGANIZATIONS:
        _insert(superuser, "organizations", id=named(name), name=name, timezone=zone, currency=currency)
    _staff(superuser)
    for kind, name, born, phone, email, _ in PEOPLE:
        signed = {"waiver_signed_at": now, "waiver_signed_by": name} if kind == "client" else {}
        values = {"name": name, "birth_date": born, "phone": phone, "email": email} | signed
        _insert(superuser, f"{kind}s", organization_id=named("Harbour Lane"), id=named(name), **values)
    superuser.execute(
        "update clients set blocked_at = now(), blocked_reason = 'owes since May' where name = 'Sami Osman'"
    )
    for table in ("leads", "clients"):
        superuser.execute(f"update {table} set created_at = %s", (now - timedelta(days=900),))
    superuser.execute(
        "update clients set waiver_signed_at = created_at, waiver_signed_by = name"
        " where name in ('Sam Okafor', 'Samira Oduya', 'Sami Osman')"
    )
    _insert(
        superuser,
        "notes",
        organization_id=named("Harbour Lane"),
        client_id=named("Sam Okafor"),
        text="knee injury: tell Kim",
        alert_priority=1,
        written_by=named("mia"),
    )
    superuser.execute("set session_replication_role = replica")
    _sessions(superuser, now)
    _visits(superuser, now)
    superuser.execute(DOCUMENTS)
    superuser.execute("select app.keep_habits_of(organization_id, person_id) from search_documents")


def _staff(superuser: Superuser) -> None:
    for who, (name, ranks) in STAFF.items():
        keys = {"stored_key": b"0" * 32, "pin_key": b"0" * 32}
        values = {"salt": SALT, "pin_salt": SALT, **keys}
        _insert(superuser, "users", id=named(who), name=name, email=f"{who}@harbour.example", **values)
        for organization, rank in ranks.items():
            _insert(
                superuser,
                "user_organizations",
                organization_id=named(organization),
                user_id=named(who),
                role=rank,
            )
        superuser.execute(
            "insert into tokens (token_hash, user_id, installation, made_in, expires_at)"
            " values (%s, %s, %s, '3', now() + interval '100 years')",
            (hashlib.sha256(f"token-of-{who}".encode()).digest(), named(who), INSTALLATION),
        )


def _sessions(superuser: Superuser, now: datetime) -> None:
    here = {"organization_id": named("Harbour Lane")}
    _insert(superuser, "rooms", id=named("R1"), name="R1", **here)
    _insert(superuser, "instructors", id=named("Kim"), name="Kim", **here)
    for start, program, price, minutes, capacity, booked, waiting in SESSIONS:
        begins = now.replace(hour=int(start[:2]), minute=int(start[3:]))
        _insert(
            superuser,
            "programs",
            id=named(program),
            name=program,
            drop_in_price=price,
            open_gym=False,
            **here,
        )
        _session(superuser, program, begins, minutes, capacity, booked)
        for number in range(waiting):
            name = ("Ana", "Bo", "Cy")[number]
            _insert(superuser, "leads", id=named(name), name=name, **here)
            at = now - timedelta(hours=3 - number)
            _booking(superuser, program, "customer_id", name, at, "waitlisted", price)
    _insert(
        superuser, "programs", id=named("Open gym"), name="Open gym", drop_in_price=0, open_gym=True, **here
    )
    _session(superuser, "Open gym", now.replace(hour=6, minute=0), 16 * 60, 60, 23)
    for number, name in enumerate(REGULARS):
        _insert(superuser, "leads", id=named(name), name=name, **here)
        at = now - timedelta(minutes=40 * number)
        _booking(superuser, "Spin", "customer_id", name, at, "confirmed", 1200)
    _booking(
        superuser, "Spin", "client_id", "Sam Okafor", now - timedelta(days=1, hours=2), "confirmed", 1200
    )


def _session(
    superuser: Superuser, program: str, begins: datetime, minutes: int, capacity: int, booked: int
) -> None:
    values = {"id": named(f"session {program}"), "program_id": named(program), "room_id": named("R1")}
    times = {"starts_at": begins, "ends_at": begins + timedelta(minutes=minutes)}
    seats = {"capacity": capacity, "booked_count": booked}
    _insert(superuser, "class_sessions", organization_id=named("Harbour Lane"), **values, **times, **seats)
    if program == "Spin":
        superuser.execute(
            "insert into session_instructors values (%s, %s, %s)",
            (named("Harbour Lane"), named("session Spin"), named("Kim")),
        )


def _visits(superuser: Superuser, now: datetime) -> None:
    for kind, name, _, _, _, days in PEOPLE:
        if days is not None and kind == "client":
            program = f"visit {name}"
            begins = now - timedelta(days=days)
            here = {"organization_id": named("Harbour Lane")}
            _insert(
                superuser,
                "programs",
                id=named(program),
                name=program,
                drop_in_price=0,
                open_gym=False,
                **here,
            )
            _session(superuser, program, begins, 60, 10, 1)
            _booking(superuser, program, "client_id", name, begins, "attended", 0)
    superuser.execute(
        "update bookings set payment_status = 'pending', paid_by = 'later', price = 1200"
        " where client_id = %s",
        (named("Rosamund Ortiz"),),
    )


def _booking(
    superuser: Superuser, program: str, column: str, name: str, at: datetime, status: str, price: int
) -> None:
    values = {
        "class_session_id": named(f"session {program}"),
        column: named(name),
        "booking_status": status,
        "payment_status": "paid" if status != "waitlisted" else "pending",
        "paid_by": "card" if price and status != "waitlisted" else None,
        "price": price,
        "currency": "GBP",
        "recorded_at": at,
    }
    _insert(
        superuser, "bookings", organization_id=named("Harbour Lane"), id=named(f"{program} {name}"), **values
    )


def named(name: str) -> UUID:
    """The id of whatever is called that."""
    return uuid5(INSTALLATION, name)


def _insert(superuser: Superuser, table: str, **values: object) -> None:
    columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    superuser.execute(f"insert into {table} ({columns}) values ({marks})", tuple(values.values()))
