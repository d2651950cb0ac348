"""Staff count what a table says: by one thing or two, now, then, and what changed in between; on a page, in Excel, on paper."""

from __future__ import annotations

import html
import io
import re
from datetime import date, timedelta

import openpyxl
import pytest
from flask import Flask
from pypdf import PdfReader

from backend.core import clock as clocks
from backend.records.query import Query
from backend.reports import counting
from backend.reports.axis import PERIODS, Axis
from tests.databases import TestDatabase
from tests.records.conftest import volunteers as volunteers
from tests.records.volunteers import Volunteers
from tests.web.browser import Browser, employ


def test_rows_are_counted_by_a_choice_by_time_by_place_and_by_two_things(
    volunteers: Volunteers, clock: clocks.Hands
) -> None:
    for name, skill, born in (
        ("王小明", "cook", date(1948, 12, 31)), ("李芳", "cook", date(1949, 1, 3)), ("陈强", "repair", date(1949, 1, 4)), ("赵云", None, None),
    ):  # fmt: skip
        volunteers.add(name, skill=skill, born=born)
    skill, born = Axis(volunteers.keys["skill"]), volunteers.keys["born"]

    def counted(by: Axis) -> dict[str, int]:
        return {
            g.label: g.rows for g in counting.groups(volunteers.lin, Query(volunteers.table), by, "zh_CN")
        }

    assert counted(skill) == {"cook": 2, "repair": 1, "未填": 1}
    assert counted(Axis(born, "year")) == {"1948": 1, "1949": 2, "未填": 1}
    assert counted(Axis(born, "month")) == {"1948-12": 1, "1949-01": 2, "未填": 1}
    assert counted(Axis(born, "week")) == {"1948-W53": 1, "1949-W01": 2, "未填": 1}
    assert counted(Axis("created", "day")) == {"2026-11-02": 4}
    assert counted(Axis("org")) == {"幸福里社区": 4}
    cross = counting.crossed(volunteers.lin, Query(volunteers.table), skill, Axis(born, "year"), "zh_CN")
    assert cross.columns == ("1948", "1949", "未填")
    assert dict(zip(cross.rows, cross.cells, strict=True))["cook"] == (1, 1, 0)
    assert sum(cross.totals) == 4


def test_two_moments_are_compared(volunteers: Volunteers, clock: clocks.Hands) -> None:
    row = volunteers.add("王小明", skill="cook")
    then = clocks.now()
    clock.forward(days=40)
    volunteers.change(row, skill="repair")
    volunteers.add("李芳", skill="repair")
    by = Axis(volunteers.keys["skill"])
    found = counting.groups(volunteers.lin, Query(volunteers.table), by, "zh_CN", then)
    assert [(g.label, g.rows, g.before) for g in found] == [("repair", 2, 0), ("cook", 0, 1)]


@pytest.fixture
def lin(app: Flask, volunteers: Volunteers) -> Browser:
    employ("lin", "林主任", ("community_admin", volunteers.happy))
    browser = Browser(app.test_client(), "10.5.0.1")
    browser.sign_in("lin")
    return browser


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_same_figures_stand_on_the_page_in_excel_and_on_paper(
    lin: Browser, volunteers: Volunteers, database: TestDatabase, clock: clocks.Hands
) -> None:
    volunteers.add("王小明", skill="cook", born=date(1948, 3, 5))
    volunteers.add("李芳", skill="cook", born=date(1950, 3, 5))
    before = f"{clocks.local(clocks.now()).date() - timedelta(days=1)}"
    skill, born = volunteers.keys["skill"], volunteers.keys["born"]
    asked = f"/admin/reports/{volunteers.table.key}?by={born}&by_period=year&across={skill}&earlier={before}"
    page = lin.get(asked)
    assert page.status_code == 200 and "1948" in page.text and "50.0 %" in page.text
    (year,) = re.findall(r'href="([^"]*val=1948-01-01[^"]*)"', page.text)
    rows = lin.get(html.unescape(year)).text
    assert "王小明" in rows and "李芳" not in rows
    book = openpyxl.load_workbook(io.BytesIO(lin.get(f"{asked}&as=excel").data))
    assert [c.value for c in book.worksheets[0][2]] == ["1948", 1, 50, 0, 1]
    assert [c.value for c in book.worksheets[1][2]] == ["1948", 1, 1]
    pdf = PdfReader(io.BytesIO(lin.get(f"{asked}&as=pdf").data))
    text = pdf.pages[0].extract_text()
    assert "志愿者" in text and "1948" in text
    by_skill = lin.get(f"/admin/reports/{volunteers.table.key}?by={skill}").text
    (cooks,) = re.findall(rf'href="([^"]*col={skill}[^"]*val=cook[^"]*)"', by_skill)
    assert "李芳" in lin.get(html.unescape(cooks)).text
    for period in (*PERIODS, "century"):
        assert (
            lin.get(
                f"/admin/reports/{volunteers.table.key}?by={born}&by_period={period}&earlier=x"
            ).status_code
            == 200
        )
