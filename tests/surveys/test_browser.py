"""A survey from end to end in a real browser: put together with mouse and keyboard, answered in the webchat, and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.messaging import people
from backend.messaging.models import Identity
from backend.staff.models import Staff
from backend.surveys import actions, inviting
from backend.surveys.models import Survey
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
from tests.requests.neighbourhood import Neighbourhood
from tests.requests.test_web import _hash
from tests.servers import Valkey
from tests.surveys.street import neighbours, opened, settled

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("surveys-page")]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture(scope="module")
def house(
    _sqlite_template: Path, _valkey_server: Valkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Site, Neighbourhood]]:
    path = tmp_path_factory.mktemp("surveys") / "linli.db"
    with fresh_sqlite(_sqlite_template, path) as database:
        hood = settled()
        Staff.update(password_hash=_hash(), must_change_password=False, locale="zh_CN").execute()
        site = Site(DATABASE_URL=database.url, REDIS_URL=_valkey_server.url)
        yield site, hood
        site.stop()


@pytest.fixture(autouse=True)
def same_settings(_valkey_server: Valkey, configure: Callable[..., None]) -> None:
    _valkey_server.start()
    configure(REDIS_URL=_valkey_server.url)


@pytest.fixture(scope="module")
def cookies(house: tuple[Site, Neighbourhood], chromium: Browser) -> list[dict[str, object]]:
    """The community admin, signed in once."""
    with page(chromium) as shown:
        sign_in(shown, house[0].base, "admin")
        found: list[dict[str, object]] = shown.context.cookies()  # type: ignore[assignment]
        return found


@pytest.fixture
def desk(
    house: tuple[Site, Neighbourhood], chromium: Browser, cookies: list[dict[str, object]]
) -> Iterator[Page]:
    with page(chromium, DESKTOP) as shown:
        shown.context.add_cookies(cookies)  # type: ignore[arg-type]
        yield shown


def asked(shown: Page) -> list[str]:
    """The questions in their order, as the page holds them."""
    found: list[str] = shown.evaluate(
        "JSON.parse(document.querySelector('.builder-data').value).map((f) => f.ask.zh_CN || '')"
    )
    return found


def add(shown: Page, kind: str, words: str, *options: str) -> None:
    shown.click(f"[data-kind={kind}]")
    expect(shown.locator(".question").last.locator("[data-text=ask] textarea").first).to_be_focused()
    shown.keyboard.type(words)
    card = shown.locator(".question").last
    for n, option in enumerate(options):
        if n > 1:
            card.locator("[data-add-option]").click()
        card.locator(".option-row").nth(n).locator("input").first.fill(option)


def fits(shown: Page) -> bool:
    return bool(shown.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_survey_is_put_together_with_mouse_and_keyboard(
    house: tuple[Site, Neighbourhood], desk: Page
) -> None:
    desk.goto(f"{house[0].base}/admin/surveys/new")
    desk.fill("#title_zh_CN", "食堂好不好")
    add(desk, "rating", "饭菜打几分?")
    add(desk, "choice", "您常去食堂吗?", "常去", "不去", "想去去不了")
    add(desk, "long_text", "为什么?")

    # With the keyboard: the choice goes before the rating.
    desk.locator(".question").nth(1).locator("[data-handle]").focus()
    desk.keyboard.press("ArrowUp")
    assert asked(desk) == ["您常去食堂吗?", "饭菜打几分?", "为什么?"]
    expect(desk.locator("[data-announce]")).to_have_text("原第2题现在是第1题，共3题。")
    assert desk.evaluate("document.activeElement.matches('[data-handle]')")

    # With the mouse: the last one is dragged up to the middle, and by its button down again.
    handle = desk.locator(".question").nth(2).locator("[data-handle]")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box is not None
    desk.mouse.move(box["x"] + 10, box["y"] + 10)
    desk.mouse.down()
    desk.mouse.move(box["x"] + 10, box["y"] - 4, steps=3)
    expect(desk.locator(".questions.sorting")).to_be_visible()
    over = desk.locator(".question").nth(1).bounding_box()
    assert over is not None
    desk.mouse.move(box["x"] + 10, over["y"] + 4, steps=4)
    picture(desk, "dragging")
    desk.mouse.up()
    assert asked(desk) == ["您常去食堂吗?", "为什么?", "饭菜打几分?"]

    # It is asked only of those who do not go; and when its question moves away, that is said.
    why = desk.locator(".question").nth(1)
    why.locator("[data-add-clause]").click()
    why.locator("[data-value]").select_option(label="不去")
    why.locator("[data-act=up]").click()
    expect(desk.locator(".question").first.locator(".field-error")).to_be_visible()
    desk.locator(".question").first.locator("[data-act=down]").click()

    # Removed by mistake, and back.
    desk.locator(".question").last.locator("[data-act=remove]").click()
    assert len(asked(desk)) == 2
    desk.keyboard.press("Enter")
    assert asked(desk) == ["您常去食堂吗?", "为什么?", "饭菜打几分?"]

    desk.locator("[data-try]").click()
    expect(desk.locator(".tried .shape")).to_have_count(4)
    expect(desk.locator(".tried")).to_contain_text("UCS-2")
    assert not accessibility(desk)
    assert not missing_glyphs(desk)
    picture(desk, "builder-desktop", full_page=True)
    desk.set_viewport_size(PHONE)
    assert fits(desk)
    picture(desk, "builder-phone", full_page=True)
    desk.set_viewport_size(DESKTOP)

    desk.click("form .actions .btn-primary")
    desk.wait_for_url("**/admin/surveys/*")
    kept = Survey.get(Survey.status == "draft")
    assert [f["name"] for f in kept.questions["fields"]] == ["q2", "q3", "q1"]
    assert kept.questions["fields"][1]["when"] == {"field": "q2", "op": "eq", "value": "o2"}
    desk.get_by_role("button", name="开始").click()
    expect(desk.locator("#rate")).to_be_visible()


def test_a_mistake_is_shown_at_its_question_and_nothing_is_lost(
    house: tuple[Site, Neighbourhood], chromium: Browser, cookies: list[dict[str, object]]
) -> None:
    # A context of its own: the browser's console tells of the 422.
    context = chromium.new_context(viewport=DESKTOP, locale="zh-CN", bypass_csp=True)
    context.add_cookies(cookies)  # type: ignore[arg-type]
    desk = context.new_page()
    desk.goto(f"{house[0].base}/admin/surveys/new")
    desk.fill("#title_zh_CN", "没写完的")
    add(desk, "choice", "选哪个?", "甲")
    desk.click("form .actions .btn-primary")
    expect(desk.locator(".question.wrong .field-errors")).to_contain_text("选项")
    expect(desk.locator("[data-problems]")).to_be_focused()
    assert asked(desk) == ["选哪个?"]
    expect(desk.locator("#title_zh_CN")).to_have_value("没写完的")
    assert not accessibility(desk)
    desk.locator(".option-row input").nth(2).fill("乙")
    desk.click("form .actions .btn-primary")
    desk.wait_for_url("**/admin/surveys/*")
    assert Survey.select().order_by(Survey.id.desc()).get().title == {"zh_CN": "没写完的"}
    context.close()


def test_it_is_answered_in_the_webchat_by_its_link_and_the_charts_grow_by_themselves(
    house: tuple[Site, Neighbourhood], chromium: Browser, desk: Page
) -> None:
    site, hood = house
    more = neighbours(hood, 8)
    survey = opened(hood)
    inviting.run()
    for n, one in enumerate(more):
        often = ("daily", "weekly", "never")[n % 3]
        beside = {"why": "太远了,走不动"} if often == "never" else {"wants": ("bench", "light")[: 1 + n % 2]}
        actions.answer(
            survey.id,
            one,
            {"often": often, "mark": n % 5 + 1, "people": n % 4 + 1, "help": n % 2 == 0, **beside},
            "sms",
        )
    desk.goto(f"{site.base}/admin/surveys/{survey.id}?row=often&column=mark")
    expect(desk.locator("#rate")).to_contain_text("已答")
    before = desk.locator("#rate strong").inner_text()
    desk.wait_for_timeout(400)  # its stream opens

    with page(chromium, PHONE) as phone:
        phone.goto(f"{site.base}/survey/{survey.token}")
        assert not accessibility(phone) and fits(phone)
        picture(phone, "link-phone")
        phone.goto(f"{site.base}/chat")
        expect(phone.locator(".line.ours")).to_have_count(1)
        newest: Identity = (
            Identity.select().where(Identity.channel == "webchat").order_by(Identity.id.desc()).get()
        )
        people.join_resident(newest.id, hood.chen, hood.happy.id)
        phone.goto(f"{site.base}/survey/{survey.token}")
        phone.click("form .option")
        phone.wait_for_url("**/chat")
        phone.get_by_role("button", name="每周").click()
        phone.get_by_role("button", name="长椅").click()
        phone.get_by_role("button", name="非常满意").click()
        phone.fill("#text", "3")
        phone.press("#text", "Enter")
        phone.get_by_role("button", name="是", exact=True).click()
        expect(phone.locator(".line.ours").last).to_contain_text("谢谢您，收到了")
        picture(phone, "chat-phone")

    expect(desk.locator("#rate strong")).not_to_have_text(before)
    assert desk.locator(".bars").count() == 5 and desk.locator(".cross table").count() == 1
    assert not accessibility(desk)
    picture(desk, "results-desktop", full_page=True)
    desk.set_viewport_size(PHONE)
    assert fits(desk)
    picture(desk, "results-phone", full_page=True)
    desk.emulate_media(media="print")
    expect(desk.locator(".bars .bar-part").first).to_be_visible()
