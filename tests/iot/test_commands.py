"""What devices are told: by whom, in their format, once, and how it went."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import paho.mqtt.client as mqtt
import pytest
from flask import Flask

from backend import domains, embedded
from backend.alarms.models import Alarm
from backend.core import clock as clocks
from backend.core.audit import AuditEntry
from backend.core.errors import Forbidden, Invalid, NotFound
from backend.messaging.models import Message
from iot import connection, storing
from iot.commands import actions as commands
from iot.commands import downlinks
from iot.commands.actions import DeviceCommand
from iot.commands.sending import Sender
from iot.mapping import written
from iot.models import Device, DeviceProfile
from iot.registry import abilities, devices, shadow
from iot.uplink import Arrived
from tests.care.town import found
from tests.databases import TestDatabase
from tests.iot.test_storing import House
from tests.requests.neighbourhood import talker
from tests.servers import free_port, until
from tests.web.browser import Browser, employ


@pytest.fixture
def house(sqlite_database: TestDatabase) -> House:
    domains.load()
    return House(found())


def able(house: House, name: str, *lines: str, settings: tuple[str, ...] = ()) -> Device:
    device = house.bound(name, "switch=on", "door_open=door")
    DeviceProfile.update(
        commands=[abilities.ability(line).to_json() for line in lines],
        settings=[abilities.setting(line).to_json() for line in settings],
    ).where(DeviceProfile.id == device.profile_id).execute()
    return Device.get_by_id(device.id)


def test_a_command_is_said_in_the_format_of_the_device() -> None:
    def said(address: str, name: str, text: str = "", reply: str = "") -> tuple[str, Any]:
        message = downlinks.downlink(address, reply, name, text, "k")
        return message.topic, json.loads(message.payload) if message.payload.startswith(
            "{"
        ) else message.payload

    assert said("plain:gate", "open_door") == ("linli/gate/down", {"id": "k", "command": "open_door"})
    assert said("z2m:hall/siren", "switch_on") == ("zigbee2mqtt/hall/siren/set", {"state": "ON"})
    assert said("tasmota:lamp", "switch_off") == ("cmnd/lamp/POWER", "OFF")
    topic = "application/7/device/a8404187d187106e/command/down"
    assert said("eui:a8404187d187106e", "close_valve", "10:0100", topic) == (
        topic,
        {"id": "k", "devEui": "a8404187d187106e", "confirmed": True, "fPort": 10, "data": "AQA="},
    )
    topic, body = said("eui:a8404187d187106e", "close_valve", "10:0100", "v3/a@t/devices/d/down/push")
    assert body["downlinks"][0]["frm_payload"] == "AQA=" and body["downlinks"][0]["correlation_ids"] == [
        "linli:k"
    ]
    with pytest.raises(Invalid):
        downlinks.downlink("cjt188:1", None, "close_valve", "", "k")


@pytest.mark.parametrize(
    "line",
    [
        "siren_on",
        "close_valve = 10:0100 -> valve_open=false",
        'open_door = {"lock": "open"}',
        "switch_on = POWER2 ON",
    ],
)
def test_what_staff_write_down_is_read_back_as_they_wrote_it(line: str) -> None:
    assert abilities.as_written(abilities.ability(line)) == line


@pytest.mark.parametrize("line", ["explode", "close_valve = 300:00", "close_valve = 10:0G", "siren_on -> x"])
def test_a_command_that_makes_no_sense_is_not_written_down(line: str) -> None:
    with pytest.raises(Invalid):
        abilities.ability(line)


def test_a_setting_is_told_in_as_many_bytes_as_it_has() -> None:
    one = abilities.setting("interval = report_s | 85:ff03{u2le} | 60..65535 s")
    assert abilities.filled(one.said, 600) == "85:ff035802"
    assert abilities.as_written(one) == "interval = report_s | 85:ff03{u2le} | 60..65535 s"
    with pytest.raises(Invalid):
        abilities.filled(one.said, 70_000)


def test_only_who_may_command_can_open_a_door_and_it_stands_in_the_audit_log(house: House) -> None:
    device = able(house, "gate", "open_door")
    with pytest.raises((Forbidden, NotFound)):
        commands.ask(house.town.actor(house.town.grid_worker), device.id, "open_door")
    made = commands.ask(house.town.actor(house.town.desk), device.id, "open_door")
    again = commands.ask(house.town.actor(house.town.desk), device.id, "open_door")
    assert (made.state, again.id) == ("waiting", made.id)
    assert AuditEntry.select().where(AuditEntry.action == "device.command").count() == 1
    with pytest.raises(Invalid):
        commands.ask(house.admin, device.id, "siren_on")


def test_a_door_that_could_not_be_told_in_half_a_minute_stays_shut_and_the_desk_hears_it(
    house: House, clock: clocks.Hands
) -> None:
    device = able(house, "gate", "open_door")
    commands.ask(house.town.actor(house.town.desk), device.id, "open_door")
    clock.forward(seconds=31)
    assert commands.claim() == [] and DeviceCommand.get().state == "expired"
    assert Message.select().where(Message.purpose == "device").count() == 1


def test_a_door_that_is_not_connected_is_not_told_to_open_when_it_comes_back(house: House) -> None:
    device = able(house, "gate", "open_door")
    Device.update(online=False).where(Device.id == device.id).execute()
    with pytest.raises(Invalid):
        commands.ask(house.admin, device.id, "open_door")
    assert not DeviceCommand.select().exists()


def test_after_a_crash_in_the_midst_a_siren_is_told_again_and_a_door_is_not(house: House) -> None:
    gate, siren = able(house, "gate", "open_door"), able(house, "siren", "siren_on")
    door = commands.ask(house.admin, gate.id, "open_door")
    sound = commands.ask(house.admin, siren.id, "siren_on")
    assert len(commands.claim()) == 2
    commands.take_up()
    assert (commands.by_id(door.id).state, commands.by_id(sound.id).state) == ("failed", "waiting")


def test_a_command_is_confirmed_by_what_the_device_says_and_told_when_it_says_nothing(
    house: House, clock: clocks.Hands
) -> None:
    device = able(house, "lamp", "switch_on -> switch=true")
    first = commands.ask(house.admin, device.id, "switch_on")
    commands.sent(commands.claim()[0])
    house.arrives("lamp", on=False)
    assert commands.by_id(first.id).state == "sent"
    house.arrives("lamp", on=True)
    assert commands.by_id(first.id).state == "confirmed"
    second = commands.ask(house.admin, device.id, "switch_on")
    commands.sent(commands.claim()[0])
    clock.forward(seconds=61)
    assert commands.time_out() == 1 and commands.by_id(second.id).state == "failed"


def test_the_network_says_whether_a_lorawan_device_has_taken_a_command(house: House, app: Flask) -> None:
    eui = "a8404187d187106e"
    info = {"deviceInfo": {"devEui": eui}}
    up = f"application/7/device/{eui}/event/"

    def says(event: str, **body: Any) -> None:
        payload = json.dumps({**info, **body}).encode()
        storing.store([Arrived(up + event, payload, clocks.now())])

    says("up", deduplicationId="1", object={"open": True})
    able(house, "model", "close_valve = 10:00", "open_door = 10:01")
    profile = DeviceProfile.get(DeviceProfile.key == "model")
    device = Device.get(Device.address == f"eui:{eui}")
    devices.bind(house.admin, device.id, name="阀门", org_id=house.town.grid.id, profile_id=profile.id)
    one = commands.ask(house.admin, device.id, "close_valve")
    commands.sent(commands.claim()[0])
    says("ack", queueItemId=one.key, acknowledged=True)
    assert commands.by_id(one.id).state == "confirmed"
    with pytest.raises(Invalid):
        commands.ask(house.admin, device.id, "open_door")
    # Staff see it, and why, before they stand in front of the door.
    assert [name for name, _title in commands.offered(house.admin, Device.get_by_id(device.id))] == [
        "close_valve"
    ]
    employ("lin", "林主任", ("community_admin", house.town.happy))
    browser = Browser(app.test_client())
    browser.sign_in("lin")
    shown = browser.get(f"/admin/devices/{device.id}").text
    assert "commands/close_valve" in shown and "commands/open_door" not in shown
    assert "“开门”做不了" in shown and "以后某个时候" in shown


def test_a_wished_setting_differs_until_the_device_reports_it(house: House) -> None:
    device = able(house, "meter", settings=('interval = report_s | {"report_s": {value}} | 60..86400 s',))
    shadow.wish(house.admin, device.id, "interval", "600")
    assert json.loads(DeviceCommand.get().payload)["report_s"] == 600
    house.arrives("meter", report_s=300, fw_version="1.2.9")
    its = DeviceProfile.get_by_id(device.profile_id)
    device = Device.get_by_id(device.id)
    assert [stands.differs for stands in shadow.of_device(device, its)] == [True]
    assert shadow.firmware(device) == "1.2.9"
    house.arrives("meter", report_s=600)
    assert [stands.differs for stands in shadow.of_device(Device.get_by_id(device.id), its)] == [False]
    with pytest.raises(Invalid):
        shadow.wish(house.admin, device.id, "interval", "5")


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    server = embedded.mqtt_broker(tmp_path_factory.mktemp("broker"), free_port())
    server.start()
    yield f"mqtt://{embedded.HOST}:{server.port}"
    server.stop()


def test_a_command_goes_over_the_broker_once_to_the_device(house: House, broker: str) -> None:
    device = able(house, "gate", "open_door")
    heard: list[dict[str, Any]] = []
    there = threading.Event()
    gate = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    gate.on_message = lambda _c, _d, message: heard.append(json.loads(message.payload))
    gate.on_subscribe = lambda *_: there.set()
    gate.connect(embedded.HOST, int(broker.rpartition(":")[2]))
    gate.subscribe("linli/gate/down", 1)
    gate.loop_start()
    assert there.wait(60)
    made = commands.ask(house.admin, device.id, "open_door")
    sender = Sender(connection.broker(broker))
    sender.start()
    try:
        until(lambda: bool(heard), what="the command")
        until(lambda: commands.by_id(made.id).state == "sent", what="the broker's word")
    finally:
        sender.stop()
        gate.disconnect()
        gate.loop_stop()
    assert heard == [{"id": made.key, "command": "open_door"}]
    house.said("gate", {"answer": made.key, "ok": True})
    assert commands.by_id(made.id).state == "confirmed"


def test_who_answers_the_alarm_in_her_chat_sounds_the_siren_there_after_a_question(house: House) -> None:
    device = able(house, "hall", "siren_on")
    DeviceProfile.update(rules=[written("smoke=smoke").to_json()]).where(
        DeviceProfile.id == device.profile_id
    ).execute()
    house.arrives("hall", smoke=True)
    alarm = Alarm.get()
    desk = talker("telegram", "tg-desk")
    desk.say("警报列表")
    desk.press(f"alarm.list:{alarm.id}")
    desk.press(f"alarm.going:{alarm.id}")
    desk.tap("鸣响警报器")
    assert not DeviceCommand.select().exists()
    desk.tap("是的，鸣响警报器")
    assert (DeviceCommand.get().name, DeviceCommand.get().alarm_id) == ("siren_on", alarm.id)
