"""Any table that people have is read as they see it; a file that cannot be is refused in words that help."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from backend.core.errors import Invalid
from backend.core.i18n import render
from backend.sheets import guarding, layout, reading, text_files
from backend.sheets.cells import damaged, dumped, loaded, tidy
from tests.sheets.books import HEADERS, PEOPLE, saved, with_part, xlsx

SHEET = "xl/worksheets/sheet1.xml"


def read(data: bytes, index: int = 0, name: str = "") -> list[reading.Row]:
    book = reading.opened(data, name)
    sheet = next(s for s in book.sheets if s.index == index)
    header = sheet.header()
    assert header is not None
    return list(reading.records(book.rows(index), header, list(header.names)))


def refused(data: bytes) -> str:
    with pytest.raises(Invalid) as caught:
        book = reading.opened(data)
        for sheet in book.sheets:
            list(book.rows(sheet.index))
    return render(caught.value.text, "en")


def test_a_titled_table_with_blank_rows_and_columns_is_read_from_its_headers() -> None:
    rows = [
        [],
        [None, "幸福里社区人员登记表"],
        [None, *HEADERS],
        [],
        *([None, *p, None, " "] for p in PEOPLE),
        [None, "", "  "],
    ]
    data = xlsx(rows, merged=["B2:E2"])
    (sheet,) = reading.opened(data).sheets
    header = sheet.header()
    assert header is not None and header.row == 3
    assert list(header.names.values()) == HEADERS
    assert read(data) == [(5, PEOPLE[0]), (6, PEOPLE[1])]


def test_merged_cells_say_the_same_in_all_their_rows_and_name_a_group_of_columns() -> None:
    rows = [
        ["楼栋", "姓名", "联系方式", None],
        [None, None, "手机", "邮箱"],
        ["3号楼", "王秀英", "1", "a"],
        [None, "李建国", "2", "b"],
    ]
    data = xlsx(rows, merged=["A1:A2", "B1:B2", "C1:D1", "A3:A4"])
    header = reading.opened(data).sheets[0].header()
    assert header is not None
    assert list(header.names.values()) == ["楼栋", "姓名", "联系方式 手机", "联系方式 邮箱"]
    assert read(data) == [(3, ["3号楼", "王秀英", "1", "a"]), (4, ["3号楼", "李建国", "2", "b"])]


def test_dates_of_a_macintosh_workbook_are_the_same_days() -> None:
    assert read(xlsx([HEADERS, *PEOPLE], since_1904=True))[0][1][3] == date(1948, 3, 5)


def test_a_long_number_that_lost_its_digits_is_told_and_never_guessed() -> None:
    ((_n, cells),) = read(xlsx([["姓名", "身份证号"], ["王秀英", 110101194803050024]]))
    assert damaged(cells[1])
    assert damaged(tidy("1.10101E+17")) and damaged(tidy("1.38E+10"))
    assert not any(
        damaged(tidy(c))
        for c in ("110101194803050024", 13800138000.0, "E12345678", 1.5, True, 110101194803050024)
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "big5"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_text_tables_of_any_office_are_read(encoding: str, delimiter: str) -> None:
    words = ["姓名", "地址", "電話"] if encoding == "big5" else ["姓名", "地址", "电话"]
    text = "\r\n".join(
        delimiter.join(r)
        for r in (
            words,
            [
                "陳秀英" if encoding == "big5" else "陈秀英",
                '"3號樓\n2單元"' if encoding == "big5" else '"3号楼\n2单元"',
                '="0101234"',
            ],
        )
    )
    rows = read(text.encode(encoding), name="名单.csv")
    assert rows[0][1][0][1:] == "秀英" and "\n" in str(rows[0][1][1]) and rows[0][1][2] == "0101234"


def test_what_was_defused_on_the_way_out_comes_in_as_it_was() -> None:
    assert tidy("'=1+1") == "=1+1" and tidy("'-5度") == "-5度" and tidy("'s") == "'s"


def test_a_web_page_that_calls_itself_excel_a_picture_and_a_document_are_refused_with_what_to_do() -> None:
    assert "web page" in refused(b"<html><table><tr><td>1</td></tr></table></html>")
    assert "no table" in refused(b"%PDF-1.7 ...")
    document = io.BytesIO()
    with zipfile.ZipFile(document, "w") as packed:
        packed.writestr("word/document.xml", "<w/>")
    assert "no table" in refused(document.getvalue())
    assert "nothing in this file" in refused(b"  \n ")
    assert "nothing in this file" in refused(saved(Workbook()))


def test_protected_and_damaged_workbooks_are_told_apart() -> None:
    assert "password" in refused(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")
    )
    whole = xlsx([HEADERS, *PEOPLE])
    assert "damaged" in refused(whole[: len(whole) // 2])
    assert "damaged" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(3000))
    assert "damaged" in refused(with_part(whole, SHEET, b"<worksheet><sheetData><row"))


def test_a_bomb_does_not_go_off() -> None:
    whole = xlsx([HEADERS, *PEOPLE])
    assert "larger than we can open" in refused(with_part(whole, SHEET, b" " * 30_000_000))
    deep = b"<worksheet><sheetData>" + b"<a>" * 200_000 + b"</sheetData></worksheet>"
    assert refused(with_part(whole, SHEET, deep))


def test_an_unclosed_quotation_mark_does_not_swallow_the_memory() -> None:
    with pytest.raises(Invalid):
        list(text_files.rows(('a,b\n1,"' + "x,\n" * 200_000).encode()))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_text_table_or_refused_in_words(data: bytes) -> None:
    try:
        if guarding.kind_of(data) == "text":
            rows = [(n, [tidy(c) for c in row]) for n, row in text_files.rows(data)]
            layout.header(rows)
            assert loaded(dumped(rows)) == rows
    except Invalid:
        pass
