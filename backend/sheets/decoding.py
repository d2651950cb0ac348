"""The program that opens workbooks of strangers, in a process of its own: its memory and its time are bounded, and when a file
makes the decoder fall over, nothing else falls.

    python decoding.py sheets < file        what sheets there are, and the first rows of each
    python decoding.py rows 2 < file        all rows of the sheet number 2, from 0

Answers are lines of JSON. It imports nothing of ours, so that it starts quickly.
"""

from __future__ import annotations

import io
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

MEMORY = 1_500_000_000
SECONDS = 60
SAMPLE = 40
"""Rows of each sheet that are shown before one is chosen."""
AT_ONCE = 500
MOST_SHEETS = 50
MOST_ROWS, MOST_COLUMNS = 1_048_576, 400
MOST_MERGED = 200_000
"""Cells that merged ones are copied to."""

Row = list[Any]


def main(act: str, *which: str) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        for line in _sheets(book) if act == "sheets" else _rows(_sheet(book, int(which[0]))):
            sys.stdout.buffer.write(orjson.dumps(line, _plain, orjson.OPT_PASSTHROUGH_DATETIME) + b"\n")
    except PasswordError:
        _fail("password")
    except (CalamineError, ValueError, OverflowError, LookupError) as error:
        _fail("size" if str(error) == "size" else "broken")


def _fail(why: str) -> None:
    sys.stdout.buffer.write(orjson.dumps({"error": why}) + b"\n")


def _sheets(book: CalamineWorkbook) -> Iterator[dict[str, Any]]:
    for index, known in enumerate(book.sheets_metadata[:MOST_SHEETS]):
        if known.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = _sheet(book, index)
        first = []
        for row in _filled(sheet):
            first.append(row)
            if len(first) >= SAMPLE:
                break
        hidden = "Visible" not in str(known.visible)
        yield {
            "index": index,
            "name": known.name,
            "hidden": hidden,
            "rows": sheet.total_height,
            "columns": sheet.total_width,
            "first": first,
        }


def _rows(sheet: CalamineSheet) -> Iterator[list[Row]]:
    part: list[Row] = []
    for row in _filled(sheet):
        part.append(row)
        if len(part) >= AT_ONCE:
            yield part
            part = []
    yield part


def _sheet(book: CalamineWorkbook, index: int) -> CalamineSheet:
    sheet = book.get_sheet_by_index(index)
    if sheet.total_height > MOST_ROWS or sheet.total_width > MOST_COLUMNS:
        raise ValueError("size")
    return sheet


def _filled(sheet: CalamineSheet) -> Iterator[Row]:
    """Every row from the first of the sheet; what stands in merged cells stands in each of them."""
    starts = _merged(sheet)
    open_: dict[int, tuple[int, Any]] = {}
    for number, row in enumerate(sheet.iter_rows()):
        for column, (last, value) in list(open_.items()):
            if number > last:
                del open_[column]
            elif column < len(row):
                row[column] = value
        for first_column, last_row, last_column in starts.get(number, ()):
            value = row[first_column] if first_column < len(row) else ""
            for column in range(first_column, last_column + 1):
                open_[column] = (last_row, value)
                if column < len(row):
                    row[column] = value
        yield row


def _merged(sheet: CalamineSheet) -> dict[int, list[tuple[int, int, int]]]:
    """By its first row: (first column, last row, last column) of each range of merged cells."""
    found: dict[int, list[tuple[int, int, int]]] = {}
    room = MOST_MERGED
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        right = min(right, MOST_COLUMNS)
        room -= (bottom - top + 1) * (right - left + 1)
        if room < 0:
            break
        found.setdefault(top, []).append((left, bottom, right))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"t": value.isoformat(timespec="seconds")}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60:02}:{minutes % 60:02}"
    raise TypeError


if __name__ == "__main__":
    main(*sys.argv[1:])
