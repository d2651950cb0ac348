"""What a device's message says, before anybody has asked what it means: the contract between codecs and everything behind them. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Scalar = str | int | float | bool | None
Kind = Literal["data", "event", "online", "offline", "joined"]
"""data: readings; event: something that happened at a moment, such as a button pressed, which is never the same as the one before;
online, offline: its connection; joined: it entered its network anew."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as the broker, or a network server's webhook, handed it over. `retained`: the broker kept it from earlier."""

    topic: str
    payload: bytes
    at: datetime
    retained: bool = False


@dataclass(frozen=True, slots=True)
class Uplink:
    """What one message of one device says.

    `device` is the address that it is registered under, e.g. "eui:a8404187d187106e". `values` are by the device's own names, parts joined by
    dots. `raw` with `port` is a payload that the vendor's codec has yet to read. `key` names the message: a second one with it is
    the same message again; "" for what has no name of its own. `at` is the device's or its network's time. `model` is what it says of its model:
    "chirpstack:<profile id>", "ttn:<brand>/<model>".
    """

    device: str
    kind: Kind = "data"
    values: Mapping[str, Scalar] = field(default_factory=dict)
    raw: bytes | None = None
    port: int | None = None
    key: str = ""
    at: datetime | None = None
    model: str = ""
    name: str = ""
    signal: float | None = None
    """dBm, of the gateway that heard it best."""
    retained: bool = False


class Unreadable(Exception):
    """The message is not what its topic promises; the text says why, for staff who look at what was put aside."""


def flat(data: object, prefix: str = "", depth: int = 6) -> dict[str, Scalar]:
    """The leaves of a JSON value by dotted names: {"a": {"b": [1, 2]}} is {"a.b.0": 1, "a.b.1": 2}. Deeper ones are left out."""
    if isinstance(data, Mapping) and depth:
        pairs: list[tuple[str, object]] = [(str(key), value) for key, value in data.items()]
    elif isinstance(data, list) and depth:
        pairs = [(str(place), value) for place, value in enumerate(data)]
    elif isinstance(data, str | int | float | bool) or data is None:
        return {prefix: data} if prefix else {}
    else:
        return {}
    found: dict[str, Scalar] = {}
    for key, value in pairs:
        found |= flat(value, f"{prefix}.{key}" if prefix else key, depth - 1)
    return found


def content_key(arrived: Arrived, seconds: int = 60) -> str:
    """A name for a message that brings none: the same content within the same minute is the same message. Not for events."""
    minute = int(arrived.at.timestamp()) // seconds
    return hashlib.sha256(f"{arrived.topic}|{minute}|".encode() + arrived.payload).hexdigest()[:32]
