"""A short rush in a real terminal: one of each main kind, the keys counted and every row read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks import rush, rush_gym
from benchmarks.ground import Ground
from db import embedded

WHO = {
    *("Ida Frost", "Nadia Haddad", "Sam Zeller", "Nova Quist", "Rosa Marin + child"),
    *("Petra Hoff", "Bruno Zapf", "Marta Vidal", "Karl Zorn"),
}


def test_a_short_rush(cluster: embedded.Cluster, empty_database: str) -> None:
    evening = rush_gym.this_evening()
    arrivals = [each for each in rush.rush(evening) if each.who in WHO]
    on = Ground(
        cluster.conninfo("frontdesk_app", empty_database),
        cluster.conninfo("frontdesk_admin", empty_database),
        cluster.conninfo("postgres", empty_database),
    )
    rush_gym.make(on.admin, evening, rush.first_seats(arrivals))
    played = rush.play(on, arrivals, (80, 24))
    assert {each.arrival.who for each in played} == WHO
    assert [(each.arrival.who, each.wrong) for each in played if each.wrong] == []
    assert [(each.arrival.who, each.keys) for each in played if each.keys > each.arrival.allowed] == []
    assert rush.wrong_seats(on.superuser or "") == []


def test_a_row_too_many_and_a_key_too_many_fail(capsys: pytest.CaptureFixture[str]) -> None:
    arrival = rush.Arrival("Ida", "booked", 1, (), ("Ida, Yoga: attended",))
    right = rush.Played(arrival, keys=1)
    right.compare({1: "Ida, Yoga: confirmed"}, {1: "Ida, Yoga: attended"})
    assert rush.show("80x24", [right], []) == 0
    assert rush.show("80x24", [replace(right, keys=2)], []) == 1
    assert rush.show("80x24", [right], ["Yoga counts 2, 1 hold a seat"]) == 1
    wrong = rush.Played(arrival, keys=1)
    wrong.compare({2: "Bo: 1 card", 3: "4 notes"}, {1: "Ida, Yoga: confirmed", 3: "5 notes"})
    assert rush.show("80x24", [wrong], []) == 1
    assert wrong.wrong == [
        "not written: Ida, Yoga: attended",
        "written too: 5 notes",
        "written too: Ida, Yoga: confirmed",
        "gone: Bo: 1 card",
    ]
    assert "WRONG: Ida: gone: Bo: 1 card" in capsys.readouterr().out
