"""The inbox in a real browser: two colleagues beside each other, somebody in her web chat, all of it live."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from backend.core import clock
from backend.core.access import SYSTEM
from backend.inbox import canned
from backend.inbox.models import Handover
from backend.messaging import deliveries
from bots import settle
from bots.webchat import WebchatChannel
from tests.bots.chatting import photo
from tests.bots.site import Site
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
from tests.staff.conftest import found_street
from tests.web.browser import employ

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("inbox-page")]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def site(
    _sqlite_template: Path, _valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    path = tmp_path_factory.mktemp("inbox") / "linli.db"
    with fresh_sqlite(_sqlite_template, path) as database:
        street = found_street()
        employ("li", "小李", ("duty_desk", street.happy))
        employ("zhou", "小周", ("duty_desk", street.happy))
        canned.begin(SYSTEM, street.happy.id)
        found = Site(DATABASE_URL=database.url, REDIS_URL=_valkey_server.url)
        yield found
        found.stop()


@pytest.fixture(autouse=True)
def same_settings(site: Site, _valkey_server: Valkey, configure: Callable[..., None]) -> None:
    _valkey_server.start()
    configure(REDIS_URL=_valkey_server.url)


@pytest.fixture(autouse=True)
def nobody_waits(site: Site) -> None:
    """Whoever waits was left by a test that broke off."""
    Handover.update(done_at=clock.now()).where(Handover.done_at.is_null()).execute()


@contextmanager
def desk_of(site: Site, chromium: Browser, name: str, size: ViewportSize = DESKTOP) -> Iterator[Page]:
    with page(chromium, size) as shown:
        sign_in(shown, site.base, name)
        yield shown


@contextmanager
def chat_of(site: Site, chromium: Browser) -> Iterator[Page]:
    with page(chromium, PHONE) as shown:
        shown.goto(f"{site.base}/chat")
        expect(shown.locator(".line.ours")).to_have_count(1)
        yield shown


def write(shown: Page, text: str) -> None:
    shown.fill("#text", text)
    shown.press("#text", "Enter")


def work() -> None:
    """A worker sends what waits; in a thread of its own, for this one has the browser's event loop."""
    worker = threading.Thread(target=lambda: asyncio.run(_drain()))
    worker.start()
    worker.join()


async def _drain() -> None:
    channel = WebchatChannel()
    while due := deliveries.claim("default", "a worker"):
        for one in due:
            await settle.settle_one(channel, one)
    await channel.close()


def test_two_colleagues_and_a_neighbour_all_live(site: Site, chromium: Browser) -> None:
    with chat_of(site, chromium) as chen, desk_of(site, chromium, "li") as li:
        li.goto(f"{site.base}/admin/inbox")
        expect(li.locator(".empty")).to_be_visible()
        write(chen, "找人工")
        expect(li.locator(".queue-line")).to_have_count(1)
        picture(li, "queue")
        assert not accessibility(li)
        li.click(".queue-line a")
        li.click("#acts button")
        expect(li.locator("#standing")).to_contain_text("由您接手")
        work()
        expect(chen.locator(".line.ours").last).to_contain_text("小李")

        with desk_of(site, chromium, "zhou") as zhou:
            zhou.goto(li.url)
            expect(zhou.locator("#standing")).to_contain_text("小李")
            expect(zhou.locator("#text")).to_have_count(0)

            write(chen, "我家门口的灯坏了，什么时候来人？")
            for colleague in (li, zhou):
                expect(colleague.locator(".talk-hers").last).to_contain_text("什么时候来人")

            li.locator("#text").press_sequentially("/您好 ")
            expect(li.locator("#left")).to_contain_text("{name}")
            li.locator("#text").fill("陈奶奶您好，明天上午九点来人。")
            expect(li.locator("#left")).to_be_hidden()
            expect(chen.locator("#state")).to_contain_text("正在输入")
            li.press("#text", "Control+Enter")
            work()
            expect(chen.locator(".line.ours").last).to_contain_text("明天上午九点来人")
            expect(li.locator(".talk-ours .talk-state").last).to_contain_text("已读")
            expect(zhou.locator(".talk-ours").last).to_contain_text("明天上午九点来人")

            zhou.fill("[name=note]", "上周也坏过一次")
            zhou.click("text=记下备注")
            expect(li.locator(".talk-note")).to_contain_text("上周也坏过一次")
            assert "上周" not in chen.inner_text("#log")

            li.set_input_files(
                "[name=photo]", {"name": "lamp.jpg", "mimeType": "image/jpeg", "buffer": photo()}
            )
            li.fill("#text", "是这盏吗？")
            li.press("#text", "Control+Enter")
            expect(li.locator(".talk-ours img")).to_be_visible()
            work()
            lamp = chen.locator(".line.ours .bubble img").last
            expect(lamp).to_be_visible()
            assert lamp.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0

            for shown in (li, zhou):
                assert not accessibility(shown)
                assert not missing_glyphs(shown)
            picture(li, "thread", full_page=True)
            picture(zhou, "colleague", full_page=True)

        li.locator("#acts button").first.click()
        expect(li.locator("#standing")).to_contain_text("已结束")
        work()
        expect(chen.locator(".line.ours").last).to_contain_text("助手")
        write(chen, "菜单")
        expect(chen.locator(".current .option").first).to_be_visible()


def test_on_a_phone_the_thread_is_all_there_is(site: Site, chromium: Browser) -> None:
    with chat_of(site, chromium) as chen, desk_of(site, chromium, "li", PHONE) as li:
        write(chen, "救命，我摔倒了起不来")
        expect(chen.locator(".line.ours")).to_have_count(2)
        number = Handover.select().order_by(Handover.id.desc()).get().id
        li.goto(f"{site.base}/admin/inbox")
        expect(li.locator(".queue-urgent")).to_have_count(1)
        picture(li, "phone-queue")
        for address in (
            f"/admin/inbox/{number}",
            "/admin/inbox/words",
            "/admin/inbox/hours",
            "/admin/feedback",
        ):
            li.goto(f"{site.base}{address}")
            assert li.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
            assert not accessibility(li), address
            picture(li, f"phone{address.replace('/', '-')}", full_page=True)
