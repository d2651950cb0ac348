"""Staff make a stranger among the devices into a smoke detector that calls people."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from backend import domains
from backend.alarms.models import Alarm
from backend.core import clock as clocks
from iot import storing
from iot.models import Device, DeviceProfile
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
    publishes("yg-07", b'{"broken')
    assert "yg-07" in lin.get("/admin/devices/put-aside").text


def test_a_grid_worker_changes_no_device(town: Town, app: Flask) -> None:
    employ("sun2", "小孙", ("grid_worker", town.grid))
    sun = Browser(app.test_client())
    sun.sign_in("sun2")
    assert sun.get("/admin/devices/put-aside").status_code == 403
    assert sun.post("/admin/devices/models/save", {"name": "x"}).status_code == 403
