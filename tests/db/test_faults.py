"""Which servers have a known fault of row-level security."""

from __future__ import annotations

import pytest

from db import doctor


@pytest.mark.parametrize(
    ("version", "faults", "needed"),
    [
        ((15, 2), 5, "15.20"),
        ((15, 9), 2, "15.20"),
        ((15, 19), 1, "15.20"),
        ((15, 20), 0, ""),
        ((16, 4), 3, "16.16"),
        ((16, 16), 0, ""),
        ((17, 0), 3, "17.12"),
        ((17, 12), 0, ""),
        ((18, 6), 1, "18.7"),
        ((18, 7), 0, ""),
        ((19, 0), 0, ""),
    ],
)
def test_server(version: tuple[int, int], faults: int, needed: str) -> None:
    check = doctor.server(*version)
    assert check.well == (faults == 0)
    assert check.sentence.count("CVE-") == faults
    assert not needed or f"Update it to {needed} or later." in check.sentence
