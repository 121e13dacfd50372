"""The gym at the end of a wire that can be cut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from gym import Gym
from journeys.wire import Wire

from db.transaction import Database


@pytest.fixture
def wire(cluster: Any, database_name: str) -> Iterator[Wire]:
    parts = psycopg.conninfo.conninfo_to_dict(cluster.conninfo("frontdesk_app", database_name))
    wire = Wire(str(parts["host"]), str(parts["port"]))
    yield wire
    wire.close()


@pytest.fixture
def wired(cluster: Any, database_name: str, wire: Wire, gym: Gym) -> Iterator[Gym]:
    """The gym behind the wire."""
    conninfo = psycopg.conninfo.make_conninfo(
        cluster.conninfo("frontdesk_app", database_name), host=wire.folder
    )
    database = Database(conninfo)
    yield replace(gym, database=database)
    database.close()
