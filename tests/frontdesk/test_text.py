"""Text from outside and money."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from frontdesk.widgets.text import cut, fit, literal, money, ordinal, several


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (1200, "GBP", "£12.00"),
        (10000, "GBP", "£100.00"),
        (123456789, "USD", "$1,234,567.89"),
        (5, "EUR", "€0.05"),
        (-1200, "GBP", "-£12.00"),
        (1200, "JPY", "¥1,200"),
        (1250, "KWD", "KWD 1.250"),
        (1200, "CHF", "CHF 12.00"),
        (0, "GBP", "£0.00"),
    ],
)
def test_money(amount: int, currency: str, shown: str) -> None:
    assert money(amount, currency) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[bold]x[/bold]", "[bold]x[/bold]"),
        ("\x1b[31mred", "�[31mred"),
        ("a\0b\x9bc\x7f", "a�b�c�"),
        ("a\u202eb\u2066c\u200f", "a�b�c�"),
        ("a\nb\r\u2028c", "a�b��c"),
        ("a\tb", "a b"),
        ("\ud800", "�"),
        ("Zoë Ñandú 李小龍 محمد", "Zoë Ñandú 李小龍 محمد"),
        ("👩\u200d👧", "👩👧"),
        ("e" + "\u0301" * 50, "e" + "\u0301" * 3),
    ],
)
def test_literal(text: str, shown: str) -> None:
    assert literal(text) == shown


@given(st.text(max_size=300), st.integers(0, 60))
def test_fit_is_exactly_as_wide(text: str, cells: int) -> None:
    fitted = fit(literal(text), cells)
    assert cell_len(fitted) == cells
    assert "\n" not in fitted
    assert cell_len(cut(literal(text), cells)) <= cells


def test_words() -> None:
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 112)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "112th",
    ]  # fmt: skip
    assert several(["Ana", "Bo", "Cy", "Di", "Ed"]) == "Ana, Bo, Cy and 2 more"
    assert several(["Ana", "Bo"]) == "Ana, Bo"
