"""Pages that show devices are nudged when something changed: what is or is not, and what happened; not each measurement."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core import live
from iot.heard import Heard
from iot.points import POINTS

KIND = "device"


def listen(batch: Sequence[Heard]) -> None:
    """One nudge for a whole batch."""
    if any(_changed(heard) for heard in batch):
        live.publish(live.ADMIN, {"kind": KIND, "id": None})


def _changed(heard: Heard) -> bool:
    if heard.uplink.kind == "event" or not heard.before:
        return True
    return any(
        heard.before.get(name) != value
        for name, value in heard.values.items()
        if name in POINTS and POINTS[name].kind == "yes_no"
    )
