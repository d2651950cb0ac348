"""Zigbee2MQTT: zigbee2mqtt/{friendly name}[/availability]. Source: its guide, MQTT topics and messages. A friendly name may hold slashes."""

from __future__ import annotations

from typing import Literal

from backend.core.i18n import _
from iot.codecs import Codec, json_text
from iot.uplink import Arrived, Unreadable, Uplink, content_key, flat

_OURS = ("bridge", "set", "get")
_EVENTS = ("action", "click")
"""What a button says. It is said once for each press, and two presses look the same."""


def read(arrived: Arrived) -> list[Uplink]:
    name = arrived.topic.partition("/")[2]
    head, _slash, last = name.rpartition("/")
    if not name or name.split("/")[0] == "bridge" or last in _OURS:
        return []
    if last == "availability":
        return [
            Uplink(f"z2m:{head}", _availability(arrived.payload), name=head[-80:], retained=arrived.retained)
        ]
    values = flat(json_text.mapping(arrived.payload))
    at = json_text.instant(values.get("last_seen"))
    pressed = any(values.get(event) not in (None, "") for event in _EVENTS)
    return [
        Uplink(
            f"z2m:{name}",
            "event" if pressed else "data",
            values,
            key="" if pressed else content_key(arrived, at),
            at=at,
            name=name[-80:],
            retained=arrived.retained,
        )
    ]


def _availability(payload: bytes) -> Literal["online", "offline"]:
    """online or offline, bare (older versions) or as {"state": …}."""
    text = payload.decode("utf-8", "replace").strip()
    state = json_text.mapping(payload).get("state") if text.startswith("{") else text
    if state == "online":
        return "online"
    if state == "offline":
        return "offline"
    raise Unreadable(_("neither online nor offline"))


CODEC = Codec("zigbee2mqtt", "Zigbee2MQTT", ("zigbee2mqtt/#",), read)
