"""Plain JSON: linli/{device}/up with an object of values, for devices and gateways that people program themselves.

`id` names the message, `at` is its time (RFC 3339), `event` says that it is one; every other member is a value. linli/{device}/state is "online" or
"offline", which a device leaves as its last will. A list of objects is several messages in one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iot.codecs import Codec, json_text
from iot.uplink import Arrived, Unreadable, Uplink, content_key, flat

MOST = 500
"""Messages of one list."""
_OWN = ("id", "at", "event")


def read(arrived: Arrived) -> list[Uplink]:
    parts = arrived.topic.split("/")
    device, last = "/".join(parts[1:-1]), parts[-1]
    if not device:
        raise Unreadable("the topic names no device")
    if last == "state":
        return [Uplink(f"plain:{device}", _state(arrived.payload), retained=arrived.retained)]
    data = json_text.read(arrived.payload)
    rows = data if isinstance(data, list) else [data]
    if len(rows) > MOST:
        raise Unreadable(f"more than {MOST} messages in one")
    return [_one(device, row, arrived, place) for place, row in enumerate(rows)]


def _one(device: str, row: object, arrived: Arrived, place: int) -> Uplink:
    if not isinstance(row, Mapping):
        raise Unreadable("no JSON object")
    given: Mapping[str, Any] = row
    event = given.get("event") is True
    own = given.get("id")
    key = (
        str(own)[:64]
        if isinstance(own, str | int) and own != ""
        else ""
        if event
        else f"{content_key(arrived)}.{place}"
    )
    return Uplink(
        f"plain:{device}",
        "event" if event else "data",
        {name: value for name, value in flat(given).items() if name not in _OWN},
        key=key,
        at=json_text.instant(given.get("at")),
        retained=arrived.retained,
    )


def _state(payload: bytes) -> Any:
    text = payload.decode("utf-8", "replace").strip().casefold()
    if text not in ("online", "offline"):
        raise Unreadable("neither online nor offline")
    return text


CODEC = Codec("plain", "JSON", ("linli/+/up", "linli/+/state"), read)
