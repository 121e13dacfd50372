"""The lists of the desk, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import made
import pytest
from made import NOW, person

from db.records import ClassSession
from frontdesk.clock import day_ahead, day_seen_from
from frontdesk.widgets.people_list import NewPerson, around
from frontdesk.widgets.seat_bar import seat_bar, seat_state
from frontdesk.widgets.session_list import next_bookable


def session(minutes: int, taken: int = 5, **more: object) -> ClassSession:
    start = NOW + timedelta(minutes=minutes)
    values = {"starts_at": start, "ends_at": start + timedelta(minutes=60), "capacity": 10}
    seats = {"booked_count": taken, "bookable": taken < 10 and minutes > -10}
    return made.session(**(values | seats | more))


@pytest.mark.parametrize(
    ("sessions", "row"),
    [
        ([session(-120), session(-30), session(8), session(38)], 2),
        ([session(-5), session(30)], 0),
        ([session(8, taken=10), session(38)], 1),
        ([session(8, taken=10), session(-60)], 0),
        ([session(8, status="cancelled", bookable=False), session(38)], 1),
        ([session(-120, open_gym=True, ends_at=NOW + timedelta(hours=2), bookable=True), session(90)], 1),
        ([session(-200), session(-300)], 1),
        ([], 0),
    ],
)
def test_the_next_bookable_class_is_chosen(sessions: list[ClassSession], row: int) -> None:
    assert next_bookable(sessions, NOW) == row


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (session(8), "[####---]"),
        (session(8, taken=0), "[-------]"),
        (session(8, taken=10), "FULL"),
        (session(8, taken=10, waiting=3), "FULL+3"),
        (session(8, taken=12, extra_seats=2), "over by 2"),
        (session(-30), "running"),
        (session(-90), "ended"),
        (session(8, status="cancelled"), "CANCELLED"),
    ],
)
def test_seats_in_words(one: ClassSession, words: str) -> None:
    assert seat_state(one, NOW)[0] == words


def test_bar_is_full_only_when_the_class_is() -> None:
    assert seat_bar(99, 100) == "[######-]"
    assert seat_bar(1, 100) == "[#------]"
    assert seat_bar(0, 0) == "[#######]"


def test_an_answer_never_moves_the_row_under_the_cursor() -> None:
    ana, bo, cy, di = (person(name) for name in ("Ana", "Bo", "Cy", "Di"))
    assert around(cy, 2, [ana, bo, cy, di]) == [ana, bo, cy, di]
    assert around(cy, 2, [cy, ana, bo]) == [ana, bo, cy]
    assert around(cy, 2, [di]) == [di, None, cy]
    assert around(cy, 0, [ana]) == [cy, ana]
    here = replace(cy, booked_status="attended")
    assert around(cy, 1, [ana, bo, here]) == [ana, here, bo]
    add, other = NewPerson("Cy"), NewPerson("Cyn")
    assert around(add, 1, [ana, bo, other]) == [ana, other, bo]


def test_days_in_few_words() -> None:
    today = date(2026, 11, 24)
    days = [date(2026, 11, 24), date(2026, 11, 22), date(2026, 10, 12), date(2025, 3, 1)]
    assert [day_seen_from(day, today) for day in days] == ["today", "Sun", "12 Oct", "Mar '25"]


def test_days_to_come_before_a_time() -> None:
    today = date(2026, 11, 24)
    days = [date(2026, 11, 24), date(2026, 11, 30), date(2026, 12, 1), date(2027, 1, 4)]
    assert [day_ahead(day, today) for day in days] == ["", "Mon ", "1 Dec ", "4 Jan "]
