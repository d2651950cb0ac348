"""Excel files of what a page lists: written row by row, safe to open, with columns as wide as their text, and, where people fill
them in, with lists to choose from and rules for what is typed."""

from __future__ import annotations

import io
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import IO, Any, NamedTuple
from urllib.parse import quote

from flask import Response

from backend.core import clock

Plain = str | int | float | Decimal | bool | date | datetime | None


class Marked(NamedTuple):
    """A cell that something is wrong with: coloured, with a note that says what."""

    value: Plain
    note: str


class Coloured(NamedTuple):
    """A cell that somebody gave a colour, one of FILLS."""

    value: Plain
    colour: str


Cell = Plain | Marked | Coloured
FILLS = {
    "red": "#F4B5B0",
    "orange": "#F8CFA8",
    "yellow": "#FBEFA6",
    "green": "#BFE3C5",
    "blue": "#B9D6F2",
    "purple": "#D9C4EC",
}
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEASURED = 200
"""Rows that the width of a column is taken from: they are held back, all others are written as they come."""
NARROWEST, WIDEST = 6, 60
LONGEST = 32_767
"""Characters of a cell, by the file format."""
MOST_NOTES = 2_000
"""Notes of a sheet: each is a drawing, which a spreadsheet opens slowly. Beyond, the colour is left."""
_MOST_ROWS = 1_048_575
_MOST_DIGITS = 10**15
_INLINE = 250
"""Characters of a list that stands in its rule; a longer one stands on a sheet of its own."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Also as a Chinese Excel takes them, full width."""
_NUMBER = re.compile(r"[+-]?\d[\d ]*(?:\.\d+)?")
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LISTS = "linli lists"
_FORMATS: dict[str, dict[str, Any]] = {
    "plain": {},
    "head": {"bold": True},
    "moment": {"num_format": "yyyy-mm-dd hh:mm"},
    "day": {"num_format": "yyyy-mm-dd"},
    "text": {"num_format": "@"},
    "wrapped": {"text_wrap": True, "valign": "top"},
    "wrong": {"bg_color": "#FFD9D6", "font_color": "#7A1A12"},
}
_FORMATS |= {
    f"{name} {colour}": {**_FORMATS[name], "bg_color": fill}
    for name in ("plain", "moment", "day", "text", "wrapped")
    for colour, fill in FILLS.items()
}


@dataclass(frozen=True, slots=True)
class Look:
    """How a column is filled in: `text` keeps noughts and long numbers as typed; `choices` is a list to choose from; `note` is shown
    at its head. `least` and `most` bound a `number` ("whole" or "decimal")."""

    hidden: bool = False
    text: bool = False
    day: bool = False
    note: str = ""
    choices: Sequence[str] = ()
    number: str = ""
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A titled table: `headers` and, lazily, rows of as many cells. An aware datetime is shown on the community's clocks. `looks` by
    the position of the column, from 0."""

    title: str
    headers: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    looks: Mapping[int, Look] = field(default_factory=dict)


def write(target: str | IO[bytes], sheets: Iterable[Sheet]) -> None:
    """The sheets as one .xlsx file; however many rows there are, a few are in memory."""
    book = _Book(target)
    used = {_LISTS}
    for sheet in sheets:
        book.add(sheet, _title(sheet.title, used))
    book.close()


def written(sheets: Iterable[Sheet]) -> bytes:
    """The sheets as the bytes of one .xlsx file."""
    buffer = io.BytesIO()
    write(buffer, sheets)
    return buffer.getvalue()


def download(name: str, *sheets: Sheet) -> Response:
    """The file as an answer to a request; `name` without its ending, in any script."""
    return Response(written(sheets), content_type=TYPE, headers=attachment(name, "xlsx"))


def attachment(name: str, ending: str) -> dict[str, str]:
    """The headers of a file to be kept."""
    return {
        "Content-Disposition": f"attachment; filename=\"linli.{ending}\"; filename*=UTF-8''{quote(name)}.{ending}",
        "Cache-Control": "private, no-store",
    }


def defused(text: str) -> str:
    """The text as no spreadsheet takes it for a formula, also after it was saved as CSV: what begins like one, and is no plain
    number, gets an apostrophe before it."""
    text = _ILLEGAL.sub("", text)[: LONGEST - 1]
    # What begins with an apostrophe of its own gets another, so that it comes back as it was.
    bare = text.lstrip("'")
    return f"'{text}" if bare.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def bare(cell: Cell) -> Plain:
    """What the cell says, without its colour and note."""
    return cell.value if isinstance(cell, Marked | Coloured) else cell


def local(value: Plain) -> Plain:
    """A moment without its zone, as the community's clocks showed it; anything else as it is."""
    if isinstance(value, datetime) and value.tzinfo:
        return clock.local(value).replace(tzinfo=None)
    return value


def width(text: str) -> int:
    """In the widths of a digit; a Chinese character is two wide."""
    return max(
        (sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line) for line in text.split("\n")),
        default=0,
    )


