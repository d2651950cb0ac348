"""Whatever comes in by the broker, storing does not stumble over it: it is stored, it is nothing to us, or it is put aside with a reason."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from backend.core import clock
from iot import formats, storing
from iot.models import Device, QuarantinedMessage, Reading
from iot.uplink import Arrived
from tests.databases import TestDatabase

TOPICS = [
    "linli/a/up", "linli/happy/a/up", "linli/a/state", "application/1/device/a8404187d187106e/event/up",
    "application/1/device/a8404187d187106e/event/status", "application/1/device/a8404187d187106e/event/join", "v3/app@t/devices/d/up",
    "v3/app@t/devices/d/join", "zigbee2mqtt/kitchen/leak", "zigbee2mqtt/kitchen/availability", "tele/plug/SENSOR", "tele/plug/LWT",
    "stat/plug/POWER", "stat/plug/RESULT", "meter/g/dlt645", "meter/g/cjt188", "meter/g/modbus", "homeassistant/sensor/a/config", "who/knows",
]  # fmt: skip
NAMES = [
    "id", "at", "event", "deviceInfo", "devEui", "deduplicationId", "object", "data", "fPort", "rxInfo", "rssi", "time", "end_device_ids",
    "dev_eui", "uplink_message", "decoded_payload", "frm_payload", "f_cnt", "version_ids", "received_at", "action", "state", "batteryLevel",
    "Time", "StatusSNS", "registers", "value_template", "state_topic", "\x00", "",
]  # fmt: skip
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=12)
    | st.sampled_from(["a8404187d187106e", "AQID", "2026-11-21T12:00:00Z", "0001-01-01T00:00:00+23:59", "\x00", "9" * 40]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=5),
    max_leaves=15,
)  # fmt: skip
_objects = st.dictionaries(st.sampled_from(NAMES), _values, max_size=8)
_payloads = st.binary(max_size=40) | _objects.map(lambda data: json.dumps(data).encode()) | _values.map(
    lambda data: json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")
)  # fmt: skip


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example([("linli/a/up", b'{"id": "\\u0000", "t": "\\u0000"}'), ("linli/a/up", b'{"id": 1e400}')])
@example([("stat/plug/POWER", b"\x00"), ("zigbee2mqtt/\x00", b"{}"), ("linli/\x00/up", b"{}")])
@example([("linli/a/up", b'{"t": ' + b"9" * 400 + b"}"), ("linli/a/up", b'[{"id": 1}, 2]')])
@example([("tele/plug/SENSOR", b'{"t": 1e70, "Action": 1}'), ("tele/plug/SENSOR", b'{"u": -1e300}')])
@given(st.lists(st.tuples(st.sampled_from(TOPICS), _payloads), min_size=1, max_size=12))
def test_storing_never_stumbles(database: TestDatabase, messages: list[tuple[str, bytes]]) -> None:
    batch = [Arrived(topic, payload, clock.now()) for topic, payload in messages]
    storing.store(batch[:1])  # what it said before must not be in its way either
    before = Reading.select().count(), QuarantinedMessage.select().count()
    done = storing.store(batch)
    after = Reading.select().count(), QuarantinedMessage.select().count()
    assert (after[0] - before[0], after[1] - before[1]) == (done.readings, done.quarantined)
    unknown = sum(formats.of(arrived.topic) is None for arrived in batch)
    assert done.quarantined >= unknown


def test_what_one_cannot_store_keeps_no_other_from_being_stored(sqlite_database: TestDatabase) -> None:
    def fragile(batch: Any) -> storing.Stored:
        if any(b"poison" in arrived.payload for arrived in batch):
            raise ZeroDivisionError
        return storing.store(batch)

    bodies = [json.dumps({"id": n, "x": "poison" if n == 5 else ""}).encode() for n in range(9)]
    done = storing.store_surely([Arrived("linli/a/up", body, clock.now()) for body in bodies], fragile)
    assert (done.readings, done.quarantined, Device.select().count()) == (8, 1, 1)
