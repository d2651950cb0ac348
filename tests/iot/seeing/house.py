"""A home whose devices say things at moments of our choosing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from backend.core import clock
from iot import storing
from iot.mapping import written
from iot.models import Device, Reading
from iot.registry import devices
from iot.uplink import Arrived
from tests.care.town import Town


def says(device: str, at: datetime | None = None, **values: Any) -> None:
    """Its message of that moment, now when none is given."""
    moment = at or clock.now()
    body = {"id": f"{moment.timestamp()}{values}"[:60], **values, "at": moment.isoformat()}
    storing.store([Arrived(f"linli/{device}/up", json.dumps(body).encode(), clock.now())])


def kept(device: Device, said: Iterable[tuple[datetime, dict[str, Any]]]) -> None:
    """Readings of the past, all at once."""
    rows = [
        {"device_id": device.id, "kind": "data", "at": at, "received_at": at, "values": values}
        for at, values in said
    ]
    Reading.insert_many(rows).execute()
    last = max(rows, key=lambda row: row["at"])
    points = {name: [value, clock.to_ms(last["at"])] for name, value in last["values"].items()}
    Device.update(open_points=points).where(Device.id == device.id).execute()


def bound(town: Town, device: str, *rules: str, resident_id: int | None = None) -> Device:
    """A device in use, of a model that somebody approved."""
    admin = town.actor(town.admin)
    storing.store([Arrived(f"linli/{device}/up", b'{"id": "first"}', clock.now())])
    model = devices.save_profile(admin, device, device, [written(rule) for rule in rules])
    devices.approve(admin, model.id)
    known = Device.get(Device.address == f"plain:{device}")
    return devices.bind(
        admin, known.id, name=device, org_id=town.grid.id, profile_id=model.id, resident_id=resident_id
    )
