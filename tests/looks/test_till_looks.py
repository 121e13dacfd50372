"""How the till and a handover look; every picture was looked at before it was accepted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from gym import INSTALLATION
from journeys.at_desk import AtDesk
from journeys.wire import Wire
from looks.harbour import named
from looks.test_desk_looks import BOTH, empty
from psycopg.conninfo import conninfo_to_dict

Look = Callable[..., None]


@pytest.fixture
def left(cluster: Any, wire: Wire) -> None:
    """Somebody counted the drawer five short; Sam Okafor owes and Bartosz Wilk is to be told."""
    name = str(conninfo_to_dict(wire.conninfo)["dbname"])
    harbour, drawer, handover = named("Harbour Lane"), UUID(int=7), UUID(int=8)
    with psycopg.connect(cluster.conninfo("postgres", name), autocommit=True) as superuser:
        superuser.execute("set session_replication_role = replica")
        superuser.execute(
            "insert into desks (organization_id, id, name) values (%s, %s, 'desk 1')", (harbour, INSTALLATION)
        )
        superuser.execute(
            "insert into drawers (organization_id, id, desk_id, float_amount, currency, counted_at,"
            " counted_amount, expected_amount, note)"
            " values (%s, %s, %s, 10000, 'GBP', '2026-11-24 17:50Z', 11300, 11800, 'a fiver is gone')",
            (harbour, drawer, INSTALLATION),
        )
        superuser.execute(
            "insert into handovers (organization_id, id, desk_id, drawer_id, made_at, made_by)"
            " select %s, %s, %s, %s, '2026-11-24 17:50Z', id from users where name = 'Ana Ruiz'",
            (harbour, handover, INSTALLATION, drawer),
        )
        superuser.execute(
            "insert into handover_needs (organization_id, handover_id, place, need, client_id, customer_id,"
            " class_session_id, owes) select b.organization_id, %s, row_number() over (order by b.id),"
            " case when row_number() over (order by b.id) = 1 then 'to_tell' else 'owes' end,"
            " b.client_id, b.customer_id, b.class_session_id,"
            " case when row_number() over (order by b.id) > 1 then 1200 end"
            " from bookings b where b.organization_id = %s order by b.id limit 3",
            (handover, harbour),
        )


async def till(at: AtDesk) -> None:
    await empty(at)
    await at.press("ctrl+r")
    await at.sees("No drawer is open at this desk", "Float")


async def counting(at: AtDesk) -> None:
    await till(at)
    await at.type("100")
    await at.press("enter")
    await at.sees("expected    £100.00")
    for field in ("-3.50", "milk"):
        await at.type(field)
        await at.press("enter")
    await at.sees("expected     £96.50")
    await at.press("tab", "tab")
    for pieces in ("1", "2", "0", "1"):
        await at.type(pieces)
        await at.press("enter")
    await at.sees("COUNT £95.00: £1.50 short")


@BOTH
def test_no_drawer(look: Look, size: tuple[int, int]) -> None:
    look(till, size=size)


@BOTH
def test_counting(look: Look, size: tuple[int, int]) -> None:
    look(counting, size=size)


@BOTH
@pytest.mark.usefixtures("left")
def test_handover(look: Look, size: tuple[int, int]) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees("Ana Ruiz hands this desk over", "OWES")

    look(steps, size=size)
