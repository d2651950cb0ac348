"""What a device said, understood: the contract between storing and everything that acts on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from datetime import datetime

from backend.core.values import value
from iot.models import Device, DeviceProfile
from iot.uplink import Arrived, Scalar, Uplink

APART = frozenset({"latitude", "longitude", "accuracy", "snapshot"})
"""Points that are kept out of readings, of what is shown of a device, of rules and of routes: where a person is, and pictures."""
_WHERE = APART - {"snapshot"}


def parted(device: Device, values: Mapping[str, Scalar]) -> tuple[Mapping[str, Scalar], Mapping[str, Scalar]]:
    """(what is kept of these values as a Reading, what is kept apart). Where a thing is that nobody carries is no secret."""
    if APART.isdisjoint(values):
        return values, {}
    named = APART if device.resident_id is not None else APART - _WHERE
    apart = {name: said for name, said in values.items() if name in named}
    return {name: said for name, said in values.items() if name not in named}, apart


@value
class Heard:
    """One message that was not said before. `before` are the device's last values by Point, from earlier messages, `before_at` when each was said
    (milliseconds since 1970); `values` those of this one.

    `at` is when it was said, `received` when we heard it. `trusted`: the device is in use and its model approved, so that it may call
    for help. `apart` are values that stand in no Reading (see `APART`): only who handles them with care asks for them. `replayed`: it
    had been put aside, and somebody tried it again. `arrived`: the message as it came. `fleeting` was measured of the body of somebody who has not agreed that it is kept (`iot.bodies`): rules look at it in
    this moment, and nobody writes it anywhere.
    """

    device: Device
    profile: DeviceProfile | None
    uplink: Uplink
    before: Mapping[str, Scalar]
    before_at: Mapping[str, int]
    values: Mapping[str, Scalar]
    at: datetime
    received: datetime
    apart: Mapping[str, Scalar]
    replayed: bool = False
    arrived: Arrived | None = None
    fleeting: Mapping[str, Scalar] = field(default_factory=dict)

    @property
    def said(self) -> Mapping[str, Scalar]:
        """All that it says, for whoever looks and keeps nothing."""
        return {**self.values, **self.fleeting} if self.fleeting else self.values

    @property
    def trusted(self) -> bool:
        return trusted(self.device, self.profile)


def trusted(device: Device, profile: DeviceProfile | None) -> bool:
    """Whether such a device may call for help."""
    return profile is not None and profile.state == "approved" and device.status == "active"


Listener = Callable[[Sequence[Heard]], None]
"""Acts on what a batch said, in order, inside the transaction that stores it: all of it is kept, or none. Devices' rows are locked. It must not wait
for anything outside the database."""
