"""Alarms and families in a real browser: an alarm appears by itself, on the map of devices too, and every page reads well on a phone."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import APIResponse, Browser, Route, expect

from backend.alarms.actions import Caller, answer
from iot.mapping import written
from iot.models import Device
from iot.registry import devices
from iot.seeing import plans
from iot.seeing.models import Pin
from tests.alarms.street import Street, help_needed, settle
from tests.bots.site import Site
from tests.databases import fresh_sqlite
from tests.harness.browser import DESKTOP, PHONE, accessibility, browser, missing_glyphs, page, sign_in
from tests.iot.seeing.house import says
from tests.servers import Valkey, until
from tests.web.browser import employ

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("alarm-page")]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def town(
    _sqlite_template: object, _valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, Street]]:
    path = tmp_path_factory.mktemp("alarms") / "linli.db"
    with fresh_sqlite(_sqlite_template, path) as database:  # type: ignore[arg-type]
        street = settle()
        employ("liu", "值班小刘", ("duty_desk", street.grid))
        employ("lin", "林主任", ("community_admin", street.grid))
        site = Site(DATABASE_URL=database.url, REDIS_URL=_valkey_server.url)
        yield site, street
        site.stop()


def test_an_alarm_appears_by_itself_and_its_pages_read_well(
    town: tuple[Site, Street],
    chromium: Browser,
    _valkey_server: Valkey,
    configure: Callable[..., None],
) -> None:
    _valkey_server.start()
    configure(REDIS_URL=_valkey_server.url)
    site, street = town
    with page(chromium, PHONE) as shown:
        sign_in(shown, site.base, "liu")
        card = shown.locator("[data-live=alarm]")
        figure = int(card.locator(".figure").inner_text())
        alarm_id = help_needed(street)
        expect(card.locator(".figure")).to_have_text(str(figure + 1))
        for path in (
            "/admin",
            "/admin/alarms",
            f"/admin/alarms/{alarm_id}",
            f"/admin/residents/{street.chen}",
            f"/admin/family/of/{street.chen}",
        ):
            shown.goto(site.base + path)
            assert not accessibility(shown), path
            assert not missing_glyphs(shown), path
            assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        shown.goto(f"{site.base}/admin/alarms/{alarm_id}")
        answer(Caller(street.daughter), alarm_id, "going")
        expect(shown.locator("#timeline")).to_contain_text("女儿已在路上")


def detector(street: Street) -> Device:
    """The smoke detector of the hallway, in use."""
    admin = street.actor(street.admin)
    says("hallway", smoke=False)
    model = devices.save_profile(admin, "smoke", "烟感", [written("smoke=smoke")])
    devices.approve(admin, model.id)
    known = Device.get(Device.address == "plain:hallway")
    return devices.bind(admin, known.id, name="楼道烟感", org_id=street.grid.id, profile_id=model.id)


def test_a_device_is_put_on_the_plan_by_a_tap_and_its_alarm_turns_the_marker(
    town: tuple[Site, Street],
    chromium: Browser,
    _valkey_server: Valkey,
    configure: Callable[..., None],
) -> None:
    _valkey_server.start()
    configure(REDIS_URL=_valkey_server.url)
    site, street = town
    device, drawing = detector(street), io.BytesIO()
    Image.new("RGB", (800, 400), "white").save(drawing, "PNG")
    plan = plans.add(street.actor(street.admin), street.grid.id, "3号楼一层", drawing.getvalue())
    address = f"{site.base}/admin/devices/map?plan={plan.id}"
    with page(chromium) as shown:
        sign_in(shown, site.base, "lin")
        shown.goto(address)
        picture = shown.locator("#device-map img.leaflet-image-layer")
        expect(picture).to_be_visible()
        expect(shown.locator(".map-pin")).to_have_count(0)
        shown.select_option("[name=device]", str(device.id))
        # A tap in the middle of the drawing.
        picture.click(force=True)
        expect(shown.locator(".map-pin-good")).to_have_attribute("title", "楼道烟感: 正常")
        pin = Pin.get(Pin.device_id == device.id)
        assert abs(pin.x - 0.5) < 0.02 and abs(pin.y - 0.5) < 0.02
        shown.goto(address)
        expect(shown.locator(".map-pin-good")).to_be_visible()
        says("hallway", smoke=True)
        expect(shown.locator(".map-pin-urgent")).to_have_attribute("title", "楼道烟感: 有警报")
        expect(shown.locator("#pin-list")).to_contain_text("有警报")
        for size in (DESKTOP, PHONE):
            shown.set_viewport_size(size)
            assert not accessibility(shown)
            assert not missing_glyphs(shown)
            assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_comes_before_the_stream_is_open_is_seen_and_no_slow_answer_takes_the_place_of_a_newer_one(
    town: tuple[Site, Street],
    chromium: Browser,
    _valkey_server: Valkey,
    configure: Callable[..., None],
) -> None:
    _valkey_server.start()
    configure(REDIS_URL=_valkey_server.url)
    site, street = town
    alarm_id = help_needed(street)
    path = f"{site.base}/admin/alarms/{alarm_id}"
    streams: list[Route] = []
    looks: list[tuple[Route, APIResponse]] = []

    def slow_once(route: Route) -> None:
        if "x-live" in route.request.headers and not looks:
            looks.append((route, route.fetch()))
        else:
            route.continue_()

    with page(chromium) as shown:
        sign_in(shown, site.base, "liu")
        shown.route("**/admin/events?*", lambda route: streams.append(route))
        shown.route(path, slow_once)
        shown.goto(path)
        until(lambda: shown.wait_for_timeout(20) or streams, what="the page's asking for its stream")
        answer(Caller(street.daughter), alarm_id, "going")
        streams[0].continue_()
        until(lambda: shown.wait_for_timeout(20) or looks, what="the look at what has changed")
        answer(street.actor(street.desk), alarm_id, "called_120", "救护车 10 分钟到")
        shown.wait_for_timeout(1500)  # in which a second look could overtake the first
        expect(shown.locator("#timeline")).not_to_contain_text("女儿已在路上")
        route, response = looks[0]
        route.fulfill(response=response)
        expect(shown.locator("#timeline")).to_contain_text("救护车 10 分钟到")
        expect(shown.locator("#timeline")).to_contain_text("女儿已在路上")
