"""What a sticker says: the text of a QR code, or what somebody typed off it. Pure.

Sources: LoRa Alliance TR005 (LW:D0:JoinEUI:DevEUI:ProfileID:…), the code of Zigbee's installation, our own stickers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

_TR005 = re.compile(
    r"LW:D0:(?P<join>[0-9A-F]{16}):(?P<dev>[0-9A-F]{16}):(?P<vendor>[0-9A-F]{4})(?P<model>[0-9A-F]{4})(?P<more>(?::[A-Z][^:]*)*)"
)
_OLD = re.compile(r"URN:(?:DEV|LW):(?:LW:|DP:)?(?P<join>[0-9A-F]{16})[:_](?P<dev>[0-9A-F]{16})(?:[:_].*)?")
_EUI = re.compile(r"(?:(?:DEV)?EUI\W*)?((?:[0-9A-F]{2}[\s:.-]?){7}[0-9A-F]{2})")
_ZIGBEE = re.compile(r"(?:0X)?([0-9A-F]{16})")
_ADDRESS = re.compile(r"(?:eui|plain|z2m|tasmota|dlt645|cjt188|modbus|ha):\S{1,110}")
_SERIAL = re.compile(r"[\w./-]{4,60}")
LONGEST = 600


@dataclass(frozen=True, slots=True)
class Sticker:
    """`addresses`: under which of these it reports, the likeliest first. `vendor` and `model` are the four digits of a TR005 code, `serial` its serial
    number."""

    addresses: tuple[str, ...]
    vendor: str = ""
    model: str = ""
    serial: str = ""


def sticker(text: str) -> Sticker | None:
    """None when it is no sticker of a device."""
    text = text.strip()[:LONGEST]
    if text.startswith(("http://", "https://")):
        # Ours leads to the page where the device is taken in; a maker's to some page of his.
        parts = urlsplit(text)
        inner = parse_qs(parts.query).get("code", [""])[0]
        return sticker(inner) if inner else _eui(parts.path.rpartition("/")[2])
    if _ADDRESS.fullmatch(text):
        return Sticker((text,))
    upper = text.upper()
    if match := _TR005.fullmatch(upper):
        more = {part[0]: part[1:] for part in match["more"].split(":") if part}
        return Sticker((f"eui:{match['dev'].lower()}",), match["vendor"], match["model"], more.get("S", ""))
    if match := _OLD.fullmatch(upper):
        return Sticker((f"eui:{match['dev'].lower()}",))
    if found := _eui(text):
        return found
    if _SERIAL.fullmatch(text) and any(c.isdigit() for c in text):
        # Printed numbers of meters, names of devices that one programs oneself.
        return Sticker(
            (f"plain:{text}", f"dlt645:{upper}", f"cjt188:{upper}", f"tasmota:{text}"), serial=text
        )
    return None


def _eui(text: str) -> Sticker | None:
    match = _EUI.fullmatch(text.strip().upper())
    if match is None:
        return None
    digits = re.sub(r"[^0-9a-f]", "", match[1].lower())
    return Sticker((f"eui:{digits}", f"z2m:0x{digits}", f"plain:{digits}"))
