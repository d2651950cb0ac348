"""Devices are taken in by their stickers, tried, put into use, replaced; their models belong to somebody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from backend import domains
from backend.core import clock as clocks
from backend.core import orgs
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from iot.mapping import written
from iot.models import Device, Reading
from iot.registry import devices, onboarding, replacing
from iot.registry.scanned import sticker
from tests.care.town import found, hire
from tests.databases import TestDatabase
from tests.iot.test_storing import House, alarms_open


@pytest.fixture
def house(sqlite_database: TestDatabase) -> House:
    domains.load()
    return House(found())


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:OAABBCCDDEEFF:SYYWWNNNNNN:PFOOBAR:CAF2C", "eui:aabbccddeeff0011"),
        ("LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122", "eui:aabbccddeeff0011"),
        ("A8404187D187106E", "eui:a8404187d187106e"),
        ("DevEUI: A8-40-41-87-D1-87-10-6E", "eui:a8404187d187106e"),
        ("https://linli.example/admin/devices/add?code=plain:gate-3", "plain:gate-3"),
        ("z2m:hall/siren", "z2m:hall/siren"),
        ("202211070007", "plain:202211070007"),
    ],
)  # fmt: skip
def test_a_sticker_says_which_device_it_is(text: str, address: str) -> None:
    known = sticker(text)
    assert known is not None and known.addresses[0] == address


@pytest.mark.parametrize(
    "text", ["", "hello", "你好", "javascript:alert(1)", "https://example.org/", "LW:D0:12:34"]
)
def test_what_is_no_sticker_is_not_taken_for_one(text: str) -> None:
    assert sticker(text) is None


def test_a_tr005_sticker_tells_its_vendor_and_serial_number() -> None:
    known = sticker("LW:D0:1122334455667788:AABBCCDDEEFF0011:AABB1122:S2217:PX")
    assert known is not None and (known.vendor, known.model, known.serial) == ("AABB", "1122", "2217")


def test_a_press_of_the_test_button_is_seen_and_wakes_nobody_until_the_device_is_in_use(
    house: House, clock: clocks.Hands
) -> None:
    other = house.bound("other", "smoke=smoke")
    device = onboarding.find(house.admin, "new-7")
    assert device.id == onboarding.find(house.admin, "new-7").id
    devices.bind(
        house.admin, device.id, name="卧室烟感", org_id=house.town.grid.id, profile_id=other.profile_id,
        resident_id=house.chen, in_use=False,
    )  # fmt: skip
    onboarding.expect(house.admin, device.id)
    house.arrives("new-7", smoke=True)
    device = Device.get_by_id(device.id)
    assert device.tested_at is not None and device.awaited_until is None and alarms_open() == []
    onboarding.put_into_use(house.admin, device.id)
    house.arrives("new-7", smoke=False)
    house.arrives("new-7", smoke=True)
    assert alarms_open() == ["smoke"]


def test_a_press_that_comes_too_late_is_asked_for_again(house: House, clock: clocks.Hands) -> None:
    device = onboarding.find(house.admin, "new-7")
    onboarding.expect(house.admin, device.id)
    clock.forward(minutes=11)
    house.arrives("new-7", smoke=True)
    assert Device.get_by_id(device.id).tested_at is None


def test_new_hardware_takes_the_place_of_the_broken_one_with_all_that_is_tied_to_it(house: House) -> None:
    broken = house.bound("old", "smoke=smoke")
    house.said("new", {"id": 1, "smoke": False})
    fresh = Device.get(Device.address == "plain:new")
    done = replacing.replace(house.admin, broken.id, fresh.id, why="电池鼓包")
    assert (done.id, done.address, done.name, done.resident_id) == (
        broken.id,
        "plain:new",
        "厨房烟感",
        house.chen,
    )
    assert Device.get_by_id(fresh.id).status == "retired"
    house.said("new", {"id": 1, "smoke": True})
    assert alarms_open() == ["smoke"]
    assert (
        Reading.select().where(Reading.device_id == broken.id).count() == 2
    )  # one of each, both with the number 1
    assert replacing.of_device(broken.id)[0].old_address == "plain:old"
    with pytest.raises(Invalid):
        replacing.replace(house.admin, fresh.id, broken.id)


def test_a_device_in_use_elsewhere_replaces_nothing(house: House) -> None:
    one, other = house.bound("one", "smoke=smoke"), house.bound("other", "smoke=smoke")
    with pytest.raises(Conflict):
        replacing.replace(house.admin, one.id, other.id)


def test_a_model_belongs_to_the_community_that_made_it_and_everybodys_to_the_top(house: House) -> None:
    sunny = orgs.add("阳光社区", "community", orgs.Org.get(orgs.Org.level == "street"))
    stranger = house.town.actor(hire("zhao", "赵主任", "community_admin", sunny))
    top = house.town.actor(
        hire("top", "区管理员", "street_admin", orgs.Org.get(orgs.Org.level == "district"))
    )
    ours = devices.save_profile(house.admin, "ours", "我们的", [written("smoke=smoke")])
    everybodys = devices.save_profile(top, "all", "大家的", [written("smoke=smoke")])
    assert (ours.org_id, everybodys.org_id) == (house.town.happy.id, None)
    assert [p.id for p in devices.profiles(stranger)] == [everybodys.id]
    for theirs, model in ((stranger, ours), (house.admin, everybodys)):
        with pytest.raises((Forbidden, NotFound)):
            devices.approve(theirs, model.id)
    device = onboarding.find(stranger, "dev-1")
    with pytest.raises(Invalid):
        devices.bind(stranger, device.id, name="x", org_id=sunny.id, profile_id=ours.id)
    devices.approve(top, everybodys.id)
    assert clocks.now() - devices.profile(everybodys.id).changed_at < timedelta(minutes=1)
