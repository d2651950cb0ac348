"""A device's settings: what staff wish them to be beside what it says they are.

What it reports stands among the names that mean nothing else (`Device.unread`), so that nothing is stored twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import peewee

from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.db import Instant, Model, transaction
from backend.core.errors import Invalid
from backend.core.i18n import _
from iot.commands import actions as commands
from iot.commands.actions import DeviceCommand
from iot.mapping import same
from iot.models import Device, DeviceProfile
from iot.registry import devices
from iot.registry.abilities import Setting
from iot.uplink import Scalar

FIRMWARE = ("firmware", "firmwareversion", "firmware_version", "fw", "fwversion", "fw_version", "swversion", "sw_version",
            "softwareversion", "software_version", "version")  # fmt: skip
"""What makers call the version of their software, in small letters; of a name with parts its last."""


class DeviceWish(Model):
    """How a setting of a device shall be."""

    device_id = peewee.IntegerField()
    key = peewee.CharField(40)
    value = peewee.CharField(40)
    by_name = peewee.CharField(80)
    at = Instant()


DeviceWish.add_index(DeviceWish.device_id, DeviceWish.key, unique=True, name="device_wish_once")


@dataclass(frozen=True, slots=True)
class Stands:
    """A setting: as it is reported (None: not yet), as it is wished (None: nobody cares)."""

    setting: Setting
    reported: Scalar
    wished: str | None
    by_name: str = ""
    at: datetime | None = None

    @property
    def differs(self) -> bool:
        return self.wished is not None and (self.reported is None or not same(self.reported, self.wished))


def settings_of(its: DeviceProfile | None) -> list[Setting]:
    return [Setting.from_json(one) for one in its.settings or ()] if its is not None else []


def of_device(device: Device, its: DeviceProfile | None) -> list[Stands]:
    """Its model's settings, as they stand."""
    wishes = {wish.key: wish for wish in DeviceWish.select().where(DeviceWish.device_id == device.id)}
    found = []
    for setting in settings_of(its):
        wish = wishes.get(setting.key)
        reported = device.unread.get(setting.name)
        found.append(
            Stands(setting, reported, wish.value, wish.by_name, wish.at)
            if wish
            else Stands(setting, reported, None)
        )
    return found


def wish(actor: Actor, device_id: int, key: str, value: str) -> DeviceCommand:
    """Say how a setting shall be, and tell the device. Raises NotFound, Forbidden, Conflict, Invalid."""
    with transaction():
        device = devices.seen(actor, device_id)
        access.check(actor, devices.CHANGE, device.org_id)
        its = devices.profile(device.profile_id) if device.profile_id else None
        setting = next((one for one in settings_of(its) if one.key == key), None)
        if setting is None:
            raise Invalid(_("This device’s model does not know that."))
        number = _number(setting, value)
        row = {"value": str(number), "by_name": actor.name[:80], "at": clock.now()}
        DeviceWish.insert(device_id=device.id, key=key, **row).on_conflict(
            conflict_target=[DeviceWish.device_id, DeviceWish.key], update=row
        ).execute()
        audit.record(actor, "device.setting", device.subject, org_id=device.org_id, after={key: number})
        return commands.tell(actor, device_id, setting, number)


def _number(setting: Setting, value: str) -> int:
    try:
        number = int(value.strip())
    except ValueError:
        raise Invalid(_("“{value}” is no number.", value=value), setting.key) from None
    if not setting.least <= number <= setting.most:
        raise Invalid(
            _("Between {least} and {most}, please.", least=setting.least, most=setting.most), setting.key
        )
    return number


def firmware(device: Device) -> str:
    """The version of its software, if it says that."""
    for name, value in device.unread.items():
        if name.rpartition(".")[2].casefold() in FIRMWARE and value not in (None, ""):
            return str(value)[:40]
    return ""
