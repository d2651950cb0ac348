"""Whatever somebody brings in ends in rows or in a clear sentence: never in a fault of ours, never in our memory or our time.

More examples: `HYPOTHESIS_TIMES=50 .venv/bin/python -m pytest tests/fuzz/test_imports.py`.
"""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.core import clock as clocks
from backend.core.errors import Invalid
from backend.core.i18n import LOCALES, render
from backend.sheets import formats, reading, results, runs, states
from backend.sheets.choices import Choices
from backend.web.workbook import Sheet
from tests.databases import TestDatabase
from tests.fuzz.workbooks import GOOD, HOSTILE, ods, ods_cell, sheet, xls
from tests.sheets.books import HEADERS, PEOPLE
from tests.sheets.club import Club, found_club, work

TIMES = int(os.environ.get("HYPOTHESIS_TIMES", "1"))


def few(n: int) -> settings:
    return settings(
        max_examples=n * TIMES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=TIMES == 1
    )


def ends(data: bytes, name: str = "") -> list[list[Any]] | str:
    """The rows of all sheets, or the sentence that its sender reads, in English."""
    try:
        book = reading.opened(data, name)
        rows = []
        for one in book.sheets:
            one.header()
            rows += [cells for _number, cells in book.rows(one.index)]
        return rows
    except Invalid as refused:
        assert all(len(render(refused.text, locale)) > 5 for locale in LOCALES)
        return render(refused.text, "en")


LETTERS = "王秀英陈é😀ａ１٣aZ019=+-@'\"\\,;|，&<>#{}%_.:/·\u0301"
TEXT = st.text(LETTERS, min_size=1, max_size=20)
WHOLE = [
    GOOD,
    xls([HEADERS, ["王秀英", "110101194803050024", 13800138000.0, 17597.0]]),
    ods(f"<table:table-row>{ods_cell('姓名')}</table:table-row>" * 3),
]
HEAVY = {
    "a cell far below": "x",
    "one long text everywhere": "larger than we can open",
    "one long text in a preview": "larger than we can open",
    "one long text merged": "larger than we can open",
    "one text in a million cells": "larger than we can open",
    "lying sizes": "damaged",
    "fifty sheets": "姓名",
}
"""Each takes a second or some: when there is time."""
SAYS = {
    "huge used range": "王秀英",
    "a cell far below and aside": "larger than we can open",
    "a hundred thousand parts": "larger than we can open",
    "billion laughs": "damaged",
    "file entity": "damaged",
    "formulas": "#REF!",
    "hidden": "王秀英",
    "macros, pivots, links": "王秀英",
    "500 columns": "larger than we can open",
    "ods as LibreOffice ends its sheets": "王秀英",
    "xls with a password": "protected by a password",
    "ods with a password": "protected by a password",
}


@pytest.mark.parametrize("name", sorted(SAYS | HEAVY if TIMES > 1 else SAYS))
def test_a_hostile_workbook_ends_in_its_rows_or_in_a_clear_sentence(name: str) -> None:
    told = ends(HOSTILE[name]())
    assert (SAYS | HEAVY)[name] in str(told), str(told)[:300]


