"""The gym at the end of a wire that can be cut."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from gym import Gym
from journeys.wire import Wire

from db.transaction import Database


@pytest.fixture
def wired(wire: Wire, gym: Gym) -> Iterator[Gym]:
    """The gym behind the wire."""
    database = Database(wire.conninfo)
    yield gym.on(database)
    database.close()
