"""Home Assistant's announcements are a catalogue: what they promise is read then, and no device's template runs here."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from backend import domains
from backend.core import clock as clocks
from iot import discovery, mapping, storing
from iot.codecs import home_assistant
from iot.codecs.home_assistant import Entity
from iot.discovery import DiscoveredEntity
from iot.models import Device, QuarantinedMessage
from iot.quarantine import replaying
from iot.uplink import Arrived, Scalar, Unreadable
from tests.care.town import found
from tests.databases import TestDatabase
from tests.iot.test_storing import House, alarms_open
from tests.web.browser import Browser, employ

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
DEV = {"ids": ["esp-7"], "name": "厨房", "mf": "ESPHome", "mdl": "esp32"}


def announced(topic: str, body: Any) -> list[Entity]:
    return home_assistant.announced(Arrived(topic, json.dumps(body).encode(), NOW))


def says(entities: list[Entity], topic: str, payload: str) -> dict[str, Scalar]:
    (up,) = home_assistant.said(entities, Arrived(topic, payload.encode(), NOW))
    return {"kind": up.kind, **up.values}


def test_an_announced_detector_is_read_under_its_topic() -> None:
    body = {
        "~": "esp/7",
        "stat_t": "~/smoke/state",
        "dev_cla": "smoke",
        "pl_on": "FIRE",
        "pl_off": "OK",
        "dev": DEV,
    }
    (one,) = announced("homeassistant/binary_sensor/esp7/smoke/config", body)
    assert (one.device, one.name, one.topic) == ("ha:esp-7", "smoke", "esp/7/smoke/state")
    assert says([one], "esp/7/smoke/state", "FIRE") == {"kind": "data", "smoke": True}
    assert says([one], "esp/7/smoke/state", "OK") == {"kind": "data", "smoke": False}


def test_several_entities_of_one_topic_are_one_message_of_the_device() -> None:
    entities = [
        *announced("homeassistant/sensor/x/t/config", {"state_topic": "x/1", "value_template": "{{ value_json.a.t }}", "device": DEV}),
        *announced("homeassistant/sensor/x/h/config", {"state_topic": "x/1", "value_template": "{{value_json['h'][0]}}", "device": DEV}),
    ]  # fmt: skip
    assert says(entities, "x/1", '{"a": {"t": 21.5}, "h": [40]}') == {"kind": "data", "t": 21.5, "h": 40}


def test_a_button_is_an_event_and_only_what_it_says_for_that_press() -> None:
    body = {
        "automation_type": "trigger",
        "type": "button_long_press",
        "subtype": "sos",
        "topic": "b/1",
        "payload": "long",
    }
    entities = announced("homeassistant/device_automation/b1/long/config", {**body, "device": DEV})
    assert says(entities, "b/1", "long") == {"kind": "event", "button_long_press_sos": True}
    assert home_assistant.said(entities, Arrived("b/1", b"short", NOW)) == []


def test_one_announcement_may_hold_a_whole_device() -> None:
    body = {
        "dev": DEV,
        "avty_t": "esp/alive",
        "cmps": {
            "leak": {"p": "binary_sensor", "dev_cla": "moisture", "stat_t": "esp/leak"},
            "clever": {"p": "sensor", "stat_t": "esp/x", "val_tpl": "{{ states('x') | float }}"},
            "lamp": {"p": "light", "cmd_t": "esp/lamp"},
        },
    }
    entities = announced("homeassistant/device/esp7/config", body)
    assert [one.name for one in entities] == ["leak"]
    (up,) = home_assistant.said(entities, Arrived("esp/alive", b"offline", NOW))
    assert (up.kind, up.device) == ("offline", "ha:esp-7")


def test_a_template_that_is_a_program_is_not_run() -> None:
    with pytest.raises(Unreadable, match="template"):
        announced(
            "homeassistant/sensor/x/config",
            {"state_topic": "x/1", "value_template": "{{ 7 * 7 }}", "device": DEV},
        )


def test_what_another_format_reads_already_is_not_taken_twice_nor_put_aside_for_its_templates() -> None:
    body = {
        "state_topic": "zigbee2mqtt/hall",
        "value_template": "{{ value_json.x | default(1) }}",
        "device": DEV,
    }
    assert announced("homeassistant/sensor/0x1/t/config", body) == []


def test_its_suggestions_are_mappings_with_the_right_factor_and_no_guess() -> None:
    def one(component: str, kind: str, unit: str = "") -> Entity:
        return Entity("ha:x", "n", component, "t", device_class=kind, unit=unit)

    entities = [
        one("binary_sensor", "smoke"),
        one("sensor", "energy", "Wh"),
        one("sensor", "temperature", "°F"),
    ]
    lines = home_assistant.suggested(entities)
    assert lines == ["smoke=n", "energy_total=n*0.001"] and all(mapping.written(line) for line in lines)


@settings(max_examples=25)
@given(
    st.sampled_from(["homeassistant/sensor/a/b/config", "homeassistant/device/a/config", "homeassistant/device_automation/a/config"]),
    st.binary(max_size=40)
    | st.dictionaries(
        st.sampled_from(["~", "stat_t", "val_tpl", "dev", "cmps", "avty", "pl", "topic", "uniq_id"]),
        st.recursive(st.none() | st.integers() | st.text(max_size=6), lambda x: st.lists(x, max_size=2) | st.dictionaries(st.sampled_from(["ids", "cns", "p", "t"]), x)),
    ).map(lambda body: json.dumps(body).encode()),
)  # fmt: skip
def test_whatever_is_announced_is_understood_or_put_aside(topic: str, payload: bytes) -> None:
    try:
        for one in home_assistant.announced(Arrived(topic, payload, NOW)):
            home_assistant.said([one], Arrived(one.topic, payload, NOW))
    except Unreadable as error:
        assert str(error)


def test_from_the_announcement_to_the_alarm(sqlite_database: TestDatabase) -> None:
    domains.load()
    house = House(found())
    config = {"stat_t": "esp/7/smoke", "dev_cla": "smoke", "dev": DEV}
    store("homeassistant/binary_sensor/esp7/smoke/config", config)
    known = Device.get()
    assert (known.address, known.name, known.said_model) == ("ha:esp-7", "厨房", "ha:ESPHome esp32")
    lines = home_assistant.suggested(discovery.of_device(known.address))
    house.bound("other", *lines)
    other = Device.get(Device.address == "plain:other")
    Device.update(status="active", profile_id=other.profile_id, org_id=other.org_id).where(
        Device.id == known.id
    ).execute()
    discovery.CATALOGUE.topics()
    store("esp/7/smoke", "ON")
    assert alarms_open() == ["smoke"]


def store(topic: str, body: object, *, retained: bool = False) -> None:
    payload = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    storing.store([Arrived(topic, payload, clocks.now(), retained)])


def in_use(house: House) -> Device:
    """The kitchen's detector, announced and taken into use."""
    store(ANNOUNCED, {"stat_t": "esp/7/smoke", "dev_cla": "smoke", "dev": DEV})
    house.bound("other", *home_assistant.suggested(discovery.of_device("ha:esp-7")))
    other = Device.get(Device.address == "plain:other")
    Device.update(status="active", profile_id=other.profile_id, org_id=other.org_id).where(
        Device.address == "ha:esp-7"
    ).execute()
    return Device.get(Device.address == "ha:esp-7")


