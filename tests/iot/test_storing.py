"""From a device's message to a reading, and to somebody's phone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from backend import domains
from backend.alarms import actions as alarms
from backend.alarms.models import Alarm, AlarmNote
from backend.core import clock as clocks
from backend.core.errors import Conflict
from backend.messaging.models import Message
from iot import storing
from iot.mapping import written
from iot.models import Device, QuarantinedMessage, Reading
from iot.registry import devices
from iot.uplink import Arrived
from tests.care.town import Town, daughter, elder, found
from tests.databases import TestDatabase


class House:
    """Mrs Chen's home with a smoke detector and a help button; her daughter is on Telegram."""

    def __init__(self, town: Town) -> None:
        self.town, self.admin = town, town.actor(town.admin)
        self.chen = elder(town, "陈秀英", 501, "sms")
        daughter(self.chen)
        self.count = 0

    def arrives(
        self, device: str, *, at: Any = None, retained: bool = False, **values: Any
    ) -> storing.Stored:
        self.count += 1
        body = {"id": self.count, **values}
        return self.said(device, body, retained=retained, at=at)

    def said(self, device: str, body: Any, *, retained: bool = False, at: Any = None) -> storing.Stored:
        payload = (
            body
            if isinstance(body, bytes)
            else json.dumps(body | ({"at": at.isoformat()} if at else {})).encode()
        )
        return storing.store([Arrived(f"linli/{device}/up", payload, clocks.now(), retained)])

    def bound(self, device: str, *rules: str, approved: bool = True) -> Device:
        self.arrives(device)
        model = devices.save_profile(self.admin, device, device, [written(rule) for rule in rules])
        if approved:
            devices.approve(self.admin, model.id)
        known = Device.get(Device.address == f"plain:{device}")
        return devices.bind(
            self.admin,
            known.id,
            name="厨房烟感",
            org_id=self.town.grid.id,
            profile_id=model.id,
            resident_id=self.chen,
        )


@pytest.fixture
def house(database: TestDatabase) -> House:
    domains.load()
    return House(found())


def alarms_open() -> list[str]:
    return [a.kind for a in Alarm.select().where(Alarm.status != "cleared").order_by(Alarm.id)]


def test_smoke_reaches_the_daughter_in_the_same_transaction(house: House) -> None:
    house.bound("kitchen", "smoke=smoke", "battery=bat")
    done = house.arrives("kitchen", smoke=True, bat=90)
    assert (done.readings, alarms_open()) == (1, ["smoke"])
    assert Message.select().where(Message.purpose == "alarm").count() >= 1
    assert Reading.select().order_by(Reading.id.desc()).first().values == {"smoke": True, "battery": 90.0}


def test_smoke_that_lasts_is_one_alarm_until_somebody_closed_it_and_it_still_burns(
    house: House, clock: clocks.Hands
) -> None:
    house.bound("kitchen", "smoke=smoke")
    for _minute in range(3):
        house.arrives("kitchen", smoke=True)
        clock.forward(minutes=1)
    assert alarms_open() == ["smoke"]
    alarms.clear(house.admin, Alarm.get().id, "锅烧干了")
    house.arrives("kitchen", smoke=True)
    assert alarms_open() == []
    clock.forward(minutes=11)
    house.arrives("kitchen", smoke=True)
    assert alarms_open() == ["smoke"]


def test_each_press_of_the_help_button_stands_in_the_alarms_timeline(house: House) -> None:
    house.bound("button", "sos=pressed")
    for _press in range(2):
        house.said("button", {"event": True, "pressed": 1})
    assert alarms_open() == ["sos"]
    assert AlarmNote.select().where(AlarmNote.act == "again").count() == 1
    assert Reading.select().where(Reading.kind == "event").count() == 2


def test_the_same_message_again_is_stored_once_and_raises_once(house: House) -> None:
    house.bound("kitchen", "smoke=smoke")
    first = house.said("kitchen", {"id": "m7", "smoke": True})
    again = house.said("kitchen", {"id": "m7", "smoke": True})
    assert (first.readings, again.readings, again.repeats) == (1, 0, 1)
    assert alarms_open() == ["smoke"] and not AlarmNote.select().where(AlarmNote.act == "again").exists()


