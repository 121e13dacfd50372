"""What is seen of a person in a list."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from made import NOW, person
from rich.cells import cell_len

from frontdesk.widgets.marks import Mark, birthday, in_cells, marks

TODAY = date(2026, 11, 24)
BOOKED = {"booked_status": "confirmed", "booked_starts_at": NOW}
LATELY = {"last_visit": date(2026, 11, 22)}


def words(**facts: Any) -> list[str]:
    return [each.words for each in marks(person(**facts), TODAY, "Europe/London", "GBP")]


def shown(cells: int, **facts: Any) -> str:
    said = marks(person(**facts), TODAY, "Europe/London", "GBP")
    text = "".join(text for text, _ in in_cells(said, cells))
    assert cell_len(text) == cells
    return text.rstrip()


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, ["no visit yet"]),
        (LATELY, ["here Sun"]),
        (LATELY | BOOKED, ["BOOKED 17:52"]),
        (BOOKED, ["BOOKED 17:52", "FIRST VISIT"]),
        (LATELY | BOOKED | {"booked_starts_at": NOW + timedelta(days=1)}, ["BOOKED Wed"]),
        (LATELY | BOOKED | {"booked_status": "waitlisted"}, ["WAITLISTED 17:52"]),
        (
            LATELY | BOOKED | {"booked_status": "attended", "arrived_at": NOW - timedelta(minutes=5)},
            ["HERE 17:47"],
        ),
        (LATELY | {"blocked": True, "waiver": False}, ["BLOCKED", "NO WAIVER", "here Sun"]),
        (LATELY | BOOKED | {"owes": 1200, "waiver": False}, ["BOOKED 17:52", "NO WAIVER", "OWES £12.00"]),
        (
            LATELY | {"alerts": ["knee: tell Kim", "shy"], "regular": True},
            ["! knee: tell Kim", "usual", "here Sun"],
        ),
        (LATELY | {"birth_date": date(1990, 11, 24)}, ["* birthday today", "here Sun"]),
        (LATELY | {"birth_date": date(1990, 11, 26)}, ["* birthday Thu", "here Sun"]),
    ],
)
def test_the_most_pressing_comes_first(facts: dict[str, Any], expected: list[str]) -> None:
    assert words(**facts) == expected


def test_what_a_note_holds_stays_text() -> None:
    assert (
        words(alerts=["\x1b[31mred\n" + "x" * 99])[0]
        == "! \N{REPLACEMENT CHARACTER}[31mred\N{REPLACEMENT CHARACTER}xxxxxxxxxxxx…"
    )


@pytest.mark.parametrize(
    ("cells", "facts", "expected"),
    [
        (14, LATELY | BOOKED, "BOOKED 17:52"),
        (14, LATELY | BOOKED | {"waiver": False}, "BOOKED 17:52 W"),
        (14, LATELY | BOOKED | {"waiver": False, "owes": 1200, "alerts": ["a"]}, "BOOKED W£!"),
        (14, BOOKED | {"waiver": False, "owes": 1200, "alerts": ["a"], "birth_date": TODAY}, "BOOKED W£!N*"),
        (14, LATELY | BOOKED | {"booked_status": "waitlisted", "waiver": False}, "WAITLISTED W"),
        (14, LATELY | {"owes": 1200}, "OWES £12.00"),
        (14, LATELY | {"owes": 123456, "alerts": ["a"]}, "OWES !"),
        (14, LATELY | {"waiver": False, "owes": 1200, "alerts": ["a"]}, "NO WAIVER £!"),
        (14, LATELY | {"alerts": ["a"]}, "! a  here Sun"),
        (14, LATELY | {"alerts": ["knee injury: tell Kim"]}, "! knee injury…"),
        (14, {"alerts": ["knee injury: tell Kim"], "birth_date": TODAY}, "! knee inju… *"),
        (14, LATELY | {"blocked": True, "waiver": False}, "BLOCKED W"),
        (14, LATELY | {"regular": True}, "usual"),
        (30, LATELY | BOOKED | {"waiver": False, "owes": 1200}, "BOOKED 17:52  NO WAIVER £"),
        (40, LATELY | BOOKED | {"waiver": False, "owes": 1200}, "BOOKED 17:52  NO WAIVER  OWES £12.00"),
        (5, LATELY | BOOKED, "BOOK…"),
        (0, LATELY | BOOKED, ""),
    ],
)
def test_words_where_there_is_room_and_flags_where_not(
    cells: int, facts: dict[str, Any], expected: str
) -> None:
    assert shown(cells, **facts) == expected


def test_nothing_by_colour_alone() -> None:
    facts: dict[str, Any] = BOOKED | {
        "blocked": True,
        "waiver": False,
        "owes": 1,
        "alerts": ["a"],
        "birth_date": TODAY,
    }
    said = marks(person(**facts), TODAY, "Europe/London", "PLN")
    flags = [each.flag for each in said if each.flag]
    assert len(set(flags)) == len(flags) == 6


@pytest.mark.parametrize(
    ("born", "today", "day"),
    [
        (date(2000, 2, 29), date(2027, 2, 27), date(2027, 2, 28)),
        (date(2000, 2, 29), date(2028, 2, 27), date(2028, 2, 29)),
        (date(2000, 1, 1), date(2026, 12, 30), date(2027, 1, 1)),
        (date(2000, 1, 1), date(2026, 12, 28), None),
        (date(2000, 12, 31), date(2027, 1, 1), None),
        (None, TODAY, None),
    ],
)
def test_birthdays_near(born: date | None, today: date, day: date | None) -> None:
    assert birthday(person(birth_date=born), today) == day


def test_nobody_has_no_marks() -> None:
    assert in_cells([], 3) == [("   ", "")]
    assert in_cells([Mark("A", "")], 1) == [("A", ""), ("", "")]
