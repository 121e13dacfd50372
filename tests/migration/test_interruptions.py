"""Whatever stops an upgrade or a downgrade, the next run finishes it, and no right stays lent."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from gym import Gym
from migration.place import Place
from sqlalchemy import Engine, event

from db import upgrade
from db.errors import BeingUpgraded, DeskError
from db.repositories import sessions

ROOT = Path(__file__).parents[2]
INSTALLING = "Installing functions, policies and triggers."
REVISIONS = ("0001", "0003", "0005", "0006", "0008", "0009", "0010", "0011")
KILLED = """
import os, sys
from db import upgrade

def say(line):
    if line.startswith(sys.argv[2]):
        os.kill(os.getpid(), 9)

upgrade.upgrade(sys.argv[1], say=say)
"""


class PowerCutError(Exception):
    """The power is gone."""


def _stop_at(words: str) -> Callable[[str], None]:
    def say(line: str) -> None:
        if line.startswith(words):
            raise PowerCutError

    return say


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_next_run_goes_on_from_any_revision(blank: Place, fresh_dump: str, revision: str) -> None:
    blank.to_revision(revision)
    assert upgrade.status(blank.admin) == upgrade.Status(revision, None)
    assert blank.up().current
    assert blank.dump() == fresh_dump


@pytest.mark.parametrize("words", ["Setting", "Running", "Installing"])
def test_a_fault_between_two_steps(gym_place: Place, gym: Gym, fresh_dump: str, words: str) -> None:
    rows = gym_place.checksums()
    gym_place.down()
    with pytest.raises(PowerCutError):
        upgrade.upgrade(gym_place.admin, say=_stop_at(words))
    assert gym_place.lent() == set()
    assert not upgrade.status(gym_place.admin).current
    gym_place.up()
    assert gym_place.checksums() == rows
    assert gym_place.dump() == fresh_dump


@pytest.mark.parametrize(
    ("direction", "revision"),
    [("up", "0004"), ("up", "0009"), ("up", "0010"), ("up", "0011"), ("down", "0009"), ("down", "0008")],
)
def test_a_fault_inside_a_revision(
    gym_place: Place, gym: Gym, fresh_dump: str, direction: str, revision: str
) -> None:
    """It fails when its new number is written, so everything of it was done already."""
    rows = gym_place.checksums()
    if direction == "up":
        gym_place.down()

    def stop(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE") and f"version_num='{revision}'" in statement:
            raise PowerCutError

    event.listen(Engine, "before_cursor_execute", stop)
    try:
        with pytest.raises(PowerCutError):
            gym_place.up() if direction == "up" else gym_place.down()
    finally:
        event.remove(Engine, "before_cursor_execute", stop)
    assert gym_place.lent() == set()
    gym_place.up()
    assert gym_place.checksums() == rows
    assert gym_place.dump() == fresh_dump


@pytest.mark.parametrize("words", ["Running", "Installing"])
def test_a_lost_connection(blank: Place, fresh_dump: str, words: str) -> None:
    """The rights are taken back by another connection."""

    def say(line: str) -> None:
        if line.startswith(words):
            blank.ask(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and usename = 'frontdesk_admin'"
            )

    with pytest.raises(DeskError):
        upgrade.upgrade(blank.admin, say=say)
    assert blank.lent() == set()
    blank.up()
    assert blank.dump() == fresh_dump


@pytest.mark.parametrize("words", ["Running", "Installing"])
def test_a_killed_process(blank: Place, fresh_dump: str, words: str) -> None:
    """Nobody is left to take the rights back; the next run does."""
    killed = subprocess.run([sys.executable, "-c", KILLED, blank.admin, words], cwd=ROOT, env=os.environ)
    assert killed.returncode == -9
    assert blank.lent() == {"frontdesk_owner", "frontdesk_definer"}
    blank.up()
    assert blank.lent() == set()
    assert blank.dump() == fresh_dump


def test_a_downgrade_goes_on_too(gym_place: Place, gym: Gym) -> None:
    rows = gym_place.checksums()
    with pytest.raises(PowerCutError):
        upgrade.downgrade(gym_place.admin, say=_stop_at("Running"))
    assert gym_place.lent() == set()
    assert gym_place.down().revision == upgrade.LEGACY
    gym_place.up()
    assert gym_place.checksums() == rows


def test_a_desk_meanwhile_says_so(gym_place: Place, gym: Gym) -> None:
    ana = gym.signed_in("ana")
    assert sessions.on(ana)
    for go, words in (
        (upgrade.downgrade, "Running"),
        (upgrade.downgrade, "nothing"),
        (upgrade.upgrade, "Installing"),
    ):
        with contextlib.suppress(PowerCutError):
            go(gym_place.admin, say=_stop_at(words))
        with pytest.raises(BeingUpgraded, match="being upgraded"):
            sessions.on(ana)
    gym_place.up()
    assert sessions.on(ana)
