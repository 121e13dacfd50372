"""What a take-over must make of an old gym, worked out from its rows alone, by nothing of the product."""

from __future__ import annotations

import contextlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

OldRow = Mapping[str, Any]
OldRows = Mapping[str, list[OldRow]]

TABLES = (
    *("organizations", "users", "user_organizations", "organization_members", "leads", "clients"),
    *("programs", "class_sessions", "bookings", "class_bookings", "waitlist"),
    *("membership_plans", "memberships", "class_credits", "class_packages", "customer_class_packages"),
)
NAMED = """
select t.schemaname, t.tablename from pg_tables t
 where t.schemaname = %s and lower(replace(t.tablename, '_', '')) = replace(%s, '_', '')
"""
STATUSES = {
    "confirmed": ("confirmed", "registered", "booked", "scheduled", "pending"),
    "attended": ("attended", "completed", "checked_in"),
    "no_show": ("no_show",),
    "cancelled": ("cancelled", "canceled"),
    "late_cancelled": ("late_cancelled", "late_canceled"),
    "waitlisted": ("waitlist", "waitlisted"),
}
STATUS_OF = {spelled: status for status, all_spelled in STATUSES.items() for spelled in all_spelled}
STRENGTH = ("attended", "confirmed", "waitlisted", "no_show")
SOURCES = ("bookings", "class_bookings", "waitlist")
HISTORY = {"cancelled", "late_cancelled"}
HOLDS_A_SEAT = {"confirmed", "attended", "no_show"}
RANKS = ("viewer", "staff", "manager", "owner")
NEVER = datetime.max.replace(tzinfo=UTC)


class Person(NamedTuple):
    """Who comes."""

    kind: Literal["lead", "client"]
    id: str


class Visit(NamedTuple):
    """An old row that says who comes, by its table and id."""

    table: str
    id: str


@dataclass(frozen=True)
class Fate:
    """What must become of such a row."""

    expect: Literal["kept", "merged", "quarantined"]
    status: str
    person: Person | None = None
    organization: str | None = None
    merged_into: str | None = None


@dataclass(frozen=True)
class SessionFate:
    """What must become of a session that is kept; `booked` as the manifest counts, `held` as the rules."""

    organization: str
    capacity: int
    booked: int
    held: int

    @property
    def over_by(self) -> int:
        """By how many it is booked over its capacity, as the manifest counts."""
        return max(self.booked - self.capacity, 0)

    @property
    def extra_seats(self) -> int:
        """How many seats it needs beyond its capacity."""
        return max(self.held - self.capacity, 0)


class Rank(NamedTuple):
    """What somebody of the staff may do."""

    role: str
    is_active: bool


@dataclass(frozen=True)
class Expected:
    """What must become of everything; staff by e-mail and organization."""

    visits: dict[Visit, Fate]
    sessions: dict[str, SessionFate]
    owners: dict[str, str]
    staff: dict[tuple[str, str], Rank]
    teachers: set[tuple[str, str]]


def read(conninfo: str, schema: str = "public") -> OldRows:
    """All rows of the old tables that are there."""
    found: dict[str, list[OldRow]] = {}
    with psycopg.connect(conninfo, autocommit=True, row_factory=dict_row) as connection:
        for table in (*TABLES, "auth.users"):
            place = table.split(".") if "." in table else [schema, table]
            rows: list[dict[str, Any]] = []
            for name in connection.execute(NAMED, place).fetchall():
                every = sql.SQL("select * from {}").format(sql.Identifier(*name.values()))
                rows = connection.execute(every).fetchall()
            found[table] = [
                {_snake(column): _plain(_snake(column), value) for column, value in row.items()}
                for row in rows
            ]
    return found


def expected(old: OldRows) -> Expected:
    """What must become of these rows."""
    return _Judge(old).expected()


def _snake(column: str) -> str:
    return re.sub("([A-Z])", r"_\1", column).lower()


def _plain(column: str, value: object) -> object:
    """The value, an id in its usual spelling."""
    if value is not None and (column == "id" or column.endswith("_id")):
        with contextlib.suppress(ValueError):
            return str(UUID(str(value).strip()))
    return value


def said(row: OldRow, *columns: str) -> Any:
    """The first of the columns that is there and says something."""
    for column in columns:
        value = row.get(column)
        if value is not None and (not isinstance(value, str) or value.strip()):
            return value
    return None


