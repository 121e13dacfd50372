"""The rows of what went into a drawer and out of it, without a database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from gym import HOSTILE
from made import NOW

from db.records import DrawerMove, Organization
from frontdesk.widgets.drawer_list import DrawerList

HARBOUR = Organization(UUID(int=2), "Harbour Lane", "Europe/London", "GBP", "staff", 10)


def row(**more: Any) -> str:
    """The row as it is read."""
    values: dict[str, Any] = {
        "drawer_id": UUID(int=1),
        "moved_at": NOW,
        "by": "Ana Ruiz",
        "kind": "booking",
        "name": "Sam Okafor",
        "about": "Spin",
        "starts_at": NOW + timedelta(minutes=8),
        "amount": 1200,
    }
    drawer = DrawerList(HARBOUR, lambda: NOW)
    return " ".join("".join(text for text, _ in drawer.parts(DrawerMove(**values | more), 100)).split())


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "17:52 £12.00 Sam Okafor, 18:00 Spin Ana Ruiz"),
        ({"amount": -1200, "by": None}, "17:52 -£12.00 given back: Sam Okafor, 18:00 Spin"),
        (
            {"starts_at": NOW + timedelta(days=1)},
            "17:52 £12.00 Sam Okafor, Wed 25 Nov 17:52 Spin Ana Ruiz",
        ),
        (
            {"kind": "sale", "about": "10-Class Pass", "starts_at": None},
            "17:52 £12.00 Sam Okafor, 10-Class Pass Ana Ruiz",
        ),
        ({"kind": "credit", "amount": -500}, "17:52 -£5.00 given back: Sam Okafor, their credit Ana Ruiz"),
        ({"kind": "paid", "name": "", "about": "milk", "amount": -350}, "17:52 -£3.50 milk Ana Ruiz"),
        ({"kind": "paid", "moved_at": NOW - timedelta(days=2), "about": "ice"}, "Sun £12.00 ice Ana Ruiz"),
    ],
)
def test_rows(more: dict[str, Any], said: str) -> None:
    assert row(**more) == said


def test_a_hostile_name_and_reason_only_stand_there() -> None:
    shown = row(name=HOSTILE, kind="booking") + row(kind="paid", about=HOSTILE)
    assert "[bold]Eve[/bold]" in shown
    assert not {"\x1b", "\u202e"} & set(shown)
