"""Random histories: classes and money add up, and what pays is the first by the published order.

A few of them run always; `FRONTDESK_EXAMPLES=3000 pytest tests/db/test_what_pays_always.py` runs so many.
"""

from __future__ import annotations

import itertools
import os
import time as clock
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from gym import Gym
from histories import COUNTED, PROGRAMS, Asked, Booked, World
from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st
from payer import Judged, judge, why

from db import embedded
from db.transaction import Database

EXAMPLES = int(os.environ.get("FRONTDESK_EXAMPLES", "12"))
ZONES = ("Europe/London", "America/New_York", "Australia/Sydney", "Pacific/Kiritimati")
FAR = ("Pacific/Kiritimati", "Pacific/Pago_Pago")
STEPS = 24
REMEMBERED = 5

Place = tuple[Gym, psycopg.Connection[tuple[Any, ...]], list[Database]]


@pytest.fixture(scope="module")
def place(cluster: embedded.Cluster, gym_template: tuple[str, Gym]) -> Iterator[Place]:
    """One copy for all histories, whose server thinks it is in Tehran, and desks in other zones."""
    name = f"histories_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as postgres:
        postgres.execute(
            f"create database {name} template {gym_template[0]} owner frontdesk_admin strategy file_copy"
        )
        postgres.execute(f"alter database {name} set timezone = 'Asia/Tehran'")
        app = cluster.conninfo("frontdesk_app", name)
        desks = [Database(app), *(Database(f"{app} options='-c TimeZone={zone}'") for zone in FAR)]
        with psycopg.connect(cluster.conninfo("postgres", name), autocommit=True) as superuser:
            yield gym_template[1].on(desks[0]), superuser, desks[1:]
        for desk in desks:
            desk.close()
        postgres.execute(f"drop database {name} with (force)")


def clock_changes(zone: str) -> list[date]:
    """Today, and the days of the coming year on which the zone's clock changes."""
    today = datetime.now(ZoneInfo(zone)).date()
    noons = [datetime.combine(today + timedelta(days=n), time(12), ZoneInfo(zone)) for n in range(366)]
    pairs = itertools.pairwise(noons)
    return [today, *(after.date() for before, after in pairs if before.utcoffset() != after.utcoffset())]


CLOCKS = [time(0, 15), time(1, 30), time(2, 30), time(18), time(23, 45)]
CHOICES = [
    None,
    None,
    None,
    None,
    "later",
    "card",
    "credit",
    "drop-in",
    "waitlist",
    "waitlist",
    "arrive",
    0,
    1,
    2,
    3,
]
ACTIONS = {
    "book": 12,
    "buy": 3,
    "cancel": 4,
    "take_back": 3,
    "hold": 2,
    "end_holds": 1,
    "share": 2,
    "link": 2,
    "cancel_sale": 1,
    "move": 2,
    "miss": 1,
    "convert": 1,
    "sell": 1,
    "take_back_sale": 1,
    "collect": 2,
    "take_back_collection": 1,
    "refund": 1,
}
# Where little is covered, so that much is paid.
MONEY = {
    **{"pay": 12, "cancel": 6, "take_back": 4, "collect": 4, "take_back_collection": 2},
    **{"refund": 2, "sell": 2, "take_back_sale": 1, "miss": 1},
}
PAYS = ["card", "card", "cash", "later", "later", "credit", "credit"]


def random_session(random: Random) -> tuple[int, time, str, int]:
    """Its day, its time, what it is and how many may come."""
    program = random.choice(["Spin", "Spin", "Spin", "Boxing", "Yoga"])
    return random.randint(0, 12), random.choice(CLOCKS), program, random.choice([1, 1, 9])


def random_terms(random: Random) -> dict[str, Any]:
    """What is agreed beside what, when and how long."""
    return {
        "programs": random.choice([[], [], [random.choice(PROGRAMS)], ["Spin", random.choice(PROGRAMS)]]),
        "from_first_class": random.random() < 0.4,
        "is_shared": random.random() < 0.6,
        "bought": random.randint(0, 2),
    }


def random_purchase(random: Random) -> tuple[Any, ...]:
    """By whom, what, from when, for how long, and what else is agreed."""
    limited = (
        random.randint(0, 3),
        random.choice(["week", "month"]),
        random.choice(["calendar", "anniversary"]),
    )
    what = random.choice([None, limited, limited, random.randint(0, 4), random.randint(1, 4)])
    first = random.choice([-5, -5, 0, random.randint(-40, 5)])
    days = random.choice([None, 7, 30, 30, random.randint(1, 60)])
    return random.randint(0, 2), what, first, days, random_terms(random)


