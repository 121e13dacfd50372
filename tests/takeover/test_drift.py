"""Old databases that drifted from the known one: taken over whatever they look like, or refused before."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from migration.place import Place, made
from takeover import judging
from takeover.old_gyms import TEXT_IDS, OldGym, known_id
from takeover.oracle import expected, read

from db import embedded, takeover, upgrade
from db.errors import Refused

BEGIN = datetime(2025, 3, 1, 9, tzinfo=UTC)
HARBOUR, UNION = known_id(1), known_id(2)
OWNER = known_id(9)
LEAD, MIRROR, OTHER, BOTH = known_id(11), known_id(12), known_id(13), known_id(14)
CLIENT = known_id(21)
YOGA = known_id(31)
MORNING, NOON, NEVER = known_id(41), known_id(42), known_id(43)
GONE = known_id(99)

GYM = OldGym(
    {
        "auth.users": [{"id": OWNER, "email": "owner@harbour.example"}],
        "organizations": [
            {"id": HARBOUR, "name": "Harbour", "email": "a@gym.example"},
            {"id": UNION, "name": "Union", "email": "b@gym.example", "timezone": "America/New_York"},
        ],
        "users": [
            {
                **{"id": OWNER, "organization_id": HARBOUR, "email": "owner@harbour.example"},
                **{"name": "Otto", "role": "owner"},
            }
        ],
        "user_organizations": [
            {"id": known_id(8), "user_id": OWNER, "organization_id": HARBOUR, "role": "owner"}
        ],
        "leads": [
            {"id": LEAD, "organization_id": HARBOUR, "name": "Lea Lead", "email": "lea@post.example"},
            {"id": MIRROR, "organization_id": HARBOUR, "name": "Cleo O'Client", "email": "cleo@post.example"},
            {"id": OTHER, "organization_id": UNION, "name": "Uma Union", "email": "uma@post.example"},
            {"id": BOTH, "organization_id": HARBOUR, "name": "Kay Kept", "email": "kay@post.example"},
        ],
        "clients": [
            {
                **{"id": CLIENT, "organization_id": HARBOUR, "name": "Cleo O'Client"},
                **{"email": " CLEO@post.example", "start_date": BEGIN.date()},
            },
            {
                **{"id": BOTH, "organization_id": HARBOUR, "name": "Kay Kept-Mann"},
                **{"email": "mann@post.example", "start_date": BEGIN.date()},
            },
        ],
        "programs": [{"id": YOGA, "organization_id": HARBOUR, "name": "Yoga", "price_pennies": 1250}],
        "class_sessions": [
            {
                **{"id": session, "organization_id": HARBOUR, "program_id": YOGA, "start_time": begin},
                **{"end_time": BEGIN + timedelta(hours=9), "max_capacity": 1, "room_location": "Studio"},
            }
            for session, begin in ((MORNING, BEGIN), (NOON, BEGIN + timedelta(hours=3)), (NEVER, None))
        ],
        "bookings": [
            {
                **{"id": known_id(number), "class_session_id": session, "customer_id": lead},
                **{"client_id": client, "booking_status": status, "booking_time": BEGIN},
            }
            for number, session, lead, client, status in (
                (51, MORNING, LEAD, None, "completed"),
                (52, MORNING, MIRROR, None, "booked"),
                (53, MORNING, None, CLIENT, "confirmed"),
                (54, NOON, MIRROR, GONE, "canceled"),
                (55, NOON, GONE, None, "confirmed"),
                (56, GONE, LEAD, None, "confirmed"),
                (57, NEVER, LEAD, None, "confirmed"),
                (58, NOON, OTHER, None, "no-show"),
                (59, None, LEAD, None, "pending"),
                (60, NOON, BOTH, None, "confirmed"),
            )
        ],
        "class_bookings": [
            {
                **{"id": known_id(number), "class_session_id": session, "customer_id": lead},
                **{"client_id": client, "booking_status": status},
            }
            for number, session, lead, client, status in (
                (51, MORNING, LEAD, None, "cancelled"),
                (52, NOON, LEAD, None, "confirmed"),
                (55, NOON, LEAD, None, "confirmed"),
                (61, NOON, None, CLIENT, "checked_in"),
            )
        ],
        "waitlist": [
            {"id": known_id(71), "class_session_id": NOON, "customer_id": LEAD, "position": 1},
            {"id": known_id(61), "class_session_id": NOON, "client_id": CLIENT, "position": 2},
        ],
        "payments": [
            {
                **{"id": known_id(81), "organization_id": HARBOUR, "client_id": CLIENT, "amount": 1250},
                **{"payment_date": BEGIN.date(), "status": "completed"},
            }
        ],
    },
    loose=True,
)
Load = Callable[[OldGym], AbstractContextManager[Place]]

TOGETHER = (
    (
        *("org_id", "gym_id", "half of the tenants in another column", "policies", "views", "extensions"),
        *("another alembic", "no packages", "no memberships of staff", "capacity of text"),
    ),
    ("names of leads apart", "names of clients apart", "ids of text", "no times of making", "no waitlist"),
    ("partitions", "other names", "no auth", "no ends", "no capacity", "no payments", "no notes"),
    ("times without a zone", "status alone", "prices with places", "no user_organizations", "no rival"),
    ("serials", "triggers", "no foreign keys", "no roles"),
)


@pytest.fixture
def loaded(cluster: embedded.Cluster, old_templates: dict[bool, str]) -> Load:
    """Makes a database of an old gym's own."""

    @contextmanager
    def load(gym: OldGym) -> Iterator[Place]:
        options = f"template {old_templates[gym.loose]} strategy file_copy"
        with made(cluster, f"gym_{uuid.uuid4().hex[:12]}", options) as place:
            gym.load(place.superuser)
            yield place

    return load


