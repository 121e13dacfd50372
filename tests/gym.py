"""The small known gym of the tests: two organizations, their staff, people and sessions of today."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from db import upgrade
from db.repositories import staff
from db.transaction import Database, SignedIn

PASSWORD = "correct horse battery"
SALT = b"sixteen bytes ok"
HOSTILE = "[bold]Eve[/bold] \x1b[31mred\u202e"
INSTALLATION = uuid.UUID(int=0xDE5C)

# Who works where, with which rank.
STAFF = {
    "ana": ("Ana Ruiz", {"harbour": "staff"}),
    "mia": ("Mia Chen", {"harbour": "manager"}),
    "otto": ("Otto Berg", {"harbour": "owner"}),
    "vera": ("Vera Watt", {"harbour": "viewer"}),
    "ben": ("Ben Stone", {"union": "staff"}),
    "kim": ("Kim Park", {"harbour": "staff", "union": "staff"}),
}


@dataclass(frozen=True)
class Gym:
    """The ids of the gym's rows by a short name, and its staff's tokens."""

    organizations: dict[str, uuid.UUID] = field(default_factory=dict)
    users: dict[str, uuid.UUID] = field(default_factory=dict)
    leads: dict[str, uuid.UUID] = field(default_factory=dict)
    clients: dict[str, uuid.UUID] = field(default_factory=dict)
    sessions: dict[str, uuid.UUID] = field(default_factory=dict)
    database: Database | None = None

    def on(self, database: Database) -> Gym:
        """The same gym in that copy."""
        return replace(self, database=database)

    def token(self, who: str) -> str:
        """The token of one of the staff, valid."""
        return f"token-of-{who}"

    def signed_in(self, who: str = "ana", organization: str = "harbour") -> SignedIn:
        """Acts as one of the staff in an organization."""
        assert self.database is not None
        return SignedIn(self.database, self.token(who), self.organizations[organization])

    def email(self, who: str) -> str:
        """What they sign in with; everybody's password is PASSWORD."""
        return f"{who}@gym.example"


def noon_zone() -> str:
    """A zone in which it is between 12:00 and 13:00 now, so that no session of today falls into tomorrow."""
    offset = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-offset:+d}"


def fill(admin: str) -> Gym:
    """Make the gym in an upgraded database, as its administrator."""
    gym = Gym()
    with upgrade.as_owner(admin) as owner:
        _organizations(owner, gym)
        _staff(owner, gym)
        _people(owner, gym)
        _sessions(owner, gym)
    return gym


def _organizations(owner: psycopg.Connection[Any], gym: Gym) -> None:
    for key, name, currency in (("harbour", "Harbour Lane", "GBP"), ("union", "Union Square", "USD")):
        gym.organizations[key] = _insert(
            owner, "organizations", name=name, timezone=noon_zone(), currency=currency
        )


def _staff(owner: psycopg.Connection[Any], gym: Gym) -> None:
    key = hashlib.sha256(staff.stretch(PASSWORD, SALT)).digest()
    for who, (name, ranks) in STAFF.items():
        gym.users[who] = _insert(owner, "users", name=name, email=gym.email(who), salt=SALT, stored_key=key)
        for organization, rank in ranks.items():
            owner.execute(
                "insert into user_organizations (organization_id, user_id, role) values (%s, %s, %s)",
                (gym.organizations[organization], gym.users[who], rank),
            )
        owner.execute(
            "insert into tokens (token_hash, user_id, installation, made_in, expires_at)"
            " values (%s, %s, %s, '3', now() + interval '1 day')",
            (hashlib.sha256(gym.token(who).encode()).digest(), gym.users[who], INSTALLATION),
        )
    gym.users["neu"] = _insert(
        owner, "users", name="Neu Mann", email=gym.email("neu"), salt=SALT, stored_key=key, must_change=True
    )
    owner.execute(
        "insert into user_organizations (organization_id, user_id, role) values (%s, %s, 'staff')",
        (gym.organizations["harbour"], gym.users["neu"]),
    )


