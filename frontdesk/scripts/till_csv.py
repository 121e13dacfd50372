"""The day's till as a CSV file: a row for each desk and method, and one for each drawer."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping

from db.records import Drawer, Taken, Till
from frontdesk.scripts.output import local
from frontdesk.widgets.text import literal, number

COLUMNS = (
    *("day", "row", "desk", "method", "currency", "payments", "taken", "given_back", "total", "in_no_drawer"),
    *("opened_at", "counted_at", "float", "paid_in", "paid_out", "expected", "counted", "over", "note"),
)
# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


def of(day: Till, zone: str) -> bytes:
    """The file in UTF-8 with its mark, which spreadsheets go by; amounts are bare numbers of the currency."""
    text = io.StringIO(newline="")
    rows = csv.DictWriter(text, COLUMNS)
    rows.writeheader()
    for cells in [*map(_taken, day.taken), *(_drawer(each, zone) for each in day.drawers)]:
        rows.writerow({name: harmless(cell) for name, cell in ({"day": day.day.isoformat()} | cells).items()})
    return text.getvalue().encode("utf-8-sig", errors="replace")


def harmless(cell: str) -> str:
    """The cell as text that no spreadsheet reckons with; numbers stay numbers."""
    plain = literal(cell)
    return f"'{plain}" if plain.lstrip().startswith(FORMULA) and not NUMBER.fullmatch(plain) else plain


def _taken(each: Taken) -> dict[str, str]:
    amounts = {
        "taken": each.takings,
        "given_back": each.refunds,
        "total": each.total,
        "in_no_drawer": each.outside,
    }
    said = {"row": "method", "desk": each.desk, "method": each.method, "currency": each.currency}
    return said | {"payments": str(each.payments)} | _numbers(amounts, each.currency)


def _drawer(each: Drawer, zone: str) -> dict[str, str]:
    amounts = {
        "taken": each.takings,
        "given_back": each.refunds,
        "total": each.takings + each.refunds,
        "float": each.float_amount,
        "paid_in": each.paid_in,
        "paid_out": each.paid_out,
        "expected": each.expected,
        "counted": each.counted,
        "over": each.over,
    }
    said = {"row": "drawer", "desk": each.desk, "method": "cash", "currency": each.currency}
    times = {"opened_at": local(each.opened_at, zone), "counted_at": local(each.counted_at, zone)}
    return said | times | _numbers(amounts, each.currency) | {"note": each.note}


def _numbers(amounts: Mapping[str, int | None], currency: str) -> dict[str, str]:
    return {name: "" if amount is None else number(amount, currency) for name, amount in amounts.items()}