@pytest.mark.parametrize("drifts", TOGETHER, ids=lambda drifts: ", ".join(drifts[:2]) or "none")
def test_a_drifted_gym_is_taken_over(loaded: Load, tmp_path: Path, drifts: tuple[str, ...]) -> None:
    with loaded(OldGym(GYM.rows, loose=True, drifts=drifts)) as place:
        must = expected(read(place.superuser))
        assert takeover.look(place.superuser).obstacles == []
        report = takeover.adopt(place.superuser, tmp_path / "passwords.csv")
        assert report.adds_up, report.tables
        assert judging.wrong(place, must) == []


WATCHED = """
create function watch() returns event_trigger language plpgsql as $$
begin insert into watched values (1); end $$;
create event trigger watch on ddl_command_end execute function watch()
"""
SESSIONS = "The table class_sessions has no column start_time."
REFUSED = {
    "alter table leads alter id drop default, alter id type text; update leads set id = 'lead-1'"
    f" where id = '{LEAD}'": "The ids of the table leads are not all UUIDs, which frontdesk needs (1 rows)."
    " Give these rows such ids, then look again.",
    "alter table waitlist drop id, add id serial": "The ids of the table waitlist are not all UUIDs,"
    " which frontdesk needs (2 rows). Give these rows such ids, then look again.",
    "alter table bookings drop id": "The table bookings has no column id, which frontdesk needs."
    " Add one of the type uuid, then look again.",
    "alter table bookings drop constraint bookings_pkey;"
    " insert into bookings select * from bookings limit 2": (
        "Ids of the table bookings occur more than once (2 rows)."
        " Delete the copies or give them ids of their own, then look again."
    ),
    "alter table class_sessions drop start_time": SESSIONS,
    "drop table class_sessions cascade": (
        "This is no gym's database that can be taken over: the table class_sessions is not there."
    ),
    "alter table leads rename to people; create view leads as select * from people": (
        "This is no gym's database that can be taken over: the table leads is a view there."
    ),
    "truncate organizations cascade; insert into clients (name) values ('Cleo')": (
        "The table organizations has no row, so that nobody knows whose people and sessions these are."
        " Insert the gym there, then look again."
    ),
    "create schema app": "This database has the schema app already, which frontdesk makes for itself."
    " Give it another name, then look again.",
}


@pytest.mark.parametrize(("drift", "sentence"), REFUSED.items(), ids=range(len(REFUSED)))
def test_what_cannot_be_taken_over_is_refused_before_anything_changes(
    loaded: Load, tmp_path: Path, drift: str, sentence: str
) -> None:
    with loaded(OldGym(GYM.rows, loose=True, beside=(drift,))) as place:
        before = place.dump(), place.checksums()
        assert takeover.look(place.superuser).obstacles == [f"{sentence} Nothing was changed."]
        with pytest.raises(Refused) as refused:
            takeover.adopt(place.superuser, tmp_path / "passwords.csv")
        assert str(refused.value) == f"{sentence} Nothing was changed."
        assert (place.dump(), place.checksums()) == before


