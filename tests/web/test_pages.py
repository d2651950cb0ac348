"""Dashboard, audit log, health, staff: as people use them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from backend.core import clock as clocks
from backend.core.access import SYSTEM, Actor
from backend.core.audit import record
from backend.core.db import execute
from backend.core.orgs import Org
from backend.staff.models import Staff
from backend.web import dashboard
from backend.web.dashboard import Card, Item
from backend.web.text import mask, when
from tests.web.browser import Browser


@pytest.fixture
def two_cards() -> Iterator[None]:
    before = dashboard._makers[:]

    def calm(actor: Actor) -> Card:
        return Card("Visits today", 0, empty="Nobody is expected today.")

    def urgent(actor: Actor) -> Card | None:
        if actor.name != "周主任":
            return None
        return Card(
            "Overdue <b>requests</b>",
            2,
            [Item("R-1047", "/r/1047", "厨房漏水")],
            "/r",
            "urgent",
            live="request",
        )

    dashboard.register(calm, 1)
    dashboard.register(urgent, 2)
    yield
    dashboard._makers[:] = before


def test_the_dashboard_puts_first_who_needs_somebody_now(zhou: Browser, two_cards: None) -> None:
    page = zhou.get("/admin").text
    assert page.index("Overdue") < page.index("Visits today")
    assert "Overdue &lt;b&gt;requests" in page and 'data-live="request"' in page
    assert "Nobody is expected today." in page


def test_a_card_is_for_those_whom_it_concerns(wang: Browser, two_cards: None) -> None:
    page = wang.get("/admin").text
    assert "Overdue" not in page and "Visits today" in page


def _menu(page: str) -> str:
    return page.split('<nav id="menu"')[1].split("</nav>")[0]


def test_the_menu_stands_in_groups_and_marks_where_one_is(zhou: Browser) -> None:
    zhou.post("/locale", {"locale": "en", "next": "/admin"})
    groups = re.findall(r"<summary>([^<]+)<", _menu(zhou.get("/admin").text))
    assert groups == ["Today", "People and care", "Community life", "Messages and chats", "Records and print", "System"]  # fmt: skip
    for path, link, current in (
        ("/admin", "/admin", "page"),
        ("/admin/health", "/admin/health", "page"),
        ("/admin/requests/new", "/admin/requests", "true"),
        ("/admin/inbox/hours", "/admin/inbox", "true"),
    ):
        marked = re.findall(r'<a href="([^"]+)" aria-current="(\w+)"', _menu(zhou.get(path).text))
        assert marked == [(link, current)], path


def test_the_menu_leaves_out_what_one_may_not_use_and_groups_without_anything(wang: Browser) -> None:
    links = re.findall(r'href="([^"]+)"', menu := _menu(wang.get("/admin").text))
    assert links == ["/admin"] and menu.count("<summary>") == 1


def test_the_audit_log_is_found_by_subject_action_person_and_day(zhou: Browser, root: Org) -> None:
    with clocks.stopped(datetime(2026, 3, 5, 1, tzinfo=UTC)):
        record(SYSTEM, "request.assign", "request:1047", after={"to": "王师傅"}, why="漏水")
    record(SYSTEM, "request.close", "request:1048")
    for query, found in {
        "subject=request:1047": ("request:1047", "request:1048"),
        "action=request.close": ("request:1048", "request:1047"),
        "from=2026-03-05&until=2026-03-05": ("request:1047", "request:1048"),
        "from=2026-03-06": ("request:1048", "request:1047"),
    }.items():
        rows = zhou.get(f"/admin/audit?{query}").text.split("<tbody>")[1]
        assert found[0] in rows and found[1] not in rows, query
    assert "王师傅" in zhou.get("/admin/audit?subject=request:1047").text
    assert "tbody" not in zhou.get("/admin/audit?person=nobody-of-this-name").text
    assert zhou.get("/admin/audit?from=yesterday&page=-1").status_code == 200


def test_the_audit_log_shows_that_a_number_changed_and_not_the_number(zhou: Browser) -> None:
    grandma = {"name": "王秀英", "id_number": "11010119491231002X", "mobile": "+8613800132210"}
    record(SYSTEM, "resident.correct", "resident:7", before={"mobile": "+8613800130000"}, after=grandma)
    page = zhou.get("/admin/audit?subject=resident:7").text
    assert "id_number" in page and "002X" in page
    assert not any(number in page for number in ("11010119491231002X", "13800132210", "13800130000"))


def test_an_auditor_of_one_community_reads_no_other(qin: Browser, root: Org) -> None:
    happy = Org.get(Org.name == "幸福里社区")
    sunny = Org.get(Org.name == "阳光社区")
    record(SYSTEM, "request.close", "request:1", org_id=happy.id)
    record(SYSTEM, "request.close", "request:2", org_id=sunny.id)
    record(SYSTEM, "system.note", "thing:3")
    page = qin.get("/admin/audit").text
    assert '"request:1"' in page and '"request:2"' not in page and "thing:3" not in page


def test_the_chain_is_verified_at_a_button(zhou: Browser) -> None:
    zhou.post("/locale", {"locale": "en", "next": "/admin/audit"})
    assert "The chain is whole" in zhou.post("/admin/audit/verify").text
    execute("UPDATE audit_entry SET actor_name = 'x' WHERE id = 2")
    assert "The chain breaks at entry 2" in zhou.post("/admin/audit/verify").text


def test_health_says_in_words_what_needs_a_look(zhou: Browser) -> None:
    page = zhou.get("/admin/health").text
    assert "消息发送" in page and "请启动：python -m broadcasts.worker" in page, "its name, and what to do"
    zhou.post("/locale", {"locale": "en", "next": "/"})
    page = zhou.get("/admin/health").text
    assert "people are being served" in page and "Not seen yet. Is it started?" in page


def test_a_colleague_is_added_signs_in_and_is_changed(zhou: Browser, app) -> None:
    happy = Org.get(Org.name == "幸福里社区")
    zhou.get("/admin/staff/new")
    page = zhou.post(
        "/admin/staff/new",
        {"name": "赵师傅", "username": "zhao", "phone": "13800132210", "post": [f"repairer@{happy.id}"]},
    )
    password = re.search(r'id="one-time-password">([^<]+)<', page.text)
    assert password
    zhao = Staff.get(Staff.username == "zhao")
    newcomer = Browser(app.test_client(), "10.2.0.9")
    assert newcomer.sign_in("zhao", password[1]).request.path == "/admin/password"

    shown = zhou.get(f"/admin/staff/{zhao.id}").text
    assert "138****2210" not in shown or "+86" in shown
    street = Org.get(Org.name == "幸福街道")
    zhou.post(f"/admin/staff/{zhao.id}/posts", {"post": [f"repairer@{happy.id}", f"auditor@{street.id}"]})
    assert {"repairer", "auditor"} == {p.role for p in zhao.posts}
    code = zhou.post(f"/admin/staff/{zhao.id}/link").text
    assert re.search(r'id="link-code">绑定 \d{6}<', code)
    zhou.get(f"/admin/staff/{zhao.id}")
    zhou.post(f"/admin/staff/{zhao.id}/deactivate")
    assert newcomer.get("/admin").request.path == "/admin/sign-in"


def test_what_was_entered_is_kept_when_something_is_missing(zhou: Browser) -> None:
    zhou.get("/admin/staff/new")
    page = zhou.post("/admin/staff/new", {"name": "赵师傅", "username": "赵", "phone": ""})
    assert page.status_code == 422 and 'value="赵师傅"' in page.text


def test_an_auditor_looks_at_staff_and_changes_nothing(qin: Browser) -> None:
    wang = Staff.get(Staff.username == "wang")
    page = qin.get(f"/admin/staff/{wang.id}")
    assert page.status_code == 200 and "/reset" not in page.text
    assert qin.post(f"/admin/staff/{wang.id}/reset").status_code == 403
    zhou = Staff.get(Staff.username == "zhou")
    assert qin.get(f"/admin/staff/{zhou.id}").status_code == 404, (
        "outside one's area nobody is told who exists"
    )


def test_recovery_codes_and_password_are_ones_own_to_change(wang: Browser) -> None:
    assert wang.get("/admin/staff/me").status_code == 200
    page = wang.post("/admin/staff/me/recovery", {"old": "not it"})
    assert page.status_code == 422


def test_nobody_at_an_open_screen_guesses_the_password_for_recovery_codes(wang: Browser) -> None:
    wang.get("/admin/staff/me")
    tries = [wang.post("/admin/staff/me/recovery", {"old": f"guess {n}"}).status_code for n in range(21)]
    assert tries == [422] * 20 + [429]


def test_the_language_is_ones_own_choice(zhou: Browser) -> None:
    assert 'lang="zh-CN"' in zhou.get("/admin", headers={"Accept-Language": "en"}).text, (
        "the account's language"
    )
    page = zhou.post("/locale", {"locale": "en", "next": "/admin/health"})
    assert page.request.path == "/admin/health" and 'lang="en"' in page.text
    assert (
        zhou.post("/locale", {"locale": "xx", "next": "//evil.example"}, follow=False).headers["Location"]
        == "/"
    )


def test_dates_are_said_as_people_say_them() -> None:
    with clocks.stopped(datetime(2026, 3, 5, 6, 5, tzinfo=UTC)) as hands:
        assert when(hands(), "en") == "Today 14:05"
        assert when(datetime(2026, 3, 4, 6, 5, tzinfo=UTC), "en") == "Yesterday 14:05"
        assert when(datetime(2026, 3, 6, 1, 0, tzinfo=UTC), "en") == "Tomorrow 09:00"
        assert when(datetime(2026, 2, 1, 6, 5, tzinfo=UTC), "en") == "1 Feb, 14:05"
        assert when(datetime(2025, 2, 1, 6, 5, tzinfo=UTC), "en") == "1 Feb 2025, 14:05"
        assert when(date(2026, 3, 1), "zh_CN") == "3月1日"
        assert when(None, "en") == "–"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("13800132210", "138****2210"),
        ("王秀英", "王**"),
        ("wang@example.com", "w***@example.com"),
        ("", ""),
        (None, ""),
    ],
)
def test_masked_values_keep_just_enough_to_be_recognised(value: str | None, shown: str) -> None:
    assert mask(value) == shown
