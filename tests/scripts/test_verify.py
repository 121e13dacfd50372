"""`verify`: every item can be ok, every item can fail, and nothing is left behind."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from gym import Gym
from scripts.shell import Ended, Shell

Superuser = psycopg.Connection[tuple[object, ...]]
SignIn = Callable[[str], None]


@pytest.fixture(autouse=True)
def for_sale(gym: Gym, superuser: Superuser) -> None:
    """A membership and a package, which verify sells and takes back."""
    harbour = gym.organizations["harbour"]
    superuser.execute(
        "insert into membership_plans (organization_id, name, price) values (%s, 'Unlimited', 8900)",
        (harbour,),
    )
    superuser.execute(
        "insert into package_products (organization_id, name, price, class_count)"
        " values (%s, '10-Class Pass', 9000, 10)",
        (harbour,),
    )


def results(ended: Ended) -> list[str]:
    """What became of each item."""
    lines = ended.out.splitlines()
    assert [line[0] for line in lines] == list("123456789")
    return [line[2:11].strip() for line in lines]


def test_all_nine(ana: Shell, superuser: Superuser) -> None:
    count = ("select count(*) from bookings", "select count(*) from desks", "select count(*) from audit_log")
    before = [superuser.execute(one).fetchone() for one in count]
    ended = ana("verify")
    assert results(ended) == ["ok"] * 9, ended.out
    assert ended.code == 0
    assert [superuser.execute(one).fetchone() for one in count] == before


def test_with_two_organizations(shell: Shell, gym: Gym, sign_in: SignIn) -> None:
    sign_in("kim")
    assert shell("verify").code == 2
    ended = shell("verify", "--organization", gym.organizations["harbour"])
    assert results(ended) == ["ok"] * 9, ended.out
    assert "a session of Union Square is not found here" in ended.out


def test_with_a_session(ana: Shell, gym: Gym) -> None:
    assert ana("verify", "--session", gym.sessions["yoga"]).code == 0
    full = ana("verify", "--session", gym.sessions["full"])
    assert (full.code, results(full)[1:3]) == (1, ["not tried", "not tried"])


def test_what_cannot_be_tried_is_said(shell: Shell, gym: Gym, sign_in: SignIn, superuser: Superuser) -> None:
    sign_in("vera")
    ended = shell("verify")
    assert (ended.code, results(ended)) == (
        1,
        ["ok", "not tried", "not tried", "ok", "ok", "ok", *["not tried"] * 3],
    )
    sign_in("ben")
    ended = shell("verify")
    assert (ended.code, results(ended)[5]) == (1, "not tried")


# What is broken, and the item that must notice.
BROKEN = {
    "comment on schema app is 'another version'": 1,
    "alter table bookings drop column client_id cascade": 2,
    "revoke insert on bookings from frontdesk_staff": 3,
    "drop policy staff_read on leads": 4,
    "alter table clients disable row level security": 5,
    "create policy leak on leads for select to frontdesk_staff using (true)": 5,
    "create policy leak on bookings to frontdesk_staff using (current_setting('app.token') = '')": 5,
    "create policy leak on desks for insert to frontdesk_staff with check (true)": 5,
    "revoke select on payments from frontdesk_staff": 7,
    "drop policy staff_add on memberships": 8,
    "alter table bookings disable trigger a_keep_credits": 9,
    "alter table packages disable trigger b_keep_sale": 9,
    "alter table bookings drop constraint check_customer_or_client_booking;"
    " alter table bookings disable trigger user; update bookings set client_id = null": 6,
}


@pytest.mark.parametrize("damage", BROKEN)
def test_each_item_can_fail(ana: Shell, superuser: Superuser, damage: str) -> None:
    superuser.execute(damage)
    ended = ana("verify")
    assert (ended.code, results(ended)[BROKEN[damage] - 1]) == (1, "FAILED"), ended.out
