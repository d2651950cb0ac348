"""A broken device is replaced: the new hardware takes its place in the registry, and everything that is tied to that place stays.

A Device is the smoke detector of that kitchen, whichever hardware hangs there: so the two exchange their addresses, and name, place, resident, rules, settings and
the readings of years go on under the same number. The other row keeps the broken one's address, and is out of use.
"""

from __future__ import annotations

import peewee

from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.db import Instant, Model, is_postgres, transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import _
from iot.models import Device, Reading
from iot.registry import devices


class DeviceReplacement(Model):
    """The hardware of a Device was exchanged: its readings until then came from `old_address`, which `retired_id` has now."""

    device_id = peewee.IntegerField(index=True)
    retired_id = peewee.IntegerField()
    old_address = peewee.CharField(120)
    new_address = peewee.CharField(120)
    why = peewee.CharField(200)
    by_name = peewee.CharField(80)
    at = Instant()


def replace(
    actor: Actor, broken_id: int, new_id: int, *, profile_id: int | None = None, why: str = ""
) -> Device:
    """Let the hardware that reports as `new_id` take the place of `broken_id`; `profile_id` where it is another model. Returns the Device with the new address.
    Raises NotFound, Forbidden, Conflict, Invalid."""
    with transaction():
        if is_postgres():
            # What they say at this moment must not be written over.
            list(
                Device.select(Device.id)
                .where(Device.id.in_((broken_id, new_id)))
                .order_by(Device.id)
                .for_update()
            )
        broken, new = devices.seen(actor, broken_id), devices.seen(actor, new_id)
        for one in (broken, new):
            access.check(actor, devices.INSTALL, one.org_id)
        if broken.id == new.id or broken.status != "active":
            raise Invalid(_("Please choose the new device."), "new")
        if new.status == "active":
            raise Conflict(_("That device is in use already, elsewhere."))
        if profile_id is not None:
            devices.fitting(profile_id, broken.org_id)
        now, old, fresh = clock.now(), broken.address, new.address
        # Addresses are unique at every moment.
        Device.update(address=f"-{new.id}").where(Device.id == new.id).execute()
        Device.update(
            address=fresh, profile_id=profile_id or broken.profile_id, said_model=new.said_model, online=new.online,
            reply=new.reply, seen_at=new.seen_at, open_points={}, body=None, unread=new.unread, tested_at=None, changed_at=now,
        ).where(Device.id == broken.id).execute()  # fmt: skip
        Device.update(
            address=old, name=_retired_name(broken), status="retired", org_id=broken.org_id, open_points=broken.open_points,
            body=None, unread=broken.unread, online=None, reply=broken.reply, seen_at=broken.seen_at, said_model=broken.said_model,
            changed_at=now,
        ).where(Device.id == new.id).execute()  # fmt: skip
        # The new hardware may count its messages from one again: they must not pass for repeats of the old one's.
        Reading.update(key=None).where(
            (Reading.device_id == broken.id) & Reading.key.is_null(False)
        ).execute()
        DeviceReplacement.create(
            device_id=broken.id, retired_id=new.id, old_address=old, new_address=fresh, why=why.strip()[:200],
            by_name=actor.name[:80], at=now,
        )  # fmt: skip
        audit.record(
            actor, "device.replace", broken.subject, org_id=broken.org_id, before={"address": old},
            after={"address": fresh}, why=why,
        )  # fmt: skip
        return Device.get_by_id(broken.id)  # type: ignore[no-any-return]


def _retired_name(broken: Device) -> str:
    return f"{broken.name[:60]} ({broken.address[:18]})"


def of_device(device_id: int) -> list[DeviceReplacement]:
    """Every exchange of its hardware, and where it went itself, the latest first."""
    mine = (DeviceReplacement.device_id == device_id) | (DeviceReplacement.retired_id == device_id)
    return list(DeviceReplacement.select().where(mine).order_by(DeviceReplacement.id.desc()))


def candidates(actor: Actor) -> list[Device]:
    """What reports and is nobody's yet, the latest first."""
    found = devices.listed(actor, "new")
    return sorted((d for d in found if d.seen_at), key=lambda d: d.seen_at, reverse=True)[:50]
