"""Files on the pages of a resident, a request and a row of a table, as staff use them in a browser."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask

from backend.attachments import queries
from backend.attachments.models import FiledAttachment
from backend.core import orgs
from backend.fields.address import Home
from backend.records import defining, store, tables
from backend.records.store import New
from backend.requests import personal
from backend.requests.actions import Contact, Report, book
from backend.requests.models import Request
from backend.residents.models import Resident
from tests.attachments.conftest import Office
from tests.attachments.files import EXE, HTML, PDF
from tests.core.test_media import picture
from tests.records.volunteers import field
from tests.web.browser import Browser, employ


@pytest.fixture
def lin(app: Flask, office: Office) -> Browser:
    return signed(app, "lin", "community_admin", office.happy)


def signed(app: Flask, username: str, role: str, org: orgs.Org) -> Browser:
    employ(username, username, (role, org), locale="en")
    browser = Browser(app.test_client(), f"10.4.0.{len(username)}")
    browser.sign_in(username)
    return browser


def send(browser: Browser, page: str, subject: str, *files: tuple[str, bytes]) -> Any:
    browser.get(page)
    sent = [(io.BytesIO(data), name) for name, data in files]
    return browser.post("/admin/files/add", {"subject": subject, "back": page, "files": sent})


def test_a_resident_has_files_each_kept_or_refused_on_its_own(
    app: Flask, office: Office, lin: Browser
) -> None:
    page = f"/admin/residents/{office.chen}"
    after = send(
        lin,
        page,
        office.subject,
        ("door.png", picture("PNG")),
        ("plan.pdf", PDF),
        ("game.pdf", EXE),
        ("x.png", HTML),
    )
    assert after.request.path == page
    text = after.text
    assert (
        "2 files are kept" in text
        and "game.pdf: This is a program" in text
        and "x.png: This is a page of the web" in text
    )
    photo, pdf = FiledAttachment.select().order_by(FiledAttachment.id)
    assert f'src="/admin/files/{photo.id}/small"' in text and f'href="/admin/files/{pdf.id}"' in text
    assert "A file was added" in text

    shown = lin.get(f"/admin/files/{photo.id}")
    assert shown.mimetype == "image/jpeg" and "inline" in shown.headers["Content-Disposition"]
    document = lin.get(f"/admin/files/{pdf.id}")
    assert document.data == PDF and document.headers["Content-Disposition"].startswith("attachment")
    for answer in (shown, document, lin.get(f"/admin/files/{photo.id}/small")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["Cache-Control"] == "private, no-store"

    lin.get(page)
    removed = lin.post(f"/admin/files/{pdf.id}/remove", {"back": page}).text
    assert "Removed files" in removed and lin.get(f"/admin/files/{pdf.id}").status_code == 404
    lin.get(page)
    assert f'href="/admin/files/{pdf.id}"' in lin.post(f"/admin/files/{pdf.id}/restore", {"back": page}).text

    stranger = signed(app, "stranger", "community_admin", office.other)
    for path in (f"/admin/files/{pdf.id}", f"/admin/files/{photo.id}/small"):
        assert stranger.get(path).status_code == 404
    assert send(stranger, "/admin/staff/me", office.subject, ("a.pdf", PDF)).status_code == 404
    auditor = signed(app, "an_auditor", "auditor", office.happy)
    seen = auditor.get(page).text
    assert "plan.pdf" in seen and "Add photos or documents" not in seen
    assert send(auditor, page, office.subject, ("a.pdf", PDF)).status_code == 403
    assert app.test_client().get(f"/admin/files/{pdf.id}").status_code in (302, 401)
    assert FiledAttachment.select().count() == 2


def test_a_home_a_request_and_a_row_of_a_table_have_files(office: Office, lin: Browser) -> None:
    table = defining.make_table(office.lin, {"zh_CN": "志愿者", "en": "Volunteers"}, office.happy.id)
    column = defining.add_column(office.lin, table.key, field("real_name", "姓名", "Name"), office.happy.id)
    (row,) = store.create(office.lin, tables.of(table.key), [New(office.happy.id, {column.key: "张三"})])
    home = Resident.get_by_id(office.chen).household_id
    assert (
        "plan.pdf" in send(lin, f"/admin/residents/homes/{home}", f"household:{home}", ("plan.pdf", PDF)).text
    )
    page = f"/admin/data/{table.key}/{row}"
    assert "plan.pdf" in send(lin, page, f"record:{row}", ("plan.pdf", PDF)).text
    face = store.of_subject(tables.of("resident"), office.chen)
    assert face is not None
    assert send(lin, page, f"record:{face.id}", ("a.pdf", PDF)).status_code == 404

    report = Report("water", "厨房漏水", Home("3", "2", "501"))
    booked = book(office.lin, report, Contact(office.chen, org_id=office.happy.id)).request
    page = f"/admin/requests/{booked.number}"
    assert "plan.pdf" in send(lin, page, booked.subject, ("plan.pdf", PDF)).text
    assert personal.export(office.chen)[0]["files"][0]["name"] == "plan.pdf"
    Request.update(status="closed").where(Request.id == booked.id).execute()
    personal.forget(office.chen)
    assert not queries.on(booked.subject).count()
