"""The worked cases of docs/what-pays.md: what a person has, a class, what pays and why."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

PAGE = Path(__file__).parents[1] / "docs" / "what-pays.md"
ZONES = {"London": "Europe/London", "New York": "America/New_York", "Sydney": "Australia/Sydney"}
WHY = {
    "only one": "only",
    "unlimited": "unlimited",
    "ends soonest": "ends_soonest",
    "fewest programs": "fewest_programs",
    "bought first": "bought_first",
    "staff's choice": "chosen",
    "nothing covers": "nothing_covers",
}
REFUSED = {
    "not theirs": "entitlement_not_theirs",
    "cancelled": "entitlement_cancelled",
    "starts later": "entitlement_starts_later",
    "ended": "entitlement_ended",
    "on hold": "entitlement_on_hold",
    "does not cover it": "entitlement_program",
    "used up": "entitlement_limit",
    "none left": "entitlement_credits",
}
OWNERS = {"a relative's", "a stranger's", "another gym's"}
STATUS = {
    "booked": "confirmed",
    "attended": "attended",
    "no-show": "no_show",
    "late cancelled": "late_cancelled",
    "cancelled": "cancelled",
}
NEW_YEAR = date(2026, 1, 1)
EVENING = time(18)

# Of a date, with the parts that may be left out.
DATE = r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?\d{1,2} [A-Z][a-z]{2}(?: \d{4})?"
AT = rf"({DATE})(?: (\d\d:\d\d))?"


@dataclass(slots=True)
class Has:
    """One thing that the person has, as the page says it."""

    name: str
    unlimited: bool = False
    limit: int | None = None
    period: str | None = None
    anchored: str = "calendar"
    left: int = 0
    first_day: date = NEW_YEAR
    last_day: date | None = None
    days: int | None = None
    programs: list[str] = field(default_factory=list)
    bought: date | None = None
    holds: list[tuple[date, date | None]] = field(default_factory=list)
    used: list[tuple[str, datetime]] = field(default_factory=list)
    cancelled: bool = False
    shared: bool = False
    owner: str = "own"

    @property
    def is_package(self) -> bool:
        """Or else a membership."""
        return not self.unlimited and self.limit is None


@dataclass(frozen=True, slots=True)
class Case:
    """A line of the page."""

    number: int
    has: list[Has]
    program: str
    starts_at: datetime
    zone: str
    chosen: str | None
    pays: str
    left: int | None
    ends: date | None
    why: str | None
    refused: dict[str, str]


def cases() -> list[Case]:
    """Every line of every table of the page."""
    lines = [line for line in PAGE.read_text().splitlines() if re.match(r"\| \d+ \|", line)]
    return [_case(*(cell.strip() for cell in line.strip("|").split(" | "))) for line in lines]


def _case(number: str, has: str, class_: str, pays: str, why: str) -> Case:
    session, _, chosen = class_.partition("; staff choose ")
    program, when = session.split(", ", 1)
    when, _, city = when.partition(" in ")
    zone = ZONES[city or "London"]
    payer, left, ends = _matched(r"(.+?)(?:, (\d+) left)?(?:, ends (.+))?", pays)
    first, refused = _why(why)
    return Case(
        number=int(number),
        has=[] if has == "nothing" else [_has(each, zone) for each in has.split("; ")],
        program=program,
        starts_at=_at(when, zone),
        zone=zone,
        chosen=chosen or None,
        pays=payer or "",
        left=int(left) if left else None,
        ends=_day(ends) if ends else None,
        why=first if payer != "nothing" else "nothing_covers",
        refused=refused,
    )


def _why(text: str) -> tuple[str | None, dict[str, str]]:
    """Why the first pays, if it says so, and why the others may not."""
    first, refused = None, {}
    for each in text.split("; "):
        if each in WHY:
            first = WHY[each]
        elif found := re.fullmatch(r"([A-Z]) (.+)", each):
            refused[found[1]] = REFUSED[found[2]]
        else:
            assert each == "it has no price", each
    return first, refused


def _has(text: str, zone: str) -> Has:
    name, items = text.split(": ", 1)
    has = Has(name)
    for item in items.split(", "):
        _understand(has, item, zone)
    return has


def _understand(has: Has, item: str, zone: str) -> None:
    """Put one item of the description into it."""
    if item in ("unlimited", "shared"):
        setattr(has, item, True)
    elif item == "itself cancelled":
        has.cancelled = True
    elif item in OWNERS:
        has.owner = item
    elif found := re.fullmatch(r"(\d+) a (week|month)( from its start)?", item):
        has.limit, has.period = int(found[1]), found[2]
        has.anchored = "anniversary" if found[3] else "calendar"
    elif found := re.fullmatch(r"(\d+) left", item):
        has.left = int(found[1])
    elif found := re.fullmatch(r"(\d+) days from the first class", item):
        has.days = int(found[1])
    elif found := re.fullmatch(r"only (.+)", item):
        has.programs = found[1].split(" and ")
    elif found := re.fullmatch(rf"(booked|attended|no-show|late cancelled|cancelled) {AT}", item):
        has.used.append((STATUS[found[1]], _at(item.removeprefix(found[1] + " "), zone)))
    else:
        _understand_days(has, item)


def _understand_days(has: Has, item: str) -> None:
    if found := re.fullmatch(rf"held ({DATE}) to ({DATE})", item):
        has.holds.append((_day(found[1]), _day(found[2])))
    elif found := re.fullmatch(rf"held from ({DATE})", item):
        has.holds.append((_day(found[1]), None))
    elif found := re.fullmatch(rf"(from|to|bought) ({DATE})", item):
        setattr(has, {"from": "first_day", "to": "last_day", "bought": "bought"}[found[1]], _day(found[2]))
    else:
        assert item == "pack", f"not understood: {item!r}"


def _day(text: str) -> date:
    """A date; a weekday that is not its own is a mistake of the page."""
    weekday, day, month, year = _matched(r"(?:([A-Z][a-z]{2}) )?(\d{1,2}) ([A-Z][a-z]{2})(?: (\d{4}))?", text)
    found = datetime.strptime(f"{day} {month} {year or 2026}", "%d %b %Y").date()
    assert weekday in (None, found.strftime("%a")), f"{text} is a {found:%a}"
    return found


def _at(text: str, zone: str) -> datetime:
    """A local time; of an hour that comes twice, the first."""
    day, clock = _matched(AT, text)
    at = time.fromisoformat(clock) if clock else EVENING
    return datetime.combine(_day(day or ""), at, ZoneInfo(zone))


def _matched(pattern: str, text: str) -> tuple[str | None, ...]:
    found = re.fullmatch(pattern, text)
    assert found, f"not understood: {text!r}"
    return found.groups()
