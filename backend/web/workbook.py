"""Excel files of what a page lists: written row by row, safe to open, with columns as wide as their text."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any
from urllib.parse import quote

from flask import Response
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from backend.core import clock

Cell = str | int | float | Decimal | bool | date | datetime | None
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEASURED = 200
"""Rows that the width of a column is taken from: they are held back, all others are written as they come."""
NARROWEST, WIDEST = 6, 60
LONGEST = 32_767
"""Characters of a cell, by the file format."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Also as a Chinese Excel takes them, full width."""
_NUMBER = re.compile(r"[+-]?\d[\d ]*(?:\.\d+)?")
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A titled table: `headers` and, lazily, rows of as many cells. An aware datetime is shown on the community's clocks."""

    title: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def written(sheets: Iterable[Sheet]) -> bytes:
    """The sheets as one .xlsx file."""
    book = Workbook(write_only=True)
    used: set[str] = set()
    for sheet in sheets:
        _write(book, sheet, _title(sheet.title, used))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def download(name: str, *sheets: Sheet) -> Response:
    """The file as an answer to a request; `name` without its ending, in any script."""
    return Response(
        written(sheets),
        content_type=TYPE,
        headers={
            "Content-Disposition": f"attachment; filename=\"linli.xlsx\"; filename*=UTF-8''{quote(name)}.xlsx",
            "Cache-Control": "private, no-store",
        },
    )


def defused(text: str) -> str:
    """The text as no spreadsheet takes it for a formula, also after it was saved as CSV: what begins like one, and is no plain
    number, gets an apostrophe before it."""
    text = ILLEGAL_CHARACTERS_RE.sub("", text)[: LONGEST - 1]
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def width(text: str) -> int:
    """In the widths of a digit; a Chinese character is two wide."""
    return max(
        (sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in text.split("\n")),
        default=0,
    )


def _write(book: Workbook, sheet: Sheet, title: str) -> None:
    page = book.create_sheet(title)
    rows: Iterator[Sequence[Cell]] = iter(sheet.rows)
    first = list(islice(rows, MEASURED))
    for index, header in enumerate(sheet.headers):
        shown = [header, *(_shown(row[index]) for row in first if index < len(row))]
        wanted = max(width(text) for text in shown) + 2
        page.column_dimensions[get_column_letter(index + 1)].width = min(max(wanted, NARROWEST), WIDEST)
    page.freeze_panes = "A2"
    page.append([_cell(page, header, bold=True) for header in sheet.headers])
    for row in chain(first, rows):
        page.append([_cell(page, value) for value in row])


def _cell(page: Any, value: Cell, *, bold: bool = False) -> Any:
    if isinstance(value, datetime):
        value = clock.local(value).replace(tzinfo=None) if value.tzinfo else value
    elif isinstance(value, str):
        value = defused(value)
    cell = WriteOnlyCell(page, value=value)
    if isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    elif isinstance(value, str):
        cell.data_type = "s"
        if "\n" in value or width(value) > WIDEST:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    if bold:
        cell.font = Font(bold=True)
    return cell


def _shown(value: Cell) -> str:
    if isinstance(value, datetime):
        return "2026-01-01 00:00"
    return "" if value is None else str(value)


def _title(wanted: str, used: set[str]) -> str:
    """A title that Excel takes: 31 characters, without some signs, and no second one like it."""
    base = _NOT_IN_TITLES.sub(" ", ILLEGAL_CHARACTERS_RE.sub("", wanted)).strip("' ")[:31] or "1"
    title, n = base, 1
    while title.casefold() in used:
        n += 1
        title = f"{base[: 31 - len(str(n)) - 1]} {n}"
    used.add(title.casefold())
    return title
