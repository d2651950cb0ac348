"""Workbooks as people send them, and as nobody should."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

HEADERS = ["姓名", "身份证号", "手机", "出生日期"]
PEOPLE = [
    ["王秀英", "110101194803050024", 13800138000, date(1948, 3, 5)],
    ["李建国", "110101195512120015", "139-0013-9000", date(1955, 12, 12)],
]


def xlsx(
    rows: Sequence[Sequence[Any]],
    *,
    merged: Sequence[str] = (),
    since_1904: bool = False,
    title: str = "名单",
) -> bytes:
    book = Workbook()
    if since_1904:
        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    return saved(book)


def table(rows: Sequence[Sequence[Any]]) -> bytes:
    """The same as text: it is opened without a process of its own."""
    out = io.StringIO()
    csv.writer(out).writerows(["" if c is None else c for c in row] for row in rows)
    return out.getvalue().encode()


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one of its parts replaced or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            if part.filename != name:
                new.writestr(part.filename, old.read(part.filename))
        new.writestr(name, content)
    return out.getvalue()
