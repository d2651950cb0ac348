"""How a command is said to a device, in the format that it speaks. Pure.

Sources: ChirpStack's DownlinkCommand, The Things Stack's queue by MQTT, the guides of Zigbee2MQTT and Tasmota.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from backend.core.errors import Invalid
from backend.core.i18n import _
from iot.registry.abilities import port_and_bytes

KEEPING = ("chirpstack", "things_stack")
"""Networks that keep a command until the device wakes, hours perhaps."""
_WARNING = {"mode": "emergency", "level": "high", "strobe": True, "duration": 60}
_ZIGBEE: dict[str, dict[str, Any]] = {
    "siren_on": {"warning": _WARNING},
    "siren_off": {"warning": {"mode": "stop"}},
    "open_door": {"state": "UNLOCK"},
    "switch_on": {"state": "ON"},
    "switch_off": {"state": "OFF"},
    "close_valve": {"state": "OFF"},
    "open_valve": {"state": "ON"},
}
_TASMOTA = {
    "siren_on": "POWER ON",
    "siren_off": "POWER OFF",
    "open_door": "POWER ON",
    "switch_on": "POWER ON",
    "switch_off": "POWER OFF",
    "close_valve": "POWER OFF",
    "open_valve": "POWER ON",
}


@dataclass(frozen=True, slots=True)
class Downlink:
    """What is published; `expects` is what the device says when it has done it, as far as its format tells."""

    topic: str
    payload: str
    expects: dict[str, str]


def format_of(address: str, reply: str | None) -> str:
    """plain, zigbee2mqtt, tasmota, chirpstack, things_stack; "" for what takes no commands, or of which nothing was heard yet."""
    kind = address.partition(":")[0]
    if kind == "eui":
        head = (reply or "").partition("/")[0]
        return {"application": "chirpstack", "v3": "things_stack"}.get(head, "")
    return {"plain": "plain", "z2m": "zigbee2mqtt", "tasmota": "tasmota"}.get(kind, "")


def downlink(address: str, reply: str | None, name: str, said: str, key: str) -> Downlink:
    """The message. `key` is a UUID by which the network names it in its answer. Raises Invalid: there is no way to say it."""
    kind, device = format_of(address, reply), address.partition(":")[2]
    if kind == "plain":
        return Downlink(f"linli/{device}/down", _plain(name, said, key), {})
    if kind == "zigbee2mqtt":
        body = _json(said) if said else _ZIGBEE.get(name)
        if body is None:
            raise _unknown(name)
        expects = {"state": str(body["state"])} if body.get("state") in ("ON", "OFF", "UNLOCK") else {}
        return Downlink(f"zigbee2mqtt/{device}/set", json.dumps(body), expects)
    if kind == "tasmota":
        command, _space, value = (said or _TASMOTA.get(name, "")).partition(" ")
        if not command:
            raise _unknown(name)
        expects = {command: value} if command.startswith("POWER") else {}
        return Downlink(f"cmnd/{device}/{command}", value, expects)
    if kind in KEEPING:
        return _lorawan(kind, device, reply or "", said, key)
    raise Invalid(_("This device takes no commands, or has not been heard yet."))


def _plain(name: str, said: str, key: str) -> str:
    return json.dumps({"id": key, "command": name, **(_json(said) if said else {})}, ensure_ascii=False)


def _lorawan(kind: str, eui: str, reply: str, said: str, key: str) -> Downlink:
    found = port_and_bytes(said)
    body = None if found else _json(said)
    if kind == "chirpstack":
        content: dict[str, Any] = (
            {"fPort": found[0], "data": base64.b64encode(found[1]).decode()}
            if found
            else {"fPort": 1, "object": body}
        )
        message = {"id": key, "devEui": eui, "confirmed": True, **content}
    else:
        content = (
            {"f_port": found[0], "frm_payload": base64.b64encode(found[1]).decode()}
            if found
            else {"f_port": 1, "decoded_payload": body}
        )
        down = {**content, "confirmed": True, "priority": "HIGH", "correlation_ids": [f"linli:{key}"]}
        message = {"downlinks": [down]}
    return Downlink(reply, json.dumps(message), {})


def _json(said: str) -> dict[str, Any]:
    try:
        body = json.loads(said)
    except json.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise Invalid(
            _("The model says “{text}”, which is no message for a device of this format.", text=said)
        )
    return body


def _unknown(name: str) -> Invalid:
    return Invalid(_("Its model does not say how to tell it “{name}”.", name=name))
