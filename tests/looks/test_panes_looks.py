"""How a large desk looks at ten to six: somebody known under the cursor, people here, people who wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from journeys.at_desk import AtDesk
from journeys.wire import Wire
from looks.conftest import NOW
from looks.harbour import named
from psycopg.conninfo import conninfo_to_dict

Look = Callable[..., None]

HERE = ("Abena Mensah", "Bartosz Wilk", "Chloé Dubois", "Dmitri Жуков", "Elif Kaya", "Hiro 田中")
OWING = ("Bartosz Wilk", "Jonas Weber")
SIGNED = "update leads set waiver_signed_at = created_at where name <> 'Elif Kaya'"


@pytest.fixture
def busy(cluster: Any, wire: Wire) -> None:
    """Half of Spin is here, somebody got a seat, one is held in Yoga; Sam Okafor has a history."""
    name = conninfo_to_dict(wire.conninfo)["dbname"]
    harbour, okafor = named("Harbour Lane"), named("Sam Okafor")
    with psycopg.connect(cluster.conninfo("postgres", str(name)), autocommit=True) as superuser:
        superuser.execute("set session_replication_role = replica")
        superuser.execute(SIGNED)
        for number, who in enumerate(HERE):
            superuser.execute(
                "update bookings set booking_status = 'attended', arrived_at = %s where id = %s",
                (NOW - timedelta(minutes=number), named(f"Spin {who}")),
            )
        for who in OWING:
            superuser.execute(
                "update bookings set payment_status = 'pending', paid_by = 'later' where id = %s",
                (named(f"Spin {who}"),),
            )
        superuser.execute(
            "update class_sessions set booked_count = 11 where id = %s", (named("session Yoga"),)
        )
        superuser.execute(
            "insert into tasks (organization_id, kind, customer_id, booking_id)"
            " values (%s, 'to_tell', %s, %s)",
            (harbour, named("Noor Haddad"), named("Spin Noor Haddad")),
        )
        superuser.execute(
            "update clients set client_since = '2021-03-08', birth_date = '1988-11-26' where id = %s",
            (okafor,),
        )
        family = uuid4()
        superuser.execute("insert into families (organization_id, id) values (%s, %s)", (harbour, family))
        for column, member, guardian in (
            ("client_id", "Sam Okafor", True),
            ("customer_id", "Sam Olsen", False),
            ("client_id", "Samira Oduya", True),
        ):
            superuser.execute(
                f"insert into family_members (organization_id, family_id, is_guardian, {column})"
                " values (%s, %s, %s, %s)",
                (harbour, family, guardian, named(member)),
            )
        superuser.execute(
            "insert into notes (organization_id, text, client_id) values (%s, %s, %s)",
            (harbour, "likes the bike at the window, and to be told when Kim is away", okafor),
        )


async def known(at: AtDesk) -> None:
    await at.sees("Harbour Lane", ">18:00 Spin", "drop-in £12.00")
    await at.type("sam oka")
    await at.sees("Sam Okafor, client", "guardian")


@pytest.mark.usefixtures("busy")
@pytest.mark.parametrize("size", [(120, 24), (120, 40), (170, 50)], ids=["120x24", "120x40", "170x50"])
def test_busy(look: Look, size: tuple[int, int]) -> None:
    look(known, size=size)


@pytest.mark.usefixtures("busy")
def test_last(look: Look) -> None:
    async def steps(at: AtDesk) -> None:
        await at.sees("Harbour Lane", ">18:00 Spin", "drop-in £12.00")
        for name, keys in (("samira", ("2",)), ("olsen", ("5",))):
            await at.type(name)
            await at.sees("BOOK", "client b.1995" if name == "samira" else "lead b.2011")
            await at.press("enter")
            await at.sees("a digit, then Enter")
            await at.press(*keys, "enter")
            await at.sees("F9 takes it back", "type a name")

    look(steps, size=(120, 40))
