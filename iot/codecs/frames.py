"""Frames of Chinese meters as gateways pass them on: bytes, or their hexadecimal digits, with wake-up bytes FE before them."""

from __future__ import annotations

import re

from backend.core.i18n import _
from iot.uplink import Unreadable

START, STOP, WAKE = 0x68, 0x16, 0xFE
_HEX = re.compile(rb"(?:[0-9a-fA-F]{2}[\s,]*)+")


def unwrapped(payload: bytes) -> bytes:
    """The frame from its first 68 to its 16. Raises Unreadable."""
    text = payload.strip()
    data = bytes.fromhex(re.sub(rb"[\s,]", b"", text).decode()) if _HEX.fullmatch(text) else payload
    data = data.lstrip(bytes([WAKE]))
    if not data or data[0] != START:
        raise Unreadable(_("a frame begins with 68"))
    return data


def checked(frame: bytes, length: int) -> bytes:
    """The frame without checksum and stop; `length` is that of the whole. Raises Unreadable."""
    if len(frame) != length:
        raise Unreadable(_("the frame has {n} bytes, its length says {length}", n=len(frame), length=length))
    if frame[-1] != STOP:
        raise Unreadable(_("a frame ends with 16"))
    total = sum(frame[:-2]) & 0xFF
    if total != frame[-2]:
        raise Unreadable(
            _("checksum {given}, the sum is {total}", given=f"{frame[-2]:02X}", total=f"{total:02X}")
        )
    return frame[:-2]


def bcd(digits: bytes) -> int:
    """Binary-coded decimal, the lowest byte first. Raises Unreadable."""
    text = digits[::-1].hex()
    if not text.isdecimal():
        raise Unreadable(_("{text} are no decimal digits", text=text))
    return int(text)


def address(digits: bytes) -> str:
    """A meter's number as it is printed on it: the lowest byte comes first on the line."""
    return digits[::-1].hex().upper()
