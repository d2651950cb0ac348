"""Staff write a rule, see what it would have done, and let it work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from backend import domains
from backend.core import audit, orgs
from backend.core import clock as clocks
from backend.staff import queries as staff
from backend.staff.models import Staff
from iot.rules import actions, built_in, past
from iot.rules.models import DeviceRule, DeviceRuleTest
from tests.databases import TestDatabase
from tests.iot.rules.home import Home, alarms
from tests.web.browser import Browser, employ

PAGE = "/admin/devices/rules"


@pytest.fixture
def home(sqlite_database: TestDatabase, clock: clocks.Hands) -> Home:
    domains.load()
    built_in.ensure()
    return Home()


@pytest.fixture
def lin(app: Flask, home: Home) -> Browser:
    employ("lin", "林主任", ("community_admin", home.town.happy))
    browser = Browser(app.test_client())
    browser.sign_in("lin")
    return browser


def form(**more: Any) -> dict[str, Any]:
    return {
        "name": "夜里门开着", "condition": "door_open", "lasts": "10", "kind": "door_left_open", "severity": "warning",
        "words_zh": "门开着。", "where": "all", "days": list("1234567"), "ends_by": "itself", **more,
    }  # fmt: skip


def test_from_an_empty_form_to_the_first_alarm(home: Home, lin: Browser, clock: clocks.Hands) -> None:
    home.device()
    for minutes, opened in ((0, True), (5, False), (60, True), (90, False), (100, False)):
        home.says(door=opened, at=clocks.now() - timedelta(days=1) + timedelta(minutes=minutes))
    assert "since.temperature" in lin.get(f"{PAGE}/new").text
    made = lin.post(f"{PAGE}/save", form())
    rule = DeviceRule.get(DeviceRule.name == "夜里门开着")
    assert "草稿" in made.text and "不成立" in made.text
    tested = lin.post(f"{PAGE}/{rule.id}/test", {"days": "7"}).text
    assert "1 起警报" in tested and "传感器 door" in tested and "20 分钟" in tested
    assert alarms() == []
    lin.post(f"{PAGE}/{rule.id}/live", {"version": "1"})
    home.says(door=True, at=clocks.now() - timedelta(minutes=11))
    home.says(bat=90)
    home.says(door=True)
    assert alarms() == ["door_left_open"]
    assert "已报警" in lin.get(f"{PAGE}/{rule.id}").text
    assert "已启用" in lin.get(PAGE).text
    assert [entry.action for entry in audit.of(rule.subject)] == ["device_rule.live", "device_rule.write"]


WRONG: tuple[tuple[dict[str, Any], str], ...] = (
    ({"condition": "dor_open"}, "door_open"),
    ({"clear": "door_open >"}, "door_open &gt;"),
    ({"words_zh": "{wert}"}, "wert"),
    ({"lasts": "viel"}, "10"),
    ({"begins": "25:00"}, "22:00"),
    ({"days": []}, "哪几天"),
    ({"where": "building", "buildings": " "}, "至少"),
    ({"kind": "smoke"}, "请选择"),
)


def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(lin: Browser) -> None:
    for wrong, told in WRONG:
        answer = lin.post(f"{PAGE}/save", form(**wrong))
        assert answer.status_code == 422 and told in answer.text and "夜里门开着" in answer.text, wrong
    assert not DeviceRule.select().where(DeviceRule.built_in.is_null()).exists()


def test_a_shipped_rule_is_looked_at_copied_and_switched_off_but_not_changed(
    home: Home, lin: Browser
) -> None:
    shipped = DeviceRule.get(DeviceRule.built_in == "no_movement")
    page = lin.get(f"{PAGE}/{shipped.id}").text
    assert "home.quiet" in page and f"{PAGE}/{shipped.id}/edit" not in page
    for act, given in (("save", form(id=str(shipped.id))), (f"{shipped.id}/pause", {})):
        assert "自带的规则" in lin.post(f"{PAGE}/{act}", given).text
    known = DeviceRule.get_by_id(shipped.id)
    assert (known.version, known.state) == (1, "live")
    lin.post(f"{PAGE}/{shipped.id}/off", {"org": str(home.town.happy.id)})
    copy = DeviceRule.get(DeviceRule.replaces == "no_movement")
    assert (copy.state, copy.org_id) == ("paused", home.town.happy.id)
    lin.post(f"{PAGE}/save", form(id=str(copy.id), condition="home.quiet > hours(8)", kind="no_movement"))
    assert (DeviceRule.get_by_id(copy.id).version, actions.says(copy, 1).condition) == (
        2,
        actions.says(shipped).condition,
    )


def test_who_only_reads_devices_changes_no_rule_and_nobody_sees_another_community(
    home: Home, app: Flask
) -> None:
    made = home.rule("door_open")
    employ("desk2", "值班", ("duty_desk", home.town.happy))
    desk = Browser(app.test_client())
    desk.sign_in("desk2")
    assert desk.get(f"{PAGE}/{made.id}").status_code == 200
    assert desk.post(f"{PAGE}/{made.id}/pause").status_code == 403
    assert desk.get(f"{PAGE}/new").status_code == 403
    elsewhere = orgs.add("别处", "community", home.town.happy.parent)
    employ("far", "远处", ("community_admin", elsewhere))
    far = Browser(app.test_client())
    far.sign_in("far")
    assert far.get(f"{PAGE}/{made.id}").status_code == 404
    assert far.post(f"{PAGE}/{made.id}/pause").status_code == 404


def test_a_long_test_is_done_in_portions_and_says_how_far_it_is(home: Home, lin: Browser) -> None:
    for name in ("one", "other", "third"):
        home.device(name)
        home.says(name, t=60)
        home.says(name, t=20)
    rule = home.rule("temperature > 50", live=False)
    me = staff.actor_by_id(Staff.get(Staff.username == "lin").id)
    run = past.begin(me, rule.id, 1, home.town.happy.id, portion_s=0)
    page = lin.get(f"{PAGE}/tests/{run.id}").text
    assert "1/3" in page and "refresh" in page
    while past.go_on(portion_s=0):
        pass
    run = DeviceRuleTest.get()
    assert (run.state, run.done, len(run.found)) == ("done", 3, 3)
    assert "3 起警报" in lin.get(f"{PAGE}/tests/{run.id}").text