def test_odd_words_in_columns_stop_nothing(loaded: Load, tmp_path: Path) -> None:
    """What a column of text holds may be no id, no time and no number."""
    odd = (
        TEXT_IDS,
        "drop index idx_sessions_org_start",
        "alter table class_sessions alter start_time type text;"
        f" update class_sessions set start_time = 'soon' where id = '{NOON}'",
        "alter table bookings alter booking_time drop default, alter booking_time type text;"
        " update bookings set booking_time = 'yesterday evening', customer_id = ' ' || upper(customer_id)",
        "alter table payments alter amount type text, alter payment_date type text;"
        " update payments set amount = '£12.50', payment_date = '13/13/2024'",
        "alter table programs alter is_active drop default, alter is_active type smallint using 1,"
        " alter max_participants drop default, alter max_participants type text;"
        " update programs set max_participants = 'many'",
        "alter table memberships alter start_date type text, alter end_date type text;"
        " insert into memberships (id, customer_id, start_date, end_date)"
        f" values ('{known_id(91)}', '{LEAD}', 'whenever', '31:00')",
        f"update bookings set class_session_id = 'the morning' where id = '{known_id(56)}'",
    )
    with loaded(OldGym(GYM.rows, loose=True, beside=odd)) as place:
        report = takeover.adopt(place.superuser, tmp_path / "passwords.csv")
        assert report.adds_up, report.tables
        reasons = dict(place.ask("select row_id, reason from quarantine"))
        assert reasons[str(NOON)] == reasons[str(NEVER)] == "says no start"
        assert reasons[str(known_id(56))] == "names no session"
        assert reasons[str(known_id(81))] == "says no day"
        assert place.ask("select count(*) from bookings where customer_id = %s", LEAD) == [(1,)]
        upgrade.downgrade(place.superuser)
        assert takeover.adopt(place.superuser, tmp_path / "more.csv").adds_up


def test_extensions_and_another_alembic_stay_usable(loaded: Load, tmp_path: Path) -> None:
    """They share the database; an extension goes back to where it stood.

    How long others' statements may take is no limit for ours.
    """
    view = (
        "alter table customer_notes rename to jottings; create view customer_notes as select * from jottings"
    )
    drifts = ("extensions", "another alembic")
    with loaded(OldGym(GYM.rows, loose=True, drifts=drifts, beside=(view,))) as place:
        where = "select extname::text, extnamespace::regnamespace::text from pg_extension order by 1"
        before = place.ask(where)
        remarks = " ".join(takeover.look(place.superuser).remarks)
        assert "pg_trgm will move from the schema public to ext" in remarks
        assert "alembic_version" in remarks
        assert "what they show is not carried: customer_notes." in remarks
        place.ask(f"alter database {place.name} set statement_timeout = 15")
        takeover.adopt(place.superuser, tmp_path / "passwords.csv")
        place.ask(f"alter database {place.name} reset statement_timeout")
        assert place.ask("select version_num from legacy.alembic_version_before") == [("9f2b1c3d4e5f",)]
        upgrade.downgrade(place.superuser)
        assert set(before) <= set(place.ask(where))


def test_what_else_stops_a_run_is_said_in_a_sentence(loaded: Load, tmp_path: Path) -> None:
    """A database that is only read, and somebody's event trigger."""
    with loaded(OldGym(GYM.rows, loose=True, beside=(WATCHED,))) as place:
        with pytest.raises(Refused, match=r"^The function watch fails, which an event trigger runs"):
            takeover.adopt(place.superuser, tmp_path / "passwords.csv")
        place.ask(f"alter database {place.name} set default_transaction_read_only = on")
        for run in (takeover.look, lambda admin: takeover.adopt(admin, tmp_path / "passwords.csv")):
            with pytest.raises(
                Refused, match=r"can only be read: it is a standby, or default_transaction_read_only"
            ):
                run(place.superuser)
