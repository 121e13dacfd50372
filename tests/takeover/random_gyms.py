"""Hypothesis's old gyms: every quirk that was seen in real ones, in a few rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from takeover.old_gyms import DRIFTS, OldGym

Row = dict[str, Any]

BEGIN = datetime(2025, 3, 1, 9, tzinfo=UTC)
NOBODY = UUID("dddddddd-0000-4000-8000-00000000dddd")
NAMES = ("Ana Ruiz", " ana  RUIZ ", "Zoë O'Brien", "zoë o'brien", "[b]Eve[/b]", "Li", "Ben Ben Ben")
EMAILS = ("ana@post.example", " ANA@post.example", "zoe@post.example ", "li@post.example", "Li@Post.Example")
BOOKED = (
    *("confirmed", "registered", "booked", "scheduled", "pending", "attended", "completed", "checked_in"),
    *("no_show", "no-show", "cancelled", "canceled", "late_cancelled", "waitlist", "Waitlisted", None, ""),
)
STRICT_BOOKED = tuple(word for word in BOOKED if word)
PAID = ("pending", "paid", "succeeded", "comp", "paid_out", None)
LEAD_STATUS = ("cold", "NEW", "CLIENT", "customer", "converted", "lost", "contacted")
ZONES = ("Europe/London", "Australia/Sydney", "America/New_York", "Nowhere/Else")
HELD = (
    "active",
    "ACTIVE ",
    "paused",
    "Frozen",
    "on hold",
    "cancelled",
    "Canceled",
    "expired",
    "inactive",
    "odd",
)
SOLD = ("active", "expired", "refunded", "transferred")
ROLES = ("owner", "admin", "coach", "staff")
# Names what cannot be done by a strict gym's rules.
LOOSE_ALONE = {"half of the tenants in another column"}

numbers = st.integers(0, 2**32 - 1)
moments = st.one_of(
    st.none(), st.integers(0, 6).map(lambda hours: BEGIN - timedelta(days=2) + timedelta(hours=hours))
)


class _Draft:
    """Draws a gym row by row; whatever is named is there, unless the gym is loose."""

    def __init__(self, draw: st.DrawFn, *, loose: bool) -> None:
        self.draw = draw
        self.loose = loose
        self.rows: dict[str, list[Row]] = {}
        self.made = 0

    def add(self, table: str, **row: Any) -> Row:
        self.rows.setdefault(table, []).append(row)
        return row

    def key(self) -> UUID:
        """An id of its own; in no order."""
        self.made += 1
        return UUID(int=(self.draw(numbers) << 96) | (4 << 76) | (8 << 60) | self.made)

    def fresh(self, key: Any, table: str) -> Any:
        """The id, or one of its own where the table has it already."""
        taken = {None, *(row["id"] for row in self.rows.get(table, []))}
        return self.key() if key in taken else key

    def one(self, *words: Any) -> Any:
        return self.draw(st.sampled_from(words))

    def some(self, table: str, *, optional: bool = True) -> Any:
        """The id of a row, of none, or in a loose gym of one that is not there."""
        ids: list[Any] = [row["id"] for row in self.rows.get(table, [])]
        if optional or not ids:
            ids.append(None)
        return self.one(*ids, *([NOBODY] if self.loose else []))

    def tenant(self) -> Any:
        return self.some("organizations", optional=self.loose)


@st.composite
def old_gyms(draw: st.DrawFn) -> OldGym:
    """A gym of at most three organizations, ten people, six sessions and twenty-five visits."""
    loose = draw(st.booleans())
    draft = _Draft(draw, loose=loose)
    _organizations(draft)
    _people(draft)
    _schedule(draft)
    _visits(draft)
    _money(draft)
    _bought(draft)
    return OldGym(draft.rows, loose, draw(_drifts(loose=loose)))


@st.composite
def _drifts(draw: st.DrawFn, *, loose: bool) -> tuple[str, ...]:
    """At most five that leave each other alone."""
    names = [name for name in DRIFTS if loose or name not in LOOSE_ALONE]
    claimed: set[str] = set()
    chosen = []
    for name in draw(st.lists(st.sampled_from(names), max_size=5, unique=True)):
        claims = DRIFTS[name][1]
        if not claims & claimed:
            claimed |= claims
            chosen.append(name)
    return tuple(chosen)


def _organizations(draft: _Draft) -> None:
    for number in range(draft.draw(st.integers(1, 3))):
        organization = draft.add(
            "organizations",
            id=draft.key(),
            name=f"Gym {number}",
            email=f"hello@gym{number}.example",
            timezone=draft.one(*ZONES),
        )["id"]
        # Somebody must be able to open a desk.
        owner, email = draft.key(), f"owner@gym{number}.example"
        draft.add("auth.users", id=owner, email=email)
        draft.add("users", id=owner, organization_id=organization, email=email, name="O", role="owner")
        draft.add(
            "user_organizations", id=draft.key(), user_id=owner, organization_id=organization, role="owner"
        )
        draft.add("organization_members", user_id=owner, org_id=organization, role="owner")
    for number in range(draft.draw(st.integers(0, 3))):
        _staff(draft, number)


def _staff(draft: _Draft, number: int) -> None:
    user, email = draft.key(), f"staff{number}@gym.example"
    if draft.draw(st.booleans()):
        role = draft.one("owner", "admin", "staff", "viewer")
        organization, active = draft.some("organizations", optional=draft.loose), draft.one(None, True, False)
        home: Row = {"organization_id": organization, "role": role, "is_active": active}
        draft.add("users", id=user, email=email, name="S", **home)
        if draft.draw(st.booleans()):
            role = draft.one(*ROLES)
            draft.add("organization_members", user_id=user, org_id=draft.tenant(), role=role)
    else:
        draft.add("auth.users", id=user, email=email)
        role, is_active = draft.one("owner", "admin", "member", "staff"), draft.draw(st.booleans())
        draft.add(
            "user_organizations",
            **{"id": draft.key(), "user_id": user, "organization_id": draft.tenant()},
            **{"role": role, "is_active": is_active},
        )


def _people(draft: _Draft) -> None:
    taken: set[tuple[str, Any, str]] = set()
    for _ in range(draft.draw(st.integers(1, 10))):
        table, organization = draft.one("leads", "clients"), draft.tenant()
        name, email = draft.one(*NAMES), draft.one(*EMAILS)
        if not draft.loose and (table, organization, email) in taken:
            continue
        taken.add((table, organization, email))
        person: Row = {"id": draft.key(), "organization_id": organization, "name": name, "email": email}
        if draft.loose and draft.draw(st.integers(0, 4)) == 0:
            first, _, last = name.strip().partition(" ")
            person |= {"name": None, "first_name": first, "last_name": last or None}
        if draft.loose and draft.draw(st.integers(0, 4)) == 0:
            person["email"] = draft.one(None, "", " ")
        if table == "leads":
            draft.add(table, **person, status=draft.one(*LEAD_STATUS), source="walk_in")
        else:
            lead = draft.some("leads")
            if draft.loose and draft.draw(st.integers(0, 4)) == 0:
                person["id"] = draft.fresh(draft.some("leads"), table)
            draft.add(table, **person, lead_id=lead, membership_type="full", start_date=BEGIN.date())


def _schedule(draft: _Draft) -> None:
    for _ in range(draft.draw(st.integers(0, 3))):
        program: Row = {
            "id": draft.key(),
            "organization_id": draft.tenant(),
            "name": draft.one("Yoga", "HIIT"),
        }
        most, price = draft.one(None, 0, 3, 12), draft.one(None, 0, 1250)
        draft.add("programs", **program, max_participants=most, price_pennies=price)
    for number in range(draft.draw(st.integers(1, 6))):
        begin = BEGIN + timedelta(hours=number)
        draft.add(
            "class_sessions",
            **{"id": draft.key(), "organization_id": draft.tenant(), "program_id": draft.some("programs")},
            trainer_id=draft.some("users"),
            start_time=draft.one(begin, None) if draft.loose else begin,
            end_time=begin + timedelta(minutes=draft.one(45, -5)),
            max_capacity=draft.one(None, 0, 1, 2, 12),
            capacity=draft.one(None, 4),
            room_location=draft.one(None, "Studio", " "),
            session_status=draft.one("scheduled", "cancelled", "completed"),
        )


def _visits(draft: _Draft) -> None:
    tables = ("bookings", "bookings", "waitlist", *(["class_bookings"] * 2 if draft.loose else []))
    active: set[tuple[Any, Any]] = set()
    ids: list[UUID] = []
    for place in range(draft.draw(st.integers(0, 25))):
        table = draft.one(*tables)
        key = draft.one(draft.key(), *ids) if draft.loose and ids else draft.key()
        if any(row["id"] == key for row in draft.rows.get(table, [])):
            continue
        ids.append(key)
        visit: Row = {"id": key, "class_session_id": draft.some("class_sessions")}
        visit["customer_id"] = draft.some("leads")
        if draft.loose:
            visit["client_id"] = draft.one(None, draft.some("clients"))
        if table == "waitlist":
            position, auto_book = draft.one(1, 2, place), draft.one(True, False, None)
            visit |= {"position": position, "joined_at": draft.draw(moments), "auto_book": auto_book}
        else:
            visit |= _booking(draft)
            pair = visit["customer_id"], visit["class_session_id"]
            if not draft.loose and visit["booking_status"] in {"confirmed", "attended"}:
                if pair in active:
                    continue
                active.add(pair)
        draft.add(table, **visit)


def _booking(draft: _Draft) -> Row:
    booking: Row = {
        "booking_status": draft.one(*(BOOKED if draft.loose else STRICT_BOOKED)),
        "payment_status": draft.one(*PAID),
        "booking_time": draft.draw(moments),
        "attended_at": draft.draw(moments),
        "cancelled_at": draft.draw(moments),
    }
    if draft.loose:
        booking |= {
            "status": draft.one(None, "confirmed", *BOOKED),
            "created_at": draft.draw(moments),
            "organization_id": draft.some("organizations"),
        }
    return booking


def _money(draft: _Draft) -> None:
    for _ in range(draft.draw(st.integers(0, 3))):
        draft.add(
            "payments",
            **{"id": draft.key(), "organization_id": draft.tenant(), "client_id": draft.some("clients")},
            amount=draft.one(0, 1250, 500),
            payment_date=BEGIN.date(),
            payment_method=draft.one("card", "cash", "cheque", None),
            status=draft.one("completed", "pending", "refunded"),
            payment_status=draft.one(None, "comp", "succeeded"),
        )
    if "leads" in draft.rows:
        for _ in range(draft.draw(st.integers(0, 2))):
            lead = draft.some("leads", optional=False)
            draft.add(
                "customer_notes",
                **{"id": draft.key(), "organization_id": draft.tenant(), "customer_id": lead},
                staff_id=draft.some("auth.users", optional=False),
                note=draft.one("Knee", " "),
                is_private=draft.one(True, False),
            )


def _bought(draft: _Draft) -> None:
    """What people have, with counters and days as odd as they are found; ids of another table's rows."""
    for number in range(draft.draw(st.integers(0, 2))):
        for table in ("membership_plans", "class_packages"):
            organization = draft.tenant()
            offer: Row = {"id": draft.key(), "organization_id": organization, "name": f"Offer {number}"}
            draft.add(table, **offer, price=900, price_pennies=900, class_count=10, validity_days=30)
    ids: list[UUID] = []
    for _ in range(draft.draw(st.integers(0, 6))):
        table = draft.one("memberships", "class_credits", "customer_class_packages")
        named = {"clients", "class_packages"} if table == "customer_class_packages" else set()
        if not draft.loose and not named <= draft.rows.keys():
            continue
        key = draft.fresh(draft.one(None, *ids), table)
        ids.append(key)
        draft.add(table, **{"id": key, "organization_id": draft.tenant()}, **_one_bought(draft, table))


