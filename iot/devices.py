"""The registry: what staff say of a device and of a model, and what they see of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from backend.core import access, audit, clock, health
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import Msg, Text, _, ngettext
from backend.fields.address import Home
from iot.mapping import Rule, checked
from iot.models import Device, DeviceProfile, QuarantinedMessage, Reading
from iot.points import POINTS, SAFETY

READ, CHANGE = "device.read", "device.change"
LISTENING = "at work"
"""What the ingest process says of itself while it is connected."""
STATUS: dict[str, tuple[Msg, str]] = {
    "new": (_("New: nobody has said what it is"), "attention"),
    "active": (_("In use"), "good"),
    "retired": (_("Out of use"), "calm"),
}
DECODERS: dict[str, Msg] = {
    "": _("The network says the values"),
    "cayenne": _("Cayenne Low Power Payload"),
}


def bind(
    actor: Actor,
    device_id: int,
    *,
    name: str,
    org_id: int,
    profile_id: int | None,
    resident_id: int | None = None,
    place: Home | None = None,
) -> Device:
    """Say what a device is, where it is and whose. Raises NotFound, Forbidden, Invalid."""
    access.check(actor, CHANGE, org_id)
    with transaction():
        device = seen(actor, device_id)
        if not name.strip():
            raise Invalid(_("What shall the device be called?"), "name")
        if profile_id is not None and DeviceProfile.get_or_none(DeviceProfile.id == profile_id) is None:
            raise Invalid(_("Please choose one."), "profile")
        device.name, device.org_id, device.profile_id = name.strip()[:80], org_id, profile_id
        device.resident_id = resident_id
        device.place = json.dumps(place.to_json(), ensure_ascii=False) if place is not None else None
        device.status, device.changed_at = "active", clock.now()
        device.save()
        audit.record(
            actor, "device.bind", device.subject, org_id=org_id,
            after={"name": device.name, "profile": profile_id, "resident": resident_id},
        )  # fmt: skip
    return device


def retire(actor: Actor, device_id: int) -> None:
    """It raises nothing any more. Raises NotFound, Forbidden."""
    with transaction():
        device = seen(actor, device_id)
        access.check(actor, CHANGE, device.org_id)
        device.status, device.changed_at = "retired", clock.now()
        device.save()
        audit.record(actor, "device.retire", device.subject, org_id=device.org_id)


def save_profile(
    actor: Actor,
    key: str,
    name: str,
    rules: Sequence[Rule],
    *,
    decoder: str = "",
    profile_id: int | None = None,
) -> DeviceProfile:
    """A model of devices, or a change of one that is not approved yet. Raises Forbidden, Invalid, NotFound, Conflict."""
    access.check(actor, CHANGE)
    if not name.strip() or not key.strip():
        raise Invalid(_("Please give the model a name."), "name")
    if decoder not in DECODERS:
        raise Invalid(_("Please choose one."), "decoder")
    now = clock.now()
    values: dict[str, Any] = {
        "key": key.strip()[:80], "name": name.strip()[:80], "decoder": decoder, "state": "draft", "by_name": actor.name[:80],
        "rules": [checked(rule).to_json() for rule in rules], "changed_at": now,
    }  # fmt: skip
    with transaction():
        other = DeviceProfile.get_or_none(DeviceProfile.key == values["key"])
        if other is not None and other.id != profile_id:
            raise Conflict(_("There is a model of this name already."))
        if profile_id is None:
            made: DeviceProfile = DeviceProfile.create(**values, created_at=now)
        else:
            made = profile(profile_id)
            if made.state == "approved":
                # Its detectors, wherever they hang, would raise nothing until somebody approved it again.
                raise Conflict(
                    _(
                        "Devices rely on this model. Please make a new one, and give it to them when it is approved."
                    )
                )
            for column, value in values.items():
                setattr(made, column, value)
            made.save()
        audit.record(
            actor,
            "device.profile",
            f"device_profile:{made.id}",
            after={"name": made.name, "rules": made.rules},
        )
    return made


def approve(actor: Actor, profile_id: int) -> None:
    """Somebody has looked the mapping over: from now on it may raise alarms. Raises Forbidden, NotFound, Invalid when it means nothing."""
    access.check(actor, CHANGE)
    with transaction():
        found = profile(profile_id)
        if not found.rules:
            raise Invalid(_("Nothing is mapped yet: the device could say nothing."), "rules")
        found.state, found.changed_at = "approved", clock.now()
        found.save()
        audit.record(actor, "device.approve", f"device_profile:{found.id}", after={"rules": found.rules})


def profile(profile_id: int) -> DeviceProfile:
    """Raises NotFound."""
    found = DeviceProfile.get_or_none(DeviceProfile.id == profile_id)
    if found is None:
        raise NotFound()
    return found  # type: ignore[no-any-return]


def profiles() -> list[DeviceProfile]:
    return list(DeviceProfile.select().order_by(DeviceProfile.name, DeviceProfile.id))


def seen(actor: Actor, device_id: int) -> Device:
    """Raises NotFound, also for one that the actor may not see. What nobody has bound is seen by whoever may bind anything."""
    device = Device.get_or_none(Device.id == device_id)
    if device is None or not access.may(actor, READ, device.org_id):
        raise NotFound()
    return device  # type: ignore[no-any-return]


def listed(actor: Actor, status: str = "") -> list[Device]:
    """Those that the actor may see: new ones first, then by name."""
    mine = Device.org_id.in_(access.org_ids(actor, READ))
    if access.may(actor, CHANGE):
        mine = mine | Device.org_id.is_null()
    query = Device.select().where(mine & (Device.status == status) if status else mine)
    return list(query.order_by(Device.status != "new", Device.name, Device.id).limit(1_000))


def new_count(actor: Actor) -> int:
    """Devices that report and that nobody has named."""
    return int(Device.select().where(Device.status == "new").count()) if access.may(actor, CHANGE) else 0


def heard() -> tuple[bool, Text]:
    """Red when devices are in use and nobody listens to them at the broker."""
    listening = any(row.process == "ingest" and row.detail == LISTENING for row in health.living())
    in_use = Device.select().where(Device.status == "active").count()
    if listening or not in_use:
        return True, ngettext("{n} device in use", "{n} devices in use", in_use)
    return False, _("Nobody listens to the devices: an alarm of theirs would not be heard.")


def place_of(device: Device) -> dict[str, Any]:
    """JSON of its `Home`, {} when it has none of its own."""
    return dict(json.loads(device.place)) if device.place else {}


def readings(device: Device, limit: int = 100) -> list[Reading]:
    """The last ones, the newest first."""
    query: Any = Reading.select().where(Reading.device_id == device.id)
    return list(query.order_by(Reading.at.desc(), Reading.id.desc()).limit(limit))


def quarantined(limit: int = 100) -> list[QuarantinedMessage]:
    """What could not be read lately, the newest first."""
    return list(QuarantinedMessage.select().order_by(QuarantinedMessage.id.desc()).limit(limit))


def mute(device: Device, its: DeviceProfile | None) -> bool:
    """Whether it cannot call for help: nobody has said what it is, or its model's mapping knows no safety point or is not approved."""
    if device.status == "retired":
        return False
    mapped = {rule["point"] for rule in its.rules} if its is not None else set()
    return device.status == "new" or its is None or its.state != "approved" or not mapped & SAFETY


def shown(device: Device) -> list[tuple[Msg, str, int]]:
    """Its points as people read them: (what, value with its unit, when in milliseconds)."""
    found = []
    for name, (value, at) in device.points.items():
        point = POINTS.get(name)
        if point is not None:
            text = (
                f"{value:g} {point.unit}".strip()
                if isinstance(value, int | float) and point.kind == "number"
                else str(value)
            )
            found.append((point.title, text, int(at)))
    return found
