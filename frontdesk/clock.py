"""Where the app gets the time from; a test puts a clock in its place that stands still."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


class Clock:
    """The machine's clock."""

    def now(self) -> datetime:
        """This instant, in UTC."""
        return datetime.now(UTC)


def local(instant: datetime, timezone: str) -> datetime:
    """The instant as clocks of that IANA zone show it, whatever the terminal's TZ says."""
    return instant.astimezone(ZoneInfo(timezone))


def time_of(instant: datetime, timezone: str) -> str:
    """The local time, such as '18:00'."""
    return f"{local(instant, timezone):%H:%M}"


def day_of(day: date) -> str:
    """A day with its weekday, such as 'Tue 24 Nov'."""
    return f"{day:%a} {day.day} {day:%b}"


def day_and_year(day: date, today: date) -> str:
    """A day to come, with its year where that is another: 'Tue 24 Nov', 'Sun 21 Feb 2027'."""
    return day_of(day) if day.year == today.year else f"{day_of(day)} {day:%Y}"


def day_seen_from(day: date, today: date) -> str:
    """A day gone by in the fewest words that are clear today: 'today', 'Sun', '12 Oct', "Mar '25"."""
    if day == today:
        return "today"
    if timedelta() < today - day < timedelta(days=7):
        return f"{day:%a}"
    return f"{day.day} {day:%b}" if abs(today - day) < timedelta(days=300) else f"{day:%b} '{day:%y}"


def day_ahead(day: date, today: date) -> str:
    """A day to come in the fewest words that are clear today, before a time: '', 'Thu ', '4 Dec '."""
    if day == today:
        return ""
    return f"{day:%a} " if timedelta() < day - today < timedelta(days=7) else f"{day.day} {day:%b} "


def age_on(born: date, day: date) -> int:
    """How many years old somebody is on that day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def birthday_near(born: date | None, today: date, gone: timedelta, ahead: timedelta) -> date | None:
    """The birthday that is at most so long gone or ahead; in other years 29 February is on the 28th."""
    if born is None:
        return None
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            birthday = born.replace(year=year)
        except ValueError:
            birthday = born.replace(year=year, day=28)
        if -gone <= birthday - today <= ahead:
            return birthday
    return None
