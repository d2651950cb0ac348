"""Care in a real browser: the board changes by itself, every page reads well on a phone, a visit takes the phone's place."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from backend.care import answering, following, visit_actions
from backend.care.answering import Voice
from backend.care.models import CarePlan, CheckIn
from backend.core import clock
from tests.bots.site import Site
from tests.care import town as towns
from tests.care.town import Town
from tests.databases import fresh_sqlite
from tests.harness.browser import PHONE, accessibility, browser, missing_glyphs, page
from tests.servers import Valkey
from tests.web.browser import PASSWORD, employ

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("care-page")]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def site(
    _sqlite_template: object, _valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, Town, int]]:
    path = tmp_path_factory.mktemp("care") / "linli.db"
    with fresh_sqlite(_sqlite_template, path) as database:  # type: ignore[arg-type]
        town = towns.found()
        employ("liu", "值班小刘", ("duty_desk", town.happy))
        her = towns.elder(town, "陈秀英", 501, "sms")
        towns.daughter(her)
        care = towns.plan(town, her, at="00:00,12:00", called="陈奶奶")
        CarePlan.update(next_due_at=clock.now()).where(CarePlan.id == care.id).execute()
        running = Site(DATABASE_URL=database.url, REDIS_URL=_valkey_server.url)
        yield running, town, her
        running.stop()


def test_the_board_changes_by_itself_and_every_page_reads_well_on_a_phone(
    site: tuple[Site, Town, int],
    chromium: Browser,
    _valkey_server: Valkey,
    configure: Callable[..., None],
) -> None:
    _valkey_server.start()
    configure(REDIS_URL=_valkey_server.url)
    running, town, her = site
    CheckIn.create(
        plan=CarePlan.get(), resident_id=her, org_id=town.grid.id, due_at=clock.now(), status="due", next_at=clock.now()
    )  # fmt: skip
    following.remind()
    visit = visit_actions.create(town.actor(town.admin), her, "看看暖气", clock.now())
    with page(chromium, PHONE) as shown:
        shown.goto(f"{running.base}/admin/sign-in")
        shown.fill("[name=username]", "liu")
        shown.fill("[name=password]", PASSWORD)
        shown.press("[name=password]", "Enter")
        shown.wait_for_url(f"{running.base}/admin")
        for path in (
            "/admin",
            "/admin/care/days-off",
            f"/admin/care/plans/{her}",
            f"/admin/residents/{her}",
            "/admin/visits",
            f"/admin/visits/{visit.id}",
            "/admin/care",
        ):
            shown.goto(running.base + path)
            assert not accessibility(shown), path
            assert not missing_glyphs(shown), path
            assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        with shown.expect_response(f"{running.base}/admin/events"):
            shown.goto(f"{running.base}/admin/care")
        expect(shown.locator("#care")).to_contain_text("陈秀英")
        answering.well(Voice(towns.address(her, "sms").id, her), CheckIn.get().id)
        expect(shown.locator("#care .status-good")).to_have_text("平安")
        shown.context.grant_permissions(["geolocation"])
        shown.context.set_geolocation({"latitude": 31.2304, "longitude": 121.4737})
        shown.goto(f"{running.base}/admin/visits/{visit.id}")
        shown.click("#here")
        expect(shown.locator("[name=place]")).to_have_value("31.230400, 121.473700")