class _Book:
    def __init__(self, target: str | IO[bytes]) -> None:
        from xlsxwriter import Workbook  # slow to load, and most processes write no book

        settings = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = Workbook(target, settings)
        self._formats = {name: self._book.add_format(look) for name, look in _FORMATS.items()}
        self._lists: list[Sequence[str]] = []

    def add(self, sheet: Sheet, title: str) -> None:
        page = self._book.add_worksheet(title)
        rows: Iterator[Sequence[Cell]] = iter(sheet.rows)
        first = list(islice(rows, MEASURED))
        for column, header in enumerate(sheet.headers):
            look = sheet.looks.get(column, Look())
            shown = [header, *(_shown(row[column]) for row in first if column < len(row))]
            wide = min(max(max(width(text) for text in shown) + 2, NARROWEST), WIDEST)
            typed = self._formats["text"] if look.text else self._formats["day"] if look.day else None
            page.set_column(column, column, wide, typed, {"hidden": look.hidden})
            self._rule(page, column, look)
        page.freeze_panes(1, 0)
        for column, header in enumerate(sheet.headers):
            page.write_string(0, column, defused(header), self._formats["head"])
            if note := sheet.looks.get(column, Look()).note:
                page.write_comment(0, column, note, {"x_scale": 2})
        notes = 0
        for number, row in enumerate(chain(first, rows), 1):
            for column, value in enumerate(row):
                if isinstance(value, Marked):
                    notes += 1
                    if notes <= MOST_NOTES:
                        page.write_comment(number, column, value.note, {"x_scale": 2})
                self._cell(page, number, column, value)

    def close(self) -> None:
        if self._lists:
            page = self._book.add_worksheet(_LISTS)
            page.very_hidden()
            for row in range(max(len(one) for one in self._lists)):
                for column, one in enumerate(self._lists):
                    if row < len(one):
                        page.write_string(row, column, one[row])
        self._book.close()

    def _cell(self, page: Any, row: int, column: int, value: Cell) -> None:
        plain = _fit(local(bare(value)))
        if plain is None or plain == "":
            if isinstance(value, Marked | Coloured):
                page.write_blank(row, column, None, self._look(value, "plain"))
        elif isinstance(plain, str):
            text = defused(plain)
            wide = "\n" in text or width(text) > WIDEST
            # A colour of its own takes the column's look away: a text stays one.
            look = "wrapped" if wide else "text" if isinstance(value, Coloured) else ""
            page.write_string(row, column, text, self._look(value, look))
        elif isinstance(plain, bool):
            page.write_boolean(row, column, plain, self._look(value, ""))
        elif isinstance(plain, date):
            look = "moment" if isinstance(plain, datetime) else "day"
            format_ = self._formats[look] if isinstance(value, Marked) else self._look(value, look)
            page.write_datetime(row, column, plain, format_)
        else:
            page.write_number(row, column, float(plain), self._look(value, ""))

    def _look(self, cell: Cell, name: str) -> Any:
        """The format of that name, in the cell's colour; None for none."""
        if isinstance(cell, Marked):
            return self._formats["wrong"]
        if isinstance(cell, Coloured) and cell.colour in FILLS:
            return self._formats[f"{name or 'plain'} {cell.colour}"]
        return self._formats[name] if name else None

    def _rule(self, page: Any, column: int, look: Look) -> None:
        rule: dict[str, Any] | None = None
        if look.choices:
            rule = {"validate": "list", "source": self._source(look.choices)}
        elif look.day:
            rule = {"validate": "date", "criteria": ">=", "value": date(1900, 1, 1)}
        elif look.number:
            rule = {
                "validate": "integer" if look.number == "whole" else "decimal",
                "criteria": "between",
                "minimum": -1e14 if look.least is None else look.least,
                "maximum": 1e14 if look.most is None else look.most,
            }
        if rule:
            page.data_validation(1, column, _MOST_ROWS, column, rule | {"ignore_blank": True})

    def _source(self, choices: Sequence[str]) -> list[str] | str:
        if sum(len(choice) + 1 for choice in choices) <= _INLINE and not any(
            "," in c or '"' in c for c in choices
        ):
            return list(choices)
        self._lists.append(choices)
        from xlsxwriter.utility import xl_col_to_name

        name = xl_col_to_name(len(self._lists) - 1, col_abs=True)
        return f"='{_LISTS}'!{name}$1:{name}${len(choices)}"


def _fit(value: Plain) -> Plain:
    """As a spreadsheet can hold it: what is no figure or no day to it is written out."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return value if math.isfinite(value) and abs(float(value)) < _MOST_DIGITS else str(value)
    if isinstance(value, date):
        return value if value.year >= 1900 else value.isoformat()
    return value


def _shown(value: Cell) -> str:
    value = bare(value)
    if isinstance(value, datetime):
        return "2026-01-01 00:00"
    return "" if value is None else str(value)


def _title(wanted: str, used: set[str]) -> str:
    """A title that Excel takes: 31 characters, without some signs, and no second one like it."""
    base = _NOT_IN_TITLES.sub(" ", _ILLEGAL.sub("", wanted)).strip("' ")[:31] or "1"
    title, n = base, 1
    while title.casefold() in used:
        n += 1
        title = f"{base[: 31 - len(str(n)) - 1]} {n}"
    used.add(title.casefold())
    return title
