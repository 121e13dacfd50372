"""Counting the drawer hands the desk over: the next one to sign in or unlock takes it over by a key."""

from __future__ import annotations

import uuid

import psycopg
import pytest
from gym import PASSWORD, SALT, Gym
from journeys.at_desk import OPEN, AtDesk, desk, play
from journeys.test_pin import PIN, QUICK, mia_joins, unlock

from db.records import BookingRequest
from db.repositories import bookings, staff, till

Superuser = psycopg.Connection[tuple[object, ...]]

ACCEPTED = "select accepted_by from handovers"


@pytest.fixture
def left(gym: Gym) -> uuid.UUID:
    """Ana has counted her drawer, five short; Rosamund Ortiz is here and owes."""
    ana = gym.signed_in()
    staff.open_desk(ana, "desk 1")
    asked = BookingRequest(
        uuid.uuid4(), gym.sessions["spin"], "client", gym.clients["ortiz"], pay="later", arrive=True
    )
    bookings.book(ana, asked)
    drawer = till.open_drawer(ana, uuid.uuid4(), 10_000)
    till.count(ana, drawer.id, {1_000: 9, 500: 1}, "a fiver is gone")
    return drawer.id


def test_whoever_comes_next_takes_it_over(gym: Gym, superuser: Superuser, left: uuid.UUID) -> None:
    async def steps(at: AtDesk) -> None:
        shown = await at.sees(
            "Ana Ruiz hands this desk over",
            "£95.00, £5.00 short",
            "Note: a fiver is gone",
            "OWES",
            "Enter take over",
        )
        assert "Rosamund Ortiz       07700 900118" in shown and "WAIVER" in shown
        await at.press("down", "down", "up", "enter")
        await at.sees(OPEN)

    play(desk(gym, "mia"), steps)
    assert superuser.execute(ACCEPTED).fetchall() == [(gym.users["mia"],)]

    async def again(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.rests()
        assert "hands this desk over" not in at.text

    play(desk(gym, "otto"), again)


def test_later_leaves_it_to_whoever_comes_then(gym: Gym, superuser: Superuser, left: uuid.UUID) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees("Ana Ruiz hands this desk over")
        await at.press("escape")
        await at.sees(OPEN)
        await at.type("sam")
        await at.sees("Sam Okafor")

    for who in ("mia", "otto"):
        play(desk(gym, who), steps)
    assert superuser.execute(ACCEPTED).fetchall() == [(None,)]


@pytest.mark.parametrize("who", ["ana", "vera"])
def test_not_to_who_made_it_nor_to_who_may_only_look(
    gym: Gym, superuser: Superuser, left: uuid.UUID, who: str
) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees(OPEN)
        await at.rests()
        assert "hands this desk over" not in at.text

    play(desk(gym, who), steps)
    assert superuser.execute(ACCEPTED).fetchall() == [(None,)]


def test_the_next_pin_takes_it_over(gym: Gym, superuser: Superuser, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ana counts by keys while Mia is here too; Mia's PIN then opens the desk, which was left to her."""
    monkeypatch.setitem(staff.SCRYPT, "n", QUICK)
    proofs = [staff.stretch(secret, SALT) for secret in (PASSWORD, PIN)]
    superuser.execute("update users set stored_key = sha256(%s)", proofs[:1])
    superuser.execute(
        "update users set pin_salt = %s, pin_key = sha256(%s) where email ~ '^mia@'", (SALT, proofs[1])
    )
    superuser.execute("update tokens set expires_at = now() + interval '12 hours', made_at = now()")

    async def steps(at: AtDesk) -> None:
        await mia_joins(at, gym)
        till.count(gym.signed_in(), till.open_drawer(gym.signed_in(), uuid.uuid4(), 0).id, {})
        await at.type("oka")
        await at.sees("Sam Okafor")
        await at.press("f7")
        await at.sees("Locked", "PIN of Mia Chen")
        await unlock(at)
        await at.sees("Ana Ruiz hands this desk over", "£0.00, as expected", "Nobody was to be told")
        await at.press("enter")
        await at.sees("BOOK AND CHECK IN  Sam Okafor")

    play(desk(gym), steps)
    assert superuser.execute(ACCEPTED).fetchall() == [(gym.users["mia"],)]
