"""The registry: what staff say of a device and of a model, and what they see of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Sequence
from typing import Any

import structlog

from backend.core import access, audit, clock, health, orgs
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Conflict, Forbidden, Invalid, NotFound
from backend.core.i18n import Msg, Text, _, ngettext
from backend.fields.address import Home
from iot.ingest.models import BrokerSession, DeviceHook
from iot.mapping import Rule, checked
from iot.models import Device, DeviceProfile, Reading
from iot.points import POINTS, SAFETY

log = structlog.get_logger()
READ, INSTALL, CHANGE = "device.read", "device.install", "device.change"
NOT_FOR_YOU = _("a value of a body: not for you to see")
"""Stands where a value of a Point would that is withheld."""
LISTENING = "at work"
"""What the ingest process says of itself while it is connected."""
ON_MOVED: list[Callable[[Device], None]] = []
"""What else ends when a device, its row not changed yet, goes to another Org or another person, in the same transaction."""
ON_ANOTHER_PERSON: list[Callable[[Device], None]] = []
"""What else ends when a device, its row not changed yet, goes to another person, to nobody, or from nobody to somebody, in the same transaction."""
ON_RETIRED: list[Callable[[Device], None]] = []
"""What else ends when a device is taken out of use, in the same transaction: other modules add themselves."""
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
    in_use: bool = True,
) -> Device:
    """Say what a device is, where it is and whose; not `in_use`: it is to be tried first, and raises nothing, but one that is in use stays so. Raises
    NotFound, Forbidden, Invalid."""
    access.check(actor, INSTALL, org_id)
    with transaction():
        device = seen(actor, device_id)
        if device.org_id is not None:
            access.check(actor, INSTALL, device.org_id)
        if not name.strip():
            raise Invalid(_("What shall the device be called?"), "name")
        if profile_id is not None:
            fitting(profile_id, org_id)
        if device.org_id is not None and (device.org_id, device.resident_id) != (org_id, resident_id):
            for act in ON_MOVED:
                act(device)
            device.points = {}
            device.save(only=("open_points", "body"))
        if device.resident_id != resident_id:
            for act in ON_ANOTHER_PERSON:
                act(device)
        device.name, device.org_id, device.profile_id = name.strip()[:80], org_id, profile_id
        device.resident_id = resident_id
        device.place = json.dumps(place.to_json(), ensure_ascii=False) if place is not None else None
        device.status = "active" if in_use or device.status == "active" else "new"
        device.changed_at = clock.now()
        # Not what devices say themselves: a message may be stored at this moment.
        device.save(only=("name", "org_id", "profile_id", "resident_id", "place", "status", "changed_at"))
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
        device.save(only=("status", "changed_at"))
        audit.record(actor, "device.retire", device.subject, org_id=device.org_id)
        for act in ON_RETIRED:
            act(device)


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
    own = owner(actor)
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
            made: DeviceProfile = DeviceProfile.create(**values, created_at=now, org_id=own)
        else:
            made = changeable(actor, profile_id)
            if made.state != "draft":
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
    with transaction():
        found = changeable(actor, profile_id)
        if found.version_id is not None:
            raise Conflict(_("This model was installed: one of its versions is approved."))
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


def profiles(actor: Actor | None = None) -> list[DeviceProfile]:
    """The models, or those that the actor sees: everybody's, and those of an Org that is hers, above hers or below."""
    found = list(DeviceProfile.select().order_by(DeviceProfile.name, DeviceProfile.id))
    if actor is None:
        return found
    mine = actor.paths(READ)
    paths = orgs.paths({p.org_id for p in found if p.org_id is not None})
    return [p for p in found if p.org_id is None or _meet(paths.get(p.org_id, "-"), mine)]


def _meet(path: str, mine: tuple[str, ...]) -> bool:
    return any(path.startswith(top) or top.startswith(path) for top in mine)


def seen_profile(actor: Actor, profile_id: int) -> DeviceProfile:
    """A model that the actor sees. Raises NotFound."""
    found = next((p for p in profiles(actor) if p.id == profile_id), None)
    if found is None:
        raise NotFound()
    return found


def may_change_profile(actor: Actor, its: DeviceProfile) -> bool:
    """Whether `changeable` would let her."""
    if its.org_id is not None:
        return access.may(actor, CHANGE, its.org_id)
    return access.may(actor, CHANGE) and owner(actor) is None


def owner(actor: Actor, permission: str = CHANGE) -> int | None:
    """Whose a model, or with INSTALL a device, is that the actor enters: everybody's (None) where she acts at the top of the tree, else her own
    Org's. Raises Forbidden."""
    access.check(actor, permission)
    tops = actor.paths(permission)
    if any(path.count("/") <= 2 for path in tops):
        return None
    return int(tops[0].strip("/").rpartition("/")[2])