def random_step(
    random: Random, action: str | None = None, actions: dict[str, int] = ACTIONS
) -> tuple[Any, ...]:
    """One thing that happens."""
    action = action or random.choices(list(actions), list(actions.values()))[0]
    values: dict[str, Callable[[], tuple[Any, ...]]] = {
        "book": lambda: (random.randint(0, 2), random.randint(0, 5), random.choice(CHOICES)),
        "buy": lambda: random_purchase(random),
        "cancel": lambda: (random.randint(0, 9),),
        "take_back": lambda: (random.choice([0, 0, 1, 2]),),
        "hold": lambda: (
            *(random.randint(0, 5), random.randint(-10, 10)),
            random.choice([None, random.randint(0, 3), random.randint(0, 9)]),
        ),
        "share": lambda: (random.randint(0, 5), random.random() < 0.7),
        "link": lambda: (random.randint(0, 2),),
        "cancel_sale": lambda: (random.randint(0, 5),),
        "pay": lambda: (random.randint(0, 2), random.randint(0, 5), random.choice(PAYS)),
        "sell": lambda: (random.randint(0, 2), random.choice(["card", "credit"])),
        "collect": lambda: (random.randint(0, 2), random.choice(["card", "cash", "credit"])),
        "take_back_collection": lambda: (random.choice([0, 0, 1]),),
        "refund": lambda: (random.randint(0, 2), random.choice([1, 700, 1200])),
        "move": lambda: (random.randint(0, 5), random.randint(0, 12), random.choice(CLOCKS)),
    }
    return action, *values.get(action, tuple)()


def random_history(random: Random, length: int) -> list[tuple[Any, ...]]:
    """Somebody has something to begin with, and something much like it, which only later rules tell apart."""
    first = random_step(random, "buy")
    twins = [(*first[:-1], random_terms(random)) for _ in range(2)]
    begun = [random_step(random, action) for action in ("buy", "link", "link")]
    return [first, *twins, *begun, *(random_step(random) for _ in range(length))]


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.integers(0, 2**64))
def test_a_history_adds_up(place: Place, seed: int) -> None:
    """From a seed, since drawn lists are mostly short or alike; it ends at the step that is wrong."""
    gym, superuser, elsewhere = place
    random = Random(seed)
    zone, terminal = random.choice(ZONES), random.choice(FAR)
    world = World(gym, superuser, elsewhere, ZoneInfo(zone), random.choice(clock_changes(zone)))
    for _ in range(6):
        world.add_session(*random_session(random))
    with in_zone(terminal):
        before = world.booked()
        for step in random_history(random, STEPS):
            note(str(step))
            asked = take(world, *step)
            after = world.booked()
            check_credits(world, after)
            check_payers(world, before, after)
            check_promoted(before, after, asked)
            if asked:
                check_answer(world, asked, after)
            before = after
        check_money(world)


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.integers(0, 2**64))
def test_money_adds_up(place: Place, seed: int) -> None:
    gym, superuser, elsewhere = place
    random = Random(seed)
    world = World(gym, superuser, elsewhere, ZoneInfo("Europe/London"), datetime.now(UTC).date())
    for _ in range(6):
        world.add_session(*random_session(random))
    for _ in range(STEPS):
        step = random_step(random, actions=MONEY)
        note(str(step))
        take(world, *step)
        check_money(world)


class in_zone:  # noqa: N801
    """The terminal is there."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.before: str | None = None

    def __enter__(self) -> None:
        self.before = os.environ.get("TZ")
        self._be_in(self.zone)

    def __exit__(self, *_: object) -> None:
        self._be_in(self.before)

    def _be_in(self, zone: str | None) -> None:
        os.environ.pop("TZ", None)
        if zone:
            os.environ["TZ"] = zone
        clock.tzset()


def take(world: World, action: str, *values: Any) -> Asked | None:
    """Do one step of a history."""
    if action == "buy":
        person, limit, first, days, terms = values
        world.buy(person, limit, first, days, dict(terms))
    elif action == "book":
        person, session, choice = values
        return world.book(person, session, **chosen(world, choice))
    elif action == "pay":
        person, session, pay = values
        return world.book(person, session, pay=pay, drop_in=True)
    else:
        getattr(world, action)(*values)
    return None


def chosen(world: World, choice: int | str | None) -> dict[str, Any]:
    """How it is to be paid, where that is said."""
    if isinstance(choice, int):
        return {"entitlement_id": world.sold[choice % len(world.sold)]} if world.sold else {}
    ways: dict[str | None, dict[str, Any]] = {
        None: {},
        "drop-in": {"pay": "card", "drop_in": True},
        "waitlist": {"pay": "later", "waitlist": True},
        "arrive": {"pay": "later", "arrive": True},
    }
    return ways.get(choice, {"pay": choice})


def check_credits(world: World, booked: dict[uuid.UUID, Booked]) -> None:
    """Nothing is below nothing, and what is left is what was granted without what counts."""
    left = world.left()
    for sold in world.sold:
        counted = sum(
            each.payer == sold and each.paid_by == "package" and each.status in COUNTED
            for each in booked.values()
        )
        assert left.get(sold, 0) == world.granted[sold] - counted
        assert left.get(sold, 0) >= 0
    for each in booked.values():
        assert (each.payer is not None) == (each.paid_by in ("membership", "package")), each
        assert each.status != "waitlisted" or each.paid_by is None, each


def check_money(world: World) -> None:
    """Owed and credit are what the rows say, and nobody's credit is below nothing."""
    for person in range(3):
        owes, credit = world.account(person)
        assert (owes, credit) == world.money_of(person)
        assert credit >= 0
        event(f"credit {credit > 0}, owes {owes > 0}")