def tenant(row: OldRow) -> str | None:
    """The organization that the row names."""
    value: str | None = said(row, "organization_id", "org_id", "gym_id")
    return value


def session_of(row: OldRow) -> str | None:
    """The session that the row names."""
    value: str | None = said(row, "class_session_id", "session_id", "class_id")
    return value


def spelled(word: object) -> str | None:
    """A status in one spelling; None where none was said."""
    if word is None or not str(word).strip():
        return None
    return STATUS_OF.get(str(word).strip().lower().replace("-", "_").replace(" ", "_"), "confirmed")


def status_of(row: OldRow) -> str:
    """Of the two columns that may disagree."""
    first, second = spelled(row.get("booking_status")), spelled(row.get("status"))
    updated = [each for each in (first, second) if each not in {None, "confirmed"}]
    if not updated:
        return "confirmed"
    if len(set(updated)) == 1:
        return str(updated[0])
    if row.get("attended_at"):
        return "attended"
    if row.get("cancelled_at"):
        return "late_cancelled" if "late_cancelled" in updated else "cancelled"
    return str(first)


def email_of(row: OldRow) -> str | None:
    """As e-mails are compared."""
    return str(row.get("email") or "").strip(" ").lower() or None


def name_of(row: OldRow) -> str | None:
    """As names are compared."""
    name = said(row, "name", "full_name")
    if name is None:
        name = " ".join(part for part in (row.get("first_name"), row.get("last_name")) if part)
    return " ".join(str(name).lower().split()) or None


def only(old: OldRows) -> str | None:
    """The only organization there is, whose everything is that names none."""
    found = [str(row["id"]) for row in old["organizations"]]
    return found[0] if len(found) == 1 else None


def owners(old: OldRows) -> dict[str, str]:
    """Which lead belongs to which client, inside each organization."""
    found: dict[str, str] = {}
    home = {row["id"]: tenant(row) or only(old) for row in old["leads"]}
    for client in sorted(old["clients"], key=lambda row: str(row["id"]), reverse=True):
        lead = said(client, "lead_id", "customer_id")
        if lead in home and home[lead] == (tenant(client) or only(old)):
            found[str(lead)] = client["id"]
    # Who became a client under the same id.
    for client in old["clients"]:
        if home.get(client["id"], "") == (tenant(client) or only(old)):
            found.setdefault(client["id"], client["id"])
    by_lead = _alike((row for row in old["leads"] if row["id"] not in found), only(old))
    by_client = _alike(old["clients"], only(old))
    for key, leads in by_lead.items():
        clients = by_client.get(key, [])
        if len(leads) == len(clients) == 1 and name_of(leads[0]) and name_of(leads[0]) == name_of(clients[0]):
            found[leads[0]["id"]] = clients[0]["id"]
    return found


def _alike(rows: Iterable[OldRow], nameless: str | None) -> dict[tuple[str | None, str], list[OldRow]]:
    found = defaultdict(list)
    for row in rows:
        if email := email_of(row):
            found[tenant(row) or nameless, email].append(row)
    return found


