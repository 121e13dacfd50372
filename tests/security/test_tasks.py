"""A task can be marked as done by a plain UPDATE too, and nothing else can be made of it."""

from __future__ import annotations

import uuid

import pytest
from gym import Gym
from security.psql import Psql, attempt, signed, writes


@pytest.fixture
def task(superuser: Psql, gym: Gym) -> uuid.UUID:
    """Sam Olsen is to be told, and somebody of the other organization too."""
    made = {}
    for organization, session, lead in (("harbour", "spin", "olsen"), ("union", "other", "other")):
        at, booking, made[organization] = gym.organizations[organization], uuid.uuid4(), uuid.uuid4()
        superuser.execute(
            "insert into bookings (organization_id, id, class_session_id, customer_id, paid_by)"
            " values (%s, %s, %s, %s, 'later')",
            (at, booking, gym.sessions[session], gym.leads[lead]),
        )
        superuser.execute(
            "insert into tasks (organization_id, id, kind, customer_id, booking_id)"
            " values (%s, %s, 'to_tell', %s, %s)",
            (at, made[organization], gym.leads[lead], booking),
        )
    return made["harbour"]


STATE = "select done_by, done_at from tasks where id = %s"


def test_who_and_when_are_the_databases(app_psql: Psql, gym: Gym, task: uuid.UUID) -> None:
    with signed(app_psql, gym):
        tried = attempt(app_psql, "update tasks set done_at = '2001-01-01'")
        assert (tried.state, tried.count) == (None, 1)
        row = "select done_by, done_at > now() - interval '1 minute' from tasks where id = %s"
        assert app_psql.execute(row, (task,)).fetchone() == (gym.users["ana"], True)
        before = app_psql.execute(STATE, (task,)).fetchone()
        for later in ("'2002-02-02'", "now()"):
            assert attempt(app_psql, f"update tasks set done_at = {later}").state is None
            assert app_psql.execute(STATE, (task,)).fetchone() == before
        for column, value in (("done_by", gym.users["mia"]), ("kind", "to_tell"), ("booking_id", None)):
            assert attempt(app_psql, f"update tasks set {column} = %s", value).state == "42501"


@pytest.mark.parametrize(
    ("who", "minutes", "rule"),
    [
        ("ana", 9, None),
        ("ana", 11, "booking_undo_over"),
        ("kim", 1, "booking_undo_elsewhere"),
        ("mia", 600, None),
        ("mia", 1500, "booking_undo_over"),
    ],
)
def test_it_is_taken_back(
    app_psql: Psql, superuser: Psql, gym: Gym, task: uuid.UUID, who: str, minutes: int, rule: str | None
) -> None:
    """By whoever did it within minutes, by a manager within a day."""
    done = "update tasks set done_by = %s, done_at = now() - %s * interval '1 minute' where id = %s"
    superuser.execute(done, (gym.users["ana"], minutes, task))
    with signed(app_psql, gym, who):
        tried = attempt(app_psql, "update tasks set done_at = null where id = %s", task)
        is_open = app_psql.execute(STATE, (task,)).fetchone() == (None, None)
    assert (tried.rule, is_open) == (rule, rule is None)


def test_no_other_write(app_psql: Psql, superuser: Psql, gym: Gym, task: uuid.UUID) -> None:
    for who in ("ana", "otto"):
        with signed(app_psql, gym, who):
            for statement in writes(superuser, "tasks"):
                if "set done_at" not in statement:
                    assert attempt(app_psql, statement).state in {"42501", "428C9", "42601"}, statement
                else:
                    assert attempt(app_psql, statement).state is None
            assert app_psql.execute(STATE, (task,)).fetchone() == (None, None)


def test_a_viewer_does_nothing(app_psql: Psql, gym: Gym, task: uuid.UUID) -> None:
    with signed(app_psql, gym, "vera"):
        assert not attempt(app_psql, "select * from tasks").nothing
        assert attempt(app_psql, "update tasks set done_at = now()").count == 0
        assert attempt(app_psql, "select app.told(%s, true)", task).state == "42501"


def test_another_organizations_task_is_answered_like_none(app_psql: Psql, gym: Gym, task: uuid.UUID) -> None:
    with signed(app_psql, gym, "ben", "union"):
        told = [attempt(app_psql, "select app.told(%s, true)", each) for each in (task, uuid.uuid4())]
        assert told[0] == told[1] and told[0].state == "P0002"
        assert attempt(app_psql, "update tasks set done_at = now() where id = %s", task).count == 0


def test_a_statement_that_changes_its_organization_in_between(
    app_psql: Psql, gym: Gym, task: uuid.UUID
) -> None:
    """Kim works in both; the row is looked at again when it is written."""
    with signed(app_psql, gym, "kim", "harbour"):
        change = (
            "update tasks set done_at ="
            " case when set_config('app.organization', %s, true) <> '' then now() end"
        )
        tried = attempt(app_psql, change, str(gym.organizations["union"]))
        assert tried.state == "42501"


def test_it_is_audited(app_psql: Psql, superuser: Psql, gym: Gym, task: uuid.UUID) -> None:
    with signed(app_psql, gym):
        app_psql.execute("update tasks set done_at = now()")
        app_psql.execute("commit")
    who = superuser.execute(
        "select user_id from audit_log where table_name = 'tasks' and action = 'update' and row_id = %s",
        (task,),
    ).fetchall()
    assert who == [(gym.users["ana"],)]


def test_what_is_asked_shows_nothing_of_another_organization(
    app_psql: Psql, gym: Gym, task: uuid.UUID
) -> None:
    """Whatever organization is given as an argument."""
    union, theirs = gym.organizations["union"], gym.leads["other"]
    with signed(app_psql, gym):
        for question, values in (
            ("select * from app.person('lead', %s)", (theirs,)),
            ("select * from app.relatives(%s, %s, null)", (union, theirs)),
            ("select * from app.here_now(%s)", (union,)),
            ("select * from app.held_seats(%s)", (union,)),
        ):
            tried = attempt(app_psql, question, *values)
            assert tried.nothing and tried.state is None, question
        assert "Sam Other" not in str(attempt(app_psql, "select * from app.needs_you()").rows)
    for question in ("select * from app.needs_you()", "select * from app.person('lead', gen_random_uuid())"):
        with signed(app_psql, gym, "ana", "union"):
            assert attempt(app_psql, question).state == "28000"
