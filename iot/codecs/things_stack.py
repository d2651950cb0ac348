"""The Things Stack v3, JSON: v3/{application}@{tenant}/devices/{device}/{up|join|…}, by MQTT or webhook. Source: its documentation of data formats.

Its MQTT is QoS 0 only: what it says while we are away is lost. Devices that alarm come by webhook.
"""

from __future__ import annotations

import base64
import binascii
import re

from iot.codecs import Codec, json_text
from iot.codecs.chirpstack import best_signal
from iot.uplink import Arrived, Unreadable, Uplink, flat

_EUI = re.compile(r"[0-9a-f]{16}")


def read(arrived: Arrived) -> list[Uplink]:
    data = json_text.mapping(arrived.payload)
    ids = json_text.part(data, "end_device_ids")
    eui = str(ids.get("dev_eui", "")).lower()
    if not _EUI.fullmatch(eui):
        raise Unreadable("end_device_ids.dev_eui is missing or not 16 hexadecimal digits")
    name = str(ids.get("device_id", ""))[:80]
    at = json_text.instant(data.get("received_at"))
    if isinstance(data.get("join_accept"), dict):
        return [Uplink(f"eui:{eui}", "joined", at=at, name=name, retained=arrived.retained)]
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
            # The counter begins anew with each session; without one its time tells two messages apart.
            key=f"{session or up.get('received_at', '')}:{counter}",
            at=at,
            model=f"ttn:{brand}/{model}" if brand and model else "",
            name=name,
            signal=best_signal(up.get("rx_metadata")),
            retained=arrived.retained,
        )
    ]


def _bytes(text: object) -> bytes | None:
    if not isinstance(text, str):
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable("frm_payload is no base64") from None


CODEC = Codec("things_stack", "The Things Stack v3", ("v3/+/devices/+/up", "v3/+/devices/+/join"), read)
