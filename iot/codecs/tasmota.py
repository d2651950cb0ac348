"""Tasmota: tele/{topic}/{SENSOR|STATE|LWT}, stat/{topic}/{RESULT|POWER…}. Source: Tasmota's MQTT page. Its Time has no zone, so that ours counts."""

from __future__ import annotations

import re

from backend.core.i18n import _
from iot.codecs import Codec, json_text
from iot.uplink import Arrived, Scalar, Unreadable, Uplink, content_key, flat

_POWER = re.compile(r"POWER\d{0,2}")


def read(arrived: Arrived) -> list[Uplink]:
    prefix, _slash, rest = arrived.topic.partition("/")
    name, _slash, last = rest.rpartition("/")
    if prefix not in ("tele", "stat") or not name:
        return []
    device = f"tasmota:{name}"
    if last == "LWT":
        text = arrived.payload.decode("utf-8", "replace").strip().casefold()
        if text not in ("online", "offline"):
            raise Unreadable(_("neither Online nor Offline"))
        return [
            Uplink(
                device,
                "online" if text == "online" else "offline",
                name=name[-80:],
                retained=arrived.retained,
            )
        ]
    values: dict[str, Scalar]
    said = None
    if _POWER.fullmatch(last):
        # Plain text beside the RESULT that says the same.
        values = {last: arrived.payload.decode("utf-8", "replace").replace("\0", "").strip()[:20]}
    elif last in ("SENSOR", "STATE", "RESULT"):
        values = flat(json_text.mapping(arrived.payload))
        # In whatever zone: who says the same a second time, with the same time in it, repeats himself.
        said = json_text.instant(f"{values.pop('Time', '')}Z")
    else:
        return []
    pressed = any(name.endswith(".Action") or name == "Action" for name in values)
    return [
        Uplink(
            device,
            "event" if pressed else "data",
            values,
            key="" if pressed else content_key(arrived, said),
            name=name[-80:],
            retained=arrived.retained,
        )
    ]


CODEC = Codec("tasmota", "Tasmota", ("tele/+/+", "stat/+/+"), read)
