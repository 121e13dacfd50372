"""A CSV file as rows of text: its encoding and its delimiter are found out."""

from __future__ import annotations

import codecs
import csv
import io
import re
from contextlib import suppress
from dataclasses import dataclass

from db.errors import BadInput
from db.imports import headers
from db.imports.ambiguity import Ambiguous

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
LONGEST_CELL = 1_000_000
ROWS_LOOKED_AT = 50

# The first bytes of files that are mistaken for CSV.
OTHER_FILES = {
    b"PK\x03\x04": "a workbook or an archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "an archive",
    b"SQLite": "a database",
}
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Of eight bits, as the spreadsheets of western and of central Europe write.
EIGHT_BITS = ("cp1252", "cp1250")
# What stands in texts beside letters: an encoding that makes other signs of them is the wrong one.
SIGNS = set("€‚„…†‡‰‹›‘’“”•–—™ «»§©®°´·")  # noqa: RUF001 - these very signs
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_SEPARATOR_LINE = re.compile(r'\A"?sep=(.)"?\r?\n', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """One row below the header; `line` is the file's line on which it ends, the first being 1."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole file; `guessed` says that another encoding of eight bits would fit as well."""

    encoding: str
    guessed: bool
    delimiter: str
    header: list[str]
    rows: list[Row]


def read(content: bytes, encoding: str | None = None, delimiter: str | None = None) -> Sheet:
    """The rows of a CSV file; `BadInput` says what it is instead, or which option would help."""
    if not content.strip(b" \t\r\n\0"):
        raise BadInput("The file is empty. Nothing was imported.")
    for start, what in OTHER_FILES.items():
        if content.startswith(start):
            raise BadInput(f"This is {what} and no CSV file. Save it as CSV, then import that.")
    found, guessed, text = _decoded(content, encoding)
    if len(_CONTROL.findall(text)) > max(20, len(text) // 100):
        raise BadInput("This is no text file. Export the people as CSV, or name its --encoding.")
    said = _SEPARATOR_LINE.match(text)
    first_line = 1
    if said:
        text, delimiter, first_line = text[said.end() :], delimiter or said[1], 2
    delimiter = delimiter or _delimiter(text)
    header, rows = _rows(text, delimiter, first_line)
    return Sheet(found, guessed, delimiter, header, rows)


def _decoded(content: bytes, wanted: str | None) -> tuple[str, bool, str]:
    if wanted is not None:
        try:
            return wanted, False, content.decode(wanted).removeprefix("\ufeff")
        except LookupError:
            raise BadInput("That encoding is not known. Try --encoding utf-8, cp1252 or utf-16.") from None
        except UnicodeError:
            raise BadInput(f"The file is not {wanted}. Leave out --encoding, or name another.") from None
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return encoding, False, _strictly(content, encoding)
    if (wide := _without_mark(content)) is not None:
        return wide, False, _strictly(content, wide)
    try:
        return "utf-8", False, content.decode("utf-8")
    except UnicodeDecodeError:
        pass
    encoding, text = _eight_bits(content)
    return encoding, True, text


def _eight_bits(content: bytes) -> tuple[str, str]:
    """The encoding that leaves letters in the words; `Ambiguous` where two do, and not the same ones."""
    texts: dict[str, str] = {}
    for encoding in EIGHT_BITS:
        with suppress(UnicodeDecodeError):
            texts[encoding] = content.decode(encoding)
    if not texts:
        raise BadInput("The encoding cannot be found out. Name it, such as --encoding mac_roman.")
    odd = {encoding: _odd(text) for encoding, text in texts.items()}
    first, *others = (encoding for encoding in texts if odd[encoding] == min(odd.values()))
    for other in others:
        for one, another in zip(texts[first], texts[other], strict=True):
            if one != another:
                raise Ambiguous(
                    f"A letter could be '{one}' ({first}) or '{another}' ({other}). Say --encoding {first} or"
                    f" --encoding {other}.",
                    "encoding",
                    (first, other),
                )
    return first, texts[first]


def _odd(text: str) -> int:
    return sum(not (sign.isascii() or sign.isalpha() or sign in SIGNS) for sign in text)


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeError:
        raise BadInput(f"The file begins as {encoding} and is broken. Name its --encoding.") from None


def _without_mark(content: bytes) -> str | None:
    """UTF-16 that says so by its zeros only: every second byte of Latin text is one."""
    start = content[:4000]
    pairs = len(start) // 2
    if pairs < 2:
        return None
    if start[1::2].count(0) > pairs * 0.4 and start[0::2].count(0) < pairs * 0.1:
        return "utf-16-le"
    if start[0::2].count(0) > pairs * 0.4 and start[1::2].count(0) < pairs * 0.1:
        return "utf-16-be"
    return None


def _delimiter(text: str) -> str:
    """The one that makes the most known columns of the header, then the most rows as long as it."""
    scores = {}
    for delimiter in DELIMITERS:
        try:
            header, *rows = _first_rows(text, delimiter)
        except (csv.Error, ValueError):
            continue
        known = sum(headers.known(cell) for cell in header)
        alike = sum(len(row) == len(header) for row in rows)
        scores[delimiter] = (len(header) > 1 and known, len(header) > 1, alike)
    if not scores:
        raise BadInput("The rows cannot be told apart. Name the --delimiter, such as ';'.")
    best = [delimiter for delimiter, score in scores.items() if score == max(scores.values())]
    if len(best) > 1 and max(scores.values())[1]:
        choices = tuple("tab" if delimiter == "\t" else delimiter for delimiter in best)
        said = " or ".join(f"--delimiter '{choice}'" for choice in choices)
        raise Ambiguous(f"The cells could be parted in two ways. Say {said}.", "delimiter", choices)
    return best[0]


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    rows = []
    for row in csv.reader(io.StringIO(text[:200_000], newline=""), delimiter=delimiter):
        if any(cell.strip() for cell in row):
            rows.append(row)
        if len(rows) > ROWS_LOOKED_AT:
            break
    return rows


def _rows(text: str, delimiter: str, first_line: int) -> tuple[list[str], list[Row]]:
    if len(delimiter) != 1:
        raise BadInput("A delimiter is one character, such as ',' or ';'; a tab is written 'tab'.")
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append(Row(reader.line_num + first_line - 1, cells))
    except csv.Error:
        raise BadInput(
            f"Line {reader.line_num + first_line - 1} cannot be read: a quote that never closes, or a cell"
            f" of more than {LONGEST_CELL:,} characters. Nothing was imported."
        ) from None
    if not rows:
        raise BadInput("The file is empty. Nothing was imported.")
    header, *below = rows
    return [cell.strip() for cell in header.cells], below
