"""Message formats, one file each: a Codec says which topics it reads and what their messages say. Pure, no I/O.

A new format is one file here and one line in `ALL`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from iot.uplink import Arrived, Uplink

Read = Callable[[Arrived], list[Uplink]]
"""The Uplinks of a message, often one; none where it is nothing to us. Raises `Unreadable`."""


@dataclass(frozen=True, slots=True)
class Codec:
    """`topics` are MQTT filters of what the format usually is under; an installation may name others."""

    name: str
    title: str
    topics: tuple[str, ...]
    read: Read


def matches(topic: str, wanted: str) -> bool:
    """Whether an MQTT topic fits a filter with + and # (MQTT 3.1.1, 4.7)."""
    parts, filters = topic.split("/"), wanted.split("/")
    for place, one in enumerate(filters):
        if one == "#":
            return True
        if place >= len(parts) or one not in ("+", parts[place]):
            return False
    return len(parts) == len(filters)