def changeable(actor: Actor, profile_id: int) -> DeviceProfile:
    """A model that the actor may change: her own Org's, and everybody's only from the top of the tree. Raises NotFound, Forbidden."""
    found = profile(profile_id)
    if found.org_id is not None:
        access.check(actor, CHANGE, found.org_id)
    elif owner(actor) is not None:
        raise Forbidden(_("This model is everybody’s. Please make one of your own."))
    return found


def fitting(profile_id: int, org_id: int | None) -> DeviceProfile:
    """A model for a device of this Org. Raises Invalid when it belongs to another one."""
    found = DeviceProfile.get_or_none(DeviceProfile.id == profile_id)
    if found is None:
        raise Invalid(_("Please choose one."), "profile")
    if found.org_id is not None and org_id is not None:
        paths = orgs.paths({found.org_id, org_id})
        if not paths.get(org_id, "").startswith(paths.get(found.org_id, "-")):
            raise Invalid(_("This model belongs to another community."), "profile")
    return found  # type: ignore[no-any-return]


def seen(actor: Actor, device_id: int) -> Device:
    """Raises NotFound, also for one that the actor may not see. What nobody has bound is seen by whoever may bind anything."""
    device = Device.get_or_none(Device.id == device_id)
    if device is None or not access.may(actor, READ, device.org_id):
        raise NotFound()
    return device  # type: ignore[no-any-return]


def listed(actor: Actor, status: str = "") -> list[Device]:
    """Those that the actor may see: new ones first, then by name."""
    mine = Device.org_id.in_(access.org_ids(actor, READ))
    if access.may(actor, INSTALL):
        mine = mine | Device.org_id.is_null()
    query = Device.select().where(mine & (Device.status == status) if status else mine)
    return list(query.order_by(Device.status != "new", Device.name, Device.id).limit(1_000))


def new_count(actor: Actor) -> int:
    """Devices that report and that nobody has named."""
    return int(Device.select().where(Device.status == "new").count()) if access.may(actor, INSTALL) else 0


def listening() -> bool:
    """Whether somebody hears at the broker what devices say."""
    return any(row.process == "ingest" and row.detail == LISTENING for row in health.living())


def hearing() -> bool:
    """Whether somebody hears what devices say: at the broker, or, where nobody ever listened at one, at the addresses that network servers post to."""
    return listening() or _by_addresses_alone()


def _by_addresses_alone() -> bool:
    if BrokerSession.select().exists() or not any(row.process == "web" for row in health.living()):
        return False
    used = DeviceHook.revoked_at.is_null() & DeviceHook.last_used_at.is_null(False)
    return bool(DeviceHook.select().where(used).exists())


def heard() -> tuple[bool, Text]:
    """Red when devices are in use and nobody hears them."""
    in_use = Device.select().where(Device.status == "active").count()
    if not in_use or listening():
        return True, ngettext("{n} device in use", "{n} devices in use", in_use)
    if _by_addresses_alone():
        return True, ngettext(
            "{n} device in use, heard only through network servers that post here",
            "{n} devices in use, heard only through network servers that post here",
            in_use,
        )
    return False, _("Nobody listens to the devices: an alarm of theirs would not be heard.")


def place_of(device: Device) -> dict[str, Any]:
    """JSON of its `Home`, {} when it has none of its own, or one that cannot be read: its alarms must not fail by that."""
    try:
        known = json.loads(device.place) if device.place else {}
    except ValueError:
        known = None
    if not isinstance(known, dict):
        log.error("device.place_unreadable", device=device.id)
        return {}
    return known


def readings(device: Device, limit: int = 100) -> list[Reading]:
    """The last ones, the newest first."""
    query: Any = Reading.select().where(Reading.device_id == device.id)
    return list(query.order_by(Reading.at.desc(), Reading.id.desc()).limit(limit))


def mute(device: Device, its: DeviceProfile | None) -> bool:
    """Whether it cannot call for help: nobody has said what it is, or its model's mapping knows no safety point or is not approved."""
    if device.status == "retired":
        return False
    return device.status == "new" or mute_when_used(its)


def mute_when_used(its: DeviceProfile | None) -> bool:
    """Whether devices of this model cannot call for help, in use or not."""
    return its is None or unready(its) or not {rule["point"] for rule in its.rules} & SAFETY


def unready(its: DeviceProfile | None) -> bool:
    """Whether nobody has said of such a device what it may call for help with: a thermometer of an approved model is meant to be silent."""
    return its is None or its.state != "approved"


def shown(device: Device, withheld: Container[str]) -> list[tuple[Msg, Text, int]]:
    """Its points as people read them: (what, value with its unit, when in milliseconds). Of those `withheld` (`iot.bodies`) that there is a value."""
    found: list[tuple[Msg, Text, int]] = []
    for name, (value, at) in device.points.items():
        point = POINTS.get(name)
        if name in withheld and point is not None:
            found.append((point.title, NOT_FOR_YOU, int(at)))
        elif point is not None:
            text = (
                f"{value:g} {point.unit}".strip()
                if isinstance(value, int | float) and point.kind == "number"
                else str(value)
            )
            found.append((point.title, text, int(at)))
    return found