def _one_bought(draft: _Draft, table: str) -> Row:
    first = draft.one(BEGIN, BEGIN + timedelta(days=500, hours=13), *([None] if draft.loose else []))
    last = draft.one(
        BEGIN - timedelta(days=9), BEGIN + timedelta(days=30), BEGIN + timedelta(days=2000), None
    )
    if table == "customer_class_packages":
        return {
            "client_id": draft.some("clients", optional=draft.loose),
            "customer_id": draft.one(None, draft.some("leads")),
            "package_id": draft.some("class_packages", optional=draft.loose),
            **{"purchase_date": first, "expiry_date": last or BEGIN + timedelta(days=2000)},
            **{"classes_remaining": draft.one(-1, 0, 4, 11), "classes_used": draft.one(0, 3, None)},
            "status": draft.one(*(HELD + SOLD if draft.loose else SOLD)),
        }
    row: Row = {"customer_id": draft.some("leads"), "program_id": draft.some("programs")}
    row["client_id"] = draft.one(None, draft.some("clients"))
    if table == "class_credits":
        bought = draft.one(10, 3, -1, *([None] if draft.loose else []))
        row |= {"credits_purchased": bought, "credits_used": draft.one(0, 4, None), "expiry_date": last}
        return row | {"status": draft.one(*HELD)}
    row |= {"plan_id": draft.some("membership_plans"), "membership_status": draft.one(*HELD)}
    row |= {"start_date": first, "end_date": last, "credits_remaining": draft.one(None, -2, 0, 7)}
    return row | {"unlimited_access": draft.one(True, False, None)}
