"""Cells as plain values, as they are read from any kind of file, and as they wait in the database to be brought in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import orjson

Cell = str | int | float | bool | date | datetime | None
MOST_DIGITS = 15
"""A spreadsheet keeps no more digits of a number; further ones became noughts."""
_SCIENTIFIC = re.compile(r"\d(?:\.(\d+))?[eE]\+?(\d{2})")
_UNSEEN = "\ufeff\u200b\u200e\u200f\u202a\u202c\u2060"
_EDGES = " \t\r\n\u3000\xa0" + _UNSEEN
_AS_TEXT = re.compile(r'="([^"]*)"')
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def tidy(value: Any) -> Cell:
    """A cell without blanks at its edges; None for one that says nothing. A whole number is an int."""
    if type(value) is str:
        if not value:
            return None
        text = value.strip(_EDGES)
        if text[:1] == "'" and text[1:2] in _FORMULA:
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
        seen = _SCIENTIFIC.fullmatch(cell)
        return seen is not None and len(seen[1] or "") < int(seen[2]) >= 6
    return isinstance(cell, float) and abs(cell) >= 10**MOST_DIGITS


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
