"""What is said of a person, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from rich.cells import cell_len

from db.records import Card, Held, Organization, PersonDetails
from frontdesk.widgets.person_facts import LABEL, Fact, facts_of, folded, near

TODAY = date(2026, 11, 24)
GYM = Organization(uuid4(), "Harbour Lane", "America/Los_Angeles", "GBP", "staff", 10)


def details(**facts: Any) -> PersonDetails:
    values: dict[str, Any] = dict.fromkeys(PersonDetails.__slots__)
    lists = ["pays", "guardians", "family", "alerts", "notes", "coming_at", "coming", "coming_status", "has"]
    lists += ["owed", "cards"]
    values |= {name: [] for name in lists} | {"kind": "client", "id": uuid4(), "name": "Sam Okafor"}
    values |= {"phone": "", "email": "", "since": date(2024, 3, 1), "visits": 0, "visits_this_month": 0}
    return PersonDetails(**{**values, "owes": 0, "credit": 0, **facts})


def said(**facts: Any) -> list[tuple[str, str]]:
    return [(fact.label, fact.text) for fact in facts_of(details(**facts), GYM, TODAY)]


@pytest.mark.parametrize(
    ("born", "today", "birthday"),
    [
        (date(1988, 11, 26), TODAY, date(2026, 11, 26)),
        (date(1988, 11, 17), TODAY, date(2026, 11, 17)),
        (date(1988, 11, 16), TODAY, None),
        (date(1988, 12, 2), TODAY, None),
        (date(1990, 1, 2), date(2026, 12, 30), date(2027, 1, 2)),
        (date(1990, 12, 30), date(2027, 1, 2), date(2026, 12, 30)),
        (date(1992, 2, 29), date(2026, 2, 26), date(2026, 2, 28)),
        (date(1992, 2, 29), date(2028, 3, 2), date(2028, 2, 29)),
        (None, TODAY, None),
    ],
)
def test_a_birthday_is_near_for_a_week(born: date | None, today: date, birthday: date | None) -> None:
    assert near(born, today) == birthday


def test_what_matters_stands_before_what_is_nice_to_know() -> None:
    labels = [
        label
        for label, _ in said(
            blocked_reason="owes since May",
            alerts=["knee"],
            owes=1200,
            birth_date=date(1988, 11, 26),
            notes=["window"],
            family=["Sam Olsen"],
        )
    ]
    assert labels == [
        *("client", "born", "BLOCKED", "!", "OWES", "waiver", "birthday"),
        *("since", "visits", "coming", "family", "note"),
    ]


def test_times_are_the_organizations_and_names_only_stand_there() -> None:
    rows = said(
        coming_at=[datetime(2026, 11, 25, 2, 0, tzinfo=UTC), datetime(2026, 11, 25, 20, 0, tzinfo=UTC)],
        coming=["Spin", "Yo\x1bga"],
        coming_status=["confirmed", "waitlisted"],
        waiver_signed_at=datetime(2026, 11, 1, 3, tzinfo=UTC),
        waiver_signed_by="Rosa [b]",
    )
    assert ("coming", "18:00 Spin") in rows
    assert ("", "Wed 25 Nov 12:00 Yo\N{REPLACEMENT CHARACTER}ga (waitlist)") in rows
    assert ("waiver", "signed 31 Oct 2026 by Rosa [b]") in rows


@pytest.mark.parametrize("text", ["李" * 60, "likes the bike at the window " * 3, "x" * 90, ""])
def test_nothing_is_cut(text: str) -> None:
    rows = folded(iter([Fact("note", text)]), 34)
    assert all(cell_len(row.text) <= 34 - LABEL for row in rows)
    assert "".join(row.text for row in rows).replace(" ", "") == text.replace(" ", "")
    assert [row.label for row in rows] == ["note", *[""] * (len(rows) - 1)]


def test_credit_and_cards_stand_there() -> None:
    cards: list[Card] = [
        {"id": "1", "brand": "visa", "last_four": "4242"},
        {"id": "2", "brand": "mastercard", "last_four": "0005"},
    ]
    rows = said(credit=1200, cards=cards)
    assert [row for row in rows if row[0] in ("credit", "card")] == [
        *(("credit", "£12.00"), ("card", "Visa ..4242"), ("card", "Mastercard ..0005"))
    ]


def test_what_they_have_stands_there() -> None:
    has: list[Held] = [
        {"kind": "package", "id": "1", "name": "Pass", "left": 2, "ends_on": "2026-12-02", "held": False},
        {"kind": "membership", "id": "2", "name": "Gold", "left": None, "ends_on": None, "held": True},
    ]
    shown = [text for _, text in said(has=has)]
    assert "Pass, 2 left, ends Wed 2 Dec" in shown
    assert "Gold (on hold)" in shown
