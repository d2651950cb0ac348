"""What is given out is read again as it was, in every kind of file, and nothing in it is a formula."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from backend.sheets import reading
from backend.sheets.formats import FORMATS, written
from backend.web.workbook import Look, Marked, Sheet

ROWS = [
    [
        "王秀英",
        "110101194803050024",
        date(1948, 3, 5),
        datetime(2026, 11, 2, 2, 30, tzinfo=UTC),
        4,
        2.5,
        "两行\n字",
        "=1+1",
        None,
    ],
    ['a<b>&"c"', "001", None, None, 10**17, -3, "'quoted", "@SUM(A1)", "末"],
]
HEADERS = list("一二三四五六七八九")


def read(data: bytes) -> list[Any]:
    book = reading.opened(data)
    header = book.sheets[0].header(1)
    assert header is not None
    return [cells for _n, cells in reading.records(book.rows(0), header, range(9))]


@pytest.mark.parametrize("ending", sorted(FORMATS))
def test_rows_come_back_as_they_were_given_out(ending: str) -> None:
    found = read(written(ending, [Sheet("名单", HEADERS, ROWS)]))
    days = [str(c)[:16] for c in (found[0][2], found[0][3])]
    assert days == ["1948-03-05", "2026-11-02 10:30"]
    assert [str(c) for c in found[0][4:6]] == ["4", "2.5"]
    assert [c for i, c in enumerate(found[0]) if i not in (2, 3, 4, 5)] == [
        ROWS[0][i] for i in (0, 1, 6, 7, 8)
    ]
    assert [str(c) for c in found[1] if c is not None] == [str(c) for c in ROWS[1] if c is not None]


def test_columns_are_filled_in_by_lists_and_rules() -> None:
    many = tuple(f"很长的选项之{n}" for n in range(60))
    looks = {
        0: Look(choices=("男", "女"), note="请选择"),
        1: Look(choices=many),
        2: Look(day=True),
        3: Look(number="whole", least=0),
        4: Look(text=True),
        5: Look(hidden=True),
    }
    book = load_workbook(io.BytesIO(written("xlsx", [Sheet("s", HEADERS, [], looks)])))
    page = book["s"]
    rules = {str(v.sqref).partition("2")[0]: v for v in page.data_validations.dataValidation}
    assert rules["A"].formula1 == '"男,女"' and page["A1"].comment.text == "请选择"
    sheet, _mark, cells = rules["B"].formula1.strip("=").rpartition("!")
    assert [row[0].value for row in book[sheet.strip("'")][cells]] == list(many)
    assert rules["C"].type == "date" and rules["D"].type == "whole"
    assert page.column_dimensions["F"].hidden and page.column_dimensions["E"].number_format == "@"


def test_what_is_wrong_stands_beside_the_coloured_cell() -> None:
    data = written("xlsx", [Sheet("s", ["a", "b"], [[Marked("x", "为什么"), Marked(None, "空")]])])
    page = load_workbook(io.BytesIO(data)).active
    assert (
        page["A2"].value == "x"
        and page["A2"].comment.text == "为什么"
        and page["A2"].fill.fgColor.rgb == "FFFFD9D6"
    )
    assert page["B2"].comment.text == "空"
