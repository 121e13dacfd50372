"""The main job in a real terminal, from the sign-in screen to the row in the table."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

import psycopg
import pytest
from gym import PASSWORD, Gym

from benchmarks.terminal import Terminal
from db import embedded

Superuser = psycopg.Connection[tuple[object, ...]]


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_book_a_lead_and_a_client(
    cluster: embedded.Cluster,
    database_name: str,
    gym: Gym,
    superuser: Superuser,
    tmp_path: Path,
    columns: int,
    rows: int,
) -> None:
    environment = {
        "DATABASE_URL": cluster.conninfo("frontdesk_app", database_name),
        "FRONTDESK_HOME": str(tmp_path / "home"),
        "FRONTDESK_CONFIG": str(tmp_path / "none.toml"),
    }
    with Terminal([str(Path(sys.executable).with_name("frontdesk"))], environment, columns, rows) as terminal:
        terminal.wait_for("Password")
        terminal.type(gym.email("ana"))
        terminal.press("enter")
        terminal.type(PASSWORD)
        terminal.press("enter")
        terminal.wait_for("A PIN for Ana Ruiz")
        terminal.press("escape")
        terminal.wait_for("Harbour Lane")

        terminal.type("olsen")
        terminal.wait_for("BOOK AND CHECK IN  Sam Olsen")
        terminal.press("enter")
        terminal.wait_for("a digit, then Enter")
        terminal.type("1")
        terminal.press("enter")
        terminal.wait_for("Sam Olsen is in")

        terminal.type("okafor")
        terminal.wait_for("BOOK AND CHECK IN  Sam Okafor")
        terminal.press("enter")
        terminal.wait_for("a digit, then Enter")
        terminal.type("5")
        terminal.press("enter")
        terminal.wait_for("Sam Okafor is in")

        terminal.press("ctrl+q")
        assert terminal.wait_for_end() == 0
    assert _bookings(superuser, gym.sessions["spin"]) == [
        (gym.leads["olsen"], None, "attended", "paid", "card"),
        (None, gym.clients["okafor"], "attended", "pending", "later"),
    ]


def _bookings(superuser: Superuser, session: uuid.UUID) -> list[tuple[object, ...]]:
    return superuser.execute(
        "select customer_id, client_id, booking_status, payment_status, paid_by from bookings"
        " where class_session_id = %s order by recorded_at",
        (session,),
    ).fetchall()
