"""The Things Stack v3, JSON: v3/{application}@{tenant}/devices/{device}/{up|join|…}, by MQTT or webhook. Source: its documentation of data formats.

Its MQTT is QoS 0 only: what it says while we are away is lost. Devices that alarm come by webhook.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from backend.core.i18n import _
from iot.codecs import Codec, json_text
from iot.codecs.chirpstack import best_heard, best_signal
from iot.uplink import Arrived, Scalar, Unreadable, Uplink, flat

_EUI = re.compile(r"[0-9a-f]{16}")


def read(arrived: Arrived) -> list[Uplink]:
    data = json_text.mapping(arrived.payload)
    ids = json_text.part(data, "end_device_ids")
    eui = str(ids.get("dev_eui", "")).lower()
    if not _EUI.fullmatch(eui):
        raise Unreadable(_("end_device_ids.dev_eui is missing or not 16 hexadecimal digits"))
    name = str(ids.get("device_id", ""))[:80]
    at = json_text.instant(data.get("received_at"))
    head, _devices, rest = arrived.topic.partition("/devices/")
    reply = f"{head}/devices/{rest.partition('/')[0]}/down/push"
    if isinstance(data.get("join_accept"), dict):
        return [Uplink(f"eui:{eui}", "joined", at=at, name=name, retained=arrived.retained)]
    for event in ("downlink_ack", "downlink_nack"):
        if isinstance(data.get(event), dict):
            done: dict[str, Scalar] = {"answer": _command(data, event), "ok": event == "downlink_ack"}
            return [Uplink(f"eui:{eui}", "answer", done, at=at, name=name, reply=reply)]
    if not isinstance(data.get("uplink_message"), dict):
        return []
    up = json_text.part(data, "uplink_message")
    counter, session = json_text.number(up.get("f_cnt")) or 0, str(up.get("session_key_id", ""))
    version = json_text.part(up, "version_ids")
    brand, model = version.get("brand_id"), version.get("model_id")
    return [
        Uplink(
            f"eui:{eui}",
            values=flat(up["decoded_payload"]) if isinstance(up.get("decoded_payload"), dict) else {},
            raw=_bytes(up.get("frm_payload")),
            port=json_text.number(up.get("f_port")) or 0,
            # With ABP the counter begins anew within a session; when its network server heard it is the same however often it is handed on.
            key=f"{session}:{counter}:{up.get('received_at', '')}",
            at=at,
            model=f"ttn:{brand}/{model}" if brand and model else "",
            name=name,
            signal=best_signal(up.get("rx_metadata")),
            retained=arrived.retained,
            reply=reply,
            gateway=_gateway(up.get("rx_metadata")),
        )
    ]


def _gateway(heard: object) -> str:
    ids = (best_heard(heard) or {}).get("gateway_ids")
    return str(ids.get("gateway_id", "")) if isinstance(ids, Mapping) else ""


def _command(data: Mapping[str, Any], event: str) -> str:
    """The name that we gave a command: one of those that go along with it."""
    named = json_text.part(data, event).get("correlation_ids") or data.get("correlation_ids") or []
    ours = [one for one in named if isinstance(one, str) and one.startswith("linli:")]
    return ours[0].removeprefix("linli:")[:36] if ours else ""


def _bytes(text: object) -> bytes | None:
    if not isinstance(text, str):
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable(_("frm_payload is no base64")) from None


_TOPICS = (
    "v3/+/devices/+/up",
    "v3/+/devices/+/join",
    "v3/+/devices/+/down/ack",
    "v3/+/devices/+/down/nack",
)
CODEC = Codec("things_stack", "The Things Stack v3", _TOPICS, read)
