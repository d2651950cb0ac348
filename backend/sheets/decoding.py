"""The program that opens workbooks of strangers, in a process of its own: its memory and its time are bounded, and when a file
makes the decoder fall over, nothing else falls.

    python decoding.py sheets < file        what sheets there are, and the first rows of each
    python decoding.py rows 2 < file        all rows of the sheet number 2, from 0

Answers are lines of JSON. It imports nothing of ours, so that it starts quickly.
"""

from __future__ import annotations

import io
import re
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetTypeEnum

LARGE = 16 * 1024 * 1024
"""Bytes of a file that only an operator can bring in: it may take more."""
MEMORY, MEMORY_LARGE = 512 * 1024 * 1024, 1_500_000_000
SECONDS, SECONDS_TO_LOOK = 60, 8
"""Of processor time: for all rows, and while somebody waits for the page that shows the first ones."""
MOST_TEXT, MOST_TEXT_LARGE, TEXT_AT_ONCE = 60_000_000, 1_500_000_000, 2_000_000
"""Characters that all cells of a sheet say together: a small file can say one long text a million times."""
SAMPLE = 40
"""Rows of each sheet that are shown before one is chosen."""
AT_ONCE = 500
MOST_SHEETS = 50
MOST_ROWS, MOST_COLUMNS = 1_048_576, 400
MOST_MERGED = 200_000
"""Cells that merged ones are copied to."""

LARGEST_LOOKED_INTO = 200_000_000
"""Bytes of a sheet's part that is searched for errors of formulas."""
_LONGEST_TAG = 200
_ERROR = re.compile(rb'(<c [^<>]{0,150}?)\bt="e"')

Row = list[Any]
NO_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    EOFError,
)
"""What zipfile raises for what is none, or is broken, locked, or packed in a way that it does not know."""


def main(act: str, *which: str) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    data = sys.stdin.buffer.read(LARGE)
    more = sys.stdin.buffer.read()
    large = bool(more)
    memory = MEMORY_LARGE if large else MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    seconds = SECONDS_TO_LOOK if act == "sheets" and not large else SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(with_errors_told(data + more)))
        lines = _sheets(book) if act == "sheets" else _rows(_sheet(book, int(which[0])), large)
        for line in lines:
            sys.stdout.buffer.write(orjson.dumps(line, _plain, orjson.OPT_PASSTHROUGH_DATETIME) + b"\n")
    except PasswordError:
        _fail("password")
    except (CalamineError, ValueError, OverflowError, LookupError) as error:
        _fail("size" if str(error) == "size" else "broken")
    except BaseException as fallen:  # the decoder's own panic, when it gets no memory, is no Exception
        _fail("size" if isinstance(fallen, MemoryError) or "pointer is null" in str(fallen) else "broken")


def longest_shown(columns: int) -> int:
    """Characters of a cell among the first rows of so many columns: what people choose by is kept, and no more."""
    return min(500, max(60, 10_000 // max(columns, 1)))


def _fail(why: str) -> None:
    sys.stdout.buffer.write(orjson.dumps({"error": why}) + b"\n")


def _sheets(book: CalamineWorkbook) -> Iterator[dict[str, Any]]:
    for index, known in enumerate(book.sheets_metadata[:MOST_SHEETS]):
        if known.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = _sheet(book, index)
        first = []
        for row in _filled(sheet):
            longest = longest_shown(len(row))
            first.append([c[:longest] if type(c) is str else c for c in row])
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


def _rows(sheet: CalamineSheet, large: bool) -> Iterator[list[Row]]:
    part: list[Row] = []
    most, told, kept = MOST_TEXT_LARGE if large else MOST_TEXT, 0, 0
    for row in _filled(sheet):
        said = sum(len(c) for c in row if type(c) is str)
        told, kept = told + said, kept + said
        if told > most:
            raise ValueError("size")
        part.append(row)
        if len(part) >= AT_ONCE or kept > TEXT_AT_ONCE:
            yield part
            part, kept = [], 0
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


def with_errors_told(data: bytes) -> bytes:
    """The workbook whose formulas came to nothing, with what Excel says there (#REF!) as text: the decoder leaves such cells empty,
    and what was lost would look like nothing."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            wrong = {part.filename for part in packed.infolist() if _has_errors(packed, part)}
            if not wrong:
                return data
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as told:
                for part in packed.infolist():
                    content = packed.read(part)
                    told.writestr(
                        part.filename,
                        _ERROR.sub(rb'\1t="str"', content) if part.filename in wrong else content,
                    )
            return out.getvalue()
    except NO_ARCHIVE:
        return data


def _has_errors(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    if not part.filename.startswith("xl/worksheets/") or part.file_size > LARGEST_LOOKED_INTO:
        return False
    with packed.open(part) as content:
        before = b""
        while more := content.read(1 << 20):
            if _ERROR.search(before + more):
                return True
            before = more[-_LONGEST_TAG:]
    return False


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
