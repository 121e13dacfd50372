"""The coins and notes of a currency, in minor units, the greatest first: what a drawer is counted by."""

from __future__ import annotations

from frontdesk.widgets.text import minor_digits

DENOMINATIONS = {
    "GBP": (5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "EUR": (20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "USD": (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 25, 10, 5, 1),
    "CAD": (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 25, 10, 5),
    "AUD": (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5),
    "NZD": (10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10),
    "CHF": (20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5),
    "SEK": (100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100),
    "NOK": (100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 100),
    "DKK": (100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50),
    "PLN": (50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1),
    "JPY": (10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10, 5, 1),
}
"""Where these are not all there is, the note says what was counted otherwise."""

STEPS = (100, 50, 20, 10, 5, 2, 1)


def of(currency: str) -> tuple[int, ...]:
    """The known ones, or those that most currencies have: 1, 2 and 5 of each power of ten."""
    unit = 10 ** minor_digits(currency)
    cents = (50, 20, 10, 5, 2, 1) if unit == 100 else ()
    return DENOMINATIONS.get(currency, (*(step * unit for step in STEPS), *cents))
