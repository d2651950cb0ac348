"""Taking a device in, with a phone beside it: which one, which model, where, and a press of its test button. It is in use only after that, so that the press
wakes nobody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from backend.core import access, audit, clock, live
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Invalid
from backend.core.i18n import _
from iot.heard import Heard
from iot.models import Device
from iot.registry import devices
from iot.registry.scanned import sticker

PATIENCE = timedelta(minutes=10)
"""How long a press is waited for. Who comes too late asks again."""


def find(actor: Actor, text: str) -> Device:
    """The device whose sticker says this; one that was not heard yet is entered by it. Raises Invalid, Forbidden."""
    access.check(actor, devices.INSTALL)
    found = sticker(text)
    if found is None:
        raise Invalid(
            _(
                "This is no device’s code that I know. Its number will do: the 16 digits after DevEUI, or the serial number."
            ),
            "code",
        )
    with transaction():
        for address in found.addresses:
            known = Device.get_or_none(Device.address == address[:120])
            if known is not None:
                return devices.seen(actor, known.id)
        now = clock.now()
        made: Device = Device.create(
            address=found.addresses[0][:120],
            name="",
            status="new",
            org_id=devices.owner(actor, devices.INSTALL),
            created_at=now,
            changed_at=now,
        )
        audit.record(actor, "device.enter", made.subject, org_id=made.org_id, after={"address": made.address})
        return made


def expect(actor: Actor, device_id: int) -> None:
    """Somebody stands beside it and presses its test button now. Raises NotFound, Forbidden."""
    with transaction():
        device = devices.seen(actor, device_id)
        access.check(actor, devices.INSTALL, device.org_id)
        Device.update(awaited_until=clock.now() + PATIENCE, tested_at=None).where(
            Device.id == device.id
        ).execute()


def put_into_use(actor: Actor, device_id: int) -> Device:
    """From now on it may raise alarms. Raises NotFound, Forbidden, Invalid."""
    with transaction():
        device = devices.seen(actor, device_id)
        access.check(actor, devices.INSTALL, device.org_id)
        if device.org_id is None or not device.name:
            raise Invalid(_("Please say first what this device is and where."))
        device.status, device.awaited_until, device.changed_at = "active", None, clock.now()
        device.save(only=("status", "awaited_until", "changed_at"))
        audit.record(
            actor,
            "device.use",
            device.subject,
            org_id=device.org_id,
            after={"tested": device.tested_at is not None},
        )
        return device


def listen(batch: Sequence[Heard]) -> None:
    """See `iot.heard.Listener`: whoever waits for a device's message sees at once that it came."""
    for heard in batch:
        device = heard.device
        if device.awaited_until is None or heard.received > device.awaited_until or heard.uplink.retained:
            continue
        device.awaited_until, device.tested_at = None, heard.received
        Device.update(awaited_until=None, tested_at=heard.received).where(Device.id == device.id).execute()
        live.publish(live.ADMIN, {"kind": "device", "id": device.id})
