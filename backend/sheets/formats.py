"""The kinds of files that rows are given out as."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import IO

from backend.sheets import ods
from backend.web import workbook
from backend.web.workbook import Cell, Sheet, bare, defused, local

Write = Callable[[IO[bytes], Iterable[Sheet]], None]


@dataclass(frozen=True, slots=True)
class Format:
    """`write(file, sheets)`; `ending` of the file's name."""

    ending: str
    content_type: str
    write: Write


def _csv(target: IO[bytes], sheets: Iterable[Sheet]) -> None:
    """The sheets one after the other. With a mark that tells Excel that it is UTF-8."""
    text = io.TextIOWrapper(target, "utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    for sheet in sheets:
        writer.writerow([defused(h) for h in sheet.headers])
        for row in sheet.rows:
            writer.writerow([_plain(cell) for cell in row])
    text.detach()


def _plain(cell: Cell) -> str | int | float:
    value = local(bare(cell))
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return defused(value) if isinstance(value, str) else str(value)


FORMATS: dict[str, Format] = {
    f.ending: f
    for f in (
        Format("xlsx", workbook.TYPE, workbook.write),
        Format("csv", "text/csv; charset=utf-8", _csv),
        Format("ods", ods.TYPE, ods.write),
    )
}


def written(ending: str, sheets: Iterable[Sheet]) -> bytes:
    """The sheets as the bytes of a file."""
    buffer = io.BytesIO()
    FORMATS[ending].write(buffer, sheets)
    return buffer.getvalue()
