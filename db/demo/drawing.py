"""Small draws that everything in the demo gym is made of."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from uuid import UUID


def draw_id(random: Random) -> UUID:
    """A random uuid that the seed decides."""
    return UUID(int=random.getrandbits(128), version=4)


def draw_from(random: Random, weights: Mapping[str, float]) -> str:
    """One of the keys, each as often as its weight says."""
    return random.choices(list(weights), list(weights.values()))[0]
