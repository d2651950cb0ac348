"""What residents keep to themselves, in the browser: the pages of the office obey, her own page sets it, the register answers."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask

from backend.core.access import SYSTEM
from backend.fields.address import Home
from backend.messaging import people
from backend.records import defining
from backend.residents import privacy, tenancies
from backend.residents.actions import approve, correct
from backend.residents.models import Consent, ConsentAsked, Resident
from backend.settings import settings
from bots.webchat_session import _cookie_name, _signer
from tests.databases import TestDatabase
from tests.residents.conftest import CHEN_MOBILE, WANG, Registers, Street
from tests.web.browser import Browser, employ


@pytest.fixture
def database(sqlite_database: TestDatabase) -> TestDatabase:
    """Pages are the same on either database."""
    return sqlite_database


@pytest.fixture
def li(app: Flask, street: Street) -> Browser:
    employ("li", "李主任", ("community_admin", street.happy))
    browser = Browser(app.test_client(), "10.3.8.1")
    browser.sign_in("li")
    return browser


def test_the_pages_of_the_office_obey_and_a_look_needs_a_reason(
    li: Browser, street: Street, chen: int, registers: Registers
) -> None:
    approve(SYSTEM, chen)
    wang = registers({**WANG, "home": Home("3", "2", "501")}, "webchat").resident_id
    hobby = defining.add_column(
        SYSTEM, "resident", {"kind": "text", "label": {"zh_CN": "爱好"}, "optional": True}, street.happy.id
    ).key
    page = f"/admin/residents/{chen}"
    row = re.search(r"/admin/data/resident/(\d+)/change", li.get(page).text)
    assert row is not None
    form = li.get(row.group())
    stamp = re.search(r'name="stamp" value="(\d+)"', form.text)
    li.post(row.group(), {hobby: "打太极", "stamp": stamp.group(1) if stamp else "0"})
    assert "打太极" in li.get(page).text
    for item in ("birthday", "mobile", "home", hobby):
        privacy.choose(chen, item, privacy.ME, channel="telegram")
    for path in (
        page,
        "/admin/residents",
        f"{page}/correct",
        "/admin/data/resident",
        row.group(),
        f"/admin/residents/{wang}",
    ):
        shown = li.get(path).text
        assert not any(w in shown for w in ("打太极", "1949", CHEN_MOBILE[-4:])), path
    assert "仅居民本人可见" in li.get(page).text and "王建国" not in li.get(page).text
    assert "陈秀英" not in re.sub(r"(?s)<title.*?</title>", "", li.get(f"/admin/residents/{wang}").text)
    li.get(page)
    assert li.post(f"{page}/reveal", {"field": hobby, "why": ""}).status_code == 422
    assert "打太极" in li.post(f"{page}/reveal", {"field": hobby, "why": "公安协查"}).text
    assert "公安协查" in li.get(page).text


def test_her_own_page_shows_and_sets_who_sees_what_in_the_browser_of_her_webchat_alone(
    app: Flask, street: Street, chen: int
) -> None:
    token = "B" * 24
    identity = people.ensure("webchat", token, "zh_CN")
    people.join_resident(identity.id, chen, street.happy.id)
    stranger = Browser(app.test_client())
    assert "还不知道这是哪位居民" in stranger.get("/my/privacy").text
    stranger.post("/my/privacy", {"mobile": "public"})
    her = Browser(app.test_client())
    signed = _signer(settings().secret_key.get_secret_value()).dumps(token)
    her.client.set_cookie(_cookie_name(), str(signed))
    assert 'name="mobile"' in her.get("/my/privacy").text
    assert "已保存" in her.post("/my/privacy", {"mobile": "me", "name": "public"}).text
    chosen = privacy.settings_of(chen)
    assert (chosen["mobile"], chosen["name"], chosen["email"]) == ("me", "public", "admins")


def test_the_register_is_searched_taken_along_and_asks_those_of_an_old_text_once(
    li: Browser, street: Street, chen: int, registers: Registers
) -> None:
    registers(WANG, "webchat")
    Consent.update(version="2020-01").where(Consent.resident == chen).execute()
    page = li.get("/admin/consents").text
    assert "陈秀英" in page and "王建国" in page and "重新询问 1 人" in page
    found = li.get("/admin/consents?q=陈&version=2020-01").text
    assert "陈秀英" in found and "王建国" not in found
    assert li.get("/admin/consents/export").data[:2] == b"PK"
    li.get("/admin/consents")
    assert "正在询问 1 人" in li.post("/admin/consents/ask").text
    assert ConsentAsked.select().count() == 1 and "重新询问" not in li.get("/admin/consents").text


def test_a_tenancy_that_ends_soon_stands_on_the_dashboard_and_in_a_list(
    li: Browser, street: Street, chen: int, registers: Registers
) -> None:
    registers(WANG, "webchat")
    approve(SYSTEM, chen)
    assert "即将到期的租约" not in li.get("/admin").text
    ends = tenancies.today() + timedelta(days=12)
    correct(
        street.admin,
        chen,
        {"residence": "floating", "relation": "tenant", "tenancy_until": ends},
        "房东来登记",
    )
    assert "即将到期的租约" in li.get("/admin").text
    listed = li.get("/admin/residents?tenancy=ending").text
    assert "陈秀英" in listed and "王建国" not in listed
    shown = li.get(f"/admin/residents/{chen}").text
    assert "流动人口" in shown and "承租人" in shown
    by_type = li.get("/admin/reports/resident?by=residence").text
    assert "流动人口" in by_type
    wrong = li.post(f"/admin/residents/{chen}/correct", {"tenancy_from": "2099-01-01", "why": "x"})
    assert wrong.status_code == 422 and Resident.get_by_id(chen).tenancy_from is None
