"""Campaigns in the admin: put together step by step, looked over, approved, watched, read person by person."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from openpyxl import load_workbook

from backend.core import clock as clocks
from backend.messaging import deliveries
from backend.messaging.models import Delivery, Identity
from backend.staff.models import Staff
from broadcasts import pump
from broadcasts.models import Campaign, Recipient
from tests.broadcasts.test_campaigns import sent_off, worked
from tests.broadcasts.village import Village, build
from tests.web.browser import PASSWORD, Browser, _hash

ALL = '{"how":"all","kind":"table:resident"}'
TEXT = "{{姓名}}您好，明天停水。"


@pytest.fixture
def database(sqlite_database: object) -> object:
    """Pages are the same on either database; what they count is counted on both in `test_campaign_figures`."""
    return sqlite_database


@pytest.fixture
def village(database: object) -> Village:
    made = build()
    Staff.update(password_hash=_hash(), must_change_password=False, locale="zh_CN").execute()
    return made


@pytest.fixture
def sits(app: Flask, village: Village, clock: clocks.Hands) -> Callable[[str], Browser]:
    def at(username: str) -> Browser:
        browser = Browser(app.test_client(), f"10.5.0.{len(username)}")
        browser.sign_in(username)
        return browser

    return at


def written(browser: Browser) -> str:
    """A campaign put together by its pages; the address of its looking-over."""
    browser.get("/admin/campaigns/new")
    what = browser.post("/admin/campaigns/new", {"who": ALL}).request.path
    how = browser.post(what, {"name": "停水通知", "zh_CN.text": TEXT}).request.path
    when = browser.post(how, {"topic": "service", "merge": "person", "channels": ["sms", ""]}).request.path
    return browser.post(when, {"begins": "now"}).request.path


def test_a_campaign_is_put_together_looked_over_and_sent(
    village: Village, sits: Callable[[str], Browser]
) -> None:
    village.person("陈秀英", 501, "sms")
    village.person("没有手机的赵奶奶", 502)
    admin = sits("admin")
    look = written(admin)
    shown = admin.get(look).text
    assert "陈秀英您好，明天停水。" in shown
    page = admin.post(look.replace("look", "submit"))
    assert Campaign.get().state == "scheduled"
    assert "停水通知" in page.text
    campaign = worked(Campaign.get())
    [due] = deliveries.claim("bulk", "worker")
    deliveries.sent([(due.id, "SM1")], "delivered")
    campaign = worked(campaign)
    assert campaign.state == "done"
    shown = admin.get(f"/admin/campaigns/{campaign.id}").text
    print(shown)
    for path in ("people", "people?state=delivered", "people?q=陈", "statistics", f"people/{Recipient.get(Recipient.state == 'said').id}"):
        where = path if path == "statistics" else f"{campaign.id}/{path}"
        page = admin.get(f"/admin/campaigns/{where}")
        assert page.status_code == 200, page.text
        print(page.text)
    admin.get("/admin/campaigns")
    sheet = load_workbook(io.BytesIO(admin.get(f"/admin/campaigns/{campaign.id}/people.xlsx").data)).active
    print([c.value for row in sheet.rows for c in row])

