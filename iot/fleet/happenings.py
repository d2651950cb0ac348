"""What befalls a home of the fleet, and what Linli must make of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from iot.fleet.speech import Said
from iot.fleet.things import Home
from iot.uplink import Scalar

ALARMS: dict[str, str] = {
    "smoke": "smoke",
    "gas": "gas",
    "leak": "water_leak",
    "sos": "sos",
    "fall": "fall",
    "camera": "camera",
    "door": "door_left_open",
    "still": "no_movement",
    "water": "water_use",
    "leaving": "geofence",
    "fading": "battery_low",
    "dying": "device_silent",
}
"""The kind of alarm that each calls for, once."""
AT_ONCE = ("smoke", "gas", "leak", "sos", "fall", "camera")
"""What the message itself calls for, without a rule or time."""
OPEN = timedelta(minutes=40)
"""So long a door is left open."""
LOST = timedelta(minutes=70)
"""So long she is away from her safe area."""
PRESSES = (timedelta(), timedelta(seconds=40))
PICTURE = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAEAAAAAwCAIAAAAuKetIAAAAUElEQVR4nO3PQQ0AIBDAMED1yUcEj4ZkVbDtmVk/OzrgVQNaA1oD"
    "WgNaA1oDWgNaA1oDWgNaA1oDWgNaA1oDWgNaA1oDWgNaA1oDWgNaA9oF0TcByEukAx4AAAAASUVORK5CYII="
)
"""What the camera shows: grey."""
DYING = "smoke"
"""The device that dies, and whose battery fades in another home."""


@dataclass(frozen=True, slots=True)
class Happening:
    """`what` is one of ALARMS; it begins at `at`. A device that dies says nothing from then on; water runs and nobody moves until the end."""

    what: str
    at: datetime


def told(home: Home, happening: Happening) -> list[Said]:
    """What the home's devices say at once because of it."""
    what, at = happening.what, happening.at

    def say(part: str, after: timedelta, *, event: bool = False, **values: Scalar) -> Said:
        return Said(at + after, home.thing(part), values, event)

    minute = timedelta(minutes=1)
    match what:
        case "smoke" | "gas":
            name = "fire" if what == "smoke" else "gas"
            begun = [say(what, minute * n, alarm=name, battery=80) for n in range(5)]
            return [*begun, say(what, minute * 6, alarm="normal", battery=80)]
        case "leak":
            begun = [say(what, minute * 4 * n, water_leak=True, battery=80) for n in range(3)]
            return [*begun, say(what, minute * 30, water_leak=False, battery=80)]
        case "sos":
            return [say("button", after, pressed=True, battery=80) for after in PRESSES]
        case "fall":
            return [say("radar", timedelta(), event=True, fall=True)]
        case "camera":
            return [say("camera", timedelta(), event=True, video=True, picture=PICTURE)]
    return []


def of(happenings: Sequence[Happening], what: str) -> datetime | None:
    """When this befalls the home."""
    return next((h.at for h in happenings if h.what == what), None)


_NEEDS = {"leak": "leak", "sos": "button", "fall": "radar", "camera": "camera", "leaving": "watch"}


def fits(home: Home, what: str) -> bool:
    """Whether the home has the devices that tell of it. That nobody moves is told of an elder's home only."""
    if what == "still":
        return home.kind == "elder"
    part = _NEEDS.get(what)
    return part is None or any(thing.model.part == part for thing in home.things)
