"""What devices send, in the words of each network's own documentation."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iot import formats
from iot.codecs import matches, zigbee2mqtt
from iot.uplink import Arrived, Unreadable, Uplink

NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


def said(topic: str, payload: Any, *, retained: bool = False) -> list[Uplink]:
    data = (
        payload
        if isinstance(payload, bytes)
        else payload.encode()
        if isinstance(payload, str)
        else json.dumps(payload).encode()
    )
    codec = formats.of(topic)
    assert codec is not None, topic
    return codec.read(Arrived(topic, data, NOW, retained))


SOIL = {
    "deduplicationId": "9ffbc7be-916a-4597-9d64-0713a3d5e030",
    "time": "2024-06-20T08:48:38.863512123+00:00",
    "deviceInfo": {"deviceProfileId": "37cf9cbd-e7e1-4269-8c22-b46bb5261a2a", "deviceName": "LST25628782", "devEui": "A8404187D187106E"},
    "object": {"BatV": 3.301, "soil": {"temp": "13.25"}},
    "data": "AQID",
    "rxInfo": [{"rssi": -97}, {"rssi": -57}],
}  # fmt: skip
UP = "application/5bb92de6/device/a8404187d187106e/event/up"


def test_chirpstack_says_values_raw_bytes_and_who_it_is() -> None:
    [up] = said(UP, SOIL)
    assert (up.device, up.key) == ("eui:a8404187d187106e", "9ffbc7be-916a-4597-9d64-0713a3d5e030")
    assert up.values == {"BatV": 3.301, "soil.temp": "13.25"}
    assert (up.raw, up.port, up.signal) == (b"\x01\x02\x03", 0, -57)
    assert up.at == datetime(2024, 6, 20, 8, 48, 38, 863512, tzinfo=UTC)
    assert up.model == "chirpstack:37cf9cbd-e7e1-4269-8c22-b46bb5261a2a"


def test_chirpstack_tells_of_joining_and_keeps_quiet_about_its_own_business() -> None:
    [joined] = said(UP.replace("/up", "/join"), SOIL)
    assert joined.kind == "joined"
    assert said(UP.replace("/up", "/txack"), SOIL) == []


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        ("{", "no JSON"),
        ({"deviceInfo": {"devEui": "x"}}, "devEui"),
        ({"devEUI": "qEBBh9GHEG4="}, "v3"),
        ({**SOIL, "data": "?"}, "base64"),
    ],
)
def test_what_cannot_be_read_says_why(payload: Any, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        said(UP, payload)


def test_the_things_stack_counts_anew_in_each_session() -> None:
    ids = {"device_id": "dev1", "dev_eui": "0004A30B001C0530"}
    up = {
        "session_key_id": "AY",
        "f_port": 1,
        "frm_payload": "AQID",
        "decoded_payload": {"leak": True},
        "rx_metadata": [{"rssi": -40, "gateway_ids": {"gateway_id": "hall-1"}}, {"rssi": -90}],
    }
    topic = "v3/app1@tenant/devices/dev1/up"
    [first] = said(topic, {"end_device_ids": ids, "uplink_message": up})
    [again] = said(topic, {"end_device_ids": ids, "uplink_message": {**up, "session_key_id": "AZ"}})
    assert first.device == "eui:0004a30b001c0530" and first.key != again.key
    assert first.gateway == "hall-1"
    # With ABP the session is the same for ever, and a power cut lets the counter begin anew.
    keys = [
        said(topic, {"end_device_ids": ids, "uplink_message": {**up, "f_cnt": 3, "received_at": at}})[0].key
        for at in ("2026-11-22T03:00:00.1Z", "2026-11-22T03:00:00.1Z", "2026-11-22T05:00:00.2Z")
    ]
    assert keys[0] == keys[1] != keys[2]
    assert first.values == {"leak": True}
    [joined] = said(topic.replace("/up", "/join"), {"end_device_ids": ids, "join_accept": {}})
    assert joined.kind == "joined"


def test_zigbee_names_may_hold_slashes_and_a_button_is_never_the_same_press_twice() -> None:
    [up] = said("zigbee2mqtt/kitchen/leak", {"battery": "100.00", "water_leak": False})
    assert (up.device, up.values["battery"], up.kind) == ("z2m:kitchen/leak", "100.00", "data")
    presses = [said("zigbee2mqtt/grandma/button", {"action": "single"})[0] for _ in range(2)]
    assert [(p.kind, p.key) for p in presses] == [("event", ""), ("event", "")]
    assert said("zigbee2mqtt/grandma/button/availability", '{"state":"offline"}')[0].kind == "offline"
    assert said("zigbee2mqtt/bridge/state", "online") == []
    assert said("zigbee2mqtt/kitchen/leak/set", "{}") == []


def test_what_tasmota_says_again_a_while_later_is_known_by_the_time_in_it() -> None:
    def keys(time: str) -> set[str]:
        payload = json.dumps({"Time": time, "ENERGY": {"Power": 35}}).encode()
        codec = formats.of("tele/a/SENSOR")
        assert codec is not None
        moments = (NOW, NOW + timedelta(minutes=7))
        return {codec.read(Arrived("tele/a/SENSOR", payload, at))[0].key for at in moments}

    assert len(keys("2026-11-02T10:00:00")) == 1
    assert len(keys("1970-01-01T00:00:09")) == 2, "it has no time yet"


def test_tasmota_says_readings_switches_and_its_last_will() -> None:
    [up] = said("tele/tasmota/SENSOR", {"Time": "2017-02-16T10:13:52", "DS18B20": {"Temperature": 20.6}})
    assert (up.device, up.values, up.at) == ("tasmota:tasmota", {"DS18B20.Temperature": 20.6}, None)
    assert said("stat/tasmota/POWER", "ON")[0].values == {"POWER": "ON"}
    assert said("tele/tasmota/LWT", "Offline", retained=True)[0].kind == "offline"


def test_plain_json_names_its_messages_or_is_known_by_its_content() -> None:
    [up] = said(
        "linli/smoke-7/up", {"id": 12, "at": "2026-11-02T10:00:00+08:00", "smoke": True, "battery": 80}
    )
    assert (up.device, up.key[:3], up.at) == ("plain:smoke-7", "12:", NOW)
    named = [said("linli/smoke-7/up", {"id": 1, "smoke": smoke})[0].key for smoke in (False, True, True)]
    assert named[0] != named[1] == named[2]
    assert up.values == {"smoke": True, "battery": 80}
    same = [said("linli/smoke-7/up", {"smoke": True})[0].key for _ in range(2)]
    assert same[0] == same[1] != ""
    [sos] = said("linli/button-1/up", {"event": True, "sos": True})
    assert (sos.kind, sos.key) == ("event", "")
    assert len(said("linli/gateway/up", [{"id": 1, "t": 1}, {"id": 2, "t": 2}])) == 2
    assert said("linli/smoke-7/state", "offline")[0].kind == "offline"


@pytest.mark.parametrize(
    ("topic", "wanted", "fits"),
    [
        ("a/b", "a/+", True),
        ("a/b/c", "a/+", False),
        ("a/b/c", "a/#", True),
        ("a", "a/#", True),
        ("a", "+/b", False),
    ],
)
def test_a_topic_fits_its_filter(topic: str, wanted: str, fits: bool) -> None:
    assert matches(topic, wanted) is fits


_NAMES = (
    *(
        "deviceInfo",
        "devEui",
        "object",
        "data",
        "rxInfo",
        "time",
        "fPort",
        "end_device_ids",
        "dev_eui",
        "uplink_message",
    ),
    *("frm_payload", "version_ids", "action", "last_seen", "id", "at", "event", "state", "batteryLevel"),
)
_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(_NAMES) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
_TOPICS = (
    UP, UP.replace("/up", "/status"), "v3/a@t/devices/d/up", "zigbee2mqtt/a/b", "zigbee2mqtt/a/availability", "tele/a/SENSOR",
    "tele/a/LWT", "stat/a/POWER1", "linli/a/up", "linli/a/state", "meter/g/dlt645", "meter/g/cjt188",
)  # fmt: skip


@given(st.sampled_from(_TOPICS), _JSON.map(lambda v: json.dumps(v).encode()) | st.binary(max_size=60))
def test_no_message_does_more_than_being_unreadable(topic: str, payload: bytes) -> None:
    try:
        found = said(topic, payload)
    except Unreadable as error:
        assert str(error)
    else:
        for up in found:
            assert up.device.partition(":")[2]


def test_a_message_that_holds_its_own_moment_is_the_same_message_however_late_it_comes_again() -> None:
    def key(payload: bytes, minutes: int) -> str:
        at = datetime(2026, 11, 21, 8, minutes, tzinfo=UTC)
        (uplink,) = zigbee2mqtt.read(Arrived("zigbee2mqtt/door", payload, at))
        return uplink.key

    said = b'{"contact": false, "last_seen": "2026-11-21T08:00:00Z"}'
    assert key(said, 0) == key(said, 59)
    assert key(b'{"contact": false}', 0) != key(b'{"contact": false}', 59)