class _Judge:
    def __init__(self, old: OldRows) -> None:
        self.old = old
        self.organizations = {row["id"] for row in old["organizations"]}
        self.leads = {row["id"]: tenant(row) or only(old) for row in old["leads"]}
        self.clients = {row["id"]: tenant(row) or only(old) for row in old["clients"]}
        self.programs = {row["id"]: row for row in old["programs"]}
        self.sessions = {row["id"]: row for row in old["class_sessions"]}
        self.owners = owners(old)

    def expected(self) -> Expected:
        every = {**self._one_table("bookings"), **self._one_table("class_bookings")}
        every |= self._one_table("waitlist")
        fates = dict(every)
        copies = self._share_ids(every)
        visits = {visit: fate for visit, fate in every.items() if visit.table != "waitlist"}
        waiting = {visit: fate for visit, fate in every.items() if visit.table == "waitlist"}
        self._merge(visits, self._times("bookings", "class_bookings"))
        self._merge_waiting(waiting, visits)
        visits.update(waiting)
        for visit, first in copies.items():
            visits[visit] = _merged(fates[visit], first, visits[first].merged_into)
        staff, teachers = _Staff(self.old, self.organizations).ranks()
        return Expected(visits, self._sessions(visits), self.owners, staff, teachers)

    def home(self, session: str | None) -> str | None:
        """The organization of a session that can be kept."""
        row = self.sessions.get(session or "")
        if row is None or said(row, "start_time", "starts_at") is None:
            return None
        organization = tenant(row) or self.home_of_program(row.get("program_id")) or only(self.old)
        return organization if organization in self.organizations else None

    def home_of_program(self, program: str | None) -> str | None:
        """Its own organization, or that of its sessions when they agree."""
        own = tenant(self.programs.get(program or "", {}))
        of_sessions = {
            tenant(row) for row in self.sessions.values() if program and row.get("program_id") == program
        } - {None}
        return own or (of_sessions.pop() if len(of_sessions) == 1 else None)

    def person(self, row: OldRow) -> Person | None:
        """Whom the row names, if that is somebody who is there."""
        lead: Any = said(row, "customer_id", "lead_id")
        client: Any = row.get("client_id")
        client = client if client in self.clients else self.owners.get(lead)
        if client in self.clients:
            return Person("client", client)
        return Person("lead", str(lead)) if lead in self.leads else None

    def _one_table(self, table: str) -> dict[Visit, Fate]:
        return {Visit(table, row["id"]): self._alone(table, row) for row in self.old[table]}

    def _alone(self, table: str, row: OldRow) -> Fate:
        status = "waitlisted" if table == "waitlist" else status_of(row)
        person, session = self.person(row), session_of(row)
        organization = self.home(session)
        if person is None:
            return Fate("quarantined", status, None, organization)
        of_person = (self.clients if person.kind == "client" else self.leads)[person.id]
        if organization is None:
            return Fate("quarantined", status, person, of_person if session is None else None)
        if of_person != organization:
            return Fate("quarantined", status, person, organization)
        return Fate("kept", status, person, organization)

    def _share_ids(self, visits: dict[Visit, Fate]) -> dict[Visit, Visit]:
        """An id is of one booking: rows that share it are copies, which are taken out, or in the way."""
        copies = {}
        for visit in list(visits):
            earlier = [Visit(table, visit.id) for table in SOURCES[: SOURCES.index(visit.table)]]
            earlier = [each for each in earlier if each in self._sessions_of()]
            fate = visits[visit]
            if fate.expect != "kept":
                continue
            if any(self._session(each) != self._session(visit) for each in earlier):
                visits[visit] = Fate("quarantined", fate.status, fate.person, fate.organization)
                continue
            kept = [each for each in earlier if visits[each].expect == "kept" and each not in copies]
            if kept and visits[kept[0]].person == fate.person:
                copies[visit] = kept[0]
            elif kept:
                visits[visit] = Fate("quarantined", fate.status, fate.person, fate.organization)
        for visit in copies:
            del visits[visit]
        return copies

    def _times(self, *tables: str) -> Mapping[Visit, datetime]:
        return {
            Visit(table, row["id"]): said(row, "booking_time", "booked_at", "created_at", "joined_at")
            or NEVER
            for table in tables
            for row in self.old[table]
        }

    def _session(self, visit: Visit) -> str:
        return str(self._sessions_of()[visit])

    def _sessions_of(self) -> Mapping[Visit, str | None]:
        if not hasattr(self, "_session_ids"):
            self._session_ids = {
                Visit(table, row["id"]): session_of(row) for table in SOURCES for row in self.old[table]
            }
        return self._session_ids

    def _merge(self, visits: dict[Visit, Fate], times: Mapping[Visit, datetime]) -> None:
        """Of the live rows of one person in one session the strongest survives."""

        def strength(visit: Visit) -> tuple[object, ...]:
            return (
                STRENGTH.index(visits[visit].status),
                visit.table != "bookings",
                times[visit],
                visit.id,
            )

        for same in self._same_visit(visits).values():
            survivor = min(same, key=strength)
            for visit in same:
                if visit != survivor:
                    visits[visit] = _merged(visits[visit], survivor)

    def _merge_waiting(self, waiting: dict[Visit, Fate], visits: dict[Visit, Fate]) -> None:
        """A place on the waitlist is no second visit beside a live booking; of two the earlier stays."""
        times = self._times("waitlist")
        booked = self._same_visit({visit: fate for visit, fate in visits.items() if fate.expect == "kept"})
        for key, same in self._same_visit(waiting).items():
            survivor = booked[key][0] if key in booked else min(same, key=lambda each: (times[each], each.id))
            for visit in same:
                if visit != survivor:
                    waiting[visit] = _merged(waiting[visit], survivor)

    def _same_visit(self, visits: Mapping[Visit, Fate]) -> dict[tuple[str, Person], list[Visit]]:
        found = defaultdict(list)
        for visit, fate in visits.items():
            if fate.expect == "kept" and fate.status not in HISTORY and fate.person:
                found[self._session(visit), fate.person].append(visit)
        return found

    def _sessions(self, visits: Mapping[Visit, Fate]) -> dict[str, SessionFate]:
        kept = [
            (self._session(visit), fate.status) for visit, fate in visits.items() if fate.expect == "kept"
        ]
        held = Counter(session for session, status in kept if status in HOLDS_A_SEAT)
        booked = Counter(session for session, status in kept if status in {"confirmed", "attended"})
        return {
            session: SessionFate(organization, self._capacity(row), booked[session], held[session])
            for session, row in self.sessions.items()
            if (organization := self.home(session))
        }

    def _capacity(self, session: OldRow) -> int:
        program = self.programs.get(session.get("program_id") or "", {})
        sources = (
            session.get("max_capacity"),
            *(program.get("max_participants"), program.get("default_capacity")),
            session.get("capacity"),
        )
        return next((number for each in sources if (number := _number(each)) and number > 0), 20)


