"""`find`, `sessions` and `roster`, for people and for programs."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from gym import HOSTILE, Gym
from scripts.shell import Shell

SignIn = Callable[[str], None]


def test_find_lists_leads_and_clients(ana: Shell, gym: Gym) -> None:
    found = ana("find", "sam o")
    assert found.code == 0
    lines = found.out.splitlines()
    assert [line.split("  ")[0] for line in lines[1:3]] == ["CLIENT", "LEAD"]
    assert str(gym.clients["okafor"]) in lines[1]


def test_find_as_json(ana: Shell, gym: Gym) -> None:
    found = ana("find", "olsen", "--json").json
    assert [(person["kind"], person["id"]) for person in found] == [("lead", str(gym.leads["olsen"]))]


HOSTILE_TEXT = (
    "",
    "x",
    "%",
    "_",
    "'",
    '"; drop table leads; --',
    "[bold]",
    "\x1b[31m",
    "\u202e",
    "sam" * 3_334,
)


def test_hostile_text_is_only_text(ana: Shell) -> None:
    for text in HOSTILE_TEXT:
        assert ana("find", text).code == 0
        assert isinstance(ana("find", text, "--json").json, list)


def test_a_hostile_name_is_shown_as_text(ana: Shell) -> None:
    found = ana("find", "eve")
    assert "[bold]Eve[/bold]" in found.out
    assert not {"\x1b", "\u202e"} & set(found.out)
    as_json = ana("find", "eve", "--json")
    assert as_json.json[0]["name"] == HOSTILE
    assert as_json.out.isascii()


def test_nobody_found(ana: Shell) -> None:
    found = ana("find", "qqqqqqqq")
    assert (found.code, found.out) == (0, "")
    assert "Nobody is found" in found.err


def test_sessions_of_today_in_the_organizations_zone(ana: Shell, gym: Gym) -> None:
    listed = ana("sessions")
    assert listed.code == 0
    assert "0/3" in next(line for line in listed.out.splitlines() if str(gym.sessions["spin"]) in line)
    assert "CANCELLED" in next(
        line for line in listed.out.splitlines() if str(gym.sessions["cancelled"]) in line
    )
    assert str(gym.sessions["tomorrow"]) not in listed.out


def test_sessions_of_another_day(ana: Shell, gym: Gym) -> None:
    today = ana("sessions", "--json").json
    assert {session["id"] for session in today} >= {str(gym.sessions["spin"]), str(gym.sessions["yoga"])}
    assert (
        ana("sessions", "--day", "1999-01-01").err
        == "There is no class session that day. Choose another with --day.\n"
    )


def test_days_and_ids_that_are_none(run: Shell) -> None:
    for day in ("today", "2026-02-30", "", "1' or 1=1"):
        assert run("sessions", "--day", day).code == 2
    for text in ("", "1", "' or 1=1 --", "x" * 10_000):
        assert run("roster", text).code == 2


def test_roster(ana: Shell, gym: Gym) -> None:
    roster = ana("roster", gym.sessions["full"])
    assert "Rosamund Ortiz" in roster.out
    lines = ana("roster", gym.sessions["full"], "--json").json
    assert [(line["kind"], line["person_id"]) for line in lines] == [("client", str(gym.clients["ortiz"]))]
    assert ana("roster", gym.sessions["yoga"], "--json").json == []


def test_foreign_and_unknown_sessions_are_alike(ana: Shell, gym: Gym) -> None:
    foreign, unknown = ana("roster", gym.sessions["other"]), ana("roster", uuid.uuid4())
    assert (foreign.code, foreign.out, foreign.err) == (unknown.code, unknown.out, unknown.err)
    assert foreign.code == 1
    assert "Not found" in foreign.err


def test_the_organization_is_chosen_where_there_are_several(shell: Shell, gym: Gym, sign_in: SignIn) -> None:
    sign_in("kim")
    asked = shell("find", "sam")
    assert asked.code == 2
    assert f"--organization {gym.organizations['union']} is Union Square" in asked.err
    found = shell("find", "sam", "--organization", gym.organizations["union"], "--json").json
    assert {person["id"] for person in found} == {str(gym.leads["other"]), str(gym.clients["other"])}


def test_anothers_organization_is_not_found(ana: Shell, gym: Gym) -> None:
    foreign, unknown = (
        ana("find", "sam", "--organization", id_) for id_ in (gym.organizations["union"], uuid.uuid4())
    )
    assert (foreign.code, foreign.err) == (unknown.code, unknown.err)
    assert foreign.code == 1


def test_nobody_signed_in(shell: Shell) -> None:
    for words in (("find", "sam"), ("sessions",), ("roster", uuid.uuid4()), ("verify",)):
        ended = shell(*words)
        assert (ended.code, ended.out) == (4, "")
        assert "sign-in" in ended.err
