"""CJ/T 188-2004, water, gas and heat meters: 68 type address control length data checksum 16. One answer a message, under meter/{gateway}/cjt188."""

from __future__ import annotations

from backend.core.i18n import _
from iot.codecs import Codec, frames
from iot.uplink import Arrived, Scalar, Unreadable, Uplink, content_key

_ANSWER = 0x81
_TOTALS = (0x901F, 0x1F90)
"""Data identity of the running total; meters send it in either order of its bytes."""
_UNITS: dict[int, tuple[str, float]] = {
    0x2C: ("m3", 1.0),
    0x29: ("m3", 0.001),  # litres
    0x02: ("Wh", 1.0),
    0x05: ("kWh", 1.0),
    0x08: ("MWh", 1.0),
}
_VALVES = {0: "open", 1: "closed", 3: "faulty"}
_TOTAL = 22
"""Bytes of the answer after the identity and the serial number: two totals, the meter's time, its state. Without its time 15."""


def decode(payload: bytes) -> tuple[str, dict[str, Scalar]]:
    """(the meter's number, its values). Raises Unreadable."""
    frame = frames.unwrapped(payload)
    if len(frame) < 13:
        raise Unreadable(_("too short for a frame"))
    body = frames.checked(frame, 13 + frame[10])
    kind, control, data = body[1], body[9], body[11:]
    if control != _ANSWER:
        raise Unreadable(_("control code {code} is no answer with data", code=f"{control:02X}"))
    if len(data) < 3 + 10 or int.from_bytes(data[:2], "big") not in _TOTALS:
        raise Unreadable(_("no running total in it"))
    values: dict[str, Scalar] = {}
    for name, digits in (("total", data[3:8]), ("total_at_settlement", data[8:13])):
        unit, step = _UNITS.get(digits[4], ("", 0.0))
        if not unit:
            raise Unreadable(_("unknown unit {code}", code=f"{digits[4]:02X}"))
        # The unit says what the last of eight digits is worth, hundredths of it being shown.
        values[name] = round(frames.bcd(digits[:4]) * step / 100, 5)
        values.setdefault("unit", unit)
    if len(data) == 3 + _TOTAL - 3:
        values |= _state(data[-2])
    values["kind"] = _kind(kind)
    return frames.address(body[2:9]), values


def _kind(number: int) -> str:
    if 0x10 <= number <= 0x19:
        return "water"
    if 0x20 <= number <= 0x29:
        return "heat"
    if 0x30 <= number <= 0x39:
        return "gas"
    return "other"


def _state(first: int) -> dict[str, Scalar]:
    """The first byte of the state: bits 0 and 1 the valve, bit 2 a weak battery."""
    found: dict[str, Scalar] = {"battery_low": bool(first & 0x04)}
    if (valve := _VALVES.get(first & 0x03)) is not None:
        found["valve"] = valve
    return found


def read(arrived: Arrived) -> list[Uplink]:
    number, values = decode(arrived.payload)
    return [
        Uplink(
            f"cjt188:{number}",
            values=values,
            key=content_key(arrived),
            name=number,
            retained=arrived.retained,
        )
    ]


CODEC = Codec("cjt188", "CJ/T 188", ("meter/+/cjt188",), read)
