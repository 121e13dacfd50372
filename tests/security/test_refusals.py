"""What a desk may say of its refusals: names alone, of itself alone, and not without end."""

from __future__ import annotations

from gym import Gym
from security.psql import SIGN, Psql, attempt, signed, writes

NOTE = "select app.note_refusal(%s, %s, %s)"
COUNTED = "select user_id, sqlstate, rule, statement, times from refusals"


def _note(psql: Psql, gym: Gym, *words: str | None, who: str = "ana", times: int = 1) -> None:
    _note_as(psql, gym.token(who), str(gym.organizations["harbour"]), *words, times=times)


def _note_as(psql: Psql, token: str, organization: str, *words: str | None, times: int = 1) -> None:
    """As a desk does, with whatever it says about itself; what came of it stays."""
    with psql.transaction():
        psql.execute(SIGN, (token, organization))
        for _ in range(times):
            psql.execute(NOTE, words)


def test_names_alone(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    _note(app_psql, gym, "23503", "Sam Olsen owes £12", "book")
    for words in (
        ("23503", "rule", "Sam Olsen"),
        ("23503", "rule", None),
        ("23514", "class_sessions_seats", "book"),
        (None, "rule", "book"),
    ):
        _note(app_psql, gym, *words)
    assert superuser.execute(COUNTED).fetchall() == [(gym.users["ana"], "23503", "", "book", 1)]


def test_not_without_end(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    _note(app_psql, gym, "42501", None, "book", times=1100)
    _note(app_psql, gym, "42501", None, "cancel")
    assert superuser.execute(COUNTED).fetchall() == [(gym.users["ana"], "42501", "", "book", 1000)]
    _note(app_psql, gym, "42501", None, "cancel", who="mia")
    assert superuser.execute("select count(*) from refusals").fetchone() == (2,)


def test_old_ones_are_forgotten(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    _note(app_psql, gym, "42501", None, "book")
    superuser.execute("update refusals set day = day - 91")
    _note(app_psql, gym, "42501", None, "cancel")
    assert superuser.execute("select statement from refusals").fetchall() == [("cancel",)]


def test_nothing_without_a_token_or_elsewhere(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    harbour, union = (str(gym.organizations[key]) for key in ("harbour", "union"))
    for token, organization in (("", harbour), ("no token", harbour), (gym.token("ana"), union), ("", "")):
        _note_as(app_psql, token, organization, "42501", None, "book")
        assert superuser.execute(COUNTED).fetchall() == []


def test_nobody_reads_or_writes_them(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    _note(app_psql, gym, "42501", None, "book")
    for who in ("ana", "mia", "otto"):
        with signed(app_psql, gym, who):
            assert attempt(app_psql, "select * from refusals").state == "42501"
            for statement in writes(superuser, "refusals"):
                assert attempt(app_psql, statement).state in {"42501", "428C9", "42601"}, statement


def test_a_row_in_quarantine_is_its_organizations_managers(app_psql: Psql, superuser: Psql, gym: Gym) -> None:
    for key, organization in (
        ("h", gym.organizations["harbour"]),
        ("u", gym.organizations["union"]),
        ("n", None),
    ):
        superuser.execute(
            "insert into quarantine (organization_id, table_name, row_id, row, reason)"
            " values (%s, 'bookings', %s, '{}', 'names nobody')",
            (organization, key),
        )
    for who, seen in (("ana", []), ("vera", []), ("mia", [("h",)]), ("otto", [("h",)])):
        with signed(app_psql, gym, who):
            assert app_psql.execute("select row_id from quarantine").fetchall() == seen
            for statement in writes(superuser, "quarantine"):
                assert attempt(app_psql, statement).state in {"42501", "428C9", "42601"}, statement
