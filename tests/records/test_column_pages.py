"""Formulas and conversions, in the browser's own words."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask import Flask

from backend.records import converting, recount
from backend.web import workbook
from tests.records.volunteers import Volunteers
from tests.web.browser import Browser, employ


@pytest.fixture
def database(sqlite_database: object) -> object:
    """Pages are the same on either database."""
    return sqlite_database


def test_on_the_pages_a_formula_is_written_and_a_column_converted(app: Flask, volunteers: Volunteers) -> None:
    v = volunteers
    row = v.add("王小明", born=date(1948, 3, 5), note="12")
    v.add("李芳", note="很多")
    employ("lin", "林主任", ("community_admin", v.happy))
    lin = Browser(app.test_client(), "10.4.0.2")
    lin.sign_in("lin")
    columns = f"/admin/data/{v.table.key}/columns"
    given = {"kind": "integer", "label_zh_CN": "年龄", "formula": "age({出生})", "indexed": "1"}
    refused = lin.post(columns, given)
    assert refused.status_code == 422 and "出生" in refused.text and "age({出生})" in refused.text
    page = lin.post(columns, given | {"formula": "age({生日})"}).text
    assert "age({生日})" in page and "0 / 2" in page
    recount.sweep()
    assert "0 / 2" not in lin.get(columns).text
    assert "年龄" in lin.get(f"/admin/data/{v.table.key}/{row}").text
    look = f"{columns}/{v.keys['note']}/convert"
    assert look in lin.get(columns).text
    report = lin.get(f"{look}?kind=integer").text
    assert "很多" in report and "2 个值中有 1 个" in report
    assert lin.get(f"{look}?kind=choice").status_code == 422
    assert lin.get(f"{look}?kind=nothing").status_code == 422
    assert lin.get(f"{look}?kind=integer&download=1").content_type == workbook.TYPE
    lin.post(look, {"kind": "integer"})
    converting.sweep()
    page = lin.get(columns).text
    assert "备注（旧）" in page
    undo = re.search(r'action="(/admin/data/[^"]+/conversions/\d+/undo)"', page)[1]  # type: ignore[index]
    lin.post(undo)
    assert "备注（旧）" not in lin.get(columns).text
