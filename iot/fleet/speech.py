"""What a device of the fleet says, as its network or gateway puts it on the wire. Pure."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from iot.codecs.frames import START, STOP, WAKE
from iot.fleet.things import Thing
from iot.uplink import Scalar

CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Said:
    """One message: `values` by the device's own names. `event`: it happened at that moment."""

    at: datetime
    thing: Thing
    values: Mapping[str, Scalar]
    event: bool = False

    @property
    def key(self) -> str:
        """Which message of the fleet's story it is."""
        return _key(self.thing, self.at)


def spoken(said: Said, clock: datetime) -> tuple[str, bytes]:
    """(topic, payload) as the device says it while its clock shows `clock`."""
    thing, name = said.thing, _key(said.thing, clock)
    match thing.model.format:
        case "plain":
            body = {**said.values, "id": name, "at": _text(clock)} | ({"event": True} if said.event else {})
            return f"linli/{thing.name}/up", _json(body)
        case "zigbee2mqtt":
            body = {**said.values, "linkquality": 96, "last_seen": _text(clock)}
            return f"zigbee2mqtt/{thing.home}/{thing.model.part}", _json(body)
        case "tasmota":
            local = clock.astimezone(CHINA).replace(tzinfo=None)
            energy = {
                "Time": local.isoformat(timespec="seconds"),
                "ENERGY": dict(said.values),
                "Key": name,
            }
            return f"tele/{thing.name}/SENSOR", _json(energy)
        case "chirpstack":
            return f"application/fleet/device/{thing.eui}/event/up", _json(_chirpstack(said, clock, name))
        case "things_stack":
            return f"v3/linli@fleet/devices/{thing.name}/up", _json(_things_stack(said, clock, name))
        case "cjt188":
            return f"meter/{thing.home}/cjt188", _cjt188(said, clock)
        case "dlt645":
            return f"meter/{thing.home}/dlt645", _dlt645(said)


def _key(thing: Thing, at: datetime) -> str:
    return hashlib.sha256(f"{thing.name}|{at.isoformat()}".encode()).hexdigest()[:20]


def broken(payload: bytes) -> bytes:
    """The same as no device says it: cut off in the middle."""
    return payload[: len(payload) // 2]


def _chirpstack(said: Said, clock: datetime, name: str) -> dict[str, object]:
    return {
        "deduplicationId": name,
        "time": _text(clock),
        "deviceInfo": {
            "devEui": said.thing.eui,
            "deviceName": said.thing.name,
            "deviceProfileId": said.thing.model.key,
        },
        "fPort": 2,
        "data": base64.b64encode(bytes.fromhex(name)).decode(),
        "object": dict(said.values),
        "rxInfo": [{"gatewayId": "a84041ffff1f2e3d", "rssi": -71, "snr": 8.5}],
    }


def _things_stack(said: Said, clock: datetime, name: str) -> dict[str, object]:
    return {
        "end_device_ids": {"device_id": said.thing.name, "dev_eui": said.thing.eui.upper()},
        "received_at": _text(clock),
        "uplink_message": {
            "session_key_id": name,
            "f_port": 2,
            "f_cnt": 1,
            "frm_payload": base64.b64encode(bytes.fromhex(name)).decode(),
            "decoded_payload": dict(said.values),
            "rx_metadata": [{"rssi": -83}],
        },
    }


def _cjt188(said: Said, clock: datetime) -> bytes:
    """An answer with the running total, that of the last settlement, the meter's time and its state."""
    total = _bcd(round(float(said.values["total"] or 0) * 100), 4) + b"\x2c"
    local = clock.astimezone(CHINA)
    told = bytes.fromhex(f"{local:%S%M%H%d%m}") + bytes.fromhex(f"{local:%Y}")[::-1]
    data = b"\x90\x1f\x00" + total + total + told + b"\x00\x00"
    body = (
        bytes([START, 0x10]) + bytes.fromhex("00" + said.thing.number)[::-1] + bytes([0x81, len(data)]) + data
    )
    return _ended(body)


def _dlt645(said: Said) -> bytes:
    """An answer with the energy taken so far, in hundredths of a kWh."""
    data = b"\x00\x00\x01\x00" + _bcd(round(float(said.values["energy_import"] or 0) * 100), 4)
    coded = bytes((byte + 0x33) & 0xFF for byte in data)
    head = bytes([START]) + bytes.fromhex(said.thing.number)[::-1] + bytes([START, 0x91, len(coded)])
    return bytes([WAKE] * 4) + _ended(head + coded)


def _ended(body: bytes) -> bytes:
    return body + bytes([sum(body) & 0xFF, STOP])


def _bcd(number: int, size: int) -> bytes:
    return bytes.fromhex(f"{number:0{size * 2}d}")[::-1]


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def _json(body: Mapping[str, object]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()
