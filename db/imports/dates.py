"""Days as people write them. In which order is found out from the whole file, and never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from db.imports.ambiguity import Ambiguous

Order = Literal["dmy", "mdy", "ymd"]

EMPTY = {"", "-", "--", "n/a", "na", "none", "null", "0000-00-00", "00/00/0000"}
EXCEL_EPOCH = date(1899, 12, 30)
# From 1927 on: four digits are a year, and no day of it.
EXCEL_DAYS = range(10_000, 80_000)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
CHOOSE = "Say --date-order dmy (31/12/2026) or --date-order mdy (12/31/2026)."
OPTION = ("date_order", ("dmy", "mdy"))

_YEAR_FIRST = re.compile(r"(\d{4})[-/. ](\d{1,2})[-/. ](\d{1,2})")
_TWELVE = re.compile(r"(\d{4})(\d\d)(\d\d)")
_NUMBERS = re.compile(r"(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d\d)")
_SERIAL = re.compile(r"(\d{1,5})(?:\.0+)?")
_DAY_NAMED = re.compile(r"(\d{1,2})[-/. ]+([a-z]{3})[a-z]*\.?,?[-/. ]+(\d{4})", re.IGNORECASE)
_MONTH_NAMED = re.compile(r"([a-z]{3})[a-z]*\.? (\d{1,2}),? (\d{4})", re.IGNORECASE)
_TIME = re.compile(r"(?:T|\s+)\d{1,2}:\d\d.*$")


@dataclass(frozen=True, slots=True)
class Found:
    """The order of day and month and why; `order` None where no date needs one."""

    order: Order | None
    why: str


def find_order(values: Iterable[str], wanted: Order | None = None) -> Found:
    """The order that every date of the file fits; `Ambiguous` names the option where two would do."""
    if wanted:
        return Found(wanted, "as you said")
    day_first = month_first = either = 0
    dots = True
    for value in values:
        match = _NUMBERS.fullmatch(_day_part(value))
        if match is None or (len(match[4]) == 2 and match[2] == "-"):
            continue
        first, second = int(match[1]), int(match[3])
        day_first += first > 12 >= second
        month_first += second > 12 >= first
        either += first <= 12 and second <= 12 and first != second
        dots = dots and match[2] == "."
    if day_first and month_first:
        raise Ambiguous(
            f"Dates are written in two ways: {day_first} can only be day first, {month_first} only month"
            f" first. {CHOOSE} Rows that do not fit are rejected.",
            *OPTION,
        )
    if day_first or month_first:
        what = "a day beyond 12 in the first place" if day_first else "a day beyond 12 in the second place"
        return Found("dmy" if day_first else "mdy", f"{day_first or month_first} have {what}")
    if either and dots:
        return Found("dmy", "written with dots")
    if either:
        raise Ambiguous(
            f"Dates such as 03/04 could be read in two ways, and none of the file decides. {CHOOSE}", *OPTION
        )
    return Found(None, "no date needs one")


def read(value: str, order: Order | None) -> date | None:
    """The day that is meant; None for none, ValueError for what is no day. Years of two digits are past."""
    text = _day_part(value)
    if text.casefold() in EMPTY:
        return None
    if match := _YEAR_FIRST.fullmatch(text) or _TWELVE.fullmatch(text):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _SERIAL.fullmatch(text):
        if int(match[1]) not in EXCEL_DAYS:
            raise ValueError("no day")
        return EXCEL_EPOCH + timedelta(days=int(match[1]))
    if match := _NUMBERS.fullmatch(text):
        return _in_order(match, order)
    if match := _DAY_NAMED.fullmatch(text):
        return date(int(match[3]), MONTHS.index(match[2].lower()) + 1, int(match[1]))
    if match := _MONTH_NAMED.fullmatch(text):
        return date(int(match[3]), MONTHS.index(match[1].lower()) + 1, int(match[2]))
    raise ValueError("no day")


def _in_order(match: re.Match[str], order: Order | None) -> date:
    first, second, third = int(match[1]), int(match[3]), int(match[4])
    if order == "ymd":
        return date(_year(first), second, third)
    day, month = (second, first) if order == "mdy" else (first, second)
    return date(_year(third) if len(match[4]) == 2 else third, month, day)


def _year(two_digits: int) -> int:
    this = date.today().year
    return 2000 + two_digits if 2000 + two_digits <= this else 1900 + two_digits


def _day_part(value: str) -> str:
    return _TIME.sub("", value.strip())
