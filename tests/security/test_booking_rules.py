"""No rule of booking is passed by a plain INSERT or UPDATE as frontdesk_staff, whatever the rank."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from gym import INSTALLATION, Gym
from security.psql import Psql, Tried, as_staff, attempt, signed, writes


def insert(psql: Psql, gym: Gym, session: str = "spin", /, **values: Any) -> Tried:
    row: dict[str, object] = {
        "organization_id": gym.organizations["harbour"],
        "class_session_id": gym.sessions[session],
    }
    if not {"customer_id", "client_id"} & set(values):
        row["customer_id"] = gym.leads["olsen"]
    row |= values
    marks = ", ".join(["%s"] * len(row))
    statement = f"insert into bookings ({', '.join(row)}) values ({marks}) returning id"
    return attempt(psql, statement, *row.values())


def booked(superuser: Psql, gym: Gym, session: str = "spin", /, **values: Any) -> uuid.UUID:
    """A booking as it stands, whatever the rules."""
    row: dict[str, Any] = {
        "organization_id": gym.organizations["harbour"],
        "class_session_id": gym.sessions[session],
        "customer_id": gym.leads["olsen"],
        "booked_by": gym.users["ana"],
        "changed_by": gym.users["ana"],
    } | values
    stamped = {"recorded_at", "desk_id", "booked_by", "changed_at", "changed_by", "changed_desk_id"} | (
        set() if session == "full" else {"booking_status"}
    )
    later = {key: row.pop(key) for key in list(row) if key in stamped}
    marks = ", ".join(["%s"] * len(row))
    made = superuser.execute(
        f"insert into bookings ({', '.join(row)}) values ({marks}) returning id", tuple(row.values())
    ).fetchone()
    assert made is not None
    changes = ", ".join(f"{key} = %s" for key in later)
    superuser.execute(f"update bookings set {changes} where id = %s", (*later.values(), made[0]))
    identity: uuid.UUID = made[0]
    return identity


STAMPED: list[tuple[str, object]] = [
    ("price", 0),
    ("currency", "XXX"),
    ("payment_status", "paid"),
    ("booked_by", uuid.UUID(int=1)),
    ("desk_id", INSTALLATION),
    ("over_capacity", True),
    ("recorded_at", datetime(2020, 1, 1, tzinfo=UTC)),
    ("arrived_at", datetime(2020, 1, 1, tzinfo=UTC)),
    ("cancelled_at", datetime(2020, 1, 1, tzinfo=UTC)),
]


@pytest.mark.parametrize("who", ["ana", "otto"])
def test_what_the_writer_may_not_choose(app_psql: Psql, gym: Gym, who: str) -> None:
    with signed(app_psql, gym, who):
        for column, value in STAMPED:
            assert insert(app_psql, gym, **{column: value}).state == "42501"
            changed = attempt(app_psql, f"update bookings set {column} = %s", value)
            assert changed.state == "42501" or changed.rule == "booking_transition", column


@pytest.mark.parametrize(
    ("who", "session", "values", "rule"),
    [
        ("ana", "spin", {"paid_by": "comp"}, "booking_comp_reason"),
        ("otto", "spin", {"paid_by": "comp", "comp_reason": " \t\u00a0\n"}, "booking_comp_reason"),
        ("ana", "yoga", {"paid_by": "comp"}, "booking_comp_reason"),
        ("ana", "spin", {"paid_by": "gold"}, "bookings_paid_by_check"),
        ("ana", "full", {}, "class_sessions_seats"),
        ("mia", "full", {}, "class_sessions_seats"),
        ("mia", "full", {"override_reason": " \t "}, "class_sessions_seats"),
        ("ana", "full", {"override_reason": "VIP"}, "booking_override_rank"),
        ("ana", "spin", {"override_reason": "VIP"}, "booking_override_rank"),
        ("ana", "cancelled", {}, "booking_session_not_scheduled"),
        ("otto", "cancelled", {"override_reason": "VIP"}, "booking_session_not_scheduled"),
        ("ana", "over", {}, "booking_session_over"),
        ("ana", "tomorrow", {"booking_status": "attended"}, "booking_check_in_closed"),
        ("ana", "full", {"booking_status": "attended"}, "class_sessions_seats"),
        ("otto", "spin", {"booking_status": "cancelled"}, "booking_status_on_insert"),
        ("ana", "spin", {"booking_status": "no_show"}, "booking_status_on_insert"),
        ("ana", "spin", {"booking_status": "waitlisted"}, "booking_waitlist_only_when_full"),
        ("ana", "spin", {"customer_id": None}, "check_customer_or_client_booking"),
    ],
)
def test_refused(
    app_psql: Psql, superuser: Psql, gym: Gym, who: str, session: str, values: dict[str, object], rule: str
) -> None:
    before = superuser.execute("select count(*) from bookings").fetchone()
    with signed(app_psql, gym, who):
        tried = insert(app_psql, gym, session, **values)
        assert (tried.state, tried.rule) == ("23514", rule), tried
    assert superuser.execute("select count(*) from bookings").fetchone() == before


def test_people(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    blocked, converted = gym.leads["blocked"], gym.leads["converted"]
    superuser.execute("update clients set erased_at = now() where id = %s", (gym.clients["arabic"],))
    with signed(app_psql, gym):
        assert insert(app_psql, gym, customer_id=blocked).rule == "booking_blocked_person"
        assert (
            insert(app_psql, gym, customer_id=blocked, override_reason="ok").rule == "booking_blocked_person"
        )
        assert insert(app_psql, gym, customer_id=converted).rule == "booking_converted_lead"
        assert insert(app_psql, gym, client_id=gym.clients["arabic"]).rule == "booking_erased_person"
        both = {"customer_id": gym.leads["olsen"], "client_id": gym.clients["okafor"]}
        assert insert(app_psql, gym, **both).rule == "check_customer_or_client_booking"
        swapped = {"client_id": gym.leads["olsen"]}
        assert insert(app_psql, gym, **swapped).state == "23503"
        assert insert(app_psql, gym).state is None
        assert insert(app_psql, gym).rule == "bookings_one_live_lead"
    with signed(app_psql, gym, "otto"):
        assert insert(app_psql, gym, customer_id=blocked).rule == "booking_blocked_person"
        assert insert(app_psql, gym, customer_id=blocked, override_reason="paid up").state is None


def test_stamps(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    """Price, payer, who, where and when are the database's, happened_at is never later than now."""
    with signed(app_psql, gym):
        tried = insert(
            app_psql, gym, paid_by="later", comp_reason="hush", happened_at=datetime(2999, 1, 1, tzinfo=UTC)
        )
        row = app_psql.execute(
            "select price, currency, payment_status, paid_by, comp_reason, booked_by, over_capacity,"
            " happened_at <= recorded_at, recorded_at > now() from bookings where id = %s",
            tried.rows[0],
        ).fetchone()
        assert row == (1200, "GBP", "pending", "later", None, gym.users["ana"], False, True, True)


