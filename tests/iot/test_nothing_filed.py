"""What a detector in use says is heard, or somebody is told that it could not be read: it is never only filed."""

from __future__ import annotations

import json

import pytest

from backend import domains
from backend.alarms import actions as alarms
from backend.alarms.models import Alarm, AlarmNote
from backend.core import clock as clocks
from iot import storing
from iot.mapping import written
from iot.models import Device, QuarantinedMessage, Reading
from iot.registry import devices
from iot.uplink import Arrived
from tests.care.town import found
from tests.databases import TestDatabase
from tests.iot.test_storing import House, alarms_open


@pytest.fixture
def house(database: TestDatabase) -> House:
    domains.load()
    return House(found())


@pytest.mark.parametrize(
    "payload",
    [
        b'{"smoke": true, "temperature": NaN}',
        b'{"smoke": true, "temperature": 1e999}',
        b'{"smoke": true, "count": 1' + b"0" * 400 + b', "t": NaN}',
        b'{"smoke": true}\x00',
        b'\xef\xbb\xbf{"smoke": true}',
        b'{"smoke": true, "place": "\xb3\xf8\xb7\xbf"}',
        b'{"smoke": true, "place": "\\ud83d"}',
        b'{"smoke": true, "place": "a\\u0000"}',
        b'{"smoke": true, "\\u0000": 1}',
    ],
    ids=["nan", "infinite", "endless", "end of text", "bom", "gbk", "half an emoji", "nul", "nul as a name"],
)
def test_smoke_in_json_with_a_wrong_sign_in_it_is_smoke(house: House, payload: bytes) -> None:
    house.bound("kitchen", "smoke=smoke", "temperature=temperature")
    assert house.said("kitchen", payload).quarantined == 0
    assert alarms_open() == ["smoke"]
    assert Reading.select().order_by(Reading.id.desc()).first().values == {"smoke": True}


def test_of_a_list_what_can_be_read_is_heard_and_the_rest_is_put_aside(house: House) -> None:
    house.bound("kitchen", "smoke=smoke")
    done = house.said("kitchen", json.dumps([None, {"smoke": True}, "x"]).encode())
    assert (done.readings, done.quarantined) == (1, 1)
    assert "smoke" in alarms_open()
    assert "one of its messages" in QuarantinedMessage.get().why


def test_smoke_that_cannot_be_read_calls_staff_to_look_once_until_somebody_did(
    house: House, clock: clocks.Hands
) -> None:
    house.bound("kitchen", "smoke=smoke")
    for _message in range(3):
        assert house.said("kitchen", b'{"smoke": true,}').quarantined == 1
    alarm = Alarm.get()
    assert (alarms_open(), alarm.severity) == (["unheard"], "critical")
    assert "厨房烟感" in alarm.words and "烟" in alarm.words
    assert not AlarmNote.select().where(AlarmNote.act == "again").exists()
    alarms.clear(house.admin, alarm.id, "没事")
    house.said("kitchen", b'{"smoke": true,}')
    assert alarms_open() == []
    clock.forward(minutes=11)
    house.said("kitchen", b'{"smoke": true,}')
    assert alarms_open() == ["unheard"]


def test_a_detector_that_says_nothing_readable_any_more_is_told_of_and_smoke_in_its_bytes_as_more(
    house: House, clock: clocks.Hands
) -> None:
    house.bound("kitchen", "smoke=smoke")
    house.said("kitchen", b"\x17\x00")
    assert [a.severity for a in Alarm.select().order_by(Alarm.id)] == ["warning"]
    alarms.clear(house.admin, Alarm.get().id, "在修")
    house.said("kitchen", b"smoke!")
    assert [a.severity for a in Alarm.select().order_by(Alarm.id)] == ["warning", "critical"]
    clock.forward(hours=25)
    house.said("kitchen", b"\x17\x00")
    assert [a.severity for a in Alarm.select().order_by(Alarm.id)] == ["warning", "critical", "warning"]


@pytest.mark.parametrize("rules", [("temperature=smoke",), ("door_open=smoke",)])
def test_what_a_thermometer_says_wrong_wakes_nobody(house: House, rules: tuple[str, ...]) -> None:
    house.bound("kitchen", *rules)
    house.said("kitchen", b'{"smoke": true,}')
    house.arrives("kitchen", smoke="purple")
    assert alarms_open() == []


def test_what_the_broker_kept_and_what_nobody_approved_wakes_nobody_unread_either(house: House) -> None:
    house.bound("kitchen", "smoke=smoke")
    house.bound("hall", "smoke=smoke", approved=False)
    house.said("kitchen", b'{"smoke": true,}', retained=True)
    house.said("hall", b'{"smoke": true,}')
    assert alarms_open() == []


@pytest.mark.parametrize("said", [2, "fire", "报警", "ALARM!", 255, "HIGH"])
def test_a_value_of_a_safety_point_that_nobody_understands_calls_staff_to_look(
    house: House, said: str | int
) -> None:
    house.bound("kitchen", "smoke=smoke")
    house.arrives("kitchen", smoke=said)
    assert alarms_open() == ["unheard"] and Alarm.get().severity == "critical"


@pytest.mark.parametrize("said", ["unavailable", "unknown", None])
def test_a_detector_that_says_that_it_does_not_know_calls_nobody(house: House, said: str | None) -> None:
    house.bound("kitchen", "smoke=smoke")
    house.arrives("kitchen", smoke=said)
    assert alarms_open() == []


def test_a_detector_whose_network_cannot_read_it_any_more_is_told_of(house: House) -> None:
    topic = "application/1/device/a8404187d187106e/event/up"

    def up(**more: object) -> storing.Stored:
        house.count += 1
        said = {"deduplicationId": str(house.count), "deviceInfo": {"devEui": "a8404187d187106e"}, "fPort": 2}
        return storing.store([Arrived(topic, json.dumps(said | more).encode(), clocks.now())])

    up(data="AA==", object={"smoke": 0})
    known = Device.get(Device.address == "eui:a8404187d187106e")
    model = devices.save_profile(house.admin, "x", "x", [written("smoke=smoke")], decoder="cayenne")
    devices.approve(house.admin, model.id)
    devices.bind(house.admin, known.id, name="楼道", org_id=house.town.grid.id, profile_id=model.id)
    assert up(data="AA==") == storing.Stored(quarantined=1)
    assert [(a.kind, a.severity) for a in Alarm.select().order_by(Alarm.id)] == [("unheard", "warning")]
