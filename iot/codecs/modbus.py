"""Modbus registers as gateways pass them on: modbus/{gateway}/{unit}[/{first register}]. Source: Modbus application protocol 1.1b3; word orders as makers
call them.

A message is JSON, {"address": 100, "registers": [1, 2]} or {"address": 100, "hex": "00010002"} or a list of such, or an answer's frame with its checksum (bytes, or
hexadecimal digits), which does not say where it begins: its topic does. What the registers mean stands in the device's model, one a line:

    voltage = 100 u16 *0.1
    energy = 256 f32 cdab
    total = 40 i32 dcba *0.01
    alarm = 7 bit3
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from backend.core.errors import Invalid
from backend.core.i18n import _
from iot.codecs import Codec, json_text
from iot.uplink import Arrived, Scalar, Unreadable, Uplink, content_key

MOST_BLOCKS, MOST_REGISTERS = 50, 125
_KINDS = {
    "u16": ">H",
    "i16": ">h",
    "u32": ">I",
    "i32": ">i",
    "f32": ">f",
    "u64": ">Q",
    "i64": ">q",
    "f64": ">d",
}
ORDERS = ("abcd", "cdab", "badc", "dcba")
"""The bytes of four as they come: abcd the highest first; cdab the lower register first; badc with the bytes of each exchanged."""
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[\s,]*)+")
_WRITTEN = re.compile(
    r"(?P<name>[A-Za-z_][\w.]{0,39})\s*=\s*(?P<address>\d{1,5})\s+(?P<kind>[uif](?:16|32|64)|bit\d{1,2})"
    r"(?:\s+(?P<order>[abcd]{4}))?(?:\s*\*\s*(?P<scale>-?\d*\.?\d+(?:[eE]-?\d+)?))?"
)


@dataclass(frozen=True, slots=True)
class Register:
    """A value at `address`: `kind` one of _KINDS, or bit0 to bit15; `order` one of ORDERS, for those of several registers."""

    name: str
    address: int
    kind: str
    order: str = "abcd"
    scale: float = 1.0

    def to_json(self) -> dict[str, Any]:
        return {part: getattr(self, part) for part in self.__slots__}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Register:
        return cls(**data)

    @property
    def size(self) -> int:
        """Registers."""
        return 1 if self.kind.startswith("bit") else int(self.kind[1:]) // 16


def written(line: str) -> Register:
    """Raises Invalid."""
    match = _WRITTEN.fullmatch(line.strip())
    kind, order = (match["kind"], match["order"] or "abcd") if match else ("", "")
    fits = kind in _KINDS or (kind.startswith("bit") and int(kind[3:]) < 16)
    if match is None or not fits or order not in ORDERS or int(match["address"]) > 65_535:
        raise Invalid(
            _(
                "“{text}” is no register: write voltage = 100 u16 *0.1, or energy = 256 f32 cdab.",
                text=line.strip(),
            ),
            "registers",
        )
    return Register(match["name"], int(match["address"]), kind, order, float(match["scale"] or 1))


def as_written(one: Register) -> str:
    """The inverse of `written`."""
    order = f" {one.order}" if one.order != "abcd" else ""
    return f"{one.name} = {one.address} {one.kind}{order}" + (f" *{one.scale:g}" if one.scale != 1 else "")


def decode(registers: Iterable[Register], first: int, data: bytes) -> dict[str, Scalar]:
    """The values that lie whole in these registers, the first of which has the number `first`. Raises Unreadable when there are none."""
    found: dict[str, Scalar] = {}
    for one in registers:
        start = (one.address - first) * 2
        raw = data[start : start + one.size * 2] if start >= 0 else b""
        if len(raw) < one.size * 2:
            continue
        if one.kind.startswith("bit"):
            found[one.name] = bool(int.from_bytes(raw, "big") >> int(one.kind[3:]) & 1)
            continue
        value = struct.unpack(_KINDS[one.kind], _ordered(raw, one.order))[0]
        if value != value or value in (float("inf"), float("-inf")):
            continue  # an empty sensor says that it is no number
        found[one.name] = round(value * one.scale, 9) if one.scale != 1 else value
    if not found:
        raise Unreadable(
            _(
                "none of the model’s registers is among {first} to {last}",
                first=first,
                last=first + len(data) // 2 - 1,
            )
        )
    return found


def _ordered(raw: bytes, order: str) -> bytes:
    """With the highest byte first."""
    if order in ("badc", "dcba"):
        raw = b"".join(raw[i : i + 2][::-1] for i in range(0, len(raw), 2))
    if order in ("cdab", "dcba"):
        raw = b"".join(raw[i : i + 2] for i in range(len(raw) - 2, -1, -2))
    return raw


def read(arrived: Arrived) -> list[Uplink]:
    parts = arrived.topic.split("/")
    device, key = "modbus:" + "/".join(parts[1:3]), content_key(arrived)
    if len(parts) == 4:
        if not parts[3].isdecimal():
            raise Unreadable(_("the topic’s last part is no register’s number"))
        blocks = [(int(parts[3]), _frame(arrived.payload))]
        at = None
    else:
        data = json_text.read(arrived.payload)
        rows = data if isinstance(data, list) else [data]
        if not 0 < len(rows) <= MOST_BLOCKS:
            raise Unreadable(_("no registers, or more than {n} blocks in one message", n=MOST_BLOCKS))
        blocks = [_block(row) for row in rows]
        at = json_text.instant(rows[0].get("at"))
    return [
        Uplink(
            device,
            raw=raw,
            port=first,
            key=f"{key}.{place}",
            at=at,
            name=device[7:],
            retained=arrived.retained,
        )
        for place, (first, raw) in enumerate(blocks)
    ]


def _block(row: object) -> tuple[int, bytes]:
    if not isinstance(row, Mapping):
        raise Unreadable(_("no JSON object"))
    first, given, text = json_text.number(row.get("address")), row.get("registers"), row.get("hex")
    if first is None or not 0 <= first <= 65_535:
        raise Unreadable(_("address is no register’s number"))
    if isinstance(given, list) and 0 < len(given) <= MOST_REGISTERS:
        numbers = [json_text.number(one) for one in given]
        if any(n is None or not -32_768 <= n <= 65_535 for n in numbers):
            raise Unreadable(_("registers holds something else than numbers of 16 bits"))
        return first, b"".join(((n or 0) & 0xFFFF).to_bytes(2, "big") for n in numbers)
    if isinstance(text, str) and _HEX.fullmatch(text):
        raw = bytes.fromhex(re.sub(r"[\s,]", "", text))
        if len(raw) % 2 == 0 and len(raw) <= 2 * MOST_REGISTERS:
            return first, raw
    raise Unreadable(_("neither registers nor hex"))


def _frame(payload: bytes) -> bytes:
    """The registers of an answer to functions 3 and 4: unit, function, bytes, registers, checksum."""
    text = payload.strip()
    words = text.decode("ascii", "replace")
    frame = bytes.fromhex(re.sub(r"[\s,]", "", words)) if _HEX.fullmatch(words) else payload
    if len(frame) < 7:
        raise Unreadable(_("too short for an answer"))
    if frame[1] & 0x80:
        raise Unreadable(_("the device answers with exception {n}", n=frame[2]))
    if frame[1] not in (3, 4) or len(frame) != frame[2] + 5 or frame[2] % 2:
        raise Unreadable(_("no answer with registers"))
    if checksum(frame[:-2]) != int.from_bytes(frame[-2:], "little"):
        raise Unreadable(_("the checksum is wrong"))
    return frame[3:-2]


def checksum(data: bytes) -> int:
    """CRC-16 of a serial line's frame; its lower byte is sent first."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _bit in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


CODEC = Codec("modbus", "Modbus", ("modbus/+/+", "modbus/+/+/+"), read)
