"""The webchat's page in a real browser: on a phone and a desk, off the network and back, read by eyes and by readers."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.fields.words import Words
from backend.messaging import deliveries, people, say
from backend.messaging.models import Delivery, Identity, Inbound
from bots import settle
from bots.webchat import WebchatChannel
from tests.bots.chatting import photo
from tests.bots.site import Site
from tests.databases import fresh_sqlite
from tests.harness.browser import DESKTOP, PHONE, accessibility, browser, missing_glyphs, page, picture
from tests.servers import Valkey, until

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("webchat-page")]
LEAK = "厨房水管漏水了,3号楼2单元501"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def site(
    _sqlite_template: Path, _valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """One server for all of these visitors: each has a browser of her own."""
    path = tmp_path_factory.mktemp("site") / "linli.db"
    with fresh_sqlite(_sqlite_template, path) as database:
        found = Site(DATABASE_URL=database.url, REDIS_URL=_valkey_server.url)
        yield found
        found.stop()


@pytest.fixture(autouse=True)
def same_settings(site: Site, _valkey_server: Valkey, configure: Callable[..., None]) -> None:
    _valkey_server.start()
    configure(REDIS_URL=_valkey_server.url)


@pytest.fixture
def chen(site: Site, chromium: Browser) -> Iterator[Page]:
    """Grandmother Chen's phone, the chat open."""
    with page(chromium, PHONE) as shown:
        shown.goto(f"{site.base}/chat")
        expect(shown.locator(".line.ours")).to_have_count(1)
        yield shown


def write(shown: Page, text: str) -> None:
    shown.fill("#text", text)
    shown.press("#text", "Enter")


def newest() -> Identity:
    """The webchat that was opened last."""
    found: Identity = (
        Identity.select().where(Identity.channel == "webchat").order_by(Identity.id.desc()).get()
    )
    return found


def tell(text: str) -> None:
    """Something is said to the newest webchat, and a worker sends it."""
    say(people.At(newest().id), Words(text), purpose="request")
    # In a thread of its own: this one has the browser's event loop.
    worker = threading.Thread(target=lambda: asyncio.run(_drain()))
    worker.start()
    worker.join()


async def _drain() -> None:
    channel = WebchatChannel()
    for due in deliveries.claim("default", "a worker"):
        await settle.settle_one(channel, due)
    await channel.close()


def heard() -> int:
    """How much the newest webchat said to us."""
    return int(Inbound.select().where(Inbound.identity_id == newest().id).count())


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_chat_reads_well(site: Site, chromium: Browser, size: dict[str, int], scheme: str) -> None:
    with page(chromium, size, color_scheme=scheme) as shown:
        shown.goto(f"{site.base}/chat")
        expect(shown.locator(".line.ours")).to_have_count(1)
        write(shown, LEAK)
        expect(shown.locator(".current .option").first).to_be_in_viewport()
        assert not accessibility(shown)
        assert not missing_glyphs(shown)
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for option in shown.locator(".current .option").all():
            box = option.bounding_box()
            assert box is not None and box["height"] >= 44
        picture(shown, "chat")


def test_a_picked_option_becomes_what_she_said_and_its_siblings_go(chen: Page) -> None:
    write(chen, LEAK)
    option = chen.locator(".current .option").nth(1)
    label = option.inner_text()
    option.click()
    expect(chen.locator(".line.hers .bubble").last).to_have_text(label)
    expect(chen.locator(".option", has_text=label)).to_have_count(0)
    chen.reload()
    expect(chen.locator(".line.hers .bubble").last).to_have_text(label)


def test_everything_can_be_done_with_the_keyboard(chen: Page) -> None:
    write(chen, LEAK)
    chen.locator(".current .option").first.wait_for()
    for _n in range(30):
        chen.keyboard.press("Shift+Tab")
        if chen.evaluate("document.activeElement.classList.contains('option')"):
            break
    chen.keyboard.press("Enter")
    expect(chen.locator(".line.hers")).to_have_count(2)
    expect(chen.locator("#text")).to_be_focused()


def test_a_reload_shows_the_same_conversation_once(chen: Page) -> None:
    write(chen, LEAK)
    expect(chen.locator(".line.ours")).to_have_count(2)
    before = chen.locator(".bubble").all_inner_texts()
    chen.reload()
    expect(chen.locator(".line.ours")).to_have_count(2)
    chen.wait_for_timeout(500)
    assert chen.locator(".bubble").all_inner_texts() == before


def test_the_answer_and_its_push_are_shown_once_on_both_of_her_pages(chen: Page) -> None:
    other = chen.context.new_page()
    other.goto(chen.url)
    expect(other.locator(".line.ours")).to_have_count(1)
    other.wait_for_timeout(300)  # its stream opens
    write(chen, LEAK)
    expect(chen.locator(".line.ours")).to_have_count(2)
    expect(other.locator(".line.ours")).to_have_count(2)
    expect(other.locator(".line.hers .bubble")).to_have_text(LEAK)
    expect(chen.locator(".line.hers")).to_have_count(1)


def test_a_message_that_comes_later_appears_without_a_reload_and_counts_as_read(chen: Page) -> None:
    chen.wait_for_timeout(300)
    tell("**王师傅** 已出发 138****2210")
    bubble = chen.locator(".line.ours .bubble").last
    expect(bubble).to_have_text("王师傅 已出发 138****2210")
    expect(bubble.locator("strong")).to_have_text("王师傅")
    until(lambda: Delivery.select().order_by(Delivery.id.desc()).get().status == "read", what="the receipt")


