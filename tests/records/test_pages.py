"""Staff make a table and find in it, in the browser's own words."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from openpyxl import load_workbook

from backend.records import bulk_runs, bulk_work, marking, store, tables
from backend.records.models import BulkRun
from backend.records.query import Query
from backend.sheets import exporting, formats
from backend.web import workbook
from tests.records.volunteers import Volunteers
from tests.web.browser import Browser, employ


@pytest.fixture
def lin(app: Flask, volunteers: Volunteers) -> Browser:
    employ("lin", "林主任", ("community_admin", volunteers.happy))
    browser = Browser(app.test_client(), "10.4.0.1")
    browser.sign_in("lin")
    return browser


@pytest.fixture
def database(sqlite_database: object) -> object:
    """Pages are the same on either database."""
    return sqlite_database


def test_a_table_its_columns_and_rows_are_made_found_changed_and_seen_as_they_were(
    lin: Browser, volunteers: Volunteers
) -> None:
    given = {"title_zh_CN": "养犬登记", "title_en": "Dogs", "parent": "", "org": volunteers.happy.id}
    made = lin.post("/admin/data/tables", given)
    key = re.search(r"/admin/data/(t\d+)/columns", made.request.path)[1]  # type: ignore[index]
    columns = f"/admin/data/{key}/columns"
    lin.post(
        columns, {"kind": "text", "label_zh_CN": "犬名", "label_en": "Dog", "required": "1", "keyword": "1"}
    )
    lin.post(
        columns,
        {"kind": "choice", "label_zh_CN": "品种", "options": "corgi = 柯基\nother = 其他", "indexed": "1"},
    )
    assert "犬名" in lin.get(columns).text
    missing = lin.post(columns, {"kind": "choice", "label_zh_CN": "颜色", "options": "黑"})
    assert missing.status_code == 422 and "至少" in missing.text
    name, breed = re.findall(rf'action="/admin/data/{key}/columns/(c\d+)"', lin.get(columns).text)
    assert lin.post(f"/admin/data/{key}/new", dict(**{name: ""})).status_code == 422
    lin.post(f"/admin/data/{key}/new", dict(**{name: "旺财", breed: "corgi", "org": volunteers.happy.id}))
    found = lin.get(f"/admin/data/{key}?q=旺财").text
    assert "旺财" in found and "柯基" in found
    assert "旺财" not in lin.get(f"/admin/data/{key}?col={breed}&op=eq&val=other").text
    assert "旺财" in lin.get(f"/admin/data/{key}?col={breed}&op=eq&val=corgi&sort=-{name}").text
    row = re.search(rf"/admin/data/{key}/(\d+)", found)[1]  # type: ignore[index]
    page = lin.get(f"/admin/data/{key}/{row}/change").text
    stamp = re.search(r'name="stamp" value="(\d+)"', page)[1]  # type: ignore[index]
    lin.post(
        f"/admin/data/{key}/{row}/change", {name: "来福", breed: "corgi", "stamp": stamp, "why": "写错了"}
    )
    told = lin.get(f"/admin/data/{key}/{row}").text
    assert "来福" in told and "旺财" in told and "写错了" in told
    lin.post(f"{columns}/{breed}", {"act": "retire"})
    assert "柯基" not in lin.get(f"/admin/data/{key}").text
    lin.post(f"{columns}/{breed}", {"act": "back"})
    assert "柯基" in lin.get(f"/admin/data/{key}").text
    lin.post(f"/admin/data/{key}/{row}/delete", {"why": "转让"})
    assert "来福" not in lin.get(f"/admin/data/{key}").text
    lin.post(f"/admin/data/{key}/{row}/delete", {"back": "1"})
    assert "来福" in lin.get(f"/admin/data/{key}").text


def test_many_rows_are_tagged_at_once_and_that_is_undone(lin: Browser, volunteers: Volunteers) -> None:
    for name in ("王小明", "李芳"):
        volunteers.add(name, born=date(1950, 1, 1), phone="+8613800138000")
    rows = f"/admin/data/{volunteers.table.key}"
    assert "13800138000" not in lin.get(rows).text
    done = lin.post(f"{rows}/bulk", {"act": "tag", "words": "重点", "every": "1"}).text
    page = lin.get(f"{rows}?tag=重点").text
    assert "王小明" in page and "李芳" in page
    undo = re.search(rf'action="({rows}/undo/\d+)"', done)[1]  # type: ignore[index]
    lin.post(undo)
    assert "王小明" not in lin.get(f"{rows}?tag=重点").text


def test_a_question_is_kept_as_a_view_and_opened_again(lin: Browser, volunteers: Volunteers) -> None:
    volunteers.add("王小明", hours=100)
    volunteers.add("李芳", hours=1)
    rows, hours = f"/admin/data/{volunteers.table.key}", volunteers.keys["hours"]
    lin.post(
        f"{rows}/views", {"name": "骨干", "col": hours, "op": "ge", "val": "50", "role": "community_admin"}
    )
    view = re.search(rf'href="({rows}\?view=\d+)"', lin.get(rows).text)[1]  # type: ignore[index]
    page = lin.get(view).text
    assert "王小明" in page and "李芳" not in page


ODD = (
    "col=c999&op=eq&val=1",
    "col=name&op=;drop&val=x",
    "as_of=yesterday",
    "sort=--x",
    "page=99999",
    "q=%00%F0%9F%98%80'\"*",
    "tag=%25",
    "org=x",
    "who=%27&class=c1:%27&class=:::",
)


def test_a_question_that_makes_no_sense_gets_a_page_that_says_so(
    lin: Browser, volunteers: Volunteers
) -> None:
    for typed in ODD:
        assert lin.get(f"/admin/data/{volunteers.table.key}?{typed}").status_code == 200, typed


def test_values_and_rows_are_coloured_and_handed_over_in_the_list_and_on_the_page(
    lin: Browser, volunteers: Volunteers
) -> None:
    v = volunteers
    one = v.add("王小明", hours=100)
    v.add("李芳", hours=1)
    rows, hours = f"/admin/data/{v.table.key}", v.keys["hours"]
    lin.get(rows)
    lin.post(f"{rows}/bulk", {"act": "colour", "cell": hours, "new_colour": "red", "row": one})
    assert 'class="cell-red"' in lin.get(rows).text
    for said in ("red", "红", "红色", ""):
        page = lin.get(f"{rows}?col={hours}&op=coloured&val={said}").text
        assert "王小明" in page and "李芳" not in page, said
    assert "紫色" in lin.get(f"{rows}?col={hours}&op=coloured&val=pink").text, "the colours are named"
    page = lin.get(f"{rows}/{one}").text
    me = re.search(r'name="responsible">.*?<option value="(\d+)"[^>]*>林主任', page, re.S)[1]  # type: ignore[index]
    lin.post(f"{rows}/{one}/mark", {"act": "colour", "cell": v.keys["name"], "new_colour": "blue"})
    lin.post(f"{rows}/{one}/mark", {"act": "hand", "responsible": me})
    told = lin.get(f"{rows}/{one}").text
    assert "“小时”的颜色" in told and "蓝色" in told
    page = lin.get(f"{rows}?who=me").text
    assert "王小明" in page and "李芳" not in page


def test_a_classification_is_gone_down_level_by_level_with_how_many_each_holds(
    lin: Browser, volunteers: Volunteers
) -> None:
    rows = f"/admin/data/{volunteers.table.key}"
    lin.get(f"{rows}/columns")
    tree = {"kind": "tree_choice", "label_zh_CN": "服务", "keyword": "1"}
    assert "没有位置" in lin.post(f"{rows}/columns", {**tree, "options": "-- 太深"}).text
    lin.post(f"{rows}/columns", {**tree, "options": "助老\n- 送餐\n-- 午餐\n- 陪护\n环保"})
    key = re.findall(rf'action="{rows}/columns/(c\d+)"', lin.get(f"{rows}/columns").text)[-1]
    volunteers = replace(
        volunteers, table=tables.of(volunteers.table.key), keys={**volunteers.keys, "class": key}
    )
    for name, place in (
        ("王小明", "助老/送餐/午餐"),
        ("李芳", "助老/陪护"),
        ("陈强", "环保"),
        ("赵敏", "助老"),
    ):
        volunteers.add(name, **{"class": place})
    page = lin.get(rows).text
    assert re.search(r'助老 <span class="quiet">3</span>', page) and "助老 › 送餐 › 午餐" in page
    page = lin.get(f"{rows}?class={key}:助老").text
    assert re.search(r'送餐 <span class="quiet">1</span>', page) and "赵敏" in page and "陈强" not in page
    page = lin.get(f"{rows}?class={key}:助老/送餐").text
    assert "王小明" in page and "李芳" not in page
    assert volunteers.found(where={"field": key, "op": "under", "value": "助老/陪"}) == []
    assert volunteers.found(text="午餐") == ["王小明"]


def test_with_nothing_chosen_the_page_asks_before_it_takes_all(lin: Browser, volunteers: Volunteers) -> None:
    for name in ("王小明", "李芳"):
        volunteers.add(name)
    rows = f"/admin/data/{volunteers.table.key}"
    lin.get(rows)
    asked = lin.post(f"{rows}/bulk", {"act": "tag", "words": "重点"}).text
    assert "2" in asked and "没有勾选" in asked and 'name="every" value="1"' in asked
    assert "王小明" not in lin.get(f"{rows}?tag=重点").text
    asked = lin.post(f"/admin/print/batches/table/{volunteers.table.key}", {}).text
    assert "没有勾选" in asked


def test_an_excel_file_shows_the_colours_of_values_and_rows(volunteers: Volunteers) -> None:
    v = volunteers
    wang = v.add("王小明", hours=3)
    marking.colour_values(v.lin, v.table, [wang], v.keys["hours"], "red")
    marking.colour_values(v.lin, v.table, [wang], v.keys["note"], "blue")
    sheet = exporting.sheet(v.lin, Query(v.table), v.table.open, "zh_CN")
    page = load_workbook(io.BytesIO(workbook.written([sheet]))).active
    assert page is not None
    head = [cell.value for cell in page[1]]
    fills = {title: page.cell(2, n).fill.fgColor.rgb for n, title in enumerate(head, 1)}
    assert fills["小时"] == "FFF4B5B0" and page.cell(2, head.index("小时") + 1).value == 3
    assert fills["备注"] == "FFB9D6F2", "an empty value keeps its colour"
    assert fills["姓名"] == "00000000"
    ods = formats.written("ods", [exporting.sheet(v.lin, Query(v.table), v.table.open, "zh_CN")])
    content = zipfile.ZipFile(io.BytesIO(ods)).read("content.xml").decode()
    assert 'table:style-name="red" office:value-type="float" office:value="3"' in content


def test_much_is_undone_by_a_worker_in_portions(lin: Browser, volunteers: Volunteers) -> None:
    v = volunteers
    first = v.add("王小明")
    many = [store.New(v.happy.id, v.values(name="李芳")) for _ in range(bulk_runs.LARGE)]
    store.create(v.lin, v.table, many)
    rows = f"/admin/data/{v.table.key}"
    lin.get(rows)
    done = lin.post(f"{rows}/bulk", {"act": "colour", "new_colour": "green", "every": "1"}).text
    marking.mark(v.lin, v.table, [first], colour="red")
    undo = re.search(rf'action="({rows}/undo/\d+)"', done)[1]  # type: ignore[index]
    page = lin.post(undo)
    again = lin.post(undo)
    assert page.request.path == again.request.path, "a second click finds the same work"
    run = BulkRun.get()
    assert not bulk_work.work(run.id, seconds=-1) and "<progress" in lin.get(page.request.path).text
    assert bulk_work.work(run.id)
    assert volunteers.found(where={"colour": ["green"]}) == []
    assert volunteers.found(where={"colour": ["red"]}) == ["王小明"]
    assert "201" in lin.get(page.request.path).text
    assert "已经撤销" in lin.post(undo).text
