"""Staff make a stranger among the devices into a smoke detector that calls people."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from backend import domains
from backend.alarms.models import Alarm
from backend.core import clock as clocks
from backend.core import orgs
from iot import storing
from iot.commands.actions import DeviceCommand
from iot.maintenance.windows import MaintenanceWindow
from iot.mapping import written
from iot.models import Device, DeviceProfile
from iot.registry import devices
from iot.uplink import Arrived
from tests.care.town import Town, elder, found
from tests.databases import TestDatabase
from tests.web.browser import Browser, employ


def publishes(device: str, body: object) -> None:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    storing.store([Arrived(f"linli/{device}/up", payload, clocks.now())])


@pytest.fixture
def town(sqlite_database: TestDatabase) -> Town:
    domains.load()
    return found()


@pytest.fixture
def lin(app: Flask, town: Town) -> Browser:
    employ("lin", "林主任", ("community_admin", town.happy))
    browser = Browser(app.test_client())
    browser.sign_in("lin")
    return browser


def test_from_the_first_message_of_a_stranger_to_the_alarm(town: Town, lin: Browser) -> None:
    chen = elder(town, "陈秀英", 501, "sms")
    publishes("yg-07", {"id": 1, "alarm": "normal", "bat": 96})
    device = Device.get()
    page = f"/admin/devices/{device.id}"
    assert "yg-07" in lin.get("/admin/devices").text
    stranger = lin.get(page).text
    assert "不能报警" in stranger and "bat" in stranger
    assert "?=alarm" in lin.get(f"/admin/devices/models/new?of={device.id}").text
    rules = "smoke=alarm==fire\nbattery=bat\n?=x"
    lin.post("/admin/devices/models/save", {"name": "烟感 YG", "rules": rules})
    model = DeviceProfile.get()
    lin.post(f"/admin/devices/models/{model.id}/approve")
    lin.post(page, {"name": "厨房烟感", "profile": str(model.id), "resident": "陈秀英"})
    assert (Device.get().status, Device.get().resident_id) == ("active", chen)
    publishes("yg-07", {"id": 2, "alarm": "fire", "bat": 95})
    assert (Alarm.get().kind, Alarm.get().resident_id) == ("smoke", chen)
    shown = lin.get(page).text
    assert "烟雾" in shown and "95" in shown and "不能报警" not in shown


def test_what_makes_no_sense_is_told_at_its_field(town: Town, lin: Browser) -> None:
    publishes("yg-07", {"id": 1})
    page = f"/admin/devices/{Device.get().id}"
    wrong = lin.post("/admin/devices/models/save", {"name": "烟感", "rules": "rauch=alarm"})
    assert wrong.status_code == 422 and "rauch" in wrong.text
    nobody = lin.post(page, {"name": "烟感", "resident": "没有这个人"})
    assert nobody.status_code == 422 and "没有这个人" in nobody.text
    nowhere = lin.post(page, {"name": "烟感", "place": "???"})
    assert nowhere.status_code == 422
    assert Device.get().status == "new"


def test_what_could_not_be_read_is_shown_with_its_reason(town: Town, lin: Browser) -> None:
    publishes("yg-07", {"id": 1})
    Device.update(org_id=town.grid.id).execute()
    publishes("yg-07", b'{"broken')
    assert "yg-07" in lin.get("/admin/devices/put-aside").text


@pytest.fixture
def sun(app: Flask, town: Town) -> Browser:
    employ("sun2", "小孙", ("grid_worker", town.grid))
    browser = Browser(app.test_client())
    browser.sign_in("sun2")
    return browser


def test_a_grid_worker_takes_in_and_replaces_what_she_puts_up_in_her_grid(town: Town, sun: Browser) -> None:
    chen = elder(town, "陈秀英", 501, "sms")
    model = approved(town, "烟感", "smoke=smoke")
    assert "/admin/devices/add" in sun.get("/admin/devices").text
    sun.post("/admin/devices/add", {"code": "yg-99"})
    device = Device.get(Device.address == "plain:yg-99")
    page = f"/admin/devices/add/{device.id}"
    sun.post(page, {"name": "厨房烟感", "profile": str(model.id), "resident": "陈秀英"})
    publishes("yg-99", {"id": 1, "smoke": False})
    assert "press-good" in sun.get(f"{page}/test").text
    sun.post(f"{page}/use")
    sun.post(f"/admin/devices/{device.id}/replace", {"code": "yg-100", "why": "电池鼓包"})
    changed = Device.get_by_id(device.id)
    assert (changed.status, changed.address, changed.resident_id) == ("active", "plain:yg-100", chen)


def test_a_grid_worker_changes_no_model_takes_nothing_out_of_use_and_sees_no_other_grid(
    town: Town, sun: Browser
) -> None:
    elsewhere = orgs.add("第九网格", "grid", town.happy)
    for one, org_id in (("烟感甲", town.grid.id), ("烟感乙", elsewhere.id)):
        publishes(one, {"id": 1})
        Device.update(name=one, status="active", org_id=org_id).where(Device.name == "").execute()
    mine, theirs = Device.get(Device.name == "烟感甲"), Device.get(Device.name == "烟感乙")
    assert sun.get("/admin/devices/put-aside").status_code == 403
    assert sun.post("/admin/devices/models/save", {"name": "x"}).status_code == 403
    assert sun.get("/admin/devices/rules/new").status_code == 403
    page = sun.get(f"/admin/devices/{mine.id}").text
    assert "/replace" in page and "/retire" not in page and "/admin/devices/work/new" not in page
    assert sun.post(f"/admin/devices/{mine.id}/retire").status_code == 403
    assert "烟感乙" not in sun.get("/admin/devices").text
    assert sun.post(f"/admin/devices/{theirs.id}/replace", {"code": "yg-100"}).status_code == 404
    assert Device.get_by_id(theirs.id).address == theirs.address


def test_a_device_is_taken_in_on_a_phone_tried_and_put_into_use(town: Town, lin: Browser) -> None:
    elder(town, "陈秀英", 501, "sms")
    model = approved(town, "烟感", "smoke=smoke")
    assert "yg-99" not in lin.get("/admin/devices/add").text
    wrong = lin.post("/admin/devices/add", {"code": "您好"})
    assert wrong.status_code == 422
    lin.post("/admin/devices/add", {"code": "yg-99"})
    device = Device.get(Device.address == "plain:yg-99")
    page = f"/admin/devices/add/{device.id}"
    lin.post(page, {"name": "厨房烟感", "profile": str(model.id), "resident": "陈秀英"})
    assert "请按一下" in lin.get(f"{page}/test").text
    publishes("yg-99", {"id": 1, "smoke": True})
    assert "press-good" in lin.get(f"{page}/test").text and not Alarm.select().exists()
    lin.post(f"{page}/use")
    assert Device.get_by_id(device.id).status == "active"
    assert "plain:yg-99" in lin.get("/admin/devices/add/stickers").text


def test_a_siren_is_sounded_from_the_alarms_page_after_a_question(town: Town, lin: Browser) -> None:
    publishes("hall", {"id": 1})
    model = approved(town, "烟感", "smoke=smoke")
    device = Device.get(Device.address == "plain:hall")
    lin.post(
        f"/admin/devices/models/{model.id}/abilities", {"minutes": "60", "commands": "siren_on\nopen_door"}
    )
    lin.post(f"/admin/devices/{device.id}", {"name": "门厅烟感", "profile": str(model.id)})
    publishes("hall", {"id": 2, "smoke": True})
    alarm = Alarm.get()
    assert f"/commands/siren_on?alarm={alarm.id}" in lin.get(f"/admin/alarms/{alarm.id}").text
    assert "门厅烟感" in lin.get(f"/admin/devices/{device.id}/commands/siren_on?alarm={alarm.id}").text
    assert not DeviceCommand.select().exists()
    lin.post(f"/admin/devices/{device.id}/commands/siren_on", {"alarm": str(alarm.id)})
    assert (DeviceCommand.get().name, DeviceCommand.get().alarm_id) == ("siren_on", alarm.id)
    assert "林主任" in lin.get(f"/admin/alarms/{alarm.id}").text
    wrong = lin.post(f"/admin/devices/models/{model.id}/abilities", {"commands": "dance"})
    assert wrong.status_code == 422 and "dance" in wrong.text


def test_work_on_devices_is_said_shown_loudly_and_ended(town: Town, lin: Browser) -> None:
    publishes("hall", {"id": 1})
    model = approved(town, "烟感", "smoke=smoke")
    device = Device.get(Device.address == "plain:hall")
    lin.post(f"/admin/devices/{device.id}", {"name": "门厅烟感", "profile": str(model.id)})
    assert lin.post("/admin/devices/work", {"device": str(device.id), "hours": "2"}).status_code == 422
    lin.post("/admin/devices/work", {"device": str(device.id), "hours": "2", "why": "年度测试"})
    window = MaintenanceWindow.get()
    for page in ("/admin/devices", f"/admin/devices/{device.id}", "/admin", "/admin/devices/work"):
        assert "年度测试" in lin.get(page).text, page
    publishes("hall", {"id": 2, "smoke": True})
    assert not Alarm.select().exists() and "烟雾" in lin.get(f"/admin/devices/work/{window.id}").text
    lin.post(f"/admin/devices/work/{window.id}/end")
    assert Alarm.get().kind == "smoke"


def test_a_broken_device_is_replaced_on_its_page(town: Town, lin: Browser) -> None:
    publishes("old", {"id": 1})
    publishes("fresh", {"id": 1})
    model = approved(town, "烟感", "smoke=smoke")
    device = Device.get(Device.address == "plain:old")
    lin.post(f"/admin/devices/{device.id}", {"name": "门厅烟感", "profile": str(model.id)})
    assert "fresh" in lin.get(f"/admin/devices/{device.id}/replace").text
    fresh = Device.get(Device.address == "plain:fresh")
    lin.post(f"/admin/devices/{device.id}/replace", {"new": str(fresh.id), "why": "进水"})
    assert Device.get_by_id(device.id).address == "plain:fresh"
    assert "进水" in lin.get(f"/admin/devices/{device.id}").text


def approved(town: Town, name: str, *rules: str) -> DeviceProfile:
    admin = town.actor(town.admin)
    made = devices.save_profile(admin, name, name, [written(rule) for rule in rules])
    devices.approve(admin, made.id)
    return made


def test_one_device_is_found_among_many_by_name_address_person_and_door(town: Town, lin: Browser) -> None:
    elder(town, "陈秀英", 501, "sms")
    for number in range(51):
        publishes(f"row-{number:02}", {"id": 1})
        given = {
            "name": f"楼道灯{number:02}",
            "resident": "",
            "place": "9号楼1单元101" if number == 7 else "",
        }
        lin.post(f"/admin/devices/{Device.get(Device.address == f'plain:row-{number:02}').id}", given)
    hers = Device.get(Device.address == "plain:row-50")
    lin.post(f"/admin/devices/{hers.id}", {"name": "厨房烟感", "resident": "陈秀英"})
    first, second = lin.get("/admin/devices").text, lin.get("/admin/devices?page=2").text
    assert "第 1 页，共 2 页" in first
    assert first.count("楼道灯") + second.count("楼道灯") == 50
    for asked in ("厨房烟", "row-50", "陈秀"):
        shown = lin.get("/admin/devices", query_string={"q": asked}).text
        assert "厨房烟感" in shown and "陈秀英" in shown and "501" in shown and "楼道灯" not in shown, asked
    for door in ("9号楼1单元101", "9-1-101"):
        shown = lin.get("/admin/devices", query_string={"q": door}).text
        assert "楼道灯07" in shown and "楼道灯08" not in shown, door
    assert "没有符合的设备" in lin.get("/admin/devices?q=zzz").text


def test_who_takes_a_detector_in_reads_whose_home_it_is_and_finds_the_way_from_its_words_to_a_model(
    town: Town, lin: Browser
) -> None:
    elder(town, "陈秀英", 501, "sms")
    publishes("yg-09", {"id": 1, "alarm": "normal"})
    device = Device.get()
    page = f"/admin/devices/add/{device.id}"
    lin.post(page, {"name": "新烟感", "resident": "陈秀"})
    asked = lin.get(f"{page}/test").text
    assert "陈秀英" in asked and "501" in asked
    publishes("yg-09", {"id": 2, "alarm": "fire"})
    unread, new = lin.get(f"{page}/test").text, f"/admin/devices/models/new?of={device.id}"
    assert "还没有人说明" in unread and new in unread
    kept = {"name": "烟感 YG", "rules": "smok=alarm==fire"}
    wrong = lin.post(f"/admin/devices/models/save?of={device.id}", kept)
    assert wrong.status_code == 422 and "smoke" in wrong.text and "fire" in wrong.text
    lin.post(f"/admin/devices/models/save?of={device.id}", kept | {"rules": "smoke=alarm==fire"})
    model = DeviceProfile.get()
    approved = lin.post(f"/admin/devices/models/{model.id}/approve?of={device.id}").text
    assert f"{page}?profile={model.id}" in approved
    assert f'value="{model.id}" selected' in lin.get(f"{page}?profile={model.id}").text
