"""How the topics are divided among ingest processes. Pure.

A partition is a named set of topic filters with a session of its own at the broker. MQTT_PARTITIONS names them,

    lora=application/+/device/+/event/+ v3/+/devices/+/up v3/+/devices/+/join; own=linli/+/up linli/+/state

and without it there is one, with every topic of every format. With MQTT_SHARED=4 there are four that share every topic ($share/linli/…), for brokers whose
shared subscriptions are durable: EMQX's are; Mosquitto's lose what they handed to a member that hangs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

WHOLE, ANNOUNCED, EXPRESS = "all", "announced", "express"
OURS = (ANNOUNCED, EXPRESS)
"""Of the topics that devices announced (`iot.discovery`), and of those whose messages must not wait (`iot.express`)."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,29}")
_SHARE = "$share/linli/"


class BadPartitions(ValueError):
    """The text says what is wrong, for whoever sets MQTT_PARTITIONS."""


@dataclass(frozen=True, slots=True)
class Partition:
    name: str
    filters: tuple[str, ...]

    @property
    def session(self) -> str:
        """Its client id at the broker: whoever takes the partition over takes its waiting messages over."""
        return "linli-ingest" if self.name == WHOLE else f"linli-ingest-{self.name}"

    @property
    def lease(self) -> str:
        return f"ingest:{self.name}"


def planned(text: str, topics: Sequence[str], shared: int = 0) -> tuple[Partition, ...]:
    """The partitions that the settings ask for; `topics` are those of all formats. Raises BadPartitions."""
    if shared:
        if text.strip():
            raise BadPartitions("Set either MQTT_PARTITIONS or MQTT_SHARED.")
        return tuple(
            Partition(f"shared-{n}", tuple(_SHARE + topic for topic in topics)) for n in range(1, shared + 1)
        )
    if not text.strip():
        return (Partition(WHOLE, tuple(topics)),)
    found: list[Partition] = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, _sign, filters = (piece.strip() for piece in part.partition("="))
        if not _NAME.fullmatch(name) or name in {p.name for p in found}:
            raise BadPartitions(
                f"“{name}” is no name for a partition: small letters and digits, each name once."
            )
        if name in OURS:
            raise BadPartitions(f"Linli has a partition “{name}” of its own: please choose another name.")
        if not filters or not all(_is_filter(f) for f in filters.split()):
            raise BadPartitions(f"The partition “{name}” needs topic filters, separated by spaces.")
        found.append(Partition(name, tuple(filters.split())))
    for place, one in enumerate(found):
        for other in found[place + 1 :]:
            for a in one.filters:
                for b in other.filters:
                    if overlap(a, b):
                        raise BadPartitions(
                            f"“{a}” of {one.name} and “{b}” of {other.name} overlap: messages would come twice."
                        )
    return tuple(found)


def left_out(partitions: Collection[Partition], topics: Collection[str]) -> list[str]:
    """The formats' topics that no partition reads."""
    filters = [f.removeprefix(_SHARE) for p in partitions for f in p.filters]
    return [topic for topic in topics if not any(overlap(topic, f) for f in filters)]


def overlap(one: str, other: str) -> bool:
    """Whether some topic fits both filters."""
    a, b = one.split("/"), other.split("/")
    for x, y in zip(a, b, strict=False):
        if "#" in (x, y):
            return True
        if x != y and "+" not in (x, y):
            return False
    longer = a if len(a) > len(b) else b
    # “home/#” is “home” too.
    return len(a) == len(b) or longer[min(len(a), len(b))] == "#"


def _is_filter(text: str) -> bool:
    levels = text.split("/")
    whole = all(level in ("+", "#") or not set("+#") & set(level) for level in levels)
    return whole and "#" not in levels[:-1] and not text.startswith("$")


@dataclass(frozen=True, slots=True)
class Claim:
    """Who holds a partition, and until when."""

    holder: str
    until: datetime


def wanted(
    names: Sequence[str], claims: Mapping[str, Claim], living: Collection[str], me: str, now: datetime
) -> tuple[list[str], list[str]]:
    """What I should take, and what I should let go, so that each partition has somebody and each of us his share. `living`: who was heard lately."""
    held = {n: c.holder for n, c in claims.items() if c.until > now}
    mine = [n for n in names if held.get(n) == me]
    free = [n for n in names if n not in held]
    most = math.ceil(len(names) / len({*living, me}))
    return free[: max(most - len(mine), 0)], mine[most:]
