"""Signing in through the pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from backend.core import clock as clocks
from backend.core.audit import AuditEntry
from backend.staff import actions, queries, sessions
from backend.staff.models import EndedSession, Staff
from backend.web.push import WHOSE
from tests.databases import TestDatabase
from tests.staff.conftest import Street, found_street
from tests.web.browser import PASSWORD, Browser, code_for, employ

AT = datetime(2026, 3, 4, 8, tzinfo=UTC)


@pytest.fixture
def street(sqlite_database: TestDatabase) -> Street:
    return found_street()


@pytest.fixture
def li(street: Street) -> Staff:
    return employ("li.na", "李娜", ("community_admin", street.happy))


@pytest.fixture
def browser(app: Flask, li: Staff) -> Browser:
    return Browser(app.test_client(), "10.1.0.1")


def test_the_right_password_opens_the_admin(browser: Browser, li: Staff) -> None:
    page = browser.sign_in("li.na")
    assert page.status_code == 200
    assert page.request.path == "/admin"
    assert "李娜" in page.text


def test_the_sign_in_name_is_read_without_regard_to_case(browser: Browser) -> None:
    assert browser.sign_in(" Li.Na ").request.path == "/admin"


def test_once_passwords_take_more_memory_hers_is_kept_so_from_her_next_sign_in(
    browser: Browser, li: Staff, configure: Callable[..., None]
) -> None:
    assert "m=19456," in Staff.get_by_id(li.id).password_hash
    configure(PASSWORD_MEMORY="20")
    assert browser.sign_in("li.na").request.path == "/admin"
    assert "m=20480," in Staff.get_by_id(li.id).password_hash
    assert browser.sign_in("li.na").request.path == "/admin"


def test_a_stranger_is_led_to_the_sign_in_and_back_to_where_they_wanted(browser: Browser) -> None:
    page = browser.get("/admin/staff?q=x")
    assert page.request.path == "/admin/sign-in"
    action = re.search(r'action="(/admin/sign-in[^"]*)"', page.text)
    assert action
    target = action[1].replace("&amp;", "&")
    page = browser.post(target, {"username": "li.na", "password": PASSWORD})
    assert page.request.full_path == "/admin/staff?q=x"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "/\t/evil.example", "/\t/[evil"],
)
def test_nobody_is_sent_to_another_site_after_the_sign_in(browser: Browser, elsewhere: str) -> None:
    browser.get("/admin/sign-in")
    page = browser.post(
        "/admin/sign-in",
        {"username": "li.na", "password": PASSWORD, "next": elsewhere},
        follow=False,
    )
    assert page.headers["Location"] == "/admin"


def test_a_wrong_password_and_an_unknown_name_sound_the_same(browser: Browser) -> None:
    wrong = browser.sign_in("li.na", "not this one, surely")
    unknown = browser.sign_in("nobody", "not this one, surely")
    assert wrong.status_code == unknown.status_code == 401

    def words(text: str) -> str:
        found = re.search(r'role="alert">(.*?)<', text)
        assert found
        return found[1]

    assert words(wrong.text) == words(unknown.text)


def test_after_five_wrong_passwords_the_account_rests_longer_each_time(browser: Browser, li: Staff) -> None:
    with clocks.stopped() as hands:
        for _n in range(5):
            browser.sign_in("li.na", "wrong wrong wrong")
        assert browser.sign_in("li.na").status_code == 401, "the right password does not help while it rests"
        hands.forward(minutes=1, seconds=1)
        browser.sign_in("li.na", "wrong wrong wrong")
        hands.forward(minutes=1, seconds=1)
        assert browser.sign_in("li.na").status_code == 401, "the second rest is two minutes"
        hands.forward(minutes=1)
        assert browser.sign_in("li.na").request.path == "/admin"
    assert Staff.get_by_id(li.id).failed_count == 0
    actions_seen = {e.action for e in AuditEntry.select(AuditEntry.action)}
    assert {"staff.sign_in_failed", "staff.locked", "staff.sign_in"} <= actions_seen


def test_a_form_without_its_token_is_refused(browser: Browser) -> None:
    browser.get("/admin/sign-in")
    page = browser.post("/admin/sign-in", {"username": "li.na", "password": PASSWORD, "csrf_token": ""})
    assert page.status_code == 400


def test_the_cookie_is_new_after_the_sign_in(browser: Browser) -> None:
    browser.get("/admin/sign-in")
    planted = browser.client.get_cookie("linli")
    with browser.client.session_transaction() as cookie:
        cookie["planted"] = "yes"
    browser.sign_in("li.na")
    with browser.client.session_transaction() as cookie:
        assert "planted" not in cookie
    now = browser.client.get_cookie("linli")
    assert planted and now and planted.value != now.value
    assert now.http_only and now.same_site == "Lax"


def test_one_is_signed_out_after_twelve_idle_hours_but_not_while_working(browser: Browser) -> None:
    with clocks.stopped() as hands:
        browser.sign_in("li.na")
        hands.forward(hours=11)
        assert browser.get("/admin").request.path == "/admin"
        hands.forward(hours=11)
        assert browser.get("/admin").request.path == "/admin"
        hands.forward(hours=12, minutes=1)
        assert browser.get("/admin").request.path == "/admin/sign-in"


def test_a_page_that_refreshes_itself_keeps_nobody_signed_in(browser: Browser) -> None:
    with clocks.stopped() as hands:
        browser.sign_in("li.na")
        for _hour in range(11):
            hands.forward(hours=1)
            assert browser.get("/admin", headers={"X-Live": "1"}).request.path == "/admin"
            assert browser.get("/admin/events").mimetype == "text/event-stream"
        hands.forward(hours=1, minutes=1)
        assert browser.get("/admin").request.path == "/admin/sign-in"


def test_what_was_said_to_a_person_waits_for_the_page_that_she_opens(browser: Browser, li: Staff) -> None:
    browser.sign_in("li.na")
    saved = browser.post(f"/admin/staff/{li.id}/details", {"name": "李娜", "locale": "zh_CN"}, follow=False)
    assert saved.status_code == 303
    beside = browser.get("/admin", headers={"X-Live": "1"})
    assert "alert-success" not in beside.text and "Set-Cookie" not in beside.headers
    assert "alert-success" in browser.get("/admin").text


def test_a_password_reset_ends_every_session_at_once(browser: Browser, li: Staff, app: Flask) -> None:
    from backend.core.access import SYSTEM

    browser.sign_in("li.na")
    employed = actions.reset_password(SYSTEM, li.id)
    assert browser.get("/admin").request.path == "/admin/sign-in"
    page = Browser(app.test_client()).sign_in("li.na", employed.password)
    assert page.request.path == "/admin/password", "and the one-time password must be changed first"


def test_a_closed_account_is_out_at_once_and_stays_out(browser: Browser, li: Staff) -> None:
    from backend.core.access import SYSTEM

    browser.sign_in("li.na")
    actions.deactivate(SYSTEM, li.id)
    assert browser.get("/admin").request.path == "/admin/sign-in"
    assert browser.sign_in("li.na").status_code == 401


def test_sign_out_closes_the_door(browser: Browser) -> None:
    browser.sign_in("li.na")
    browser.post("/admin/sign-out")
    assert browser.get("/admin").request.path == "/admin/sign-in"


def cookie_of(browser: Browser) -> dict[str, str]:
    """The headers with which somebody else's machine would send a copy of her cookie."""
    held = browser.client.get_cookie("linli")
    assert held is not None
    return {"Cookie": f"linli={held.value}"}


