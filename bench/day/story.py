"""What befalls homes and their gateways on the day. Pure."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from iot.fleet import happenings
from iot.fleet.faults import Outage
from iot.fleet.happenings import ALARMS, AT_ONCE, Happening
from iot.fleet.things import Home

WHOLE = 23.5
"""So many hours make a whole day: what only time brings about takes up to twelve of them."""
TOO_LONG, LONGER = "water", 26.0
"""Told after 24 hours, so only in a day that lasts longer."""


def befallen(homes: Sequence[Home], begin: datetime, hours: float, seed: int) -> dict[str, list[Happening]]:
    """Something befalls every third home, each of the alarms in turn where the home has the devices for it; of a part of a day, what messages alone call for."""
    rng = random.Random(seed)
    kinds = (
        [what for what in ALARMS if what != TOO_LONG or hours >= LONGER] if hours >= WHOLE else list(AT_ONCE)
    )
    turns = itertools.cycle(kinds)
    found: dict[str, list[Happening]] = {}
    for home in homes[::3]:
        what = next(what for what in turns if happenings.fits(home, what))
        # Twelve hours without a sign, and then told; a battery that fades needs some; a device that dies must be missed by day.
        at = {TOO_LONG: 0.004, "still": 0.34, "fading": rng.uniform(0, 0.8), "dying": rng.uniform(0, 0.55)}
        found[home.name] = [
            Happening(what, begin + timedelta(hours=hours * at.get(what, rng.uniform(0.02, 0.9))))
        ]
    return found


def outages(
    homes: Sequence[Home], begin: datetime, hours: float, befell: dict[str, list[Happening]]
) -> dict[str, Outage]:
    """The gateways of some of the others reach nobody for a while."""
    if hours < WHOLE:
        return {}  # nobody would have to be told before it is over
    away = Outage(begin + timedelta(hours=hours * 0.53), begin + timedelta(hours=hours * 0.67))
    return {home.name: away for home in homes[1::4] if home.name not in befell}
