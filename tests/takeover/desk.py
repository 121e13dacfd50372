"""A desk at the first gym after it was taken over."""

from __future__ import annotations

import csv
from pathlib import Path
from uuid import UUID, uuid4

from migration.place import Place

from db.repositories import organizations, staff
from db.transaction import Database, SignedIn


def signed_in(place: Place, passwords: Path) -> SignedIn:
    """The owner of the first gym, with the one-time password of the file."""
    with passwords.open(encoding="utf-8", newline="") as file:
        email, password = next(row for row in csv.reader(file) if row[0].startswith("owner@harbour"))
    owner = staff.sign_in(Database(place.desk), email, password, uuid4())
    staff.change_password(owner, password)
    return owner.at(organizations.mine(owner)[0].id)


def coming_session(place: Place, organization: UUID | None) -> UUID:
    """The gym's last session, moved to be bookable now."""
    ((session,),) = place.ask(
        "update class_sessions set starts_at = now() + interval '2 hours',"
        " ends_at = now() + interval '3 hours', capacity = 50 where id ="
        " (select id from class_sessions where organization_id = %s"
        " and status = 'scheduled' order by starts_at desc, id limit 1) returning id",
        organization,
    )
    assert isinstance(session, UUID)
    return session
