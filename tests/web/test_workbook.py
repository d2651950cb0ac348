"""Excel files: safe to open, readable at once, whatever people wrote."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from backend.web.workbook import Sheet, defused, written


def read(*sheets: Sheet):  # type: ignore[no-untyped-def]
    return load_workbook(io.BytesIO(written(sheets)))


@pytest.mark.parametrize(
    "evil", ["=1+1", '=HYPERLINK("http://x","y")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\n=1", "＝1+1", "＠SUM(A1)", "－2+A1"]
)  # fmt: skip
def test_what_looks_like_a_formula_stays_text(evil: str) -> None:
    cell = read(Sheet("a", ["a"], [[evil]])).active["A2"]
    assert cell.data_type == "s"
    assert cell.value == f"'{evil}"


@pytest.mark.parametrize("plain", ["+86 13800132210", "-5", "3-2-501", "陈秀英", "a=b"])
def test_phone_numbers_and_homes_stay_as_they_are(plain: str) -> None:
    assert read(Sheet("a", ["a"], [[plain]])).active["A2"].value == plain


@given(st.text())
def test_no_text_becomes_a_formula_or_breaks_the_file(text: str) -> None:
    safe = defused(text)
    assert not safe.startswith(("=", "@", "\t", "\r"))
    assert len(safe) <= 32_767


def test_columns_are_as_wide_as_their_chinese_text_and_the_head_stays() -> None:
    page = read(Sheet("s", ["短", "a rather long heading"], [["厨房的水管一直在滴水", 1]])).active
    assert page.column_dimensions["A"].width >= 20
    assert page.column_dimensions["B"].width >= 21
    assert page.freeze_panes == "A2"


def test_times_are_those_of_the_community_and_days_stay_days() -> None:
    row = [datetime(2026, 11, 2, 2, 0, tzinfo=UTC), date(2026, 11, 2), 3, 2.5, None, True]
    page = read(Sheet("s", list("abcdef"), [row])).active
    values = [cell.value for cell in page[2]]
    assert values[0].isoformat() == "2026-11-02T10:00:00"
    assert values[1].date() == date(2026, 11, 2)
    assert values[2:4] == [3, 2.5]


def test_titles_that_excel_refuses_are_mended_and_stay_apart() -> None:
    book = read(*(Sheet(t, ["a"], []) for t in ("一/二:三", "一/二:三", "x" * 50, "x" * 50, "")))
    assert len(book.sheetnames) == len(set(book.sheetnames)) == 5
    assert all(len(name) <= 31 for name in book.sheetnames)


def test_many_rows_are_written_as_they_come() -> None:
    assert read(Sheet("s", ["n"], ([n] for n in range(1000)))).active.max_row == 1001
