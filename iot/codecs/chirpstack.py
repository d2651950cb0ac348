"""ChirpStack v4, JSON: application/{id}/device/{devEui}/event/{up|join|status|…}. Source: the `integration` messages of chirpstack_api."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from backend.core.i18n import _
from iot.codecs import Codec, json_text
from iot.uplink import Arrived, Scalar, Unreadable, Uplink, flat

_EUI = re.compile(r"[0-9a-f]{16}")
_KINDS = {"up", "join", "status", "ack"}


def read(arrived: Arrived) -> list[Uplink]:
    event = arrived.topic.rpartition("/")[2]
    if event not in _KINDS:
        return []  # logs, gateways' positions: nothing that a device says of its home
    data = json_text.mapping(arrived.payload)
    about = json_text.part(data, "deviceInfo")
    eui = str(about.get("devEui", "")).lower()
    if "devEUI" in data and not about:
        raise Unreadable(_("this is ChirpStack v3; please use version 4"))
    if not _EUI.fullmatch(eui):
        raise Unreadable(_("deviceInfo.devEui is missing or not 16 hexadecimal digits"))
    profile = about.get("deviceProfileId")
    known: dict[str, Any] = {
        "device": f"eui:{eui}",
        "key": str(data.get("deduplicationId", "")),
        "at": json_text.instant(data.get("time")),
        "model": f"chirpstack:{profile}" if profile else "",
        "name": str(about.get("deviceName", ""))[:80],
        "retained": arrived.retained,
        "reply": arrived.topic.removesuffix(f"event/{event}") + "command/down",
    }
    if event == "ack":
        # A command was confirmed by the device, or was not in time.
        done: dict[str, Scalar] = {
            "answer": str(data.get("queueItemId", ""))[:36],
            "ok": data.get("acknowledged") is True,
        }
        return [Uplink(kind="answer", values=done, **known)]
    if event == "join":
        return [Uplink(kind="joined", **known)]
    if event == "status":
        return [Uplink(values=_status(data), **known)]
    # proto3 leaves out what is zero: an absent port is port 0, which carries no application payload.
    port = json_text.number(data.get("fPort")) or 0
    values = flat(data["object"]) if isinstance(data.get("object"), dict) else {}
    return [
        Uplink(
            values=values,
            raw=_bytes(data.get("data")),
            port=port,
            signal=best_signal(data.get("rxInfo")),
            gateway=_gateway(data.get("rxInfo")),
            **known,
        )
    ]


def _status(data: Mapping[str, Any]) -> dict[str, float | bool]:
    found: dict[str, float | bool] = {}
    if isinstance(data.get("batteryLevel"), int | float) and not data.get("batteryLevelUnavailable"):
        found["batteryLevel"] = data["batteryLevel"]
    if data.get("externalPowerSource") is True:
        found["externalPowerSource"] = True
    return found


def _bytes(text: object) -> bytes | None:
    if not isinstance(text, str):
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable(_("data is no base64")) from None


def best_signal(heard: object) -> float | None:
    """The strongest of `[{"rssi": -57}, …]`, dBm."""
    best = best_heard(heard)
    return best["rssi"] if best is not None else None


def best_heard(heard: object) -> Mapping[str, Any] | None:
    """What the gateway says that heard it best."""
    rows = heard if isinstance(heard, list) else []
    found = [row for row in rows if isinstance(row, dict) and isinstance(row.get("rssi"), int | float)]
    return max(found, key=lambda row: row["rssi"], default=None)


def _gateway(heard: object) -> str:
    return str((best_heard(heard) or {}).get("gatewayId", ""))


CODEC = Codec("chirpstack", "ChirpStack v4", ("application/+/device/+/event/+",), read)
