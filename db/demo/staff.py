"""Who works in the demo gym, and as whom one signs in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from random import Random
from uuid import UUID

from db.demo.drawing import draw_id
from db.records import Rank
from db.repositories.staff import stretch

PASSWORD = "demo front desk"  # noqa: S105
STAFF = ("mia@demo.example", PASSWORD)
MANAGER = ("dana@demo.example", PASSWORD)
OWNER = ("otto@demo.example", PASSWORD)
EVERYWHERE = ("kim@demo.example", PASSWORD)

# E-mail, name, and the rank in each of the three organizations; None where they do not work.
MEMBERS: tuple[tuple[str, str, tuple[Rank | None, Rank | None, Rank | None]], ...] = (
    (STAFF[0], "Mia Chen", ("staff", None, None)),
    ("tom@demo.example", "Tom Adeyemi", ("staff", None, None)),
    (MANAGER[0], "Dana Whitfield", ("manager", None, None)),
    ("luz@demo.example", "Luz Ortega", (None, "staff", None)),
    ("ray@demo.example", "Ray Coleman", (None, "manager", None)),
    ("wei@demo.example", "Wei Zhang", (None, None, "staff")),
    ("isla@demo.example", "Isla Byrne", (None, None, "manager")),
    (EVERYWHERE[0], "Kim Park", ("staff", "staff", "staff")),
    (OWNER[0], "Otto Berg", ("owner", "owner", "owner")),
)


@dataclass(frozen=True, slots=True)
class User:
    """One of the staff, with a rank in each organization, in their order."""

    id: UUID
    email: str
    name: str
    ranks: tuple[Rank | None, ...]


def draw_users(random: Random) -> list[User]:
    """The staff, always the same people."""
    return [User(draw_id(random), email, name, ranks) for email, name, ranks in MEMBERS]


def secret(random: Random) -> tuple[bytes, bytes]:
    """Salt and stored key of PASSWORD, shared by all of them: stretching it for each would take seconds."""
    salt = random.randbytes(16)
    return salt, hashlib.sha256(stretch(PASSWORD, salt)).digest()
