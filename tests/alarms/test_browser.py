"""Alarms and families in a real browser: an alarm appears by itself, every page reads well on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from backend.alarms.actions import Caller, answer
from tests.alarms.street import Street, help_needed, settle
from tests.bots.site import Site
from tests.databases import fresh_sqlite
from tests.harness.browser import PHONE, accessibility, browser, missing_glyphs, page
from tests.servers import Valkey
from tests.web.browser import PASSWORD, employ

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
        shown.goto(f"{site.base}/admin/sign-in")
        shown.fill("[name=username]", "liu")
        shown.fill("[name=password]", PASSWORD)
        shown.press("[name=password]", "Enter")
        shown.wait_for_url(f"{site.base}/admin")
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
        with shown.expect_response(f"{site.base}/admin/events"):
            shown.goto(f"{site.base}/admin/alarms/{alarm_id}")
        answer(Caller(street.daughter), alarm_id, "going")
        expect(shown.locator("#timeline")).to_contain_text("女儿已在路上")