def opens(app: Flask, copied: dict[str, str]) -> bool:
    page = app.test_client(use_cookies=False).get("/admin/staff/me", headers=copied)
    assert page.status_code in (200, 302)
    return page.status_code == 200


def test_a_copy_of_the_cookie_opens_nothing_once_she_signed_out_and_her_other_browser_stays(
    database: TestDatabase, app: Flask
) -> None:
    employ("li.na", "李娜", ("community_admin", found_street().happy))
    here, there = (Browser(app.test_client(), f"10.1.0.{n}") for n in (4, 5))
    here.sign_in("li.na")
    there.sign_in("li.na")
    copied = cookie_of(here)
    assert opens(app, copied)
    here.post("/admin/sign-out")
    assert not opens(app, copied)
    assert here.get("/admin").request.path == "/admin/sign-in"
    assert there.get("/admin").request.path == "/admin"
    assert AuditEntry.select().where(AuditEntry.action == "staff.sign_out").count() == 1
    here.sign_in("li.na")
    assert here.get("/admin").request.path == "/admin", "she may come again"
    assert not opens(app, copied)


def test_what_was_signed_out_is_kept_until_its_cookie_would_have_been_too_old(
    database: TestDatabase, app: Flask
) -> None:
    employ("li.na", "李娜", ("community_admin", found_street().happy))
    browser = Browser(app.test_client(), "10.1.0.4")
    with clocks.stopped(AT) as hands:
        browser.sign_in("li.na")
        began = hands()
        hands.forward(hours=1)
        browser.get("/admin")
        browser.post("/admin/sign-out")
        (kept,) = EndedSession.select()
        assert kept.until - began == sessions.LASTS, "from its beginning, which no use moves"
        hands.forward(hours=22, minutes=59)
        browser.sign_in("li.na")
        browser.post("/admin/sign-out")
        assert EndedSession.select().count() == 2
        hands.forward(minutes=2)
        browser.sign_in("li.na")
        browser.post("/admin/sign-out")
        assert EndedSession.select().where(EndedSession.name == kept.name).count() == 0


