"""Workbooks as nobody should send them, and as people do: by name, made anew for every test."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Sequence

import xlsxwriter
from openpyxl import Workbook

from tests.sheets.books import HEADERS, PEOPLE, saved, with_part, xlsx

SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_ODS = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
REPEATED = 'table:number-columns-repeated="1024"'
GOOD = xlsx([HEADERS, *PEOPLE])


def sheet(rows: str, before: str = "") -> bytes:
    """GOOD with this XML as the rows of its sheet."""
    return with_part(
        GOOD, SHEET, f"<worksheet {_MAIN}>{before}<sheetData>{rows}</sheetData></worksheet>".encode()
    )


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def ods(rows: str, manifest: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(zipfile.ZipInfo("mimetype"), "application/vnd.oasis.opendocument.spreadsheet")
        packed.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">{manifest}</manifest:manifest>',
        )
        packed.writestr(
            "content.xml",
            f'<office:document-content {_ODS}><office:body><office:spreadsheet><table:table table:name="1">{rows}'
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return out.getvalue()


def ods_cell(text: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {more}><text:p>{text}</text:p></table:table-cell>'


def declared_huge() -> bytes:
    """Two people, and a used range that says a million rows by sixteen thousand columns."""
    rows = f'<row r="1">{cell("A1", "姓名")}{cell("B1", "手机")}</row><row r="2">{cell("A2", "王秀英")}{cell("B2", "13800138000")}</row>'
    return sheet(rows, '<dimension ref="A1:XFD1048576"/>')


def tall(columns: str) -> bytes:
    """One cell a million rows below the others, so that what is between them counts."""
    first = "".join(cell(f"{c}1", f"列{c}") for c in ("A", columns))
    return sheet(f'<row r="1">{first}</row><row r="1048576">{cell("A1048576", "x")}</row>')


def one_long_text_everywhere(rows: int, columns: int, letters: int) -> bytes:
    """A few kilobytes that say the same long text in every cell."""
    strings = f'<sst {_MAIN} count="1" uniqueCount="1"><si><t>{"长" * letters}</t></si></sst>'
    line = '<c t="s"><v>0</v></c>' * columns
    return with_part(sheet(f"<row>{line}</row>" * rows), STRINGS, strings.encode())


def one_long_text_merged() -> bytes:
    """A long text in merged cells of a whole block: what stands in one stands in each."""
    text = cell("A1", "长" * 30_000) + cell("B1", "名")
    rows = "".join(f'<row r="{n}">{cell(f"B{n}", "x")}</row>' for n in range(2, 400))
    body = f'<worksheet {_MAIN}><sheetData><row r="1">{text}</row>{rows}<row r="401">{cell("OJ401", "x")}</row></sheetData><mergeCells><mergeCell ref="A1:OJ400"/></mergeCells></worksheet>'
    return with_part(GOOD, SHEET, body.encode())


def many_sheets(many: int, rows: int) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        for n in range(many):
            one = book.add_worksheet(f"第{n}页")
            for row in range(rows):
                one.write_row(row, 0, ["姓名", row, "x"])
    return out.getvalue()


def many_parts(many: int) -> bytes:
    """The table of contents of an archive that is nothing else."""
    return b"PK\x03\x04" + b"PK\x01\x02" * many


def lying_sizes() -> bytes:
    """A part that unfolds to half a gigabyte and says that it is small."""
    data = bytearray(with_part(GOOD, SHEET, b"<worksheet><sheetData>" + b" " * 300_000_000))
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = data.find(mark)
        while at >= 0:
            size = struct.unpack_from("<I", data, at + place)[0]
            if size > 1_000_000:
                struct.pack_into("<I", data, at + place, 2_000)
            at = data.find(mark, at + 4)
    return bytes(data)


def entities(kind: str) -> bytes:
    if kind == "laughs":
        named = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
        return with_part(
            GOOD,
            SHEET,
            f"<!DOCTYPE x [{named}]><worksheet {_MAIN}><sheetData><row>{cell('A1', '&a9;')}</row></sheetData></worksheet>".encode(),
        )
    file = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    return with_part(
        GOOD,
        SHEET,
        f"{file}<worksheet {_MAIN}><sheetData><row>{cell('A1', '&f;')}</row></sheetData></worksheet>".encode(),
    )


def formulas() -> bytes:
    """Formulas that came to nothing: what Excel writes into the cell."""
    errors = ["#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"]
    head = "".join(cell(f"{c}1", f"列{c}") for c in "ABCDEFG")
    row = "".join(
        f'<c r="{c}2" t="e"><f>1/0</f><v>{e}</v></c>' for c, e in zip("ABCDEFG", errors, strict=True)
    )
    return sheet(f'<row r="1">{head}</row><row r="2">{row}</row>')


def hidden() -> bytes:
    book = Workbook()
    first = book.active
    first.title = "隐藏"
    for row in (["姓名", "手机"], *([f"某{n}", 13800138000 + n] for n in range(50))):
        first.append(row)
    first.sheet_state = "veryHidden"
    seen = book.create_sheet("名单")
    for row in [HEADERS, *PEOPLE]:
        seen.append(row)
    seen.row_dimensions[3].hidden = True
    return saved(book)


def with_macros_pivots_and_links() -> bytes:
    data = with_part(GOOD, "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + bytes(500))
    data = with_part(data, "xl/pivotTables/pivotTable1.xml", b"<pivotTableDefinition/>")
    return with_part(data, "xl/externalLinks/externalLink1.xml", b"<externalLink/>")


def wide(columns: int) -> bytes:
    return xlsx(
        [[f"列{n}" for n in range(columns)], *([f"{r}-{n}" for n in range(columns)] for r in range(30))]
    )


def xls(rows: Sequence[Sequence[str | float]], *, since_1904: bool = False, locked: bool = False) -> bytes:
    """An old .xls, by [MS-XLS] and [MS-CFB]: a stream of records in a file of sectors."""
    start = struct.pack("<HHHHII", 0x0600, 5, 0x0DBB, 0x07CC, 0, 6)
    page = struct.pack("<HHHHII", 0x0600, 0x10, 0x0DBB, 0x07CC, 0, 6)
    cells = b"".join(
        _record(0x0203, struct.pack("<HHHd", r, c, 0, said))
        if isinstance(said, float)
        else _record(0x0204, struct.pack("<HHHHB", r, c, 0, len(said), 1) + said.encode("utf-16-le"))
        for r, row in enumerate(rows)
        for c, said in enumerate(row)
    )
    size = struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0)
    sheet_ = _record(0x0809, page) + _record(0x0200, size) + cells + _record(0x000A, b"")
    head = _record(0x0809, start) + (_record(0x002F, bytes(54)) if locked else b"")
    head += _record(0x0042, struct.pack("<H", 1200)) + _record(0x0022, struct.pack("<H", since_1904))
    name = "名单".encode("utf-16-le")
    at = len(head) + 4 + 8 + len(name) + 4
    head += _record(0x0085, struct.pack("<IHBB", at, 0, 2, 1) + name) + _record(0x000A, b"")
    return _filed(head + sheet_)


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _filed(stream: bytes) -> bytes:
    stream = stream.ljust(4096, b"\0")
    many = -(-len(stream) // 512)
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    chains = [0xFFFFFFFD, end, *(n + 3 for n in range(many - 1)), end]
    table = struct.pack("<128I", *chains, *[free] * (128 - len(chains)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6xIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<109I", 0, *[free] * 108)
    entries = _entry("Root Entry", 5, 1, end, 0) + _entry("Workbook", 2, free, 2, len(stream)) + bytes(256)
    return header + table + entries + stream.ljust(many * 512, b"\0")


def _entry(name: str, kind: int, child: int, first: int, size: int) -> bytes:
    written = (name + "\0").encode("utf-16-le")
    return written.ljust(64, b"\0") + struct.pack(
        "<HBBIII16sIQQIQ",
        len(written),
        kind,
        1,
        0xFFFFFFFF,
        0xFFFFFFFF,
        child,
        bytes(16),
        0,
        0,
        0,
        first,
        size,
    )


HOSTILE: dict[str, Callable[[], bytes]] = {
    "huge used range": declared_huge,
    "a cell far below": lambda: tall("B"),
    "a cell far below and aside": lambda: tall("OJ"),
    "one long text everywhere": lambda: one_long_text_everywhere(200, 100, 30_000),
    "one long text in a preview": lambda: one_long_text_everywhere(39, 100, 30_000),
    "one text in a million cells": lambda: one_long_text_everywhere(30_000, 30, 300),
    "one long text merged": one_long_text_merged,
    "fifty sheets": lambda: many_sheets(50, 2_000),
    "a hundred thousand parts": lambda: many_parts(100_000),
    "lying sizes": lying_sizes,
    "billion laughs": lambda: entities("laughs"),
    "file entity": lambda: entities("file"),
    "formulas": formulas,
    "hidden": hidden,
    "macros, pivots, links": with_macros_pivots_and_links,
    "300 columns": lambda: wide(300),
    "500 columns": lambda: wide(500),
    "ods with a million repeated rows": lambda: ods(
        f'<table:table-row>{ods_cell("姓名")}</table:table-row><table:table-row table:number-rows-repeated="1048574">{ods_cell("王", REPEATED)}</table:table-row>'
    ),
    "ods as LibreOffice ends its sheets": lambda: ods(
        f'<table:table-row>{ods_cell("姓名")}{ods_cell("手机")}<table:table-cell table:number-columns-repeated="16382"/></table:table-row>'
        f'<table:table-row>{ods_cell("王秀英")}{ods_cell("13800138000")}<table:table-cell table:number-columns-repeated="16382"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048574"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    ),
    "xls with a password": lambda: xls([["姓名"], ["王秀英"]], locked=True),
    "ods with a password": lambda: ods(
        "",
        '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>',
    ),
}
