"""What a take-over must make of what people had bought, worked out from the old rows alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from takeover.oracle import OldRow, OldRows, Person, only, owners, said, tenant

SOLD = ("memberships", "class_credits", "customer_class_packages")
STANDING = {
    "held": ("paused", "pause", "frozen", "on_hold", "hold", "suspended"),
    "cancelled": ("cancelled", "canceled", "terminated", "refunded", "transferred"),
    "over": ("expired", "inactive", "ended", "lapsed"),
}
STANDING_OF = {word: standing for standing, words in STANDING.items() for word in words}


class Bought(NamedTuple):
    """An old row of what somebody has, by its table and id."""

    table: str
    id: str


@dataclass(frozen=True)
class Entitlement:
    """What it must be: `left` is None for a membership, `offer` what the old row names, if that covers it."""

    kind: Literal["membership", "package"]
    organization: str
    person: Person
    first: date
    last: date | None
    left: int | None
    standing: str
    offer: str | None
    program: str | None


def entitlements(old: OldRows) -> dict[Bought, Entitlement | None]:
    """What each row must become; None where it must be quarantined."""
    judge = _Judge(old)
    return {Bought(table, row["id"]): judge.fate(table, row) for table in SOLD for row in old[table]}


class _Judge:
    def __init__(self, old: OldRows) -> None:
        self.zones = {row["id"]: _zone(said(row, "timezone", "time_zone")) for row in old["organizations"]}
        self.leads = {row["id"]: tenant(row) or only(old) for row in old["leads"]}
        self.clients = {row["id"]: tenant(row) or only(old) for row in old["clients"]}
        self.owners = owners(old)
        self.programs = {row["id"]: row for row in old["programs"]}
        self.program_homes = dict(_homes(old))
        self.offers = {
            kind: {row["id"]: tenant(row) or only(old) for row in old[table]}
            for kind, table in (("membership", "membership_plans"), ("package", "class_packages"))
        }

    def fate(self, table: str, row: OldRow) -> Entitlement | None:
        person = self._person(row)
        organization = (self.clients if person and person.kind == "client" else self.leads).get(
            person.id if person else ""
        )
        zone = self.zones.get(organization or "")
        left = _left(table, row)
        if person is None or organization is None or zone is None or left == "unknown":
            return None
        first, last = _days(table, row, zone)
        if first is None or (last is not None and last < first):
            return None
        standing = _standing(row, last, zone)
        program = row.get("program_id")
        program = program if self.program_homes.get(program or "") == organization else None
        named = said(row, "plan_id", "membership_plan_id", "package_id")
        kind: Literal["membership", "package"] = "membership" if left is None else "package"
        covers = program is None and self.offers[kind].get(named) == organization
        counted = None if left is None else max(int(left), 0)
        return Entitlement(
            *(kind, organization, person, first, last, counted, standing, named if covers else None, program)
        )

    def _person(self, row: OldRow) -> Person | None:
        lead: Any = said(row, "customer_id", "lead_id")
        client: Any = row.get("client_id")
        client = client if client in self.clients else self.owners.get(lead)
        if client in self.clients:
            return Person("client", client)
        return Person("lead", str(lead)) if lead in self.leads else None


def _homes(old: OldRows) -> Iterator[tuple[str, str | None]]:
    """The organization of each program: its own, or that of its sessions when they agree."""
    for program in old["programs"]:
        of_sessions = {
            tenant(row) for row in old["class_sessions"] if row.get("program_id") == program["id"]
        } - {None}
        agreed = of_sessions.pop() if len(of_sessions) == 1 else None
        yield program["id"], tenant(program) or agreed or only(old)


def _zone(name: str | None) -> ZoneInfo:
    return ZoneInfo(name if name and name in available_timezones() else "UTC")


def _left(table: str, row: OldRow) -> int | Literal["unknown"] | None:
    """How many are left; None where that is not counted."""
    if table == "memberships":
        unlimited = said(row, "unlimited_access", "unlimited")
        unlimited = (
            unlimited if unlimited is None else str(unlimited).lower() in {"t", "true", "y", "yes", "1"}
        )
        if unlimited or (unlimited is None and row["credits_remaining"] is None):
            return None
        return "unknown" if row["credits_remaining"] is None else int(row["credits_remaining"])
    if table == "class_credits":
        if row["credits_remaining"] is not None:
            return int(row["credits_remaining"])
        purchased = row["credits_purchased"]
        return "unknown" if purchased is None else int(purchased) - (row["credits_used"] or 0)
    if row["classes_remaining"] is None:
        return "unknown"
    return 0 if _word(row) in {"refunded", "transferred"} else int(row["classes_remaining"])


def _days(table: str, row: OldRow, zone: ZoneInfo) -> tuple[date | None, date | None]:
    first = _day(said(row, "start_date", "purchase_date", "created_at"), zone)
    last = _day(said(row, "end_date", "expiry_date", "expires_at"), zone)
    if table == "class_credits" and first is None:
        today = datetime.now(UTC).astimezone(zone).date()
        first = min(today, last or today)
    return first, last


def _day(value: Any, zone: ZoneInfo) -> date | None:
    if isinstance(value, datetime):
        return value.astimezone(zone).date()
    return date.fromisoformat(value) if isinstance(value, str) else value


def _word(row: OldRow) -> str:
    return (
        str(said(row, "membership_status", "status") or "")
        .strip()
        .lower()
        .replace("-", "_")
        .replace(" ", "_")
    )


def _standing(row: OldRow, last: date | None, zone: ZoneInfo) -> str:
    """What is over by its last day needs no other end."""
    standing = STANDING_OF.get(_word(row), "active")
    if standing != "over":
        return standing
    today = datetime.now(UTC).astimezone(zone).date()
    return "cancelled" if last is None or last >= today else "active"