ANNOUNCED = "homeassistant/binary_sensor/esp7/smoke/config"


@pytest.mark.parametrize(
    ("topic", "config"),
    [
        (ANNOUNCED, {"stat_t": "evil/1", "dev": DEV}),
        (ANNOUNCED, {"stat_t": "esp/7/smoke", "pl_on": "never", "dev": DEV}),
        (ANNOUNCED, {"stat_t": "evil/1", "dev": {"ids": "evil"}}),
        ("homeassistant/binary_sensor/evil/smoke/config", {"stat_t": "evil/1", "dev": DEV}),
        ("homeassistant/sensor/evil/x/config", {"stat_t": "esp/7/smoke", "dev": {"ids": "evil"}}),
    ],
)
def test_nobody_speaks_for_a_device_in_use_by_announcing_it_until_staff_have_looked(
    sqlite_database: TestDatabase, topic: str, config: dict[str, Any]
) -> None:
    domains.load()
    house = House(found())
    in_use(house)
    before = [one.to_json() for one in discovery.of_device("ha:esp-7")]
    for _restart in range(2):
        store(topic, config, retained=True)
    assert [one.to_json() for one in discovery.of_device("ha:esp-7")] == before
    aside = QuarantinedMessage.get()
    assert "in use" in aside.why and QuarantinedMessage.select().count() == 1
    store(ANNOUNCED, {"stat_t": "esp/7/smoke", "dev_cla": "smoke", "dev": {**DEV, "name": "灶台"}})
    assert QuarantinedMessage.select().count() == 1
    assert replaying.again(house.admin, aside.id)
    assert DiscoveredEntity.select().where(DiscoveredEntity.announced.startswith(topic)).exists()


def test_an_announcement_that_is_taken_back_is_shown_and_makes_no_detector_deaf(
    sqlite_database: TestDatabase, app: Flask
) -> None:
    domains.load()
    house = House(found())
    device = in_use(house)
    store(ANNOUNCED, "")
    employ("lin", "林主任", ("community_admin", house.town.happy))
    browser = Browser(app.test_client())
    browser.sign_in("lin")
    assert "已撤回" in browser.get(f"/admin/devices/{device.id}").text
    assert "已撤回" in browser.get("/admin/devices").text
    discovery.CATALOGUE.topics()
    store("esp/7/smoke", "ON")
    assert alarms_open() == ["smoke"] and Device.get_by_id(device.id).status == "active"
    store(ANNOUNCED, {"stat_t": "esp/7/smoke", "dev_cla": "smoke", "dev": DEV})
    assert discovery.withdrawn([device.address]) == {}
