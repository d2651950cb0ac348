"""Care in a real browser: the board changes by itself, every page reads well on a phone, a visit takes the phone's place."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest
from PIL import Image
from playwright.sync_api import Browser, expect

from backend.care import answering, following, visit_actions
from backend.care.answering import Voice
from backend.care.models import CarePlan, CheckIn, Visit, VisitSent
from backend.core import clock
from tests.bots.site import Site
from tests.care import town as towns
from tests.care.town import Town
from tests.databases import fresh_sqlite
from tests.harness.browser import PHONE, accessibility, browser, missing_glyphs, page, sign_in
from tests.servers import Valkey
from tests.web.browser import employ

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
        sign_in(shown, running.base, "liu")
        for path in (
            "/admin",
            "/admin/care/days-off",
            f"/admin/care/plans/{her}",
            f"/admin/residents/{her}",
            "/admin/visits",
            f"/admin/visits/{visit.id}",
            f"/admin/care/file/{her}",
            f"/admin/care/health/{her}",
            "/admin/care/services",
            "/admin/visits/phone/",
            "/admin/care",
        ):
            shown.goto(running.base + path)
            assert not accessibility(shown), path
            assert not missing_glyphs(shown), path
            assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        shown.goto(f"{running.base}/admin/care")
        expect(shown.locator("#care")).to_contain_text("陈秀英")
        answering.well(Voice(towns.address(her, "sms").id, her), CheckIn.get().id)
        expect(shown.locator("#care .status-good")).to_have_text("平安")
        shown.context.grant_permissions(["geolocation"])
        shown.context.set_geolocation({"latitude": 31.2304, "longitude": 121.4737})
        shown.goto(f"{running.base}/admin/visits/{visit.id}")
        shown.click("#here")
        expect(shown.locator("[name=place]")).to_have_value("31.230400, 121.473700")


def test_a_visit_reported_without_a_connection_is_written_once_when_it_is_back(
    site: tuple[Site, Town, int], chromium: Browser
) -> None:
    running, town, her = site
    Visit.update(status="cancelled").execute()
    visit = visit_actions.create(town.actor(town.admin), her, "看看暖气", clock.now())
    # With the page's own Content-Security-Policy; and what fails offline is told in the console.
    context = chromium.new_context(viewport=PHONE, locale="zh-CN")
    try:
        shown = context.new_page()
        sign_in(shown, running.base, "liu")
        shown.goto(f"{running.base}/admin/visits/phone/")
        expect(shown.locator("#phone-list")).to_contain_text("看看暖气")
        expect(shown.locator("main[data-kept=true]")).to_be_attached()
        context.set_offline(True)
        shown.reload()
        expect(shown.locator("#phone-note")).to_contain_text("没有网络")
        shown.click("#phone-list button")
        shown.check("[name=condition][value=well]")
        shown.fill("[name=report]", "暖气热了")
        shown.set_input_files(
            "[name=photo]", {"name": "door.jpg", "mimeType": "image/jpeg", "buffer": _photo()}
        )
        shown.click("#phone-report .btn-primary")
        expect(shown.locator("#phone-sent")).to_contain_text("有网络时自动发送")
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert Visit.get_by_id(visit.id).status == "open"
        context.set_offline(False)
        expect(shown.locator("#phone-sent")).to_contain_text("已上报")
        kept = Visit.get_by_id(visit.id)
        assert (kept.status, kept.report, bool(kept.photo)) == ("done", "暖气热了", True)
        assert VisitSent.select().count() == 1
    finally:
        context.close()


def _photo() -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (64, 48), "white").save(data, "JPEG")
    return data.getvalue()
