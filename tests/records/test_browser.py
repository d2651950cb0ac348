"""The dynamic database in a real browser: a table is made, filled, asked and looked at, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.staff.models import Staff
from tests.bots.site import Site
from tests.databases import fresh_sqlite
from tests.harness.browser import DESKTOP, PHONE, accessibility, browser, missing_glyphs, page, sign_in
from tests.requests.test_web import _hash
from tests.servers import Valkey
from tests.surveys.street import settled

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("surveys-page")]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def site(
    _sqlite_template: Path, _valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    path = tmp_path_factory.mktemp("records") / "linli.db"
    with fresh_sqlite(_sqlite_template, path) as database:
        settled()
        Staff.update(password_hash=_hash(), must_change_password=False, locale="zh_CN").execute()
        site = Site(DATABASE_URL=database.url, REDIS_URL=_valkey_server.url)
        yield site
        site.stop()


@pytest.fixture(autouse=True)
def same_settings(_valkey_server: Valkey, configure: Callable[..., None]) -> None:
    _valkey_server.start()
    configure(REDIS_URL=_valkey_server.url)


@pytest.fixture
def desk(site: Site, chromium: Browser) -> Iterator[Page]:
    with page(chromium, DESKTOP) as shown:
        sign_in(shown, site.base, "admin")
        yield shown


def seen_well(shown: Page) -> None:
    assert accessibility(shown) == []
    assert missing_glyphs(shown) == []


def test_the_office_makes_a_table_fills_it_and_finds_in_it(desk: Page, site: Site) -> None:
    desk.goto(f"{site.base}/admin/data")
    seen_well(desk)
    desk.fill("#title_zh_CN", "养犬登记")
    desk.fill("#title_en", "Dogs")
    desk.get_by_role("button", name="建表").click()
    for kind, label, options in (
        ("text", "犬名", ""),
        ("choice", "品种", "corgi = 柯基\nother = 其他"),
        ("date", "免疫日期", ""),
    ):
        new = desk.locator("section")
        new.locator("[name=kind]").select_option(kind)
        new.locator("[name=label_zh_CN]").fill(label)
        new.locator("[name=options]").fill(options)
        new.locator("[name=keyword]").check()
        new.get_by_role("button", name="加上这一列").click()
        expect(desk.get_by_text(label).first).to_be_visible()
    seen_well(desk)
    desk.locator("p a").first.click()
    for name, breed, day in (("旺财", "corgi", "2026-03-05"), ("来福", "other", "2025-01-10")):
        desk.get_by_role("link", name="新增一行").first.click()
        fields = desk.locator("form.field, form .field")
        fields.get_by_label("犬名").fill(name)
        if desk.locator("select[name^=c]").count():
            desk.locator("select[name^=c]").select_option(breed)
        else:
            desk.locator(f"input[type=radio][value={breed}]").check()
        desk.get_by_label("免疫日期").fill(day)
        desk.get_by_role("button", name="保存").click()
        expect(desk.get_by_role("heading", name=name)).to_be_visible()
        seen_well(desk)
        desk.locator("p a").first.click()
    desk.fill("#search", "旺财")
    desk.press("#search", "Enter")
    expect(desk.locator("#rows tbody tr")).to_have_count(1)
    desk.locator("[name=row]").check()
    desk.locator("[name=new_colour]").select_option("red")
    desk.get_by_role("button", name="标上颜色").click()
    expect(desk.locator("tr.row-red")).to_have_count(1)
    expect(desk.get_by_role("button", name="撤销")).to_be_visible()
    desk.locator("details.question-builder summary").click()
    seen_well(desk)
    desk.set_viewport_size(PHONE)
    assert desk.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    seen_well(desk)
    desk.set_viewport_size(DESKTOP)
    desk.goto(f"{site.base}/admin/data/resident")
    expect(desk.locator("#rows tbody tr").first).to_be_visible()
    seen_well(desk)
