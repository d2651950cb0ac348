"""An alarm names the door behind which the device hangs, after its person moved or her file was erased."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from backend import domains
from backend.alarms.models import Alarm
from backend.core import orgs
from backend.core.access import Actor, Post
from backend.core.errors import Conflict
from backend.fields.address import Home
from backend.residents import approval, rights
from iot.models import Device
from iot.registry import devices, whereabouts
from tests.care.town import found
from tests.databases import TestDatabase
from tests.iot.test_storing import House
from tests.web.browser import Browser, employ

HOME = {"building": "3", "unit": "2", "room": "501"}


@pytest.fixture
def house(database: TestDatabase) -> House:
    domains.load()
    return House(found())


def raised(kind: str) -> Alarm:
    (alarm,) = Alarm.select().where(Alarm.kind == kind)
    return alarm  # type: ignore[no-any-return]


def test_smoke_in_the_flat_of_somebody_whose_file_was_erased_says_where(house: House) -> None:
    device = house.bound("kitchen", "smoke=smoke")
    rights.erase_file(house.admin, house.chen, "本人要求")
    known = Device.get_by_id(device.id)
    assert known.resident_id is None and devices.place_of(known) == HOME
    house.arrives("kitchen", smoke=True)
    alarm = raised("smoke")
    assert (json.loads(alarm.place), alarm.org_id) == (HOME, house.town.grid.id)
    assert not Alarm.select().where(Alarm.kind == "device_place").exists()


def test_smoke_in_the_flat_that_she_left_goes_to_where_the_detector_hangs(house: House) -> None:
    house.bound("kitchen", "smoke=smoke")
    sunny = orgs.add("阳光社区", "community", orgs.Org.get(orgs.Org.level == "street"))
    district = orgs.Org.get(orgs.Org.level == "district")
    approval.place(
        Actor("staff", 987, "两边", (Post("community_admin", district.path),)), house.chen, sunny.id
    )
    house.arrives("kitchen", smoke=True)
    alarm = raised("smoke")
    assert (json.loads(alarm.place), alarm.org_id) == (HOME, house.town.grid.id)


def test_a_pendant_goes_with_her_to_her_new_flat_and_staff_are_asked(house: House) -> None:
    detector = house.bound("kitchen", "smoke=smoke")
    pendant = house.bound("pendant", "sos=pressed")
    assert not whereabouts.nowhere([detector, pendant])
    new = {"building": "9", "unit": "1", "room": "101"}
    approval.correct(house.admin, house.chen, {"home": Home.from_json(new)}, "搬家")
    house.said("pendant", {"event": True, "pressed": 1})
    house.arrives("kitchen", smoke=True)
    assert json.loads(raised("sos").place) == new
    assert json.loads(raised("smoke").place) == HOME
    assert "9号楼1单元101" in raised("smoke").words, "or her address was wrong before"
    asked = raised("device_place")
    assert asked.org_id == house.town.grid.id and asked.resident_id is None
    assert f"#{pendant.id}" in asked.words


def test_a_pendant_of_an_erased_file_is_asked_about_and_gets_no_place(house: House) -> None:
    pendant = house.bound("pendant", "sos=pressed")
    rights.erase_file(house.admin, house.chen, "本人要求")
    known = Device.get_by_id(pendant.id)
    assert devices.place_of(known) == {} and whereabouts.nowhere([known]) == {pendant.id}
    assert f"#{pendant.id}" in raised("device_place").words
    house.said("pendant", {"event": True, "pressed": 1})
    assert raised("sos").org_id == house.town.grid.id


NEW = {"building": "9", "unit": "1", "room": "101"}


@pytest.mark.parametrize("how", ["stayed", "along", "written"])
def test_staff_say_on_the_devices_page_whether_she_moved_or_was_written_wrongly(
    house: House, app: Flask, how: str
) -> None:
    device = house.bound("kitchen", "smoke=smoke")
    approval.correct(house.admin, house.chen, {"home": Home.from_json(NEW)}, "地址")
    employ("lin", "林主任", ("community_admin", house.town.happy))
    lin = Browser(app.test_client())
    lin.sign_in("lin")
    page = f"/admin/devices/{device.id}"
    assert "原来的地址当时写错了" in lin.get(page).text
    assert lin.post(f"{page}/whereabouts", {"how": how}).status_code == 200
    assert "原来的地址当时写错了" not in lin.get(page).text
    known = Device.get_by_id(device.id)
    assert (known.resident_id is None) == (how == "stayed")
    house.arrives("kitchen", smoke=True)
    assert json.loads(raised("smoke").place) == (HOME if how == "stayed" else NEW)
    assert "9号楼" not in raised("smoke").words, "one door alone is named"
    with pytest.raises(Conflict):
        whereabouts.settle(house.admin, device.id, how)


def test_who_corrects_an_address_that_was_written_wrongly_puts_her_devices_right(
    house: House, app: Flask
) -> None:
    kitchen, club = house.bound("kitchen", "smoke=smoke"), house.bound("club", "smoke=smoke")
    for device, home in ((kitchen, HOME), (club, {"building": "5", "unit": "", "room": ""})):
        Device.update(place=json.dumps(home)).where(Device.id == device.id).execute()
    employ("lin", "林主任", ("community_admin", house.town.happy))
    lin = Browser(app.test_client())
    lin.sign_in("lin")
    page = f"/admin/residents/{house.chen}/correct"
    assert "她没在那里住过" in lin.get(page).text
    lin.post(page, {"home": "9号楼1单元101室", "why": "写错了", "moved": "written"})
    assert devices.place_of(Device.get_by_id(kitchen.id)) == {}
    assert devices.place_of(Device.get_by_id(club.id))["building"] == "5"
    assert not Alarm.select().where(Alarm.kind == "device_place").exists()
    house.arrives("kitchen", smoke=True)
    assert json.loads(raised("smoke").place) == NEW
