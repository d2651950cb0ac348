"""The template editor in a real browser: written, formatted, filled with places, seen beside it, printed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.printing.models import PrintTemplate
from tests.bots.site import Site
from tests.databases import fresh_sqlite
from tests.events.village import found_village
from tests.harness.browser import DESKTOP, accessibility, browser, missing_glyphs, page, picture, sign_in
from tests.servers import Valkey
from tests.web.browser import employ

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
    with fresh_sqlite(_sqlite_template, tmp_path_factory.mktemp("printing") / "linli.db") as database:
        village = found_village()
        employ("liu", "刘主任", ("community_admin", village.happy))
        server = Site(DATABASE_URL=database.url, REDIS_URL=_valkey_server.url)
        yield SimpleNamespace(base=server.base, village=village)
        server.stop()


@pytest.fixture(autouse=True)
def same_settings(site: SimpleNamespace, _valkey_server: Valkey, configure: Callable[..., None]) -> None:
    configure(REDIS_URL=_valkey_server.url)


@pytest.fixture(scope="module")
def liu(site: SimpleNamespace, chromium: Browser) -> Iterator[Page]:
    with page(chromium, DESKTOP) as shown:
        sign_in(shown, site.base, "liu")
        yield shown


def in_order(shown: Page, name: str) -> None:
    picture(shown, name, full_page=True)
    assert not accessibility(shown)
    assert not missing_glyphs(shown)


def test_a_template_is_written_as_it_will_be_printed(site: SimpleNamespace, liu: Page) -> None:
    liu.goto(f"{site.base}/admin/print")
    in_order(liu, "index-empty")
    liu.goto(f"{site.base}/admin/print/new")
    expect(liu.locator(".papers img").first).to_have_js_property("complete", True)
    in_order(liu, "new")
    liu.click("button[value='letter.zh_CN']")
    paper = liu.frame_locator(".surface").locator("#paper")
    expect(paper).to_contain_text("{{社区}}")
    expect(liu.locator("[data-look]")).to_be_visible(timeout=20_000)
    # Her own words, bold and larger, with a name from the file and a code behind them; all by keys.
    last = paper.locator(".text p").last
    last.click()
    liu.keyboard.press("End")
    liu.keyboard.press("Enter")
    liu.keyboard.press("Control+b")
    liu.keyboard.type("恭祝")
    liu.keyboard.press("Control+b")
    liu.select_option("[data-names]", "姓名")
    liu.focus("[data-insert=value]")
    liu.keyboard.press("Enter")
    expect(paper).to_be_focused()
    liu.keyboard.type("新春快乐")
    liu.get_by_role("button", name="作为二维码").click()
    expect(paper).to_be_focused()
    liu.keyboard.press("Shift+Home")
    assert paper.evaluate("() => document.getSelection().toString()"), "the line is chosen"
    liu.select_option("[data-size]", "18")
    liu.get_by_role("button", name="居中").click()
    with liu.expect_response("**/admin/print/preview") as answered:
        liu.get_by_role("button", name="下一份").click()
    told = answered.value.json()
    assert told["record"] == "2 / 5" and not told["problems"], told
    in_order(liu, "editor")
    liu.fill("#name", "春节的信")
    liu.get_by_role("button", name="保存").click()
    expect(liu.locator(".alert-success")).to_have_text("已保存。")
    template = PrintTemplate.get()
    assert template.name == "春节的信"
    written = template.body[template.body.index("随时听候") :]
    paragraph = next(line for line in re.findall(r"<p.*?</p>", written) if "恭祝" in line)
    assert re.search(r"<b>恭祝</b>\{\{姓名\}\}新春快乐\{\{qr:姓名\}\}", paragraph), paragraph
    assert "font-size:18pt" in paragraph and "text-align:center" in paragraph


def test_the_paper_keeps_its_looks_under_the_pages_own_policy(
    site: SimpleNamespace, liu: Page, chromium: Browser
) -> None:
    """The other tests let the policy be, so that the accessibility checker gets in."""
    context = chromium.new_context(storage_state=liu.context.storage_state())
    shown, refused = context.new_page(), []
    shown.on("console", lambda line: refused.append(line.text))
    shown.goto(f"{site.base}/admin/print/{PrintTemplate.get().id}/edit")
    head = shown.frame_locator(".surface").locator("#paper .head")
    expect(head).to_have_css("color", "rgb(15, 110, 100)")
    context.close()
    assert not refused


def test_what_is_misspelt_is_told_beside_the_paper(site: SimpleNamespace, liu: Page) -> None:
    liu.goto(f"{site.base}/admin/print/{PrintTemplate.get().id}/edit")
    expect(liu.locator("[data-look]")).to_be_visible(timeout=20_000)
    liu.click("[data-sources] summary")
    liu.fill("#body", "<p>{{姓明}}</p>")
    expect(liu.locator("[data-problems]")).to_contain_text("您是不是想写“姓名”")
    liu.fill("#body", "<p>{{如果 姓名}}</p>")
    expect(liu.locator("[data-problems]")).to_contain_text("{{end}}")
    liu.fill("#body", "<p>{{姓名}}</p>")
    liu.get_by_role("button", name="保存").click()
    expect(liu.locator(".alert-success")).to_be_visible()


def test_everybody_on_a_list_is_printed(site: SimpleNamespace, liu: Page) -> None:
    liu.goto(f"{site.base}/admin/residents")
    liu.get_by_role("button", name="打印…").click()
    in_order(liu, "choose")
    liu.get_by_role("link", name="信封 DL").first.click()
    expect(liu.locator(".look img")).to_have_js_property("complete", True)
    in_order(liu, "chosen")
    liu.get_by_role("button", name="打印 5 份").click()
    in_order(liu, "waiting")
