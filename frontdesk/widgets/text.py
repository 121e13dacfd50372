"""Text from outside and money, made fit to stand in a terminal."""

from __future__ import annotations

import re
from functools import lru_cache

from rich.cells import cell_len, set_cell_size

MARK = "\N{REPLACEMENT CHARACTER}"
LONGEST = 1000

# Control characters, bidi controls, line separators, lone surrogates and the tags block: what could move the
# cursor, turn the line around or hide. They are shown as a mark, so that a strange name looks strange.
UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
# Joiners and variation selectors: terminals disagree about the width of what they join.
JOINING = re.compile("[\u200d\ufe00-\ufe0f]")
# More than three marks on one letter run into the neighbouring lines.
COMBINING = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
STACKED = re.compile(f"({COMBINING}{{3}}){COMBINING}+")

SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$", "JPY": "¥"}
WHOLE = frozenset(
    {
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    }
)
AMOUNT = re.compile(r"([-+]?)([0-9]{1,7})(?:[.,]([0-9]{1,3}))?")
THOUSANDTHS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})


@lru_cache(maxsize=4096)
def literal(text: str) -> str:
    """Text from outside as one line that only stands there: no control, bidi or escape character."""
    plain = UNSAFE.sub(MARK, text[:LONGEST].replace("\t", " "))
    return STACKED.sub(r"\1", JOINING.sub("", plain))


def fit(text: str, cells: int) -> str:
    """The text in exactly that many cells, cut with '…' or padded; wide characters count as two."""
    if cells <= 0:
        return ""
    if cell_len(text) <= cells:
        return set_cell_size(text, cells)
    return set_cell_size(set_cell_size(text, cells - 1).rstrip() + "…", cells)


def cut(text: str, cells: int) -> str:
    """The text in at most that many cells."""
    return text if cell_len(text) <= cells else fit(text, cells).rstrip()


def money(amount: int, currency: str) -> str:
    """An amount in minor units of an ISO 4217 currency, such as '£12.00', '¥1,200', 'KWD 1.250'."""
    sign, amount = "-" if amount < 0 else "", abs(amount)
    whole, rest = _parts(amount, currency)
    return f"{sign}{SYMBOLS.get(currency) or literal(currency) + ' '}{whole:,}{rest}"


def number(amount: int, currency: str) -> str:
    """The same as a bare number, such as '-1200.50', for a program to read."""
    sign, amount = "-" if amount < 0 else "", abs(amount)
    whole, rest = _parts(amount, currency)
    return f"{sign}{whole}{rest}"


def minor_units(text: str, currency: str) -> int | None:
    """The amount that is typed, such as '12', '-3.50' or '1,5', in minor units; None for what is none."""
    found = AMOUNT.fullmatch(text.strip())
    digits = minor_digits(currency)
    if not found or len(found[3] or "") > digits:
        return None
    amount = int(found[2] + (found[3] or "").ljust(digits, "0"))
    return -amount if found[1] == "-" else amount


def minor_digits(currency: str) -> int:
    """How many digits of an amount stand behind the point."""
    return 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2


def _parts(amount: int, currency: str) -> tuple[int, str]:
    digits = minor_digits(currency)
    whole, rest = divmod(amount, 10**digits)
    return whole, f".{rest:0{digits}}" if digits else ""


def ordinal(number: int) -> str:
    """A place in line, such as '4th'."""
    ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def several(names: list[str], at_most: int = 3) -> str:
    """Names from outside in a row, such as 'Ana, Bo, Cy and 4 more'."""
    shown = ", ".join(literal(name) for name in names[:at_most])
    return f"{shown} and {len(names) - at_most} more" if len(names) > at_most else shown
