"""A scanner told from fingers."""

from __future__ import annotations

import pytest

from frontdesk.scanner import Scanner


def typed(text: str, gap: float, pause: float | None = None) -> Scanner:
    """A scanner that heard the text at that pace, and Enter after that pause."""
    scanner = Scanner()
    for number, letter in enumerate(text):
        scanner.heard(letter, letter, number * gap)
    scanner.heard("enter", "\r", (len(text) - 1) * gap + (gap if pause is None else pause))
    return scanner


@pytest.mark.parametrize("code", ["5901234123457", "12567", "M-00412", "0412/7"])
def test_a_code_within_milliseconds(code: str) -> None:
    scanner = typed(code, 0.005)
    assert scanner.take() == code
    assert scanner.take() is None


@pytest.mark.parametrize(
    ("text", "gap", "pause"),
    [
        ("590123", 0.06, None),
        ("590123", 0.005, 0.3),
        ("okafor", 0.005, None),
        ("sam 18:30", 0.005, None),
        ("5901", 0.0, None),
    ],
)
def test_fingers_names_and_short_numbers_are_none(text: str, gap: float, pause: float | None) -> None:
    assert typed(text, gap, pause).take() is None


def test_what_stood_there_before_is_no_part_of_it() -> None:
    scanner = Scanner()
    for number, letter in enumerate("sam"):
        scanner.heard(letter, letter, number * 0.1)
    for number, letter in enumerate("590123"):
        scanner.heard(letter, letter, 1 + number * 0.005)
    scanner.heard("enter", "\r", 1.03)
    assert scanner.take() == "590123"


def test_another_key_in_between_ends_it() -> None:
    scanner = Scanner()
    for number, key in enumerate(["1", "2", "tab", "3", "4", "5", "enter"]):
        scanner.heard(key, key if len(key) == 1 else None, number * 0.005)
    assert scanner.take() is None


def test_a_key_after_it_takes_it_away() -> None:
    scanner = typed("590123", 0.005)
    scanner.heard("1", "1", 9)
    assert scanner.take() is None
