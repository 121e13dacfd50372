"""The connection lost in the middle of `book`: exit 3, never half a booking, never two."""

from __future__ import annotations

import re
from collections.abc import Iterator

import psycopg
import pytest
from gym import Gym
from journeys.wire import Wire
from scripts.shell import Shell

from db import embedded
from db.records import Answer, BookingRequest
from db.repositories import bookings
from db.transaction import SignedIn
from frontdesk.scripts import files
from frontdesk.scripts.reach import reach

Superuser = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def wire(
    cluster: embedded.Cluster, database_name: str, shell: Shell, gym: Gym, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Wire]:
    """A wire between the command line, where Ana is signed in, and the database."""
    wire = Wire(cluster.conninfo("frontdesk_app", database_name))
    monkeypatch.setenv("DATABASE_URL", wire.conninfo)
    reached = reach()
    files.keep_token(reached.configuration.home, reached.place, gym.token("ana"))
    yield wire
    wire.close()


def test_committed_but_the_answer_is_lost(
    shell: Shell, wire: Wire, gym: Gym, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = bookings.book

    def ask_and_lose_the_answer(signed_in: SignedIn, request: BookingRequest) -> Answer:
        wire.lose_next_answer()
        return ask(signed_in, request)

    words = ("book", "--session", gym.sessions["spin"], "--lead", gym.leads["olsen"], "--pay", "card")
    with monkeypatch.context() as patched:
        patched.setattr(bookings, "book", ask_and_lose_the_answer)
        lost = shell(*words)
    assert (lost.code, lost.out) == (3, "")
    (booking,) = re.findall(r"--id (\S+)", lost.err)
    wire.mend()
    again = shell(*words, "--id", booking, "--json")
    assert (again.code, again.json["booking_id"], again.json["booking_status"]) == (0, booking, "confirmed")
    rows = superuser.execute(
        "select id::text, payment_status from bookings where class_session_id = %s", (gym.sessions["spin"],)
    )
    assert rows.fetchall() == [(booking, "paid")]
    assert superuser.execute("select count(*) from payments").fetchall() == [(1,)]


def test_no_wire_at_all(shell: Shell, wire: Wire) -> None:
    wire.cut()
    ended = shell("find", "sam")
    assert (ended.code, ended.out) == (3, "")
    assert "does not answer" in ended.err
