"""The worked cases of docs/what-pays.md, asked of the database: what pays, and why."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import psycopg
import pytest
from gym import Gym
from worked import REFUSED, WHY, Case, Has, cases

from db import embedded

Superuser = psycopg.Connection[tuple[Any, ...]]

PRICES = {"Spin": 1200, "Yoga": 1000, "Boxing": 1500, "Open gym": 0}
COUNTED = {"confirmed", "attended", "no_show", "late_cancelled"}
COLUMN = {"lead": "customer_id", "client": "client_id"}
OTHER = {"lead": "client", "client": "lead"}
MONEY = {"card", "cash", "later", "comp"}

CASES = cases()


@pytest.fixture(scope="module")
def worlds(cluster: embedded.Cluster, gym_template: tuple[str, Gym]) -> Iterator[dict[str, World]]:
    """One copy for all the cases, with the gym of the page for either kind of person."""
    name = f"cases_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as postgres:
        postgres.execute(f"create database {name} template {gym_template[0]} strategy file_copy")
        with psycopg.connect(cluster.conninfo("postgres", name)) as superuser:
            # Only what decides: neither the clock nor the seats have a say.
            superuser.execute("alter table bookings disable trigger user")
            superuser.execute("alter table bookings enable trigger b_keep_payer")
            superuser.execute("alter table bookings enable trigger a_keep_credits")
            yield {kind: World(superuser, kind) for kind in COLUMN}
        postgres.execute(f"drop database {name} with (force)")


@pytest.fixture
def world(worlds: dict[str, World], kind: str) -> Iterator[World]:
    """The gym with nothing sold."""
    world = worlds[kind]
    world.superuser.execute("savepoint empty")
    yield world
    world.superuser.execute("rollback to savepoint empty")


class World:
    """The gym of the page with one person and a relative, and what a case says that they have."""

    def __init__(self, superuser: Superuser, kind: str) -> None:
        self.superuser = superuser
        self.ids: dict[str, uuid.UUID] = {}
        superuser.execute("set session_replication_role = replica")
        self.mine = self.gym = self.organization()
        self.other_gym = self.organization()
        self.kind = kind
        self.person = self.somebody(kind)
        self.relative = self.somebody(OTHER[kind])
        self.stranger = self.somebody(kind)
        family = self.insert("families")
        for who, of in ((self.person, kind), (self.relative, OTHER[kind])):
            self.insert("family_members", family_id=family, **{COLUMN[of]: who})
        self.programs = {
            name: self.insert("programs", name=name, drop_in_price=price) for name, price in PRICES.items()
        }

    def sell_all(self, case: Case) -> None:
        """Put it into its zone, and give the person what they have."""
        self.superuser.execute("set session_replication_role = replica")
        self.superuser.execute(
            "update organizations set timezone = %s where id = any(%s)",
            (case.zone, [self.mine, self.other_gym]),
        )
        self.ids = {}
        for has in case.has:
            self.gym = self.other_gym if has.owner == "another gym's" else self.mine
            self.sell(has)
        self.gym = self.mine

    def organization(self) -> uuid.UUID:
        made = uuid.uuid4()
        self.superuser.execute(
            "insert into organizations (id, name, timezone, currency) values (%s, 'Gym', 'UTC', 'GBP')",
            (made,),
        )
        return made

    def insert(self, table: str, **values: object) -> uuid.UUID:
        values = {"organization_id": self.gym, "id": uuid.uuid4()} | values
        columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        statement = f"insert into {table} ({columns}) values ({marks})"
        self.superuser.execute(statement.encode(), tuple(values.values()))
        made = values["id"]
        assert isinstance(made, uuid.UUID)
        return made

    def somebody(self, kind: str) -> uuid.UUID:
        return self.insert(f"{kind}s", name="Sam")

    def owner(self, has: Has) -> dict[str, uuid.UUID]:
        if has.owner == "a relative's":
            return {COLUMN[OTHER[self.kind]]: self.relative}
        return {COLUMN[self.kind]: self.stranger if has.owner == "a stranger's" else self.person}

    def sell(self, has: Has) -> None:
        what = "package" if has.is_package else "membership"
        offer, of = ("package_products", "product") if has.is_package else ("membership_plans", "plan")
        offered = self.insert(offer, name=has.name, price=9000, every_program=not has.programs)
        for program in has.programs:
            self.insert("covered_programs", **{f"{of}_id": offered, "program_id": self.programs[program]})
        # Ids in the order of the names, for those that nothing else tells apart.
        sold = self.ids[has.name] = uuid.UUID(int=uuid.uuid4().int >> 8 | ord(has.name) << 120)
        bought = has.bought or has.first_day
        terms = {"period_limit": has.limit, "period": has.period, "anchored": has.anchored}
        self.insert(
            f"{what}s",
            id=sold,
            starts_on=has.first_day,
            ends_on=has.last_day,
            is_shared=has.shared,
            price=9000,
            currency="GBP",
            sold_at=datetime.combine(bought, time(12), UTC),
            cancelled_at=datetime(2026, 1, 2, tzinfo=UTC) if has.cancelled else None,
            **{f"{of}_id": offered},
            **({"valid_days": has.days} if has.is_package else terms),
            **self.owner(has),
        )
        for first, last in has.holds:
            self.insert("entitlement_holds", first_day=first, last_day=last, **{f"{what}_id": sold})
        self.use(has, what, sold)

    def use(self, has: Has, what: str, sold: uuid.UUID) -> None:
        """What was booked with it before, and what is left of it after that."""
        counted = sum(status in COUNTED for status, _ in has.used)
        if has.is_package and has.left + counted:
            self.insert("entitlement_ledger", package_id=sold, kind="grant", amount=has.left + counted)
        for status, starts_at in has.used:
            booking = self.insert(
                "bookings",
                class_session_id=self.session("Spin", starts_at),
                booking_status=status,
                payment_status="paid",
                paid_by=what,
                price=1200,
                currency="GBP",
                **{f"{what}_id": sold},
                **self.owner(has),
            )
            if has.is_package and status in COUNTED:
                debit = {"kind": "debit", "amount": -1, "booking_id": booking}
                self.insert("entitlement_ledger", package_id=sold, **debit)

    def session(self, program: str, starts_at: datetime) -> uuid.UUID:
        ends_at = starts_at.astimezone(UTC) + timedelta(hours=1)
        return self.insert(
            "class_sessions",
            program_id=self.programs[program],
            starts_at=starts_at,
            ends_at=ends_at,
            capacity=20,
        )

    def book(self, case: Case) -> tuple[str | None, dict[str, Any] | None]:
        """Book as the case says: paid by the name of what pays, or by money; and what was decided."""
        session, booking = self.session(case.program, case.starts_at), uuid.uuid4()
        self.superuser.execute("set session_replication_role = origin")
        self.insert(
            "bookings",
            id=booking,
            class_session_id=session,
            price=PRICES[case.program],
            currency="GBP",
            **{COLUMN[self.kind]: self.person},
            **self.choice(case),
        )
        row = self.superuser.execute(
            "select paid_by, coalesce(membership_id, package_id), decided from bookings where id = %s",
            (booking,),
        ).fetchone()
        assert row
        names = {made: name for name, made in self.ids.items()}
        return (names[row[1]] if row[1] else row[0]), row[2]

    def choice(self, case: Case) -> dict[str, object]:
        if case.chosen in MONEY:
            return {"paid_by": case.chosen, "comp_reason": "a gift" if case.chosen == "comp" else None}
        if case.chosen:
            (has,) = (has for has in case.has if has.name == case.chosen)
            what = "package" if has.is_package else "membership"
            return {"paid_by": what, f"{what}_id": self.ids[case.chosen]}
        return {}


@pytest.mark.parametrize("kind", COLUMN)
@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.number))
def test_what_pays(world: World, case: Case, kind: str) -> None:
    world.sell_all(case)
    if case.pays == "refused":
        with pytest.raises(psycopg.errors.CheckViolation) as refused:
            world.book(case)
        assert refused.value.diag.constraint_name == case.refused[case.chosen or ""]
        return
    payer, decided = world.book(case)
    assert payer == {"nothing": "later", "free": None}.get(case.pays, case.pays)
    if decided is None:
        assert case.pays == "free"
        return
    names = {str(made): name for name, made in world.ids.items()}
    assert decided["why"] == case.why
    assert {names[each["id"]]: each["rule"] for each in decided["refused"]} == case.refused
    assert all(each["left"] is None or each["left"] >= 0 for each in decided["refused"])
    by = decided["by"] or {}
    assert case.left is None or by["left"] == case.left
    assert case.ends is None or by["ends_on"] == case.ends.isoformat()


def test_the_page_has_every_answer_and_numbers_its_cases() -> None:
    assert [case.number for case in CASES] == list(range(1, len(CASES) + 1))
    assert {case.why for case in CASES} >= set(WHY.values())
    assert {rule for case in CASES for rule in case.refused.values()} == set(REFUSED.values())
