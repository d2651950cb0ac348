"""The wizard on its pages: upload, columns, check, bring in, undo; what goes wrong says so and keeps what was chosen."""

from __future__ import annotations

import io
import re

import pytest
from flask import Flask
from openpyxl import load_workbook

from backend.core import clock as clocks
from backend.sheets.models import ImportRun
from backend.staff.models import Staff
from tests.sheets.books import table, xlsx
from tests.sheets.club import HEADERS, LI, WANG, Club, found_club, work
from tests.web.browser import Browser, _hash


@pytest.fixture
def club(app: Flask, clock: clocks.Hands) -> Club:
    club = found_club()
    Staff.update(password_hash=_hash(), must_change_password=False, locale="en").execute()
    return club


@pytest.fixture
def desk(club: Club, app: Flask) -> Browser:
    browser = Browser(app.test_client())
    browser.sign_in("lin")
    return browser


def upload(desk: Browser, club: Club, data: bytes, name: str = "名单.csv"):  # type: ignore[no-untyped-def]
    desk.get("/admin/imports")
    given = {"table": club.table.key, "org": str(club.happy.id), "file": (io.BytesIO(data), name)}
    return desk.post("/admin/imports", given, content_type="multipart/form-data")


def chosen(page: str) -> dict[str, str]:
    """What a form's selects say."""
    found = {}
    for name, inside in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        picked = re.search(r'<option value="([^"]*)" selected', inside)
        found[name] = picked[1] if picked else ""
    return found


def test_a_file_goes_from_upload_to_undone(desk: Browser, club: Club) -> None:
    page = upload(desk, club, table([HEADERS, WANG, LI, [*LI[:1], "110101"]]))
    form = chosen(page.text)
    assert form["column0"] == club.keys["name"] and form["key"] == club.keys["id"] and "王秀英" in page.text
    run = ImportRun.get()
    page = desk.post(
        f"/admin/imports/{run.id}/columns", {**form, "sheet": "0", "header": "1", "policy": "both"}
    )
    assert "Being read" in page.text and "<progress" in page.text
    work(run)
    page = desk.get(f"/admin/imports/{run.id}")
    assert "Bring the 2 good rows in" in page.text and "18 digits" in page.text
    wrong = desk.get(f"/admin/imports/{run.id}/wrong.xlsx")
    sheet = load_workbook(io.BytesIO(wrong.data)).active
    assert [c.value for c in sheet[1]][-2:] == ["Row", "What is wrong"] and "18 digits" in sheet[
        "B2"
    ].comment.text
    desk.post(f"/admin/imports/{run.id}/write")
    work(run)
    page = desk.get(f"/admin/imports/{run.id}")
    assert "Brought in" in page.text and club.called() == ["王秀英", "李建国"]
    desk.post(f"/admin/imports/{run.id}/undo")
    work(run)
    assert "Undone" in desk.get(f"/admin/imports/{run.id}").text and club.called() == []
    assert "名单.csv" in desk.get("/admin/imports").text


def test_what_cannot_be_opened_is_said_on_the_page(desk: Browser, club: Club) -> None:
    page = upload(desk, club, b"%PDF-1.7")
    assert page.status_code == 422 and "no table that we can open" in page.text
    assert "Please choose a file" in desk.post("/admin/imports", {"table": club.table.key, "org": "1"}).text
    assert ImportRun.select().count() == 0


def test_another_header_row_and_other_characters_are_looked_at_again(desk: Browser, club: Club) -> None:
    upload(desk, club, "姓名,手机\n王秀英,13800138000\n李建国,13900139000\n".encode("gb18030"))
    run = ImportRun.get()
    page = desk.get(f"/admin/imports/{run.id}/columns?sheet=0&header=2&encoding=gb18030")
    assert '<th scope="row" id="name0">王秀英</th>' in page.text
    page = desk.get(f"/admin/imports/{run.id}/columns?encoding=utf-16")
    assert page.status_code in (200, 422)
    page = desk.get(f"/admin/imports/{run.id}/columns?encoding=gb18030")
    assert '<th scope="row" id="name0">姓名</th>' in page.text


def test_choices_that_do_not_fit_stay_on_the_page_with_words(desk: Browser, club: Club) -> None:
    form = chosen(upload(desk, club, table([HEADERS, WANG])).text)
    run = ImportRun.get()
    twice = {**form, "column1": form["column0"], "sheet": "0", "header": "1"}
    page = desk.post(f"/admin/imports/{run.id}/columns", twice)
    assert page.status_code == 422 and "cannot mean the same" in page.text
    assert chosen(page.text)["column1"] == form["column0"]


def test_a_template_and_an_export_are_taken_away(desk: Browser, club: Club) -> None:
    club.add("王秀英", phone="+8613800138000")
    book = load_workbook(io.BytesIO(desk.get(f"/admin/imports/template/{club.table.key}.xlsx").data))
    assert book.active["A1"].value == "Name*"
    masked = desk.get(f"/admin/imports/export/{club.table.key}.csv").data.decode()
    assert "138****8000" in masked and "linli:version" in masked
    full = desk.get(
        f"/admin/imports/export/{club.table.key}.csv?full=1&shown={club.keys['phone']}"
    ).data.decode()
    assert "13800138000" in full and "王秀英" not in full
    assert desk.get(f"/admin/imports/export/{club.table.key}.exe").status_code == 404


def test_an_import_of_another_community_is_not_there(desk: Browser, club: Club, app: Flask) -> None:
    run = club.run(xlsx([HEADERS, WANG]), club.wu)
    ImportRun.update(org_id=club.other.id).execute()
    for path in ("", "/columns", "/wrong.xlsx"):
        assert desk.get(f"/admin/imports/{run.id}{path}").status_code == 404
    assert desk.post(f"/admin/imports/{run.id}/write").status_code == 404


def test_databases_are_asked_only_where_whoever_runs_linli_allows_it(
    desk: Browser, club: Club, configure
) -> None:  # type: ignore[no-untyped-def]
    given = {"table": club.table.key, "org": str(club.happy.id)}
    for address in ("mysql://root@10.0.0.1/x", "sqlite:////etc/passwd", "postgresql://127.0.0.1:5432/linli"):
        page = desk.post("/admin/imports", {**given, "address": address})
        assert page.status_code == 403 and "not among those" in page.text
    configure(IMPORT_HOSTS="db.example, 127.0.0.1:1")
    page = desk.post("/admin/imports", {**given, "address": "mysql://u:secret@127.0.0.1:1/old"})
    assert page.status_code == 422 and "does not answer" in page.text and "secret" not in page.text


def test_a_list_leads_to_its_files(desk: Browser, club: Club) -> None:
    club.add("王秀英", skill="做饭")
    club.add("李建国", skill="修理")
    page = desk.get(f"/admin/data/{club.table.key}?col={club.keys['skill']}&op=eq&val=修理")
    (link, *_others) = re.findall(r'href="(/admin/imports/export/[^"]+\.csv[^"]*)"', page.text)
    taken = desk.get(link.replace("&amp;", "&")).data.decode()
    assert "李建国" in taken and "王秀英" not in taken
    assert f"/admin/imports?table={club.table.key}" in page.text
