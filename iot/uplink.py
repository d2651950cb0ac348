"""What a device's message says, before anybody has asked what it means: the contract between codecs and everything behind them. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime, timedelta
from typing import Literal

from backend.core.i18n import Text, render
from backend.core.values import value

Scalar = str | int | float | bool | None
Kind = Literal["data", "event", "online", "offline", "joined", "answer", "announced"]
"""data: readings; event: something that happened at a moment, such as a button pressed, which is never the same as the one before;
online, offline: its connection; joined: it entered its network anew; answer: its network says whether it has taken a command; announced: what it can say is told beforehand."""


@value
class Arrived:
    """A message as the broker, or a network server's webhook, handed it over. `retained`: the broker kept it from earlier. `source`: "" for the broker, else
    whose webhook it came by, which speaks for devices of `org_id` and below. `first`: when it came at first, where it was put aside and is
    tried again; `unheard`: it is stored already, and this listener alone has yet to act on it. `twice`: it comes by two sessions at the broker, this time by the
    one for messages that must not wait, or by the usual one (`iot.express`); "formerly": by the usual one, and until a moment ago its topic was the other's too."""

    topic: str
    payload: bytes
    at: datetime
    retained: bool = False
    source: str = ""
    org_id: int | None = None
    first: datetime | None = None
    unheard: str = ""
    twice: Literal["", "express", "usual", "formerly"] = ""

    @property
    def since(self) -> datetime:
        """When it came."""
        return self.first or self.at


@value
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
    reply: str = ""
    """The topic where this device takes commands, where its address does not say that."""
    gateway: str = ""
    """The one that heard it best, where its network says so."""
    wrong: Text = ""
    """Why this part of a message cannot be read; the other parts can."""


class Unreadable(Exception):
    """The message is not what its topic promises; `why` says so to staff who look at what was put aside."""

    def __init__(self, why: Text) -> None:
        super().__init__(render(why, "en"))
        self.why = why


class Told(Unreadable):
    """Staff know already why, for all devices that it concerns at once."""


class Later(Unreadable):
    """Nothing is wrong with it, and nobody is to blame: it is tried again by itself (`quarantine.later`)."""


def flat(data: object, prefix: str = "", depth: int = 6) -> dict[str, Scalar]:
    """The leaves of a JSON value by dotted names: {"a": {"b": [1, 2]}} is {"a.b.0": 1, "a.b.1": 2}. Deeper ones are left out."""
    found: dict[str, Scalar] = {}
    _flatten(found, data, prefix, depth)
    return found


_SCALARS = {str, int, float, bool, type(None)}


def _flatten(found: dict[str, Scalar], data: object, prefix: str, depth: int) -> None:
    if isinstance(data, str | int | float) or data is None:
        if prefix:
            found[prefix] = data
        return
    if not depth:
        return
    inner = prefix + "." if prefix else ""
    if isinstance(data, Mapping):
        for key, one in data.items():
            if one.__class__ in _SCALARS:
                found[f"{inner}{key}"] = one  # type: ignore[assignment]
            else:
                _flatten(found, one, f"{inner}{key}", depth - 1)
    elif isinstance(data, list):
        for place, one in enumerate(data):
            _flatten(found, one, f"{inner}{place}", depth - 1)


def tells_apart(arrived: Arrived, at: datetime | None) -> bool:
    """Whether the moment that a message holds makes it another than those of other moments: a clock that lost its battery says 1970 each time, or the day
    its program was built."""
    return at is not None and abs(arrived.since - at) < timedelta(days=1)


CONTENT = "="
"""Before a name that is made of the content: such a message may be another one after all."""


def content_key(arrived: Arrived, at: datetime | None = None) -> str:
    """A name for a message that brings none: the same content within the same minute is the same message, and at any time where it holds the
    moment `at` that it was said. Not for events."""
    minute = "" if tells_apart(arrived, at) else int(arrived.since.timestamp()) // 60
    digest = hashlib.sha256(f"{arrived.topic}|{minute}|".encode() + arrived.payload)
    return CONTENT + digest.hexdigest()[:32]
