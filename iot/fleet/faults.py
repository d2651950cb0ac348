"""What comes between a device and the broker: gateways that fail and deliver late, messages twice, in another order, cut off; clocks that are wrong.
Pure."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from iot.fleet.speech import Said, broken, spoken

TWICE, LATE, BROKEN, WRONG_CLOCK = 0.02, 0.03, 0.01, 0.06
"""Shares: of messages that come again, that overtake or are overtaken, that come cut off besides; of devices whose clock is wrong."""
LATEST = timedelta(seconds=90)
CLOCKS = (timedelta(minutes=-12), timedelta(minutes=-3), timedelta(minutes=3), timedelta(hours=3))
NAMELESS = ("cjt188", "dlt645")
AT_ONCE = timedelta(milliseconds=300)
FLUSH = timedelta(milliseconds=50)
"""Between two messages of a gateway that delivers what it kept."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A message as the broker gets it, at `at`. `off`: how wrong the device's clock is; `bad`: it is cut off."""

    at: datetime
    said: Said
    off: timedelta = timedelta()
    bad: bool = False

    def written(self, clock: datetime | None = None) -> tuple[str, bytes]:
        """(topic, payload); the device's clock shows when it says it, or `clock`."""
        topic, payload = spoken(self.said, (clock or self.said.at) + self.off)
        return topic, broken(payload) if self.bad else payload


@dataclass(frozen=True, slots=True)
class Outage:
    """The gateway of a home reaches nobody, and delivers at the end what it kept."""

    begin: datetime
    end: datetime


def smooth(said: Iterable[Said]) -> list[Handed]:
    """Everything comes as it is said."""
    return [Handed(one.at, one) for one in sorted(said, key=lambda one: one.at)]


def faulty(said: Iterable[Said], seed: int, outages: Mapping[str, Outage]) -> list[Handed]:
    """In the order in which the broker gets them; `outages` by home. Nothing that was said is missing."""
    rng = random.Random(f"faults|{seed}")  # noqa: S311  # no secret
    kept: dict[str, int] = {}
    handed: list[Handed] = []
    for one in sorted(said, key=lambda one: (one.at, one.thing.name)):
        way = Handed(one.at, one, _clock(one.thing.name, seed))
        outage = outages.get(one.thing.home)
        if outage is not None and outage.begin <= one.at < outage.end:
            kept[one.thing.home] = place = kept.get(one.thing.home, 0) + 1
            way = replace(way, at=outage.end + FLUSH * place)
        elif rng.random() < LATE:
            way = replace(way, at=way.at + LATEST * rng.random())
        handed.append(way)
        if rng.random() < TWICE:
            # A meter's frame has no name: what a gateway says again at once is a repeat, a minute later it is another answer.
            again = LATEST * rng.random() if one.thing.model.format not in NAMELESS else AT_ONCE
            handed.append(replace(way, at=way.at + again))
        if rng.random() < BROKEN:
            handed.append(replace(way, at=way.at + LATEST * rng.random(), bad=True))
    return sorted(handed, key=lambda way: way.at)


def _clock(thing: str, seed: int) -> timedelta:
    rng = random.Random(f"clock|{seed}|{thing}")  # noqa: S311
    return rng.choice(CLOCKS) if rng.random() < WRONG_CLOCK else timedelta()
