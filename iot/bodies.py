"""What devices measure of somebody's body is kept while she agrees to that, and no longer: it rests on her consent to health data alone (PIPL articles 28,
29 and 47). What is kept is read by those who look after her health. While she has not agreed, each value is looked at in the moment it comes, for the rules that call help (article 13, 1, 4), and is written nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from backend.care.health import consenting
from backend.core import access, privacy
from backend.core.access import Actor
from backend.core.db import is_postgres
from backend.residents import consent, health
from backend.residents import queries as residents
from iot.models import Device, DeviceProfile, QuarantinedMessage, Reading
from iot.points import BODY
from iot.registry import devices
from iot.routes import entries
from iot.uplink import Scalar

_NONE: frozenset[str] = frozenset()


def unkept(said: Iterable[tuple[Device, Mapping[str, Scalar]]]) -> set[int]:
    """The residents of whose bodies these devices measured something, and who have not agreed that it is kept. Asked while the devices are locked, it holds
    until the transaction ends: `forget` waits for them."""
    measured = {
        device.resident_id
        for device, values in said
        if device.resident_id is not None and not BODY.isdisjoint(values)
    }
    return measured - consenting.standing(measured) if measured else set()


def withheld(actor: Actor, device: Device) -> frozenset[str]:
    """The Points of this device that the actor, who sees it, does not read."""
    if not access.may(actor, health.READ):
        return BODY
    hers = device.resident_id
    org_id = device.org_id if hers is None else residents.org_of(hers)
    return _NONE if health.read_by(actor, org_id, hers) else BODY


def forget(resident_id: int) -> None:
    """All that was kept of her body goes: readings, last values, what is on its way to other systems or was not taken there, and what of her measuring devices
    could not be read. That they spoke at those moments stays. Belongs in the caller's transaction."""
    _forget(Device.resident_id == resident_id)


def _another_person(device: Device) -> None:
    """What it measured of one person is nothing to the next."""
    _forget(Device.id == device.id)


def _forget(which: Any) -> None:
    query = Device.select().where(which).order_by(Device.id)
    found = list(query.for_update() if is_postgres() else query)
    ids = [device.id for device in found]
    if not ids:
        return
    Reading.update(body=None).where(Reading.device_id.in_(ids) & Reading.body.is_null(False)).execute()
    Device.update(body=None).where(Device.id.in_(ids)).execute()
    entries.forget_bodies(ids)
    profiles = {device.profile_id for device in found}
    measuring = {p.id for p in DeviceProfile.select().where(DeviceProfile.id.in_(profiles)) if _measures(p)}
    unread = [device.address for device in found if device.profile_id in measuring]
    QuarantinedMessage.delete().where(QuarantinedMessage.device.in_(unread)).execute()


def export(resident_id: int) -> list[dict[str, Any]]:
    """What is kept of her body, the oldest first."""
    names = {
        d.id: d.name for d in Device.select(Device.id, Device.name).where(Device.resident_id == resident_id)
    }
    rows = Reading.select().where(Reading.device_id.in_(list(names)) & Reading.body.is_null(False))
    return [
        {"at": row.at.isoformat(), "device": names[row.device_id], **row.body}
        for row in rows.order_by(Reading.at).iterator()
    ]


def _measures(profile: DeviceProfile) -> bool:
    return any(rule.get("point") in BODY for rule in profile.rules)


consent.rests_on(consent.HEALTH, forget)
privacy.register("measured_by_devices", export, forget)
devices.ON_ANOTHER_PERSON.append(_another_person)
