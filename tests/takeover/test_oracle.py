"""The oracle against what is known of an old gym: each booking, session and lead of a client."""

from __future__ import annotations

import csv
import lzma
import uuid
from pathlib import Path

import psycopg
from migration.place import made
from takeover.oracle import Visit, expected, read

from db import embedded

DATA = Path(__file__).parent / "data"


def _known(name: str) -> list[dict[str, str]]:
    with lzma.open(DATA / name, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_oracle_knows_the_real_gym(cluster: embedded.Cluster) -> None:
    with made(cluster, f"old_{uuid.uuid4().hex[:12]}") as place:
        with psycopg.connect(place.superuser, autocommit=True) as connection:
            connection.execute(lzma.decompress((DATA / "legacy_gym.sql.xz").read_bytes()))
        found = expected(read(place.superuser))
    told = {
        visit.id: (
            *(fate.expect, fate.merged_into or ""),
            *(fate.person or ("", "")),
            *(fate.organization or "", fate.status.removeprefix("late_")),
        )
        for visit, fate in found.visits.items()
        if visit == Visit("bookings", visit.id)
    }
    assert told == {row.pop("id"): tuple(row.values()) for row in _known("bookings.csv.xz")}
    assert {
        session: (fate.organization, str(fate.capacity), str(fate.booked), str(fate.over_by))
        for session, fate in found.sessions.items()
    } == {row.pop("id"): tuple(row.values()) for row in _known("sessions.csv.xz")}
    assert found.owners == {row["lead"]: row["client"] for row in _known("leads.csv.xz")}
