"""`book`: what becomes of a booking, its row, and its exit code."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import psycopg
import pytest
from gym import Gym
from scripts.shell import Shell

Superuser = psycopg.Connection[tuple[object, ...]]
COLUMNS = "customer_id, client_id, booking_status, payment_status, paid_by, price"


def rows(superuser: Superuser, session: uuid.UUID) -> list[tuple[object, ...]]:
    return superuser.execute(
        f"select {COLUMNS} from bookings where class_session_id = %s", (session,)
    ).fetchall()


def test_a_lead_and_a_client(ana: Shell, gym: Gym, superuser: Superuser) -> None:
    spin, lead, client = gym.sessions["spin"], gym.leads["olsen"], gym.clients["okafor"]
    for person, id_ in (("--lead", lead), ("--client", client)):
        booked = ana("book", "--session", spin, person, id_, "--pay", "card")
        assert (booked.code, booked.err) == (0, "")
        assert booked.out.startswith("Booked: Sam ")
        assert "£12.00" in booked.out
    assert set(rows(superuser, spin)) == {
        (lead, None, "confirmed", "paid", "card", 1200),
        (None, client, "confirmed", "paid", "card", 1200),
    }


def test_the_same_id_books_once(ana: Shell, gym: Gym, superuser: Superuser) -> None:
    words = ("book", "--session", gym.sessions["spin"], "--lead", gym.leads["olsen"], "--pay", "later")
    booking = uuid.uuid4()
    for _ in range(2):
        assert ana(*words, "--id", booking, "--json").json["booking_id"] == str(booking)
    again = ana(*words, "--json")
    assert (again.code, again.json["outcome"], again.json["booking_id"]) == (0, "exists", str(booking))
    assert len(rows(superuser, gym.sessions["spin"])) == 1


def test_what_is_due_is_asked_for(ana: Shell, gym: Gym, superuser: Superuser) -> None:
    asked = ana("book", "--session", gym.sessions["spin"], "--lead", gym.leads["olsen"])
    assert (asked.code, asked.out) == (1, "")
    assert asked.err.startswith("£12.00 is due. Say how it is paid: --pay")
    assert rows(superuser, gym.sessions["spin"]) == []


def test_a_comp_needs_a_reason(ana: Shell, gym: Gym) -> None:
    words = ("book", "--session", gym.sessions["spin"], "--lead", gym.leads["olsen"], "--pay", "comp")
    assert (ana(*words).code, ana(*words).err) == (1, "A free booking needs a reason. Type why.\n")
    assert ana(*words, "--reason", "first visit", "--json").json["payment_status"] == "comp"


def test_full_and_waitlisted(ana: Shell, gym: Gym) -> None:
    words = ("book", "--session", gym.sessions["full"], "--lead", gym.leads["olsen"], "--pay", "card")
    full = ana(*words, "--json")
    assert (full.code, full.json["outcome"]) == (1, "full")
    assert full.err.startswith("No seat is left.")
    waiting = ana(*words, "--waitlist")
    assert waiting.code == 0
    assert waiting.out.startswith("Waitlisted: Sam Olsen (lead), place 1 in line")


@pytest.mark.parametrize(
    ("person", "key", "sentence"),
    [("--lead", "blocked", "blocked"), ("--lead", "converted", "")],
)
def test_refused(ana: Shell, gym: Gym, person: str, key: str, sentence: str) -> None:
    ended = ana("book", "--session", gym.sessions["yoga"], person, gym.leads[key])
    if key == "converted":
        assert ended.code == 0
        assert "(client)" in ended.out
    else:
        assert ended.code == 1
        assert sentence in ended.err


def test_a_manager_overrides(shell: Shell, gym: Gym, sign_in: Callable[[str], None]) -> None:
    words = ("book", "--session", gym.sessions["full"], "--lead", gym.leads["olsen"], "--pay", "card")
    sign_in("ana")
    assert shell(*words, "--override", "friend of the house").code == 1
    sign_in("mia")
    booked = shell(*words, "--override", "friend of the house", "--json")
    assert (booked.code, booked.json["seat"], booked.json["seats"]) == (0, 2, 2)


def test_a_viewer_may_not_book(shell: Shell, gym: Gym, sign_in: Callable[[str], None]) -> None:
    sign_in("vera")
    ended = shell("book", "--session", gym.sessions["yoga"], "--lead", gym.leads["olsen"])
    assert (ended.code, ended.out) == (4, "")


@pytest.mark.parametrize("where", ["other", "unknown"])
def test_foreign_and_unknown_ids_are_alike(ana: Shell, gym: Gym, where: str) -> None:
    lead = gym.leads["other"] if where == "other" else uuid.uuid4()
    session = gym.sessions["other"] if where == "other" else uuid.uuid4()
    for words in (
        ("--session", gym.sessions["yoga"], "--lead", lead),
        ("--session", session, "--lead", gym.leads["olsen"]),
    ):
        ended = ana("book", *words)
        assert (ended.code, ended.out) == (1, "")
        assert "Not found" in ended.err


def test_usage(ana: Shell, gym: Gym) -> None:
    both = ("--lead", gym.leads["olsen"], "--client", gym.clients["okafor"])
    for words in ((), ("--session", gym.sessions["yoga"]), ("--session", gym.sessions["yoga"], *both)):
        assert ana("book", *words).code == 2
