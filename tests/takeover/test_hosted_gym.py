"""A whole gym of another kind, on a hosted server, taken over by the login that owns its tables."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from migration.place import Place, made
from psycopg.conninfo import make_conninfo
from takeover import judging
from takeover.oracle import expected, read
from takeover.oracle_bought import entitlements

from db import embedded, roles, takeover, upgrade

DATA = Path(__file__).parent / "data"
PEOPLE = ("hosted_admin", "anon", "authenticated", "service_role")
LOGIN = "gym_owner"
CAME, WAITS = (f"10000000-0000-4000-8000-00000000000{number}" for number in (3, 8))


@pytest.fixture
def hosted(cluster: embedded.Cluster, empty_template: str) -> Iterator[tuple[Place, str]]:
    """The database, and how its login connects."""
    word = uuid.uuid4().hex
    with psycopg.connect(cluster.conninfo("postgres", "postgres"), autocommit=True) as server:
        server.execute("; ".join(f"create role {role}" for role in PEOPLE).encode())
        server.execute(f"create role {LOGIN} login createrole bypassrls password '{word}'".encode())
        for role in roles.ROLES:
            server.execute(f"grant {role} to {LOGIN} with admin option".encode())
        try:
            with made(cluster, f"hosted_{word[:12]}", owner=LOGIN) as place:
                with psycopg.connect(place.superuser, autocommit=True) as connection:
                    connection.execute((DATA / "hosted_gym.sql").read_bytes())
                yield place, make_conninfo(place.superuser, user=LOGIN, password=word, passfile="")
        finally:
            server.execute(f"drop role {', '.join((LOGIN, *PEOPLE))}".encode())


def test_a_hosted_gym_is_taken_over_by_its_login(hosted: tuple[Place, str], tmp_path: Path) -> None:
    place, login = hosted
    place.ask("create table public.theirs ()")
    assert takeover.look(login).obstacles == [
        "The login may not move what is postgres's in the schema public: theirs."
        " Make the login its owner (alter … owner to), or take over as a superuser. Nothing was changed."
    ]
    place.ask(f"alter table public.theirs owner to {LOGIN}")
    said = read(place.superuser)
    assert takeover.look(login).obstacles == []
    assert takeover.adopt(login, tmp_path / "first.csv").adds_up
    assert judging.wrong(place, expected(said)) == []
    assert judging.wrongly_had(place, entitlements(said)) == []
    # Its triggers find their tables, in this schema and after the way back.
    place.ask(f"update legacy.\"Bookings\" set booking_status = 'canceled' where id = '{WAITS}'")
    place.ask(f"update public.bookings set booking_status = 'attended' where id = '{CAME}'")
    assert takeover.adopt(login, tmp_path / "second.csv").adds_up
    assert place.ask("select booking_status from bookings where id = %s", WAITS) == [("cancelled",)]
    new = place.checksums()
    upgrade.downgrade(login)
    assert place.ask('select booking_status::text from "Bookings" where id = %s', CAME) == [("checked-in",)]
    place.ask(f"update \"Bookings\" set booking_status = 'registered' where id = '{WAITS}'")
    place.ask(f"update \"Bookings\" set booking_status = 'canceled' where id = '{WAITS}'")
    assert takeover.adopt(login, tmp_path / "third.csv").adds_up
    assert place.checksums() == new