def test_a_session_that_is_used_all_the_time_is_over_after_a_day(browser: Browser) -> None:
    with clocks.stopped(AT) as hands:
        browser.sign_in("li.na")
        for _hour in range(24):
            hands.forward(hours=1)
            assert browser.get("/admin").request.path == "/admin"
        hands.forward(seconds=1)
        assert browser.get("/admin").request.path == "/admin/sign-in"


def test_a_cookie_of_before_sessions_had_names_is_asked_to_sign_in(browser: Browser) -> None:
    browser.sign_in("li.na")
    with browser.client.session_transaction() as cookie:
        del cookie["session"], cookie["began"]
    assert browser.get("/admin").request.path == "/admin/sign-in"


def test_what_listens_for_a_session_hears_that_it_is_over(database: TestDatabase, app: Flask) -> None:
    """Signed out here or everywhere, idle or a day old, the account closed, a post taken away, a new password: its streams end."""
    street = found_street()
    admin = employ("zhou", "周主任", ("street_admin", street.district))
    over: dict[str, Callable[[Browser, Staff], Any]] = {
        "signed out": lambda browser, _li: browser.post("/admin/sign-out"),
        "signed out everywhere": lambda browser, _li: browser.post("/admin/sign-out/everywhere"),
        "closed": lambda _browser, li: actions.deactivate(queries.actor_of(admin), li.id),
        "another post": lambda _browser, li: actions.set_posts(
            queries.actor_of(admin), li.id, [("duty_desk", street.happy.id)]
        ),
        "a new password": lambda _browser, li: actions.reset_password(queries.actor_of(admin), li.id),
    }
    for n, (what, ends) in enumerate(over.items()):
        li = employ(f"li{n}", "李娜", ("community_admin", street.happy))
        here, there = (Browser(app.test_client(), f"10.1.{n}.{m}") for m in (1, 2))
        for browser in (here, there):
            browser.sign_in(li.username)
        mine, other = (
            browser.get("/admin/events").headers[WHOSE].removeprefix("staff ") for browser in (here, there)
        )
        assert set(sessions.standing({mine, other})) == {mine, other}, what
        here.get("/admin")
        ends(here, li)
        assert sessions.standing({mine, other}) == ([other] if what == "signed out" else []), what


def test_what_listens_for_a_session_ends_with_it_by_itself(app: Flask) -> None:
    browser = Browser(app.test_client())
    employ("li.na", "李娜", ("community_admin", found_street().happy))

    def listening() -> str:
        return str(browser.get("/admin/events").headers[WHOSE].removeprefix("staff "))

    with clocks.stopped(AT) as hands:
        browser.sign_in("li.na")
        first = listening()
        hands.forward(hours=11)
        browser.get("/admin")
        second = listening()
        hands.forward(hours=1, seconds=1)
        assert sessions.standing({first, second}) == [second], "she went on elsewhere: the page comes back"
        hands.forward(hours=10)
        browser.get("/admin")
        third = listening()
        hands.forward(hours=2)
        assert sessions.standing({third}) == [], "a day, however busy"


def test_from_my_account_she_signs_out_on_every_device(browser: Browser, app: Flask) -> None:
    other = Browser(app.test_client(), "10.1.0.5")
    for each in (browser, other):
        each.sign_in("li.na")
    copied = cookie_of(browser)
    assert 'action="/admin/sign-out/everywhere"' in browser.get("/admin/staff/me").text
    assert browser.post("/admin/sign-out/everywhere").request.path == "/admin/sign-in"
    assert other.get("/admin").request.path == "/admin/sign-in"
    assert not opens(app, copied)
    assert AuditEntry.select().where(AuditEntry.action == "staff.sign_out_everywhere").count() == 1
    assert browser.sign_in("li.na").request.path == "/admin"


