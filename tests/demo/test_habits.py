"""The demo's people have habits: regulars come to their weekday and hour, newcomers appear, some vanish."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from demo.look import Look

TODAY = date(2026, 4, 8)
Visits = dict[Any, list[datetime]]


@pytest.fixture
def visits(look: Look) -> Visits:
    """Who came when, local time, open gym left out."""
    seen: Visits = defaultdict(list)
    for person, start, zone in look.rows(
        "select coalesce(customer_id, client_id), starts_at, timezone from bookings b"
        " join class_sessions s on s.id = class_session_id join programs p on p.id = s.program_id"
        " join organizations o on o.id = b.organization_id"
        " where booking_status = 'attended' and not open_gym order by starts_at"
    ):
        seen[person].append(start.astimezone(ZoneInfo(zone)))
    return seen


def weekly(times: list[datetime]) -> Counter[tuple[int, int, int]]:
    """How often they came to each weekday and hour."""
    return Counter((time.isoweekday(), time.hour, time.minute) for time in times)


def test_regulars_come_to_their_weekday_and_hour_but_not_always(visits: Visits) -> None:
    kept = []
    for times in visits.values():
        for (weekday, hour, minute), count in weekly(times).items():
            if count >= 4:
                mine = [t for t in times if (t.isoweekday(), t.hour, t.minute) == (weekday, hour, minute)]
                weeks = (mine[-1].date() - mine[0].date()).days // 7 + 1
                kept.append(count / weeks)
    assert len(kept) > 800
    assert 0.75 < median(kept) < 0.95
    assert min(kept) < 0.6


def test_half_of_all_visits_are_somebodys_usual_hour(visits: Visits) -> None:
    usual = sum(count for times in visits.values() for count in weekly(times).values() if count >= 4)
    everything = sum(map(len, visits.values()))
    assert 0.4 < usual / everything < 0.8


def test_some_come_two_or_three_times_a_week(visits: Visits) -> None:
    often = Counter(sum(count >= 4 for count in weekly(times).values()) for times in visits.values())
    assert often[1] > 200
    assert often[2] > 150
    assert often[3] > 30


def test_newcomers_appear_and_some_vanish(visits: Visits) -> None:
    first = {person: times[0].date() for person, times in visits.items()}
    last = {person: times[-1].date() for person, times in visits.items()}
    assert sum(day > TODAY - timedelta(days=14) for day in first.values()) > 50
    regulars = [person for person, times in visits.items() if max(weekly(times).values()) >= 4]
    vanished = [person for person in regulars if last[person] < TODAY - timedelta(days=21)]
    assert 0.02 < len(vanished) / len(regulars) < 0.25


def test_some_stay_away_and_some_cancel_in_time_or_late(look: Look) -> None:
    counts = dict(look.rows("select booking_status, count(*) from bookings group by 1"))
    for status in ("no_show", "cancelled", "late_cancelled"):
        assert 0.01 < counts[status] / counts["attended"] < 0.08, status


def test_some_book_ahead_and_most_at_the_desk(look: Look) -> None:
    ahead = look.one(
        "select avg((starts_at - recorded_at > interval '12 hours')::int)::float from bookings b"
        " join class_sessions s on s.id = class_session_id join programs p on p.id = s.program_id"
        " where not open_gym and starts_at < timestamptz '2026-04-08 11:20Z'"
    )
    assert 0.2 < ahead < 0.5
