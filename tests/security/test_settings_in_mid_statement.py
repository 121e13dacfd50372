"""Settings changed in mid-statement: policies looked once, so every row is looked at again."""

from __future__ import annotations

import itertools
import uuid

import pytest
from gym import Gym
from security.psql import Psql, attempt, signed
from security.test_booking_rules import booked

FLIPS = {
    "role": "set_config('role', 'none', true)",
    "token": "set_config('app.token', '', true)",
    "organization": "set_config('app.organization', '', true)",
    "union": "set_config('app.organization', '{union}', true)",
}


def flip(gym: Gym, name: str) -> str:
    return FLIPS[name].format(union=gym.organizations["union"])


@pytest.fixture
def boss_elsewhere(superuser: Psql, gym: Gym) -> str:
    """Someone who is staff here and owner in the other organization."""
    superuser.execute(
        "update user_organizations set role = 'owner' where user_id = %s and organization_id = %s",
        (gym.users["kim"], gym.organizations["union"]),
    )
    return "kim"


@pytest.mark.parametrize("name", FLIPS)
def test_an_update_cannot_leave_its_role(
    app_psql: Psql, superuser: Psql, gym: Gym, boss_elsewhere: str, name: str
) -> None:
    old = booked(superuser, gym, booking_status="confirmed", recorded_at="2020-01-01")
    gone = booked(superuser, gym, "tomorrow", booking_status="cancelled")
    fresh = booked(superuser, gym, "open", booking_status="confirmed", booked_by=gym.users["kim"])
    rows = "select id, booking_status from bookings order by id"
    before = superuser.execute(rows).fetchall()
    with signed(app_psql, gym, boss_elsewhere):
        tries = itertools.product(
            ([old], [gone], [fresh, old], [fresh, gone]), ("attended", "cancelled", "confirmed")
        )
        for targets, wanted in tries:
            change = "update bookings set booking_status = case when id <> all (%s) then booking_status"
            change += f" when {flip(gym, name)} is null then '' else '{wanted}' end where id = any (%s)"
            tried = attempt(app_psql, change, targets[-1:], targets)
            assert tried.state is not None, (name, wanted, tried)
            assert app_psql.execute("select current_user").fetchone() == ("frontdesk_staff",)
        app_psql.execute("commit")
    assert superuser.execute(rows).fetchall() == before


@pytest.mark.parametrize("name", FLIPS)
def test_an_insert_cannot_borrow_a_rank(
    app_psql: Psql, superuser: Psql, gym: Gym, boss_elsewhere: str, name: str
) -> None:
    """The first row is in order and satisfies the policy; the second would pass as an owner's."""
    statement = f"""
        insert into bookings (organization_id, class_session_id, client_id, override_reason)
        select %s, case when n = 2 and {flip(gym, name)} is null then null else s end, c, o
          from (values (1, %s::uuid, %s::uuid, null), (2, %s, %s, 'I am an owner')) v (n, s, c, o)"""
    values = (
        gym.organizations["harbour"],
        gym.sessions["spin"],
        gym.clients["okafor"],
        gym.sessions["full"],
        gym.clients["okafor"],
    )
    with signed(app_psql, gym, boss_elsewhere):
        assert attempt(app_psql, statement, *values).state is not None
    with signed(app_psql, gym, boss_elsewhere):
        # The flip comes back before the policy looks: the row itself was already judged.
        back = f"set_config('app.organization', '{gym.organizations['harbour']}', true)"
        assert attempt(app_psql, statement + f" returning {back}", *values).state is not None


@pytest.mark.parametrize("name", FLIPS)
def test_the_audit_answers_for_every_row(app_psql: Psql, superuser: Psql, gym: Gym, name: str) -> None:
    """RETURNING runs after the rules and before the audit: what would not say who did it is not done."""
    booking = uuid.uuid4()
    insert = "insert into bookings (organization_id, id, class_session_id, client_id) values (%s, %s, %s, %s)"
    values = (gym.organizations["harbour"], booking, gym.sessions["spin"], gym.clients["okafor"])
    with signed(app_psql, gym, "kim"):
        tried = attempt(app_psql, f"{insert} returning {flip(gym, name)}", *values)
        app_psql.execute("commit")
    found = superuser.execute("select user_id from audit_log where row_id = %s", (booking,)).fetchall()
    if tried.state is None:
        assert name == "role" and found == [(gym.users["kim"],)]
    else:
        assert (
            found == []
            and superuser.execute("select from bookings where id = %s", (booking,)).fetchone() is None
        )
    taken = booked(superuser, gym, "tomorrow", booking_status="confirmed", booked_by=gym.users["kim"])
    with signed(app_psql, gym, "kim"):
        change = "update bookings set booking_status = 'cancelled' where id = %s returning "
        tried = attempt(app_psql, change + flip(gym, name), taken)
        app_psql.execute("commit")
    entry = "select user_id from audit_log where row_id = %s and after ->> 'booking_status' = 'cancelled'"
    assert superuser.execute(entry, (taken,)).fetchall() == ([] if tried.state else [(gym.users["kim"],)])


def test_a_managers_view_is_not_borrowed(
    app_psql: Psql, superuser: Psql, gym: Gym, boss_elsewhere: str
) -> None:
    union, harbour = gym.organizations["union"], gym.organizations["harbour"]
    booked(superuser, gym, booking_status="confirmed")
    query = f"""
        select a.organization_id from generate_series(1, 4) g
          cross join lateral (
            select set_config(
              'app.organization', case when g % 2 = 0 then '{harbour}' else '{union}' end, true) as o
             where g > 0) f
          cross join lateral (select * from audit_log a where f.o is not null offset 0) a"""
    for settings in (
        "",
        "set local enable_indexscan = off; set local enable_bitmapscan = off;",
        "set local enable_seqscan = off;",
    ):
        with signed(app_psql, gym, boss_elsewhere):
            if settings:
                app_psql.execute(settings)
            assert (harbour,) not in attempt(app_psql, query).rows