def judged(
    world: World, booked: dict[uuid.UUID, Booked], person: uuid.UUID, session: uuid.UUID, booking: uuid.UUID
) -> list[Judged]:
    """What the reference says of everything that the person may have."""
    row = world.superuser.execute(
        "select starts_at, program_id from class_sessions where id = %s", (session,)
    ).fetchone()
    assert row
    day = row[0].astimezone(world.zone).date()
    return judge(world.bought(booked), person, world.relatives(person), row[1], day, booking)


def check_payers(world: World, before: dict[uuid.UUID, Booked], after: dict[uuid.UUID, Booked]) -> None:
    """Whatever was decided by this step is what the reference decides."""
    for each in after.values():
        old = before.get(each.id)
        if each.decided is None:
            assert each.paid_by is None, each
        elif each.status == "waitlisted":
            check_would_pay(world, each, old, after)
        elif old is None or old.decided != each.decided:
            check_payer(world, each, old, judged(world, after, each.person, each.session, each.id))


def check_would_pay(
    world: World, booking: Booked, old: Booked | None, booked: dict[uuid.UUID, Booked]
) -> None:
    """Of who begins to wait it is kept what would pay; where nothing does any more, what did before."""
    assert booking.decided
    if old is None or old.status != "waitlisted":
        found = judged(world, booked, booking.person, booking.session, booking.id)
        may = [str(one.bought.id) for one in found if not one.rule]
        kept = [each["id"] for each in kept_by((old and old.decided) or {})]
        by = booking.decided["by"]
        assert (by["id"] if by else None) in (may[:1] or kept or [None]), booking


def kept_by(decided: dict[str, Any]) -> list[dict[str, Any]]:
    """What a decision says that paid, or would have while they waited."""
    return [each for each in (decided.get("waited"), decided.get("by")) if each]


def check_promoted(
    before: dict[uuid.UUID, Booked], after: dict[uuid.UUID, Booked], asked: Asked | None
) -> None:
    """Nobody is promoted to owe who had something that would pay when they were put in line."""
    for each in after.values():
        old = before.get(each.id)
        if old and old.status == "waitlisted" and each.status in COUNTED and each.paid_by == "later":
            by_hand = asked is not None and asked.answer.booking_id == each.id
            event("confirmed by hand" if by_hand else "promoted to owe")
            assert by_hand or not kept_by(old.decided or {}), each


def check_payer(world: World, booking: Booked, old: Booked | None, all_judged: list[Judged]) -> None:
    assert booking.decided
    decided = booking.decided
    event(f"decided {decided['why']}" + (" again" if old else ""))
    may = [one for one in all_judged if not one.rule]
    request = world.asked[booking.id]
    is_promoted = old is not None and old.status == "waitlisted"
    wanted = (old and old.payer) or (None if is_promoted else request.entitlement_id)
    if request.drop_in and not is_promoted:
        assert (decided["by"], decided["why"]) == (None, "chosen" if may else "nothing_covers")
    elif wanted is None and not may:
        assert (decided["by"], decided["why"]) == (None, "nothing_covers")
        assert booking.paid_by in ("card", "later", "credit")
    else:
        pays = next((one for one in may if one.bought.id == wanted), None) if wanted else may[0]
        assert pays, "what was chosen may not pay"
        assert decided["by"]["id"] == str(booking.payer) == str(pays.bought.id)
        assert decided["why"] == (why(may) if pays is may[0] else "chosen")
        assert decided["by"]["left"] == (None if pays.left is None else pays.left - 1)
        assert decided["by"]["ends_on"] == (pays.ends_on and pays.ends_on.isoformat())
    others = [str(one.bought.id) for one in may if one.bought.id != booking.payer]
    assert [one["id"] for one in decided["others"]] == others
    refused = {str(one.bought.id): one.rule for one in all_judged if one.rule}
    said = {one["id"]: one["rule"] for one in decided["refused"]}
    assert said.items() <= refused.items() and len(said) == min(len(refused), REMEMBERED)


def check_answer(world: World, asked: Asked, booked: dict[uuid.UUID, Booked]) -> None:
    """Everybody heard the same, and who was refused for what they have, for its first reason."""
    answer, request = asked.answer, asked.request
    event(f"heard {answer.outcome} {answer.rule or answer.paid_by}")
    for other in asked.elsewhere:
        assert (other.outcome, other.rule, other.paid_by, other.decided) == (
            *(answer.outcome, answer.rule, answer.paid_by, answer.decided),
        )
    rule = answer.rule or ""
    if answer.outcome == "due" or rule.startswith("entitlement_"):
        booking = answer.booking_id or request.id
        found = judged(world, booked, answer.person_id or request.person_id, request.session_id, booking)
        if answer.outcome == "due":
            assert all(one.rule for one in found)
        else:
            rules = [one.rule for one in found if one.bought.id == request.entitlement_id]
            assert rules == [rule] or (not rules and rule == "entitlement_not_theirs")
