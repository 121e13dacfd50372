"""A day to come as it is typed."""

from __future__ import annotations

from datetime import date

import pytest

from db.errors import BadInput
from frontdesk.widgets.deals.typed_day import read_day

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("14 Dec", date(2026, 12, 14)),
        ("14dec", date(2026, 12, 14)),
        (" 14. december ", date(2026, 12, 14)),
        ("27 nov", TODAY),
        ("3 Jan", date(2027, 1, 3)),
        ("26 Nov", date(2027, 11, 26)),
        ("26 Nov 2028", date(2028, 11, 26)),
        ("2026-12-14", date(2026, 12, 14)),
    ],
)
def test_days(text: str, day: date) -> None:
    assert read_day(text, TODAY) == day


@pytest.mark.parametrize(
    "text",
    ["", "31 Feb", "14", "Dec", "14 Foo", "12/01/2027", "2026-11-26", "26 Nov 2026", "0 Dec", "14 Dec 0"],
)
def test_what_is_no_day_to_come(text: str) -> None:
    with pytest.raises(BadInput, match="no day to come"):
        read_day(text, TODAY)
