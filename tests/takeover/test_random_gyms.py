"""Random old gyms: each becomes what it must, goes back, and comes again as it was.

More of them, and the smallest that fails: `FRONTDESK_OLD_GYMS=300 pytest tests/takeover/test_random_gyms.py`.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

from hypothesis import HealthCheck, Phase, given, note, settings
from migration.place import Place, made
from takeover import judging
from takeover.old_gyms import OldGym
from takeover.oracle import expected, read
from takeover.oracle_bought import entitlements
from takeover.random_gyms import old_gyms

from db import embedded, takeover, upgrade
from db.records import BookingRequest, Kind, NewLead
from db.repositories import bookings, people
from db.transaction import Database, SignedIn

EXAMPLES = int(os.environ.get("FRONTDESK_OLD_GYMS", "4"))
TOKEN = "the desk's"


@contextmanager
def _loaded(cluster: embedded.Cluster, old_templates: dict[bool, str], gym: OldGym) -> Iterator[Place]:
    options = f"template {old_templates[gym.loose]} strategy file_copy"
    with made(cluster, f"gym_{uuid.uuid4().hex[:12]}", options) as place:
        gym.load(place.superuser)
        yield place


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=EXAMPLES < 10,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink] if EXAMPLES >= 10 else [Phase.generate],
)
@given(gym=old_gyms())
def test_a_gym_becomes_what_it_must_and_goes_back(
    cluster: embedded.Cluster, old_templates: dict[bool, str], gym: OldGym
) -> None:
    note(f"{gym.drifts}")
    with _loaded(cluster, old_templates, gym) as place, tempfile.TemporaryDirectory() as folder:
        said, old = read(place.superuser), _rows(place)
        must, had = expected(said), entitlements(said)
        assert takeover.look(place.superuser).obstacles == []
        report = takeover.adopt(place.superuser, Path(folder) / "first.csv")
        assert report.adds_up, report.tables
        assert judging.wrong(place, must) == []
        assert judging.wrongly_had(place, had) == []
        touched = _work_at_desk(place)
        new = place.checksums()
        upgrade.downgrade(place.superuser)
        _check_old_rows(place, old, touched)
        report = takeover.adopt(place.superuser, Path(folder) / "second.csv")
        assert report.adds_up, report.tables
        assert place.checksums() == new


def _rows(place: Place) -> dict[str, dict[str, str]]:
    """Each table's rows as they print, by their id, or by themselves."""
    found = {}
    for (table,) in place.ask(
        "select c.oid::regclass::text from pg_class c"
        " where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')"
        " and not c.relispartition and c.relname not like 'alembic%'"
    ):
        rows = place.ask(f"select coalesce(to_jsonb(t) ->> 'id', t::text), t::text from {table} t")
        found[table] = dict(rows)
    return found


def _check_old_rows(place: Place, old: dict[str, dict[str, str]], touched: set[str]) -> None:
    """As they were, but for what the desk did; and each booking that counts has a person for the old eyes."""
    now = _rows(place)
    for table, rows in old.items():
        changed = {key for key, row in rows.items() if now[table].get(key) != row}
        assert changed <= touched, (table, changed - touched)
    bookings_now = read(place.superuser)["bookings"]
    by_id = {str(row["id"]): row for row in bookings_now}
    leads = {str(row["id"]) for row in read(place.superuser)["leads"]}
    for key, lead, client in place.ask(
        "select b.id, b.customer_id, b.client_id from next.bookings b"
        " where b.id in (select row_id from next.audit_log where table_name = 'bookings')"
    ):
        row = by_id.get(str(key))
        if row is None:
            continue
        named = row.get("customer_id") or row.get("lead_id")
        assert named in leads or str(row.get("client_id")) == str(client), (row, lead, client)


def _work_at_desk(place: Place) -> set[str]:
    """Book, check in, cancel and add; which rows that may have changed."""
    found = place.ask(
        "select m.organization_id, m.user_id from public.user_organizations m"
        " where m.role = 'owner' and m.is_active order by 1, 2 limit 1"
    )
    if not found:
        return set()
    organization, user = found[0]
    place.ask(
        "insert into public.tokens (token_hash, user_id, installation, made_in, expires_at)"
        " values (%s, %s, %s, '3', now() + interval '1 day')",
        *(hashlib.sha256(TOKEN.encode()).digest(), user, uuid4()),
    )
    database = Database(place.desk)
    try:
        _work(place, SignedIn(database, TOKEN, organization), organization)
    finally:
        database.close()
    rows = place.ask(
        "select row_id::text from public.audit_log where row_id is not null union"
        " select j.id::text from takeover.judged j join public.audit_log a on a.row_id = j.into_id"
    )
    return {key for (key,) in rows}


def _work(place: Place, desk: SignedIn, organization: UUID) -> None:
    people.add(desk, NewLead(uuid4(), "Nadia New", "07700 900123", ""))
    # Of today; one that somebody attended is of then.
    sessions = place.ask(
        "update public.class_sessions s set starts_at = now() + interval '10 minutes',"
        " ends_at = now() + interval '3 hours' where organization_id = %s and status = 'scheduled'"
        " and not exists (select from public.bookings b"
        " where b.class_session_id = s.id and b.booking_status = 'attended') returning id",
        organization,
    )
    if not sessions:
        return
    session = sorted(sessions)[0][0]
    for kind, person in place.ask(
        "select kind, person_id from public.search_documents where organization_id = %s order by 2",
        organization,
    ):
        # Some stand at the desk already.
        _book(desk, session, kind, person, arrive=person.int % 3 == 0)
    booked = place.ask(
        "select b.id, b.booking_status from public.bookings b"
        " where b.organization_id = %s and b.class_session_id = %s order by b.id",
        *(organization, session),
    )
    for number, (booking, status) in enumerate(booked):
        if status in {"confirmed", "waitlisted"} and number % 2:
            bookings.cancel(desk, booking)


def _book(desk: SignedIn, session: UUID, kind: Kind, person: UUID, *, arrive: bool) -> None:
    request = BookingRequest(uuid4(), session, kind, person, pay="later", waitlist=True, arrive=arrive)
    bookings.book(desk, request)