def _people(owner: psycopg.Connection[Any], gym: Gym) -> None:
    harbour, union = gym.organizations["harbour"], gym.organizations["union"]
    leads: dict[str, dict[str, object]] = {
        "olsen": {"name": "Sam Olsen", "email": "sam.olsen@post.example", "phone": "+44 7700 900412"},
        "zoe": {"name": "Zoë Müller-O'Brien", "email": "zoe@post.example", "phone": "07700 900555"},
        "blocked": {
            "name": "Bo Blocked",
            "blocked_at": datetime.now(UTC),
            "blocked_reason": "owes since May",
        },
        "converted": {"name": "Con Verted", "email": "con@post.example", "status": "converted"},
        "hostile": {"name": HOSTILE},
    }
    for key, values in leads.items():
        gym.leads[key] = _insert(owner, "leads", organization_id=harbour, **values)
    signed = {"waiver_signed_at": datetime.now(UTC), "waiver_signed_by": "Sam Okafor"}
    clients: dict[str, dict[str, object]] = {
        "okafor": {"name": "Sam Okafor", "email": "okafor@post.example", "phone": "020 7946 0412"} | signed,
        "ortiz": {"name": "Rosamund Ortiz", "birth_date": "1990-05-04", "phone": "07700 900118"},
        "converted": {"name": "Con Verted", "converted_from_lead_id": gym.leads["converted"]},
        "arabic": {"name": "محمد علي"},
        "chinese": {"name": "李小龍"},
    }
    for key, values in clients.items():
        gym.clients[key] = _insert(owner, "clients", organization_id=harbour, **values)
    gym.leads["other"] = _insert(owner, "leads", organization_id=union, name="Sam Other")
    gym.clients["other"] = _insert(owner, "clients", organization_id=union, name="Samantha Union")


def _sessions(owner: psycopg.Connection[Any], gym: Gym) -> None:
    harbour, union = gym.organizations["harbour"], gym.organizations["union"]
    programs = {
        key: _insert(
            owner, "programs", organization_id=harbour, name=name, drop_in_price=price, open_gym=open_gym
        )
        for key, name, price, open_gym in (
            ("spin", "Spin", 1200, False),
            ("yoga", "Yoga", 0, False),
            ("boxing", "Boxing", 1500, False),
            ("open", "Open gym", 0, True),
        )
    }
    other = _insert(owner, "programs", organization_id=union, name="Lifting", drop_in_price=2000)
    room = _insert(owner, "rooms", organization_id=harbour, name="R1")
    instructor = _insert(owner, "instructors", organization_id=harbour, name="Kim Park")
    now = datetime.now(UTC)
    for key, program, minutes, length, capacity in (
        ("earlier", "spin", -120, 60, 12),
        ("spin", "spin", 20, 45, 3),
        ("yoga", "yoga", 50, 60, 2),
        ("full", "boxing", 90, 60, 1),
        ("cancelled", "spin", 150, 45, 10),
        ("tomorrow", "spin", 24 * 60, 45, 10),
        ("over", "yoga", -72 * 60, 60, 10),
        ("open", "open", -120, 360, 40),
    ):
        start = now + timedelta(minutes=minutes)
        gym.sessions[key] = _insert(
            owner,
            "class_sessions",
            organization_id=harbour,
            program_id=programs[program],
            room_id=room,
            starts_at=start,
            ends_at=start + timedelta(minutes=length),
            capacity=capacity,
            status="cancelled" if key == "cancelled" else "scheduled",
        )
    _insert_link(owner, harbour, gym.sessions["spin"], instructor)
    gym.sessions["other"] = _insert(
        owner,
        "class_sessions",
        organization_id=union,
        program_id=other,
        starts_at=now + timedelta(minutes=30),
        ends_at=now + timedelta(minutes=90),
        capacity=10,
    )
    owner.execute(
        "insert into bookings (organization_id, class_session_id, client_id, paid_by)"
        " values (%s, %s, %s, 'later')",
        (harbour, gym.sessions["full"], gym.clients["ortiz"]),
    )


def _insert_link(
    owner: psycopg.Connection[Any], organization: uuid.UUID, session: uuid.UUID, who: uuid.UUID
) -> None:
    owner.execute("insert into session_instructors values (%s, %s, %s)", (organization, session, who))


def _insert(owner: psycopg.Connection[Any], table: str, **values: object) -> uuid.UUID:
    columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    row = owner.execute(
        f"insert into {table} ({columns}) values ({marks}) returning id", tuple(values.values())
    ).fetchone()
    assert row is not None
    identity: uuid.UUID = row[0]
    return identity
