"""Devices and readings page by page, for whoever reads all of them: each page goes on where the one before ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from backend.core import access, clock
from backend.core.access import Actor
from iot.models import Device, DeviceProfile, Reading
from iot.registry.devices import READ

Place = tuple[int, int]
"""Where a page ended: (milliseconds, id) of its last reading."""
_AT_ONCE = 1_000
_MOST_LOOKED_AT = 10_000
"""Readings of a page that looks for one point: it may be rare."""


def devices(actor: Actor, after: int, limit: int) -> list[Device]:
    """Those of the actor's Orgs with a higher id than `after`, in order."""
    mine = Device.org_id.in_(access.org_ids(actor, READ)) & (Device.id > after)
    return list(Device.select().where(mine).order_by(Device.id).limit(limit))


def device(actor: Actor, device_id: int) -> Device | None:
    """One of the actor's Orgs."""
    return Device.get_or_none((Device.id == device_id) & Device.org_id.in_(access.org_ids(actor, READ)))  # type: ignore[no-any-return]


def models(found: Iterable[Device]) -> dict[int, str]:
    """The keys of their models by id."""
    wanted = {d.profile_id for d in found if d.profile_id is not None}
    query = DeviceProfile.select(DeviceProfile.id, DeviceProfile.key).where(DeviceProfile.id.in_(wanted))
    return dict(query.tuples())


def readings(
    of: Device,
    since: datetime | None,
    until: datetime | None,
    point: str | None,
    after: Place | None,
    limit: int,
) -> tuple[list[Reading], Place | None]:
    """Those from `since` (and that moment) to `until` (without it) that have `point`, from the earliest on; and where the next page begins, None when
    there is none."""
    wanted: Any = Reading.device_id == of.id
    if since is not None:
        wanted &= Reading.at >= since
    if until is not None:
        wanted &= Reading.at < until
    found: list[Reading] = []
    looked = 0
    while looked < _MOST_LOOKED_AT:
        size = min(_AT_ONCE, limit - len(found) if point is None else _AT_ONCE)
        later = wanted if after is None else wanted & _behind(after)
        rows = list(Reading.select().where(later).order_by(Reading.at, Reading.id).limit(size))
        for row in rows:
            after = (clock.to_ms(row.at), row.id)
            if point is None or point in row.said:
                found.append(row)
                if len(found) == limit:
                    return found, after
        if len(rows) < size:
            return found, None
        looked += len(rows)
    return found, after


def _behind(place: Place) -> Any:
    at, number = place
    return (Reading.at >= at) & ((Reading.at > at) | (Reading.id > number))
