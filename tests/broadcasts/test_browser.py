"""A campaign in a real browser: put together, looked over, sent, watched while it goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.messaging import deliveries
from backend.staff.models import Staff
from broadcasts.campaigns import pump
from broadcasts.models import Campaign
from broadcasts.quiet import actions as quiet
from tests.bots.site import Site
from tests.broadcasts.village import build
from tests.databases import fresh_sqlite
from tests.harness.browser import (
    DESKTOP,
    PHONE,
    accessibility,
    browser,
    missing_glyphs,
    page,
    picture,
    sign_in,
)
from tests.servers import Valkey
from tests.web.browser import _hash

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("event-pages")]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def site(
    _sqlite_template: Path, _valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SimpleNamespace]:
    _valkey_server.start()
    with fresh_sqlite(_sqlite_template, tmp_path_factory.mktemp("campaigns") / "linli.db") as database:
        village = build()
        Staff.update(password_hash=_hash(), must_change_password=False, locale="zh_CN").execute()
        # The clock of the browser's server is real: it may be night.
        quiet.save(village.admin, village.happy.id, quiet.Hours("00:00", "00:00"))
        village.person("陈秀英", 501, "sms")
        village.person("王建国", 502, "telegram")
        village.person("没有手机的赵奶奶", 503)
        server = Site(DATABASE_URL=database.url, REDIS_URL=_valkey_server.url)
        yield SimpleNamespace(base=server.base, village=village)
        server.stop()


@pytest.fixture(autouse=True)
def same_settings(site: SimpleNamespace, _valkey_server: Valkey, configure: Callable[..., None]) -> None:
    configure(REDIS_URL=_valkey_server.url)


@pytest.fixture
def office(site: SimpleNamespace, chromium: Browser) -> Iterator[Page]:
    with page(chromium, DESKTOP) as shown:
        sign_in(shown, site.base, "admin")
        yield shown


def in_order(shown: Page, name: str) -> None:
    """Nobody is kept out by it, on a desk or a phone; SCREENSHOTS=folder keeps pictures."""
    assert not accessibility(shown)
    assert not missing_glyphs(shown)
    for width, size in (("desk", DESKTOP), ("phone", PHONE)):
        shown.set_viewport_size(size)
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} on a {width}"
        picture(shown, f"{name}-{width}", full_page=True)
    shown.set_viewport_size(DESKTOP)


def test_a_campaign_is_written_sent_and_seen_to_arrive(site: SimpleNamespace, office: Page) -> None:
    office.goto(f"{site.base}/admin/campaigns")
    in_order(office, "1-empty")
    office.get_by_role("link", name="新的群发").click()
    in_order(office, "2-who")
    office.get_by_role("button", name="保存，下一步").click()
    office.fill("[name=name]", "停水通知")
    office.fill("[name='zh_CN.text']", "您好，明天停水。")
    office.locator("[name='zh_CN.text']").press("Home")
    office.get_by_role("button", name="姓名", exact=True).click()
    expect(office.locator("[data-shown]")).to_contain_text("明天停水")
    in_order(office, "3-what")
    office.get_by_role("button", name="保存，下一步").click()
    in_order(office, "4-how")
    # Back by the browser: what was written is still there.
    office.go_back()
    expect(office.locator("[name='zh_CN.text']")).to_have_value("{{姓名}}您好，明天停水。")
    office.go_forward()
    office.get_by_role("button", name="保存，下一步").click()
    in_order(office, "5-when")
    office.get_by_role("button", name="保存，下一步").click()
    expect(office.locator("main")).to_contain_text("陈秀英您好，明天停水。")
    in_order(office, "6-look")
    office.get_by_role("button", name="发给2人").click()
    expect(office.locator(".status").first).to_have_text("已计划")
    campaign = Campaign.get()
    pump.step(campaign.id)
    expect(office.locator("main")).to_contain_text("已有结果：1 / 3")
    in_order(office, "7-running")
    first, second = deliveries.claim("bulk", "worker")
    deliveries.sent([(first.id, "SM1")], "delivered")
    deliveries.fail(second.id, "Telegram: bot was blocked by the user")
    pump.step(campaign.id)
    expect(office.locator(".status").first).to_have_text("完成")
    expect(office.locator("main")).to_contain_text("已有结果：3 / 3")
    in_order(office, "8-done")
    office.get_by_role("link", name="逐人查看").click()
    in_order(office, "9-people")
    office.get_by_role("link", name="陈秀英").click()
    in_order(office, "10-person")
    office.goto(f"{site.base}/admin/campaigns/statistics")
    in_order(office, "11-statistics")
    office.goto(f"{site.base}/admin/campaigns")
    in_order(office, "12-list")


def test_a_notice_is_written_with_a_letter_and_seen_as_a_person_gets_it(
    site: SimpleNamespace, office: Page, chromium: Browser
) -> None:
    office.goto(f"{site.base}/admin/notices/new?starter=water")
    text = office.locator("[name='zh_CN.text']")
    text.fill("停水。")
    text.press("Home")
    office.get_by_role("button", name="姓名", exact=True).click()
    letter = office.frame_locator(".rich-surface >> nth=0").locator("body")
    letter.click()
    office.keyboard.type("停水")
    office.get_by_role("button", name="标题", exact=True).first.click()
    office.keyboard.press("Control+a")
    office.locator("[data-rich] [data-colour]").first.select_option("#a3231c")
    office.keyboard.press("End")
    office.keyboard.press("Enter")
    office.get_by_text("只给填了这项的人看的一段").click()
    office.get_by_role("button", name="手机号", exact=True).click()
    office.fill("#who", "陈秀英")
    office.locator("[data-row]", has_text="陈秀英").click()
    expect(office.locator("[data-shown] .shape").first).to_contain_text("短信")
    expect(office.locator("[data-shown]")).to_contain_text("陈秀英停水。")
    in_order(office, "13-notice-editor")
    office.get_by_role("button", name="保存").click()
    expect(office.locator(".alert-success")).to_have_text("已保存。")
    in_order(office, "14-notice")
    # Under the page's own policy, which the other tests let be so that the accessibility checker gets in.
    context = chromium.new_context(storage_state=office.context.storage_state())
    shown, refused = context.new_page(), []
    shown.on("console", lambda line: refused.append(line.text))
    shown.goto(office.url)
    heading = shown.frame_locator("iframe.letter >> nth=0").get_by_role("heading", name="停水")
    expect(heading.locator("span")).to_have_css("color", "rgb(163, 35, 28)")
    context.close()
    assert not refused
