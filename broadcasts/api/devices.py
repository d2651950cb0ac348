"""What another system reads of devices, where its key may."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from backend.core import access
from backend.core.errors import NotFound
from broadcasts.api import keys, schema
from broadcasts.api.models import ApiKey
from iot import asking, bodies
from iot.models import Device, Reading


def known(key: ApiKey, asked: schema.DevicesAsked) -> dict[str, Any]:
    """A page of the devices of its Org. Raises Forbidden."""
    actor = keys.actor_of(key)
    access.check(actor, keys.READ_DEVICES)
    found = asking.devices(actor, asked.after, asked.limit)
    models = asking.models(found)
    return {
        "items": [
            _device(device, models.get(device.profile_id or 0), bodies.withheld(actor, device))
            for device in found
        ],
        "next": found[-1].id if len(found) == asked.limit else None,
    }


def said(key: ApiKey, device_id: int, asked: schema.ReadingsAsked) -> dict[str, Any]:
    """A page of what it said. Raises Forbidden, NotFound."""
    actor = keys.actor_of(key)
    access.check(actor, keys.READ_DEVICES)
    device = asking.device(actor, device_id)
    if device is None:
        raise NotFound()
    withheld = bodies.withheld(actor, device)
    if asked.point in withheld:
        return {"items": [], "next": None}
    after = None
    if asked.after is not None:
        at, _sign, number = asked.after.rpartition("-")
        after = (int(at), int(number))
    found, upto = asking.readings(device, asked.since, asked.to, asked.point, after, asked.limit)
    return {
        "items": [_reading(reading, asked.point, withheld) for reading in found],
        "next": f"{upto[0]}-{upto[1]}" if upto is not None else None,
    }


def _device(device: Device, model: str | None, withheld: Container[str]) -> dict[str, Any]:
    return schema.DeviceState(
        id=device.id, address=device.address, name=device.name, model=model, status=device.status, online=device.online,
        seen_at=device.seen_at, points={name: said for name, said in device.points.items() if name not in withheld},
    ).model_dump(mode="json")  # fmt: skip


def _reading(reading: Reading, point: str | None, withheld: Container[str]) -> dict[str, Any]:
    values = {
        name: said
        for name, said in reading.said.items()
        if name not in withheld and (point is None or name == point)
    }
    return schema.ReadingState(
        id=reading.id, at=reading.at, received_at=reading.received_at, kind=reading.kind, values=values
    ).model_dump(mode="json")
