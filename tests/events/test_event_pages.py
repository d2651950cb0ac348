"""The events' pages in a real browser at the size of a phone: writing one, the door, the public page, the pass."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.events import actions, passes
from backend.events.models import Event, EventSignup
from tests.bots.site import Site
from tests.databases import fresh_sqlite
from tests.events.village import Village, found_village
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
from tests.web.browser import employ

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("event-pages")]

CAMERA = """(code) => {
  // The phone's own parts, which Chromium on a desk lacks: a camera, and a reader that sees one code in its picture.
  window.BarcodeDetector = class { async detect() { return [{ rawValue: code }]; } };
  navigator.mediaDevices.getUserMedia = async () => {
    const canvas = document.createElement("canvas"), paper = canvas.getContext("2d");
    window.setInterval(() => { paper.fillStyle = "teal"; paper.fillRect(0, 0, 300, 150); }, 50);
    return canvas.captureStream();
  };
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def site(
    _sqlite_template: Path, _valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SimpleNamespace]:
    """One server, one event with four sign-ups and a waiting list, and its admin."""
    _valkey_server.start()
    path = tmp_path_factory.mktemp("events") / "linli.db"
    with fresh_sqlite(_sqlite_template, path) as database:
        village = found_village()
        employ("liu", "刘主任", ("community_admin", village.happy))
        event = village.event(capacity=4, companions=1)
        for n in range(4):
            village.join(event, n, companions=1 if n == 0 else 0)
        server = Site(DATABASE_URL=database.url, REDIS_URL=_valkey_server.url)
        yield SimpleNamespace(base=server.base, village=village, event=event)
        server.stop()


@pytest.fixture
def event(site: SimpleNamespace) -> Event:
    found: Event = site.event
    return found


@pytest.fixture(autouse=True)
def same_settings(site: SimpleNamespace, _valkey_server: Valkey, configure: Callable[..., None]) -> None:
    configure(REDIS_URL=_valkey_server.url)


@pytest.fixture(scope="module")
def liu(site: SimpleNamespace, chromium: Browser) -> Iterator[Page]:
    """The admin's phone, signed in."""
    with page(chromium, PHONE) as shown:
        sign_in(shown, site.base, "liu")
        yield shown


def in_order(shown: Page, name: str) -> None:
    """Read by readers, drawn whole, and nothing wider than the phone."""
    picture(shown, name, full_page=True)
    assert not accessibility(shown)
    assert not missing_glyphs(shown)
    assert shown.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
        "wider than the screen"
    )


def test_an_event_is_written_and_published_on_a_phone(site: SimpleNamespace, liu: Page) -> None:
    liu.goto(f"{site.base}/admin/activities/new")
    in_order(liu, "edit")
    liu.fill("#title_zh_CN", "书法体验课")
    liu.fill("#place_zh_CN", "二楼书画室")
    liu.fill("#starts_at", "2030-11-07T14:00")
    liu.fill("#ends_at", "2030-11-07T16:00")
    liu.fill("#capacity", "12")
    liu.click("main button.btn-primary")
    expect(liu.locator(".alert-success")).to_be_visible()
    liu.get_by_role("button", name="发布").click()
    expect(liu.locator(".heading .status")).to_have_text("已发布")
    in_order(liu, "new-event")
    liu.goto(f"{site.base}/admin/activities")
    in_order(liu, "list")


def test_everybody_on_the_lists_is_on_the_events_page(site: SimpleNamespace, liu: Page, event: Event) -> None:
    liu.goto(f"{site.base}/admin/activities/{event.id}")
    expect(liu.locator("#participants tbody tr")).to_have_count(4)
    in_order(liu, "event")
    liu.goto(f"{site.base}/admin/activities/{event.id}/questions")
    liu.set_viewport_size(DESKTOP)
    in_order(liu, "questions")
    liu.set_viewport_size(PHONE)


def test_the_door_on_a_phone_scans_says_twice_and_finds_names(
    site: SimpleNamespace, liu: Page, event: Event
) -> None:
    signup = EventSignup.get(EventSignup.resident_id == site.village.neighbours[0])
    door = f"{site.base}/admin/activities/{event.id}/check-in"
    liu.goto(door)
    expect(liu.locator("#scanner")).to_be_hidden()
    liu.add_init_script(f"({CAMERA})({passes.link(signup.id)!r})")
    # The event is days away: whoever checks in now says so.
    liu.get_by_role("link", name="现在就签到").click()
    in_order(liu, "door")
    liu.click("#scan")
    expect(liu.locator("#scanned")).to_contain_text("陈秀英到了")
    expect(liu.locator("#here-count")).to_have_text("2")
    # The same code again, after a while: it says so.
    expect(liu.locator("#scanned")).to_contain_text("已经签过到了")
    in_order(liu, "door-scanned")
    liu.click("#stop")
    liu.fill("#search", "2211")
    liu.press("#search", "Enter")
    in_order(liu, "door-found")
    liu.get_by_role("button", name="周敏到了").first.click()
    expect(liu.locator(".alert-success")).to_have_text("周敏到了。")
    expect(liu.locator("#here-count")).to_have_text("3")


def test_name_tags_are_printed_without_the_furniture(site: SimpleNamespace, liu: Page, event: Event) -> None:
    liu.goto(f"{site.base}/admin/activities/{event.id}/badges")
    in_order(liu, "badges")
    liu.emulate_media(media="print")
    expect(liu.locator(".top")).to_be_hidden()
    expect(liu.locator(".badges li").first).to_be_visible()
    if folder := os.environ.get("SCREENSHOTS"):
        liu.pdf(path=f"{folder}/badges.pdf")
    liu.emulate_media(media="screen")


def test_a_neighbour_finds_the_event_and_brings_its_name_into_the_chat(
    site: SimpleNamespace, chromium: Browser, event: Event
) -> None:
    with page(chromium, PHONE) as shown:
        shown.goto(site.base)
        in_order(shown, "portal")
        shown.get_by_role("link", name="包粽子").click()
        expect(shown.locator("h1")).to_have_text("包粽子")
        in_order(shown, "public")
        weight = shown.evaluate(
            "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
            ".reduce((sum, e) => sum + e.transferSize, 0)"
        )
        assert weight < 150_000
        shown.get_by_role("link", name="在聊天里排队候补").click()
        expect(shown.locator("#text")).to_have_value("报名包粽子")


def test_the_pass_shows_its_code_large(site: SimpleNamespace, chromium: Browser, event: Event) -> None:
    signup = EventSignup.get(EventSignup.resident_id == site.village.neighbours[2])
    with page(chromium, PHONE) as shown:
        shown.goto(f"{site.base}/events/pass/{passes.token(signup.id)}")
        expect(shown.get_by_alt_text("签到二维码")).to_be_visible()
        in_order(shown, "pass")
        with shown.expect_download() as file:
            shown.get_by_role("link", name="加到我的日历").click()
        assert file.value.suggested_filename == f"event-{event.id}.ics"


def test_a_closed_event_keeps_its_address(site: SimpleNamespace, chromium: Browser, event: Event) -> None:
    other: Village = site.village
    gone = other.event(title={"zh_CN": "露天电影"})
    actions.call_off(other.actor(), gone.id, "下大雨")
    with page(chromium, PHONE) as shown:
        shown.goto(f"{site.base}/events/{gone.id}")
        expect(shown.locator("main")).to_contain_text("下大雨")
        in_order(shown, "called-off")
