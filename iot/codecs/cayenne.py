"""Cayenne Low Power Payload: channel, type, value, again and again, big-endian. Source: myDevices' LPP 2.0 types (IPSO object numbers less 3200).

For devices whose profile says that their payload is in it; the names are those of The Things Network's formatter, e.g. temperature_3.
"""

from __future__ import annotations

from dataclasses import dataclass

from backend.core.i18n import _
from iot.uplink import Scalar, Unreadable


@dataclass(frozen=True, slots=True)
class _Type:
    """`parts` are (name, bytes, divisor, signed), in their order; a single part has no name of its own."""

    name: str
    parts: tuple[tuple[str, int, int, bool], ...]


def _one(name: str, size: int, divisor: int = 1, *, signed: bool = False) -> _Type:
    return _Type(name, (("", size, divisor, signed),))


def _axes(name: str, divisor: int) -> _Type:
    return _Type(name, tuple((axis, 2, divisor, True) for axis in "xyz"))


_TYPES: dict[int, _Type] = {
    0: _one("digital_in", 1),
    1: _one("digital_out", 1),
    2: _one("analog_in", 2, 100, signed=True),
    3: _one("analog_out", 2, 100, signed=True),
    100: _one("generic", 4),
    101: _one("luminosity", 2),
    102: _one("presence", 1),
    103: _one("temperature", 2, 10, signed=True),
    104: _one("relative_humidity", 1, 2),
    113: _axes("accelerometer", 1000),
    115: _one("barometric_pressure", 2, 10),
    116: _one("voltage", 2, 100),
    117: _one("current", 2, 1000),
    118: _one("frequency", 4),
    120: _one("percentage", 1),
    121: _one("altitude", 2, signed=True),
    125: _one("concentration", 2),
    128: _one("power", 2),
    130: _one("distance", 4, 1000),
    131: _one("energy", 4, 1000),
    132: _one("direction", 2),
    133: _one("unixtime", 4),
    134: _axes("gyrometer", 100),
    135: _Type("colour", tuple((part, 1, 1, False) for part in "rgb")),
    136: _Type(
        "gps", (("latitude", 3, 10_000, True), ("longitude", 3, 10_000, True), ("altitude", 3, 100, True))
    ),
    142: _one("switch", 1),
}


def decode(payload: bytes) -> dict[str, Scalar]:
    """Values by `type_channel`, with the part's name after a dot where it has several. Raises Unreadable."""
    found: dict[str, Scalar] = {}
    at = 0
    while at < len(payload):
        if at + 2 > len(payload):
            raise Unreadable(_("cut off after a channel"))
        channel, number = payload[at], payload[at + 1]
        kind = _TYPES.get(number)
        if kind is None:
            raise Unreadable(_("unknown type {number} on channel {channel}", number=number, channel=channel))
        at += 2
        for part, size, divisor, signed in kind.parts:
            raw = payload[at : at + size]
            if len(raw) < size:
                raise Unreadable(_("cut off in {name} on channel {channel}", name=kind.name, channel=channel))
            value = int.from_bytes(raw, "big", signed=signed)
            name = f"{kind.name}_{channel}" + (f".{part}" if part else "")
            found[name] = value / divisor if divisor > 1 else value
            at += size
    return found
