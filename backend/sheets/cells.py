"""Cells as plain values, as they are read from any kind of file, and as they wait in the database to be brought in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import orjson

from backend.fields.plain import half_width

Cell = str | int | float | bool | date | datetime | None
MOST_DIGITS = 15
"""A spreadsheet keeps no more digits of a number; further ones became noughts."""
_SCIENTIFIC = re.compile(r"\d(?:[.,](\d+))?[eE]\+?(\d{2})")
_ROUNDED = re.compile(r"[1-9]\d{14}000")
_ERRORS = frozenset(("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"))
_DASHES = re.compile(r"[‐‑‒–—―−\\]")
_WHOLE = re.compile(r"(\d{5,15})[.,]0+")
_UNSEEN = "\ufeff\u200b\u200e\u200f\u202a\u202c\u2060"
_EDGES = " \t\r\n\u3000\xa0" + _UNSEEN
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_AS_TEXT = re.compile(r'="([^"]*)"')
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def tidy(value: Any) -> Cell:
    """A cell without blanks at its edges; None for one that says nothing. A whole number is an int."""
    if type(value) is str:
        if not value:
            return None
        # No database keeps a NUL, and nobody sees the others.
        text = _CONTROL.sub("", value).strip(_EDGES)
        if text[:1] == "'" and text.lstrip("'")[:1] in _FORMULA:
            # As `workbook.defused` wrote it.
            return text[1:] or None
        if text[:2] == '="' and (kept := _AS_TEXT.fullmatch(text)):
            return kept[1].strip() or None
        return text or None
    if type(value) is float:
        if value.is_integer() and abs(value) < 10**MOST_DIGITS:
            return int(value)
        return None if value != value else value
    if type(value) is dict:
        return datetime.fromisoformat(value["t"]) if "t" in value else date.fromisoformat(value["d"])
    return value


def damaged(cell: Cell) -> bool:
    """Whether a long number (an ID number, a bank card) was kept as a figure, so that its last digits are lost. They cannot be
    told from what is left."""
    if isinstance(cell, str):
        seen = _SCIENTIFIC.fullmatch(half_width(cell))
        return seen is not None and len(seen[1] or "") < int(seen[2]) >= 6
    return isinstance(cell, float) and abs(cell) >= 10**MOST_DIGITS


def rounded(cell: Cell) -> bool:
    """Whether a number of 18 digits ends as a spreadsheet leaves one that it rounded: fifteen digits and three noughts."""
    return isinstance(cell, str) and _ROUNDED.fullmatch(half_width(cell)) is not None


def failed(cell: Cell) -> bool:
    """Whether this is what a spreadsheet writes where a formula came to nothing."""
    return isinstance(cell, str) and cell.upper() in _ERRORS


def mended(cell: Cell, kind: str) -> Cell:
    """What a program did to a value on its way, taken back where it is plain: a number that became 13800138000.0, dashes of a
    typesetter in a date."""
    if not isinstance(cell, str):
        return cell
    if kind == "date":
        return _DASHES.sub("-", cell)
    if kind in ("phone", "id_number") and (whole := _WHOLE.fullmatch(half_width(cell))):
        return whole[1]
    return cell


def text_of(cell: Cell) -> str:
    """As people read it in the file."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d" if cell.time() == datetime.min.time() else "%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return str(cell)


def dumped(rows: Sequence[tuple[int, Sequence[Cell]]]) -> str:
    """Numbered rows as JSON text."""
    return orjson.dumps(rows, _plain, orjson.OPT_PASSTHROUGH_DATETIME).decode()


def loaded(text: str) -> list[tuple[int, list[Cell]]]:
    """The inverse of `dumped`."""
    return [(number, [_cell(c) if type(c) is dict else c for c in row]) for number, row in orjson.loads(text)]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat(timespec="seconds")}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    raise TypeError


def _cell(kept: dict[str, str]) -> Cell:
    return datetime.fromisoformat(kept["t"]) if "t" in kept else date.fromisoformat(kept["d"])