@few(6)
@given(st.data())
def test_whatever_is_cut_off_or_flipped_in_a_workbook_ends_in_rows_or_in_words(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from(WHOLE)))
    for _n in range(data.draw(st.integers(0, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.one_of(st.none(), st.integers(1, len(whole))))
    ends(bytes(whole[:cut]))


@few(60)
@given(
    st.lists(
        st.lists(st.text(LETTERS + "\0\t\r\n \u2028", max_size=8), min_size=1, max_size=4),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "big5"]),
    st.sampled_from([b"", b"\xef\xbb\xbf", b"\xff\xfe", b"sep=;\r\n", b"\0", "姓名,\n".encode("gb18030")]),
    st.integers(0, 6),
)
def test_text_in_any_encoding_and_in_two_at_once_ends_in_rows_or_in_words(
    rows: list[list[str]], encoding: str, before: bytes, cut: int
) -> None:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    data = before + out.getvalue().encode(encoding, "replace")
    told = ends(data[: len(data) - cut], "名单.csv")
    assert "\0" not in str(told)


def test_a_mark_that_lies_and_a_character_cut_in_two_do_not_hide_the_text() -> None:
    text = "姓名,手机\n王秀英,13800138000\n李建国,13900139000\n"
    for data in (
        b"\xef\xbb\xbf" + text.encode("gb18030"),
        text.encode("utf-16-le"),
        text.encode("utf-16-be"),
        text.encode() + "王".encode()[:2],
        text.replace(",", ",\0").encode(),
        b"\xef\xbb\xbf" + text.encode() + "王".encode()[:1],
    ):
        assert str(ends(data)).count("王秀英") == 1 and "手机" in str(ends(data)), data


def test_lines_without_end_and_files_beyond_all_bounds_are_refused_early(
    app: Flask, sqlite_database: TestDatabase, tmp_path: Path
) -> None:
    assert "larger than we can open" in str(ends(b"a," * 1_500_000))
    vast = tmp_path / "vast.csv"
    with vast.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    club = found_club()
    told = app.test_cli_runner().invoke(
        args=["records", "import-from", str(vast), "--table", club.table.key, "--org", str(club.happy.id)]
    )
    assert told.exit_code == 1 and "larger than we can open" in told.output
    answer = app.test_client().post(
        "/admin/imports", input_stream=vast.open("rb"), content_length=200 * 1024 * 1024,
        content_type="multipart/form-data; boundary=x",
    )  # fmt: skip
    assert answer.status_code == 413


STARTS = ["=", "+", "-", "@", "'=", "''+", "＝", "＠", "\t=", "\r@", '="x"']
DANGEROUS = st.builds(lambda start, text: start + text, st.sampled_from(STARTS), TEXT)


@few(4)
@given(st.sampled_from(["xlsx", "ods", "csv"]), st.lists(st.one_of(TEXT, DANGEROUS), min_size=2, max_size=12))
def test_what_is_given_out_is_no_formula_and_comes_back_as_it_was(ending: str, cells: list[str]) -> None:
    data = formats.written(ending, [Sheet("1", ["n", "v"], [[f"#{n}", c] for n, c in enumerate(cells)])])
    if ending == "csv":
        for line in csv.reader(io.StringIO(data.decode("utf-8-sig"))):
            assert not line[1].startswith(("=", "@", "\t", "\r", "＝", "＠")), line
    came = ends(data)
    assert isinstance(came, list)
    assert [str(row[1]) for row in came[1:]] == cells


NASTY = [
    "#REF!", "=1+1", "@SUM(A1)", "\t", "1.10101E+17", "110101194803050000", "1.38E+10", "１３８００１３８０００", "13800138000.0",
    "5/3/1948", "1948年3月5日", "17597", "0000-00-00", "1e999", "-0", "NaN", "inf", "TRUE", "\u202e王", "😀",
    "'" * 3, '"', "a\nb", "\0x\0", "x" * 4000, "@id", "linli:id", "linli:version", "999999999999999999999", "-1", "1 OR 1=1", "{name}", "%s", "<b>", "一" * 200,
]  # fmt: skip
HEADS = [
    *HEADERS,
    "特长",
    "备注",
    "",
    "linli:id",
    "linli:version",
    "系统编号",
    "姓名",
    "社区",
    "x" * 100,
    "{name}",
]


@pytest.fixture
def club(request: pytest.FixtureRequest, clock: clocks.Hands) -> Club:
    """When there is time, on the stricter of the two databases."""
    request.getfixturevalue("postgres_database" if TIMES > 1 else "sqlite_database")
    return found_club()


@few(10)
@given(data=st.data())
def test_any_cells_under_any_headers_are_checked_and_brought_in_or_told_one_by_one(
    club: Club, data: st.DataObject
) -> None:
    cell = st.one_of(st.sampled_from(NASTY), st.sampled_from([str(c) for c in PEOPLE[0]]), TEXT, st.just(""))
    heads = data.draw(st.lists(st.sampled_from(HEADS), min_size=1, max_size=7))
    rows = data.draw(st.lists(st.lists(cell, max_size=9), min_size=1, max_size=6))
    out = io.StringIO()
    csv.writer(out).writerows([heads, *rows])
    try:
        run = club.run(out.getvalue().encode(), policy=data.draw(st.sampled_from(["both", "create"])))
    except Invalid as refused:
        assert len(render(refused.text, "zh_CN")) > 5
        return
    assert run.state == states.CHECKED, run.problem
    for wrong in results.wrong(run):
        assert all(words[locale] for _place, words in wrong.notes for locale in LOCALES)
    formats.written("xlsx", [results.annotated(run, "zh_CN")])
    runs.write(club.lin, run.id, whole=False)
    run = work(run)
    assert run.state == states.WRITTEN, run.problem
    assert "110101194803050000" not in str(club.says())


def test_a_table_of_three_hundred_columns_is_understood_while_somebody_waits(club: Club) -> None:
    heads = [*HEADERS, *(f"第{n}项备注说明" for n in range(300))]
    rows = [[*map(str, PEOPLE[0]), *(f"3号楼{n}单元" for n in range(300))] for _row in range(30)]
    out = io.StringIO()
    csv.writer(out).writerows([heads, *rows])
    run = club.run(out.getvalue().encode(), key="")
    assert Choices.from_json(run.choices).meanings[0] == club.keys["name"] and run.counts["create"] == 30


def test_workbooks_of_both_epochs_and_of_the_old_format_are_read() -> None:
    assert ends(xls([["姓名", "数"], ["王秀英", 13800138000.0]])) == [["姓名", "数"], ["王秀英", 13800138000]]
    ragged = sheet(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>王秀英</t></is></c><c r="D2"><v>7</v></c></row>'
    )
    assert ends(ragged) == [["姓名"], ["王秀英", None, None, 7]]


def test_a_number_of_five_thousand_digits_is_no_row_of_ours(club: Club) -> None:
    """Python refuses to read a number that long; a file of ours that somebody changed so is told of it row by row."""
    club.add("王秀英")
    out = io.StringIO()
    (one,) = club.rows()
    kept = [["linli:id", "linli:version", "姓名"], ["9" * 5000, "1", "陈"], [str(one.id), "9" * 5000, "李"]]
    csv.writer(out).writerows(kept)
    run = club.run(out.getvalue().encode())
    assert run.state == states.CHECKED, run.problem