# A browser without a window shows every tab: what it says of this one, and of the app's icon, stands in for it.
_ELSEWHERE = """window.badges = []; window.away = %s;
Object.defineProperty(document, "hidden", {configurable: true, get: () => window.away});
navigator.setAppBadge = async (count) => { window.badges.push(count); };
navigator.clearAppBadge = async () => { window.badges.push(0); };
void 0;"""


def test_what_comes_while_she_looks_elsewhere_is_counted_until_she_is_back(chen: Page) -> None:
    title = chen.title()
    chen.evaluate(_ELSEWHERE % "true")
    icon = chen.locator("link[rel=icon]")
    for n, words in enumerate(("明天停水", "改到后天停水"), start=1):
        tell(words)
        expect(chen).to_have_title(f"（{n}条新消息） {title}")
    expect(icon).to_have_attribute("href", re.compile("icon-new"))
    assert chen.evaluate("badges") == [1, 2]
    until(
        lambda: Delivery.select().order_by(Delivery.id.desc()).get().status == "delivered", what="a receipt"
    )
    other = chen.context.new_page()
    other.add_init_script(_ELSEWHERE % "true")
    other.goto(chen.url)
    expect(other.locator(".line.ours")).to_have_count(3)
    assert other.title() == title, "what was there when it was opened is nothing new"
    chen.evaluate("window.away = false; document.dispatchEvent(new Event('visibilitychange'))")
    expect(chen).to_have_title(title)
    expect(icon).not_to_have_attribute("href", re.compile("icon-new"))
    assert chen.evaluate("badges") == [1, 2, 0]
    until(
        lambda: Delivery.select().order_by(Delivery.id.desc()).get().status == "read", what="that she read it"
    )


def test_markup_in_words_stays_words(chen: Page) -> None:
    write(chen, "<img src=x onerror=alert(1)><b>粗</b>")
    expect(chen.locator(".line.hers .bubble")).to_have_text("<img src=x onerror=alert(1)><b>粗</b>")
    assert chen.locator(".line img").count() == 0


def test_what_is_written_off_the_network_is_sent_once_it_is_back(site: Site, chromium: Browser) -> None:
    context = chromium.new_context(viewport=PHONE, locale="zh-CN")
    shown = context.new_page()
    shown.goto(f"{site.base}/chat")
    expect(shown.locator(".line.ours")).to_have_count(1)
    context.set_offline(True)
    write(shown, "第一句")
    write(shown, LEAK)
    expect(shown.locator(".line.hers .meta").first).to_contain_text("联网后")
    expect(shown.locator("#state")).to_contain_text("没有网络")
    assert heard() == 1
    context.set_offline(False)
    expect(shown.locator(".line.ours")).to_have_count(3)
    expect(shown.locator(".line.hers .bubble")).to_have_text(["第一句", LEAK])
    assert heard() == 3
    context.close()


def test_what_was_waiting_survives_closing_the_page(site: Site, chromium: Browser) -> None:
    context = chromium.new_context(viewport=PHONE, locale="zh-CN")
    shown = context.new_page()
    shown.goto(f"{site.base}/chat")
    expect(shown.locator(".line.ours")).to_have_count(1)
    context.set_offline(True)
    write(shown, LEAK)
    shown.close()
    context.set_offline(False)
    again = context.new_page()
    again.goto(f"{site.base}/chat")
    expect(again.locator(".line.hers .bubble")).to_have_text(LEAK)
    expect(again.locator(".line.ours")).to_have_count(2)
    context.close()


def test_a_photo_is_made_smaller_sent_and_shown(chen: Page) -> None:
    large = photo((3000, 2000))
    chen.set_input_files("#photo", {"name": "wet.jpg", "mimeType": "image/jpeg", "buffer": large})
    expect(chen.locator(".line.hers img")).to_be_visible()
    expect(chen.locator(".line.ours")).to_have_count(2)
    chen.reload()
    expect(chen.locator(".line.hers img")).to_be_visible()
    assert chen.locator(".line.hers img").get_attribute("alt") == "您发的照片"


def test_larger_print_is_remembered(chen: Page) -> None:
    size = "parseFloat(getComputedStyle(document.querySelector('.bubble')).fontSize)"
    small = chen.evaluate(size)
    chen.click("#size")
    assert chen.evaluate(size) > small * 1.2
    chen.reload()
    expect(chen.locator(".bubble").first).to_be_visible()
    assert chen.evaluate(size) > small * 1.2
    assert chen.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_other_language_is_one_press_away(chen: Page) -> None:
    chen.click("[data-language=en]")
    expect(chen.locator("#text")).to_have_attribute("placeholder", "Write here")
    write(chen, "no power")
    expect(chen.locator(".line.ours").last).to_have_attribute("lang", "en")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_portal_reads_well_and_leads_to_the_chat(
    site: Site, chromium: Browser, size: dict[str, int]
) -> None:
    with page(chromium, size) as shown:
        shown.goto(site.base)
        assert not accessibility(shown) and not missing_glyphs(shown)
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
        shown.click("text=打开聊天")
        expect(shown.locator(".line.ours")).to_have_count(1)


def test_the_link_of_an_invitation_says_its_code_once(site: Site, chromium: Browser) -> None:
    with page(chromium, PHONE) as shown:
        shown.goto(f"{site.base}/chat?invite=000000")
        expect(shown.locator(".line.hers")).to_contain_text("家人 000000")
        expect(shown.locator(".line.ours").last).to_contain_text("邀请家人")
        assert shown.url == f"{site.base}/chat"
        shown.reload()
        expect(shown.locator(".line.hers")).to_have_count(1)
