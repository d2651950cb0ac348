"""Which model a device probably is: as it says itself, or as others are that say the same. A proposal: staff bind it."""

from __future__ import annotations

from collections.abc import Sequence

import peewee

from iot.models import Device, DeviceProfile


def suggested(device: Device, among: Sequence[DeviceProfile]) -> DeviceProfile | None:
    """Of these models the one for a device that has none yet, None where nothing speaks for one."""
    said = device.said_model
    if device.profile_id is not None or not said:
        return None
    by_name = next((profile for profile in among if said in profile.says), None)
    if by_name is not None:
        return by_name
    # What a network server calls a model is its own number: staff have said before which model that is.
    count = peewee.fn.COUNT(Device.id)
    alike = (Device.said_model == said) & (Device.status == "active") & Device.profile_id.is_null(False)
    rows = Device.select(Device.profile_id).where(alike).group_by(Device.profile_id).order_by(count.desc())
    known = {profile.id: profile for profile in among}
    return next((known[number] for (number,) in rows.limit(5).tuples() if number in known), None)