def _merged(fate: Fate, survivor: Visit, further: str | None = None) -> Fate:
    return Fate("merged", fate.status, fate.person, fate.organization, further or survivor.id)


def _number(value: object) -> int | None:
    """What the column says; what no seats can be counted by says nothing."""
    try:
        number = round(float(str(value)))
    except ValueError:
        return None
    return number if abs(number) < 2**31 - 1 else None


class _Staff:
    """Who works where, by e-mail: `user_organizations` wins, of the others the lower rank."""

    def __init__(self, old: OldRows, organizations: set[str]) -> None:
        self.old = old
        self.organizations = organizations
        self.email = {
            row["id"]: email
            for table in ("auth.users", "users")
            for row in old[table]
            if (email := email_of(row))
        }

        self.dismissed = {row["id"] for row in old["users"] if row.get("is_active") is False}

    def ranks(self) -> tuple[dict[tuple[str, str], Rank], set[tuple[str, str]]]:
        first = self._said(self.old["user_organizations"], lambda row: row.get("user_id"))
        others = self._said(self.old["organization_members"], lambda row: row.get("user_id"))
        at_home: list[OldRow] = [
            {**row, "organization_id": tenant(row) or only(self.old)} for row in self.old["users"]
        ]
        others += self._said(at_home, lambda row: row.get("id"))
        found: dict[tuple[str, str], Rank] = {}
        for says in (others, first):
            lowest: dict[tuple[str, str], Rank] = {}
            for who, role, is_active in says:
                rank = _rank(role, is_active)
                lowest[who] = min(
                    lowest.get(who, rank), rank, key=lambda each: (RANKS.index(each.role), each.is_active)
                )
            found.update(lowest)
        return found, {who for who, role, _ in first + others if role in {"coach", "trainer"}}

    def _said(
        self, rows: list[OldRow], user: Callable[[OldRow], str | None]
    ) -> list[tuple[tuple[str, str], str, bool]]:
        found = []
        for row in rows:
            email, organization = self.email.get(user(row) or ""), tenant(row)
            if email and organization in self.organizations and organization:
                active = row.get("is_active") is not False and user(row) not in self.dismissed
                found.append(((email, organization), str(row.get("role") or "").strip().lower(), active))
        return found


def _rank(role: str, is_active: bool) -> Rank:
    """Who only is a member, or is called something unknown, looks on and cannot sign in."""
    known = {"owner": "owner", "admin": "manager", "manager": "manager", "viewer": "viewer"}
    known |= dict.fromkeys(("coach", "trainer", "staff"), "staff")
    return Rank(known.get(role, "viewer"), is_active and role in known)