def test_a_one_time_password_leads_to_ones_own_before_anything_else(app: Flask, street: Street) -> None:
    from backend.core.access import SYSTEM

    employed = actions.create(SYSTEM, username="wang.wei", name="王伟", posts=[("auditor", street.happy.id)])
    browser = Browser(app.test_client(), "10.1.0.2")
    assert browser.sign_in("wang.wei", employed.password).request.path == "/admin/password"
    assert browser.get("/admin/staff").request.path == "/admin/password"
    short = browser.post("/admin/password", {"old": employed.password, "password": "short"})
    assert short.status_code == 422
    done = browser.post("/admin/password", {"old": employed.password, "password": "a calm long sentence"})
    assert done.request.path == "/admin"


class TestSecondFactor:
    def enrol(self, browser: Browser, li: Staff, now: float) -> list[str]:
        page = browser.get("/admin/second-factor")
        assert 'src="data:image/svg+xml' in page.text
        page = browser.post("/admin/second-factor", {"code": code_for(li, now)})
        codes = re.findall(r'<li class="code">([^<]+)</li>', page.text)
        assert len(codes) == 8
        return codes

    def test_a_code_opens_and_the_same_code_never_opens_again(
        self, browser: Browser, li: Staff, app: Flask
    ) -> None:
        with clocks.stopped() as hands:
            browser.sign_in("li.na")
            self.enrol(browser, li, hands().timestamp())
            browser.post("/admin/sign-out")
            hands.forward(seconds=60)
            code = code_for(li, hands().timestamp())
            assert browser.sign_in("li.na").request.path == "/admin/second"
            assert browser.get("/admin/staff").request.path == "/admin/sign-in", (
                "the password alone is not enough"
            )
            browser.sign_in("li.na")
            assert browser.post("/admin/second", {"code": code}).request.path == "/admin"
            other = Browser(app.test_client(), "10.1.0.3")
            other.sign_in("li.na")
            assert other.post("/admin/second", {"code": code}).status_code == 401

    def test_the_code_that_confirmed_the_enrolment_does_not_sign_in(
        self, browser: Browser, li: Staff
    ) -> None:
        with clocks.stopped() as hands:
            browser.sign_in("li.na")
            self.enrol(browser, li, hands().timestamp())
            browser.sign_in("li.na") if browser.post("/admin/sign-out") else None
            page = browser.post("/admin/second", {"code": code_for(li, hands().timestamp())})
            assert page.status_code == 401

    def test_a_recovery_code_opens_once(self, browser: Browser, li: Staff) -> None:
        with clocks.stopped() as hands:
            browser.sign_in("li.na")
            codes = self.enrol(browser, li, hands().timestamp())
            for expected in ("/admin", "/admin/second"):
                browser.post("/admin/sign-out")
                browser.sign_in("li.na")
                assert browser.post("/admin/second", {"code": codes[0].upper()}).request.path == expected

    def test_the_second_step_waits_five_minutes_at_most(self, browser: Browser, li: Staff) -> None:
        with clocks.stopped() as hands:
            browser.sign_in("li.na")
            self.enrol(browser, li, hands().timestamp())
            browser.post("/admin/sign-out")
            browser.sign_in("li.na")
            hands.forward(minutes=6)
            assert browser.get("/admin/second").request.path == "/admin/sign-in"

    def test_guessing_codes_locks_the_account_too(self, browser: Browser, li: Staff) -> None:
        with clocks.stopped() as hands:
            browser.sign_in("li.na")
            self.enrol(browser, li, hands().timestamp())
            browser.post("/admin/sign-out")
            hands.forward(minutes=1)
            browser.sign_in("li.na")
            for _n in range(5):
                browser.post("/admin/second", {"code": "000000"})
            page = browser.post("/admin/second", {"code": code_for(li, hands().timestamp())})
            assert page.status_code == 401

    def test_where_it_is_required_nothing_else_opens_before_it(
        self, li: Staff, street: Street, app: Flask, configure
    ) -> None:
        configure(STAFF_SECOND_FACTOR="required")
        browser = Browser(app.test_client(), "10.1.0.4")
        assert browser.sign_in("li.na").request.path == "/admin/second-factor"
        assert browser.get("/admin/staff").request.path == "/admin/second-factor"
        with clocks.stopped() as hands:
            self.enrol(browser, li, hands().timestamp())
            assert browser.get("/admin/staff").request.path == "/admin/staff"


def test_too_many_tries_from_one_address_are_slowed_down(app: Flask, li: Staff) -> None:
    browser = Browser(app.test_client(), "10.9.9.9")
    browser.get("/admin/sign-in")
    answers = [
        browser.post("/admin/sign-in", {"username": "nobody", "password": ""}).status_code for _n in range(21)
    ]
    assert answers[0] == 401 and answers[-1] == 429
