"""The wizard in a real browser: a file chosen, looked over, checked and brought in, with progress that moves by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.sheets import runs, working
from backend.sheets.models import ImportRun
from backend.staff.models import Staff
from tests.bots.site import Site
from tests.databases import fresh_sqlite
from tests.harness.browser import DESKTOP, PHONE, accessibility, browser, missing_glyphs, page, sign_in
from tests.servers import Valkey
from tests.sheets.books import table
from tests.sheets.club import HEADERS, LI, WANG, Club, found_club, work
from tests.web.browser import _hash

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("surveys-page")]


@pytest.fixture
def house(
    _sqlite_template: Path, valkey: Valkey, configure: Callable[..., None], tmp_path: Path
) -> Iterator[tuple[Site, Club]]:
    with fresh_sqlite(_sqlite_template, tmp_path / "linli.db") as database:
        club = found_club()
        Staff.update(password_hash=_hash(), must_change_password=False, locale="zh_CN").execute()
        site = Site(DATABASE_URL=database.url, REDIS_URL=valkey.url)
        yield site, club
        site.stop()


@pytest.fixture
def desk(house: tuple[Site, Club]) -> Iterator[Page]:
    with browser() as chromium:
        yield from _signed_in(chromium, house[0])


def _signed_in(chromium: Browser, site: Site) -> Iterator[Page]:
    with page(chromium, DESKTOP) as shown:
        sign_in(shown, site.base, "lin")
        yield shown


def fits(shown: Page) -> bool:
    return bool(
        shown.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    )


def test_a_list_is_brought_in_with_the_mouse_and_taken_back(
    house: tuple[Site, Club], desk: Page, tmp_path: Path
) -> None:
    site, club = house
    people = [[f"王{chr(0x4E00 + n)}", None, 13800130000 + n] for n in range(working.PART)]
    (tmp_path / "名单.csv").write_bytes(table([["会员名单"], HEADERS, WANG, LI, *people, ["", "", "110"]]))
    desk.goto(f"{site.base}/admin/imports")
    assert accessibility(desk) == [] and missing_glyphs(desk) == []
    desk.select_option("#table", club.table.key)
    desk.set_input_files("#file", tmp_path / "名单.csv")
    desk.click("text=继续")
    desk.wait_for_url("**/columns")
    assert desk.input_value("#header") == "2" and desk.input_value("[name=column2]") == club.keys["phone"]
    assert accessibility(desk) == [] and missing_glyphs(desk) == []
    desk.set_viewport_size(PHONE)
    assert fits(desk)
    desk.set_viewport_size(DESKTOP)
    desk.select_option("#key", club.keys["phone"])
    desk.click("text=检查所有行")
    expect(desk.locator("progress")).to_be_visible()
    assert accessibility(desk) == []
    run = ImportRun.get()
    work(run)
    # The page looks again by itself.
    desk.get_by_role("button", name=f"导入没问题的 {working.PART + 2} 行").click()
    expect(desk.locator("progress")).to_be_visible()
    working.work(run.id, seconds=0)
    expect(desk.locator("progress")).to_have_attribute("value", "1")
    work(run)
    desk.get_by_role("button", name="撤销整次导入").wait_for()
    assert accessibility(desk) == [] and missing_glyphs(desk) == []
    assert len(club.rows()) == working.PART + 2 and club.called()[0] == "王秀英"
    desk.get_by_role("button", name="撤销整次导入").click()
    expect(desk.locator("progress")).to_be_visible()
    work(run)
    expect(desk.get_by_text("已撤销")).to_be_visible()
    assert club.rows() == [] and runs.seen(club.lin, run.id).file_key is None
