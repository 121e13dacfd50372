"""The day's till as a PDF to print and file: by desk and method, then the drawers."""

from __future__ import annotations

from collections.abc import Sequence

from fpdf import FPDF, FontFace
from fpdf.enums import TableBordersLayout

from db.records import Organization, Till
from frontdesk.clock import day_of
from frontdesk.scripts.till import DRAWERS, TAKEN, drawer_rows, taken_rows
from frontdesk.widgets.text import literal

# What the fonts of every PDF reader hold; whatever else a name is written in shows as '?'.
ENCODING = "windows-1252"
SIZE, TITLE_SIZE = 9, 14
WORDS = {"DESK", "METHOD", "OPENED", "NOTE"}
WIDE = {"OPENED": 4, "NOTE": 6}


def of(day: Till, organization: Organization) -> bytes:
    """The file, A4 across; the same till gives the same pages."""
    page = FPDF(orientation="landscape", format="A4")
    page.core_fonts_encoding = ENCODING
    title = _shown(f"{organization.name}: till of {day_of(day.day)} {day.day.year}")
    page.set_title(title)
    page.add_page()
    page.set_font("Helvetica", "B", TITLE_SIZE)
    page.multi_cell(0, text=title, new_x="LMARGIN", new_y="NEXT")
    page.set_font("Helvetica", size=SIZE)
    for headings, rows in ((TAKEN, taken_rows(day)), (DRAWERS, drawer_rows(day, organization.timezone))):
        page.ln(SIZE / 2)
        _table(page, headings, rows)
    return bytes(page.output())


def _table(page: FPDF, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    aligned = tuple("LEFT" if heading in WORDS else "RIGHT" for heading in headings)
    with page.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        text_align=aligned,
        col_widths=tuple(WIDE.get(heading, 3) for heading in headings),
        line_height=1.4 * page.font_size,
        headings_style=FontFace(emphasis="BOLD"),
        padding=1,
    ) as table:
        for row in (headings, *rows):
            cells = table.row()
            for cell in row:
                cells.cell(_shown(cell))


def _shown(text: str) -> str:
    return literal(text).encode(ENCODING, errors="replace").decode(ENCODING)