def test_a_device_that_nobody_has_named_or_whose_model_nobody_looked_over_raises_nothing_and_says_so(
    house: House,
) -> None:
    house.arrives("stranger", smoke=True)
    stranger = Device.get(Device.address == "plain:stranger")
    assert (stranger.status, stranger.unread) == ("new", {"smoke": True})
    assert devices.mute(stranger, None)
    unseen = house.bound("unseen", "smoke=smoke", approved=False)
    house.arrives("unseen", smoke=True)
    assert alarms_open() == []
    assert devices.mute(unseen, devices.profile(unseen.profile_id or 0))


def test_a_picture_of_the_past_wakes_nobody(house: House, clock: clocks.Hands) -> None:
    house.bound("kitchen", "smoke=smoke")
    house.arrives("kitchen", smoke=True, retained=True, at=clocks.now() - timedelta(hours=1))
    assert alarms_open() == []
    clock.forward(minutes=1)
    house.arrives("kitchen", smoke=False)
    house.arrives("kitchen", smoke=True, at=clocks.now() + timedelta(days=9))
    assert alarms_open() == ["smoke"]


def test_an_older_reading_that_comes_late_does_not_overwrite_the_newer(
    house: House, clock: clocks.Hands
) -> None:
    device = house.bound("air", "temperature=t")
    house.arrives("air", t=21, at=clocks.now())
    house.arrives("air", t=5, at=clocks.now() - timedelta(minutes=5))
    assert Device.get_by_id(device.id).points["temperature"][0] == 21.0
    assert Reading.select().where(Reading.device_id == device.id).count() == 3


@pytest.mark.parametrize("payload", [b"{", b"\xff\xfe", b"[1]"])
def test_what_cannot_be_read_is_put_aside_and_the_rest_goes_on(house: House, payload: bytes) -> None:
    house.bound("kitchen", "smoke=smoke")
    good = Arrived("linli/kitchen/up", b'{"id": "x", "smoke": true}', clocks.now())
    done = storing.store(
        [Arrived("linli/kitchen/up", payload, clocks.now()), Arrived("who/knows", b"", clocks.now()), good]
    )
    assert (done.quarantined, done.readings, alarms_open()) == (2, 1, ["smoke", "unheard"])
    assert QuarantinedMessage.select().count() == 2


def test_its_last_will_says_that_it_is_gone(house: House) -> None:
    device = house.bound("kitchen", "smoke=smoke")
    storing.store([Arrived("linli/kitchen/state", b"offline", clocks.now(), True)])
    assert Device.get_by_id(device.id).online is False
    house.arrives("kitchen", smoke=False)
    assert Device.get_by_id(device.id).online is True


def test_a_model_that_detectors_rely_on_is_not_changed_under_them(house: House) -> None:
    device = house.bound("kitchen", "smoke=smoke")
    with pytest.raises(Conflict):
        devices.save_profile(house.admin, "kitchen", "kitchen", [], profile_id=device.profile_id)
    house.arrives("kitchen", smoke=True)
    assert alarms_open() == ["smoke"]


def test_what_the_network_read_counts_where_the_models_own_decoder_fails(house: House) -> None:
    topic = "application/1/device/a8404187d187106e/event/up"

    def up(**more: Any) -> storing.Stored:
        house.count += 1
        said = {"deduplicationId": str(house.count), "deviceInfo": {"devEui": "a8404187d187106e"}, "fPort": 2}
        return storing.store([Arrived(topic, json.dumps(said | more).encode(), clocks.now())])

    up(data="AA==", object={"smoke": 0})
    known = Device.get(Device.address == "eui:a8404187d187106e")
    model = devices.save_profile(house.admin, "x", "x", [written("smoke=smoke")], decoder="cayenne")
    devices.approve(house.admin, model.id)
    devices.bind(house.admin, known.id, name="楼道", org_id=house.town.grid.id, profile_id=model.id)
    assert up(data="AA==", object={"smoke": 1}) == storing.Stored(readings=1)
    assert alarms_open() == ["smoke"]
    assert up(data="AA==") == storing.Stored(quarantined=1)


def test_what_cannot_even_be_put_aside_as_it_is_holds_up_no_other(house: House) -> None:
    half = Arrived("linli/\ud83d/up", b'{"t": 1}', clocks.now())
    whole = Arrived("linli/kitchen/up", b'{"id": 1, "t": 1}', clocks.now())
    done = storing.store_surely([half, whole])
    assert (done.readings, done.quarantined) == (1, 1)
    assert "\\ud83d" in QuarantinedMessage.get().why
