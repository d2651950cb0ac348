"""DL/T 645-2007, electricity meters: 68 address 68 control length data checksum 16, each data byte 33 too high. One answer a message, under
meter/{gateway}/dlt645."""

from __future__ import annotations

from dataclasses import dataclass

from backend.core.i18n import _
from iot.codecs import Codec, frames
from iot.uplink import Arrived, Scalar, Unreadable, Uplink, content_key

_OFFSET = 0x33
_ANSWER, _MORE = 0x91, 0xB1
_REFUSED = 0xD1


@dataclass(frozen=True, slots=True)
class _Item:
    """A value of `size` bytes BCD with `decimals` behind the point; `signed`: its highest bit is the sign."""

    name: str
    size: int
    decimals: int
    signed: bool = False


_ITEMS: dict[int, _Item] = {
    0x00000000: _Item("energy_combined", 4, 2, signed=True),
    0x00010000: _Item("energy_import", 4, 2),
    0x00020000: _Item("energy_export", 4, 2),
    **{0x00010000 + (rate << 8): _Item(f"energy_import_rate_{rate}", 4, 2) for rate in range(1, 5)},
    **{
        0x02010000 + (phase << 8): _Item(f"voltage_{name}", 2, 1)
        for phase, name in ((1, "a"), (2, "b"), (3, "c"))
    },
    **{
        0x02020000 + (phase << 8): _Item(f"current_{name}", 3, 3, signed=True)
        for phase, name in ((1, "a"), (2, "b"), (3, "c"))
    },
    **{
        0x02030000 + (phase << 8): _Item(f"power{name}", 3, 4, signed=True)
        for phase, name in ((0, ""), (1, "_a"), (2, "_b"), (3, "_c"))
    },
    **{
        0x02060000 + (phase << 8): _Item(f"power_factor{name}", 2, 3, signed=True)
        for phase, name in ((0, ""), (1, "_a"), (2, "_b"), (3, "_c"))
    },
    0x02800002: _Item("frequency", 2, 2),
}
"""By data identity, highest byte first (standard, table A). kWh, V, A, kW, Hz."""


def decode(payload: bytes) -> tuple[str, dict[str, Scalar]]:
    """(the meter's number, its values). Raises Unreadable, also for questions, which only a gateway's own log would hold."""
    frame = frames.unwrapped(payload)
    if len(frame) < 12 or frame[7] != frames.START:
        raise Unreadable(_("no second 68 after the address"))
    body = frames.checked(frame, 12 + frame[9])
    control, data = body[8], bytes((b - _OFFSET) & 0xFF for b in body[10:])
    if control == _REFUSED:
        raise Unreadable(_("the meter refused the question"))
    if control not in (_ANSWER, _MORE):
        raise Unreadable(_("control code {code} is no answer with data", code=f"{control:02X}"))
    if len(data) < 4:
        raise Unreadable(_("no data identity"))
    number = int.from_bytes(data[:4], "little")
    item = _ITEMS.get(number)
    if item is None:
        raise Unreadable(_("unknown data identity {number}", number=f"{number:08X}"))
    return frames.address(body[1:7]), {item.name: _value(item, data[4:])}


def _value(item: _Item, digits: bytes) -> float:
    if len(digits) != item.size:
        raise Unreadable(
            _("{name} has {n} bytes instead of {size}", name=item.name, n=len(digits), size=item.size)
        )
    negative = item.signed and bool(digits[-1] & 0x80)
    plain = digits[:-1] + bytes([digits[-1] & 0x7F]) if item.signed else digits
    value = frames.bcd(plain) / 10**item.decimals
    return -value if negative else value


def read(arrived: Arrived) -> list[Uplink]:
    number, values = decode(arrived.payload)
    return [
        Uplink(
            f"dlt645:{number}",
            values=values,
            key=content_key(arrived),
            name=number,
            retained=arrived.retained,
        )
    ]


CODEC = Codec("dlt645", "DL/T 645-2007", ("meter/+/dlt645",), read)