def test_the_last_seat_and_one_more(app_psql: Psql, gym: Gym) -> None:
    people = [{"customer_id": gym.leads["olsen"]}, {"customer_id": gym.leads["zoe"]}]
    people += [{"client_id": gym.clients[key]} for key in ("okafor", "ortiz")]
    with signed(app_psql, gym):
        tried = [insert(app_psql, gym, "spin", **person) for person in people]
        assert [(one.state, one.rule) for one in tried] == [(None, None)] * 3 + [
            ("23514", "class_sessions_seats")
        ]
        several = "insert into bookings (organization_id, class_session_id, client_id)"
        several += " select organization_id, %s, id from clients"
        assert attempt(app_psql, several, gym.sessions["yoga"]).rule == "class_sessions_seats"


def test_a_seat_held_for_the_waitlist(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    """Nobody jumps the line: less than an hour before the start a freed seat waits for the desk to decide."""
    booked(superuser, gym, "yoga", customer_id=gym.leads["zoe"], booking_status="waitlisted")
    booked(superuser, gym, "yoga", booking_status="confirmed")
    with signed(app_psql, gym):
        assert (
            insert(app_psql, gym, "yoga", client_id=gym.clients["okafor"]).rule == "booking_held_for_waitlist"
        )
        assert (
            insert(app_psql, gym, "yoga", client_id=gym.clients["okafor"], booking_status="waitlisted").state
            is None
        )
    with signed(app_psql, gym, "mia"):
        seat = insert(app_psql, gym, "yoga", client_id=gym.clients["okafor"], override_reason="first come")
        assert seat.state is None
        assert app_psql.execute(
            "select over_capacity from bookings where id = %s", seat.rows[0]
        ).fetchone() == (False,)


TAKE_BACK = "update bookings set booking_status = 'cancelled', payment_status = 'void' where id = %s"
STATUSES = ("confirmed", "waitlisted", "attended", "no_show", "cancelled", "late_cancelled")
# What may be made of a booking made just now for a class of today with a free seat, and what it is then.
CHANGES = {
    ("confirmed", "attended"): "attended",
    ("confirmed", "cancelled"): "cancelled",
    ("confirmed", "late_cancelled"): "cancelled",
    ("waitlisted", "confirmed"): "confirmed",
    ("waitlisted", "attended"): "attended",
    ("waitlisted", "cancelled"): "cancelled",
    ("waitlisted", "late_cancelled"): "cancelled",
    ("attended", "confirmed"): "confirmed",
    ("attended", "no_show"): "no_show",
    ("no_show", "attended"): "attended",
    ("cancelled", "confirmed"): "confirmed",
    ("cancelled", "waitlisted"): "waitlisted",
    ("late_cancelled", "confirmed"): "confirmed",
    ("late_cancelled", "attended"): "attended",
}


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("who", ["ana", "otto"])
def test_transitions(app_psql: Psql, superuser: Psql, gym: Gym, who: str, status: str) -> None:
    booking = booked(superuser, gym, booking_status=status)
    superuser.execute("update bookings set changed_at = recorded_at where id = %s", (booking,))
    for wanted in STATUSES:
        with signed(app_psql, gym, who):
            change = "update bookings set booking_status = %s where id = %s"
            tried = attempt(app_psql, change, wanted, booking)
            after = app_psql.execute(
                "select booking_status from bookings where id = %s", (booking,)
            ).fetchone()
            app_psql.execute("rollback")
        if wanted == status or (status, wanted) in CHANGES:
            assert (tried.state, after) == (None, (CHANGES.get((status, wanted), status),)), wanted
        else:
            here = status == "attended" and wanted in {"cancelled", "late_cancelled"}
            rule = "booking_cancel_here" if here else "booking_transition"
            assert (tried.rule, after) == (rule, (status,)), (status, wanted, tried)


@pytest.mark.parametrize("column", ["paid_by", "comp_reason", "cancel_reason", "override_reason"])
def test_nothing_is_changed_by_the_way(app_psql: Psql, superuser: Psql, gym: Gym, column: str) -> None:
    """How it is paid is said when the seat is taken, a reason when it is asked for; neither afterwards."""
    booking = booked(superuser, gym, paid_by="later")
    with signed(app_psql, gym):
        for change in ("", ", booking_status = 'attended'"):
            tried = attempt(app_psql, f"update bookings set {column} = 'cash'{change} where id = %s", booking)
            assert tried.rule in {"booking_transition", "booking_override_rank"}, (change, tried)


@pytest.mark.parametrize(
    ("who", "minutes", "elsewhere", "rule"),
    [
        ("ana", 9, False, None),
        ("ana", 11, False, "booking_undo_over"),
        ("ana", 1, True, "booking_undo_elsewhere"),
        ("kim", 1, False, "booking_undo_elsewhere"),
        ("mia", 11, True, None),
        ("mia", 23 * 60, True, None),
        ("mia", 25 * 60, False, "booking_undo_over"),
        ("otto", 25 * 60, False, "booking_undo_over"),
    ],
)
def test_taking_back_by_update(
    app_psql: Psql, superuser: Psql, gym: Gym, who: str, minutes: int, elsewhere: bool, rule: str | None
) -> None:
    harbour, desk = gym.organizations["harbour"], uuid.uuid4()
    superuser.execute(
        "insert into desks (organization_id, id, name) values (%s, %s, 'Back door')", (harbour, desk)
    )
    made = datetime.now(UTC) - timedelta(minutes=minutes)
    booking = booked(superuser, gym, recorded_at=made, desk_id=desk if elsewhere else None)
    with signed(app_psql, gym, who):
        tried = attempt(app_psql, TAKE_BACK, booking)
        assert tried.rule == rule
        if rule is None:
            row = "select payment_status, cancelled_at is not null from bookings where id = %s"
            assert app_psql.execute(row, (booking,)).fetchone() == ("void", True)


def test_an_old_transaction_has_no_old_clock(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    """Kept open, a transaction neither takes back late, nor books late, nor jumps the line."""
    booking = booked(superuser, gym, booking_status="confirmed")
    with signed(app_psql, gym):
        app_psql.execute("select 1")
        superuser.execute("update organizations set undo_minutes = 0")
        superuser.execute("update bookings set recorded_at = clock_timestamp() where id = %s", (booking,))
        tried = attempt(app_psql, TAKE_BACK, booking)
        assert tried.rule == "booking_undo_over"
        first = booked(superuser, gym, "full", booking_status="waitlisted", recorded_at=datetime.now(UTC))
        assert (
            insert(app_psql, gym, "full", client_id=gym.clients["okafor"], booking_status="waitlisted").state
            is None
        )
        line = "select id from bookings where booking_status = 'waitlisted' order by recorded_at, id"
        assert app_psql.execute(line).fetchall()[0] == (first,)
        superuser.execute("update organizations set staff_hours_after = 0")
        superuser.execute(
            "update class_sessions set starts_at = now() - interval '1 h', ends_at = clock_timestamp()"
            " where id = %s",
            (gym.sessions["tomorrow"],),
        )
        assert insert(app_psql, gym, "tomorrow").rule == "booking_session_over"


NO_DESK_WRITES = (
    "payments",
    "audit_log",
    "audit_personal",
    "tokens",
    "users",
    "user_organizations",
    "organizations",
    "class_sessions",
    "search_documents",
    "programs",
    "sign_ins",
    "secrets",
)


@pytest.mark.parametrize("who", ["ana", "otto"])
def test_tables_that_no_desk_writes(app_psql: Psql, superuser: Psql, gym: Gym, who: str) -> None:
    with signed(app_psql, gym, who):
        for table in NO_DESK_WRITES:
            for statement in writes(superuser, table):
                assert attempt(app_psql, statement).state in {"42501", "428C9", "42601"}, statement


def test_nobody_raises_himself(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    ranks = superuser.execute("select * from user_organizations order by 1, 2").fetchall()
    for who in ("ana", "vera", "mia", "otto"):
        with signed(app_psql, gym, who):
            for statement in (
                "update user_organizations set role = 'owner'",
                "update user_organizations set role = 'owner' where user_id = app.user_id()",
                "insert into user_organizations (organization_id, user_id, role)"
                f" values ('{gym.organizations['union']}', app.user_id(), 'owner')",
            ):
                assert attempt(app_psql, statement).state == "42501"
    assert superuser.execute("select * from user_organizations order by 1, 2").fetchall() == ranks


def test_a_viewer_writes_nothing(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    booking = booked(superuser, gym, booking_status="confirmed", booked_by=gym.users["vera"])
    before = [
        superuser.execute(f"select count(*) from {table}").fetchone()
        for table in ("bookings", "desks", "audit_log")
    ]
    with signed(app_psql, gym, "vera"):
        assert not attempt(app_psql, "select * from bookings").nothing
        assert insert(app_psql, gym, client_id=gym.clients["okafor"]).state == "42501"
        book = "select * from app.book(%s, %s, 'client', %s, 'card', null, null, false)"
        assert (
            attempt(app_psql, book, uuid.uuid4(), gym.sessions["spin"], gym.clients["okafor"]).state
            == "42501"
        )
        assert attempt(app_psql, "select * from app.take_back(%s)", booking).state == "42501"
        assert (
            attempt(app_psql, "update bookings set booking_status = 'cancelled' where id = %s", booking).count
            == 0
        )
        assert attempt(app_psql, "select app.open_desk('Mine')").state is None
        desk = "insert into desks (organization_id, id, name) values (%s, %s, 'Mine')"
        assert attempt(app_psql, desk, gym.organizations["harbour"], INSTALLATION).state == "42501"
        assert attempt(app_psql, "select * from audit_log").nothing
        app_psql.execute("commit")
    after = [
        superuser.execute(f"select count(*) from {table}").fetchone()
        for table in ("bookings", "desks", "audit_log")
    ]
    assert after == before


def test_a_viewer_locks_nothing(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    with signed(app_psql, gym, "vera"):
        for statement in ("select 1 from bookings for update", "select 1 from class_sessions for key share"):
            assert attempt(app_psql, statement).nothing
        app_psql.execute("select app.lock_for_booking(%s, null, null)", (gym.sessions["spin"],))
        found = superuser.execute(
            "select id from class_sessions where id = %s for update nowait", (gym.sessions["spin"],)
        ).fetchone()
        assert found == (gym.sessions["spin"],)


def test_without_organization_nothing_is_written(app_psql: Psql, gym: Gym) -> None:
    with as_staff(app_psql, gym.token("ana")):
        assert insert(app_psql, gym).state == "42501"
        assert attempt(app_psql, "update bookings set booking_status = 'cancelled'").count == 0
