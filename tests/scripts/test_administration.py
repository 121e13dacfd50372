"""`organization add`, `staff add` and `db`: what the database's owner does, who is no superuser."""

from __future__ import annotations

import re

import psycopg
import pytest
from gym import PASSWORD, Gym
from scripts.shell import Ended, Shell

Superuser = psycopg.Connection[tuple[object, ...]]
ADD = ("organization", "add", "Dock Gym", "--timezone", "Asia/Kolkata", "--currency", "INR")
OWNER = ("--owner-email", "Dev@dock.example", "--owner-name", "Dev Rao")


def one_time(ended: Ended) -> str:
    """The password on a line of its own."""
    (password,) = re.findall(r"^\w{4}-\w{4}-\w{4}-\w{4}$", ended.out, re.MULTILINE)
    return str(password)


def sign_in(shell: Shell, email: str, *lines: str) -> int:
    return shell("sign-in", "--email", email, "--password-stdin", stdin="\n".join(lines) + "\n").code


def test_an_organization_and_its_owner(shell: Shell, superuser: Superuser) -> None:
    added = shell(*ADD, *OWNER)
    assert (added.code, added.err) == (0, "")
    found = superuser.execute(
        "select o.name, o.timezone, o.currency, u.name, u.email, u.must_change, uo.role, uo.is_active"
        " from user_organizations uo join organizations o on o.id = uo.organization_id"
        " join users u on u.id = uo.user_id where o.name = 'Dock Gym'"
    ).fetchall()
    assert found == [("Dock Gym", "Asia/Kolkata", "INR", "Dev Rao", "Dev@dock.example", True, "owner", True)]
    password = one_time(added)
    assert sign_in(shell, "dev@dock.example", password) == 2
    assert sign_in(shell, "dev@dock.example", password, "a password of my own") == 0
    assert shell("find", "sam", "--json").json == []


def test_one_time_passwords_differ_and_are_nowhere(shell: Shell, gym: Gym, superuser: Superuser) -> None:
    passwords = set()
    for number in range(3):
        words = ("--email", f"new{number}@gym.example", "--name", "New", "--rank", "staff")
        passwords.add(one_time(shell("staff", "add", "--organization", gym.organizations["harbour"], *words)))
    assert len(passwords) == 3
    kept = str(
        superuser.execute("select t::text from users t union all select t::text from audit_log t").fetchall()
    )
    assert not [password for password in passwords if password in kept]


def test_staff_of_each_rank(shell: Shell, superuser: Superuser) -> None:
    for rank in ("owner", "manager", "staff", "viewer"):
        words = ("--email", f"new-{rank}@gym.example", "--name", "New Face", "--rank", rank)
        assert shell("staff", "add", "--organization", "Harbour Lane", *words).code == 0
    found = superuser.execute(
        "select email, role from user_organizations join users on id = user_id where email like 'new-%'"
    ).fetchall()
    assert len(found) == 4
    assert all(email == f"new-{rank}@gym.example" for email, rank in found)


def test_a_known_user_keeps_the_password(shell: Shell, gym: Gym) -> None:
    words = ("--email", gym.email("ana").upper(), "--name", "Ana Ruiz", "--rank", "viewer")
    added = shell("staff", "add", "--organization", gym.organizations["union"], *words)
    assert added.code == 0
    assert "signs in with the password they have" in added.out
    assert sign_in(shell, gym.email("ana"), PASSWORD) == 0
    again = shell("staff", "add", "--organization", gym.organizations["union"], *words)
    assert (again.code, again.out) == (1, "")


NOT_MEANT = (
    ("--timezone", "Mars/Phobos"),
    ("--timezone", ""),
    ("--timezone", "'; drop table users; --"),
    ("--currency", "gbp"),
    ("--currency", "POUND"),
    ("--owner-email", "no e-mail"),
    ("--owner-email", "a@b@c.example"),
    ("--owner-email", "x" * 300 + "@a.example"),
    ("--owner-name", "  "),
    ("--owner-name", "\x1b[31m"),
)


def test_what_cannot_be_meant(shell: Shell, superuser: Superuser) -> None:
    for option, value in NOT_MEANT:
        ended = shell(*ADD, *OWNER, option, value)
        assert (ended.code, ended.out) == (2, ""), value
    assert superuser.execute("select count(*) from organizations").fetchall() == [(2,)]


def test_no_such_organization(shell: Shell) -> None:
    words = ("--email", "new@gym.example", "--name", "New", "--rank", "staff")
    assert shell("staff", "add", "--organization", "Nowhere", *words).code == 1


def test_a_desk_may_not(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FRONTDESK_ADMIN_URL")
    ended = shell(*ADD, *OWNER)
    assert (ended.code, ended.out) == (2, "")
    assert "FRONTDESK_ADMIN_URL" in ended.err


def test_the_login_of_the_desk_is_no_owner(
    shell: Shell, cluster: object, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    conninfo = cluster.conninfo("frontdesk_app", database_name)  # type: ignore[attr-defined]
    monkeypatch.setenv("FRONTDESK_ADMIN_URL", conninfo)
    assert shell(*ADD, *OWNER).code == 4
    assert shell("db", "downgrade", "--to", "legacy").code == 4


def test_rows_stay_behind_row_level_security(shell: Shell, superuser: Superuser) -> None:
    shell(*ADD, *OWNER)
    open_tables = superuser.execute(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        " and not (relrowsecurity and relforcerowsecurity) and relname <> 'alembic_version'"
    )
    assert open_tables.fetchall() == []


def test_up_and_down_and_up(shell: Shell, gym: Gym) -> None:
    assert "at this version" in shell("db", "status").out
    assert shell("db", "downgrade", "--to", "legacy").code == 0
    older = shell("db", "status")
    assert older.code == 0
    assert "frontdesk db upgrade" in older.out
    signing = ("sign-in", "--email", gym.email("ana"), "--password-stdin")
    assert shell(*signing, stdin=PASSWORD + "\n").code == 3
    assert shell("db", "upgrade").code == 0
    assert shell("db", "upgrade").out == shell("db", "status").out
    assert shell(*signing, stdin=PASSWORD + "\n").code == 0


def test_status_asked_by_the_desks_own_login(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FRONTDESK_ADMIN_URL")
    assert "at this version" in shell("db", "status").out
