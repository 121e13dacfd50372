"""`frontdesk till`: the day's sums for people, for programs, for a spreadsheet and for paper."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import uuid
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gym import Gym
from scripts.shell import Shell
from scripts.test_cli import ROOT

from db.records import BookingRequest
from db.repositories import bookings, staff, till
from frontdesk.scripts.till_csv import harmless


@pytest.fixture
def day(ana: Shell, gym: Gym) -> Shell:
    """A drawer with £100, one in cash, one by card, one taken back, milk, five short; another is open."""
    signed_in = gym.signed_in()
    staff.open_desk(signed_in, "=HYPERLINK(1)")
    drawer = till.open_drawer(signed_in, uuid.uuid4(), 10_000)
    for key, pay in (("okafor", "cash"), ("ortiz", "card"), ("arabic", "cash")):
        asked: Any = pay
        request = BookingRequest(uuid.uuid4(), gym.sessions["spin"], "client", gym.clients[key], pay=asked)
        bookings.book(signed_in, request)
    bookings.take_back(signed_in, request.id)
    till.move(signed_in, uuid.uuid4(), -200, "milk")
    till.count(signed_in, drawer.id, {5_000: 2, 500: 1}, "-five went missing 李 €")
    till.open_drawer(signed_in, uuid.uuid4(), 2_500)
    return ana


def test_for_people(day: Shell) -> None:
    shown = day("till")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith("Harbour Lane, ")
    cash, card = (
        next(line for line in shown.out.splitlines() if line.startswith("=HYPER") and f"  {method}" in line)
        for method in ("cash", "card")
    )
    assert cash.split()[1:] == ["cash", "3", "£24.00", "-£12.00", "£12.00"]
    assert card.split()[1:] == ["card", "1", "£12.00", "£0.00", "£12.00"]
    assert "all desks" in shown.out
    counted, opened = shown.out.splitlines()[-2:]
    assert (
        "£100.00  £12.00  £0.00    -£2.00    £110.00   £105.00  £5.00 short  -five went missing 李 €"
        in counted
    )
    assert opened.split()[-1] == "open" and "£25.00" in opened


def test_as_json(day: Shell) -> None:
    said = day("till", "--json").json
    assert {(each["method"], each["total"]) for each in said["taken"]} == {("cash", 1200), ("card", 1200)}
    assert [(each["expected"], each["counted"]) for each in said["drawers"]] == [
        (11_000, 10_500),
        (2_500, None),
    ]
    assert [(each["kind"], each["about"], each["amount"]) for each in said["moves"]] == [
        *(("paid", "milk", -200), ("booking", "Spin", -1200), ("booking", "Spin", 1200)),
        ("booking", "Spin", 1200),
    ]


def test_as_csv(day: Shell, tmp_path: Path) -> None:
    file = tmp_path / "till.csv"
    assert day("till", "--csv", file).code == 0
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))
    assert [(row["row"], row["method"], row["total"]) for row in rows] == [
        ("method", "card", "12.00"),
        ("method", "cash", "12.00"),
        ("drawer", "cash", "12.00"),
        ("drawer", "cash", "0.00"),
    ]
    counted = rows[2]
    assert (counted["paid_out"], counted["expected"], counted["counted"], counted["over"]) == (
        *("-2.00", "110.00", "105.00", "-5.00"),
    )
    assert {row["desk"] for row in rows} == {"'=HYPERLINK(1)"}
    assert counted["note"] == "'-five went missing 李 €"
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-x", "@x", "\t=1", " =1", "-1,2", "-1+2", "+44"])
def test_a_cell_that_a_spreadsheet_would_reckon_with(cell: str) -> None:
    assert harmless(cell).startswith("'")


@pytest.mark.parametrize("cell", ["", "-12.00", "0", "12.5", "milk", "a=1", "07:00"])
def test_a_cell_that_is_harmless(cell: str) -> None:
    assert harmless(cell) == cell


def test_as_pdf(day: Shell, tmp_path: Path) -> None:
    """Whatever the fonts lack shows as a mark, and the amounts stand there."""
    file = tmp_path / "till.pdf"
    assert day("till", "--pdf", file).code == 0
    content = file.read_bytes()
    assert content.startswith(b"%PDF-")
    drawn = b"".join(
        zlib.decompress(part.split(b"endstream")[0].strip(b"\r\n"))
        for part in content.split(b"stream\r\n" if b"stream\r\n" in content else b"stream\n")[1::2]
        if part[:1] == b"x"
    )
    for text in ("Harbour Lane: till of", "\u00a3110.00", "\u00a35.00 short", "-five went", "? \u20ac"):
        assert text.encode("cp1252") in drawn, text


def test_no_file_is_written_over(day: Shell, tmp_path: Path) -> None:
    file = tmp_path / "till"
    file.write_text("mine")
    for option in ("--csv", "--pdf"):
        refused = day("till", option, file)
        assert (refused.code, refused.out) == (2, "")
        assert "exists already" in refused.err
        nowhere = day("till", option, tmp_path / "no" / "folder")
        assert (nowhere.code, nowhere.err) == (2, "No file can be made there. Name another.\n")
    assert file.read_text() == "mine"


def test_a_day_with_nothing(ana: Shell) -> None:
    said = ana("till", "1999-12-31")
    assert (said.code, said.out) == (0, "")
    assert said.err == "Nothing was taken on Fri 31 Dec 1999, and no drawer was open.\n"
    assert ana("till", "soon").code == 2


def test_a_viewer_may_look(day: Shell, sign_in: Callable[[str], None]) -> None:
    sign_in("vera")
    assert "£110.00" in day("till").out
    sign_in("ben")
    assert "110" not in day("till").out


def test_the_pdf_library_is_loaded_only_for_it(day: Shell) -> None:
    code = "from frontdesk.cli import main; import sys; main(['till']); print('LOADED', *sys.modules)"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    loaded = set(shown.stdout.split("LOADED", 1)[1].split())
    assert not loaded & {"textual", "sqlalchemy", "alembic", "fpdf", "PIL", "fontTools"}
