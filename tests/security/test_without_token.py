"""As frontdesk_staff without a token that is valid now: no row, no write, on any table."""

from __future__ import annotations

import uuid

import pytest
from gym import Gym
from security.psql import Psql, as_staff, attempt, signed, tables, writes

MALFORMED = ["", " ", "x", "null", "'", "\\", "token-of-ana ", "TOKEN-OF-ANA", "é" * 5000, "00000000"]


def see_nothing(psql: Psql, superuser: Psql) -> None:
    for table in tables(superuser):
        for statement in (
            f"select * from {table}",
            f"select 1 from {table} for key share",
            f"table {table} limit 1",
        ):
            tried = attempt(psql, statement)
            assert tried.nothing, (statement, tried)
        for statement in writes(superuser, table):
            tried = attempt(psql, statement)
            assert tried.state is not None or tried.count == 0, (statement, tried)


def call_nothing(psql: Psql, gym: Gym) -> None:
    spin, sam = gym.sessions["spin"], gym.leads["olsen"]
    for call in ("app.find('sam')", "app.sessions_on(null)", "app.my_organizations()", "app.profile()"):
        assert attempt(psql, f"select * from {call}").nothing, call
    assert attempt(psql, "select * from app.roster(%s)", spin).state == "28000"
    booking = "select * from app.book(%s, %s, 'lead', %s, 'card', null, null, false)"
    assert attempt(psql, booking, uuid.uuid4(), spin, sam).state == "28000"
    assert attempt(psql, "select * from app.take_back(%s)", uuid.uuid4()).nothing
    assert attempt(psql, "select app.open_desk('x')").state == "28000"
    insert = "insert into bookings (organization_id, class_session_id, customer_id) values (%s, %s, %s)"
    assert attempt(psql, insert, gym.organizations["harbour"], spin, sam).state == "42501"
    for helper in (
        "user_id",
        "organization_id",
        "rank",
        "installation",
        "desk_id",
        "writing_organization_id",
    ):
        assert psql.execute(f"select app.{helper}()").fetchone() == (None,)
    assert psql.execute("select app.may_write(), app.is_manager()").fetchone() == (False, False)


def count_rows(superuser: Psql) -> dict[str, object]:
    return {
        table: superuser.execute(f"select count(*) from {table}").fetchone() for table in tables(superuser)
    }


def test_no_token(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    before = count_rows(superuser)
    for organization in ("", str(gym.organizations["harbour"])):
        with as_staff(app_psql, "", organization):
            see_nothing(app_psql, superuser)
            call_nothing(app_psql, gym)
    assert count_rows(superuser) == before


@pytest.mark.parametrize("token", MALFORMED)
def test_malformed_token(app_psql: Psql, gym: Gym, token: str) -> None:
    with as_staff(app_psql, token, str(gym.organizations["harbour"])):
        call_nothing(app_psql, gym)
        assert attempt(app_psql, "select * from bookings").nothing


@pytest.mark.parametrize("organization", ["", " ", "x", "0", "{}", str(uuid.UUID(int=1)), "' or true --"])
def test_malformed_organization(app_psql: Psql, gym: Gym, organization: str) -> None:
    with as_staff(app_psql, gym.token("ana"), organization):
        for table in ("bookings", "clients", "organizations", "audit_log"):
            assert attempt(app_psql, f"select * from {table}").nothing


@pytest.mark.parametrize("level", ["repeatable read", "serializable", "read uncommitted"])
def test_other_isolation_levels(app_psql: Psql, gym: Gym, superuser: Psql, level: str) -> None:
    with signed(app_psql, gym, level=level):
        call_nothing(app_psql, gym)
        assert attempt(app_psql, "select * from bookings").nothing
        assert attempt(app_psql, "select app.sign_out()").state is None
    assert superuser.execute("select count(*) from tokens where revoked_at is not null").fetchone() == (0,)


@pytest.mark.parametrize(
    "ended",
    [
        "update tokens set revoked_at = now()",
        "update tokens set revoked_at = '-infinity'",
        "update tokens set expires_at = now()",
        "update tokens set change_only = true",
        "update tokens set user_id = null",
        "delete from tokens",
        "update user_organizations set is_active = false",
        "delete from user_organizations",
    ],
)
def test_ended_token(app_psql: Psql, superuser: Psql, gym: Gym, ended: str) -> None:
    """Also in a transaction that was open and had seen rows before."""
    with signed(app_psql, gym):
        assert not attempt(app_psql, "select * from bookings").nothing
        superuser.execute("set session_replication_role = replica")
        superuser.execute(ended)
        assert attempt(app_psql, "select * from bookings").nothing
        assert attempt(app_psql, "select * from app.find('sam')").nothing
        assert attempt(app_psql, "select app.rank()").rows == [(None,)]
        insert = "insert into bookings (organization_id, class_session_id, customer_id) values (%s, %s, %s)"
        values = (gym.organizations["harbour"], gym.sessions["spin"], gym.leads["olsen"])
        assert attempt(app_psql, insert, *values).state == "42501"


def test_a_token_of_change_only_can_only_change(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    superuser.execute("update tokens set change_only = true")
    with signed(app_psql, gym):
        assert attempt(app_psql, "select name, must_change from app.profile()").rows == [("Ana Ruiz", True)]
        assert attempt(app_psql, "select * from app.my_organizations()").nothing
        assert attempt(app_psql, "select * from app.find('sam')").nothing
        see_nothing(app_psql, superuser)


def test_nothing_stays_in_the_connection(app_psql: Psql, gym: Gym) -> None:
    for _ in range(2):
        with signed(app_psql, gym):
            assert not attempt(app_psql, "select * from bookings").nothing
        assert app_psql.execute("select current_user").fetchone() == ("frontdesk_app",)
        settings = "select current_setting('app.token', true), current_setting('app.organization', true)"
        assert app_psql.execute(settings).fetchone() == ("", "")
        assert attempt(app_psql, "select * from bookings").state == "42501"
        with as_staff(app_psql, "", ""):
            assert attempt(app_psql, "select * from bookings").nothing


def test_the_pool_keeps_nothing(gym: Gym) -> None:
    from db.repositories import rosters

    rosters.of(gym.signed_in(), gym.sessions["full"])
    assert gym.database is not None
    for connection in gym.database._idle:
        assert connection.info.transaction_status == 0
        assert connection.execute("select current_user, current_setting('app.token', true)").fetchone() == (
            "frontdesk_app",
            "",
        )
