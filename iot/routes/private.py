"""What a person keeps to herself goes to no other system: what devices measure of her body. (Where she is, and pictures, stand in no reading at all:
`heard.APART`; without her consent neither does what was measured: `iot.bodies`.)"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from backend.residents import privacy
from iot.body import parted
from iot.models import Device
from iot.points import BODY

T = TypeVar("T")


def of_these(said: Iterable[tuple[Device, Mapping[str, object]]]) -> frozenset[int]:
    """The devices of people who keep to themselves what was measured of their bodies, among those that say such a thing."""
    measured = {
        device.id: device.resident_id
        for device, values in said
        if device.resident_id is not None and not BODY.isdisjoint(values)
    }
    if not measured:
        return frozenset()
    hers = privacy.only_hers(set(measured.values()))
    return frozenset(n for n, who in measured.items() if privacy.HEALTH in hers.get(who, ()))


def without_body(values: Mapping[str, T]) -> Mapping[str, T]:
    """The others of these values."""
    return parted(values)[0]
