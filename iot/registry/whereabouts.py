"""Where a device is when the person whose it is lives elsewhere from now on, or her file is erased: a smoke detector stays in the flat, a pendant may be
worn there or lie anywhere. What stays keeps the old home as its own place; of the rest nobody can know, and staff are asked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from backend.alarms import actions as alarms
from backend.core import access, audit, clock, privacy
from backend.core.access import Actor
from backend.core.db import is_postgres, transaction
from backend.core.errors import Conflict, Invalid
from backend.core.i18n import LOCALES, Msg, Text, _
from backend.fields.address import Home
from backend.fields.words import Words
from backend.residents import households, moves, one_at_a_time
from backend.residents import queries as residents
from iot.models import Device, DeviceProfile
from iot.points import BODY
from iot.registry import devices

FIXED = frozenset(
    (
        *("smoke", "gas", "carbon_monoxide", "water_leak", "gas_level", "door_open", "valve_open"),
        *("water_total", "gas_total", "energy_total", "heat_total"),
    )
)
"""What says so is screwed to the flat."""
SETTLED: dict[str, Msg] = {
    "stayed": _("She moved: it stayed there, and is hers no longer"),
    "along": _("She moved, and it went along"),
    "written": _("The old address was written wrongly"),
}
"""What staff can say of a device that seems to hang where its person does not live."""
CARRIED = BODY | {"latitude", "longitude", "steps"}
"""What says so goes with a person, whatever else it says."""


def fixed(device: Device) -> bool:
    """Whether it stays in its flat, as far as its model tells."""
    its = DeviceProfile.get_or_none(DeviceProfile.id == device.profile_id)
    points = {str(rule.get("point")) for rule in its.rules} if its is not None else set()
    return not points.isdisjoint(FIXED) and points.isdisjoint(CARRIED)


def elsewhere(device: Device) -> bool:
    """Whether it hangs in another flat than the one where the person lives whose it is: its own Org answers for it, not hers."""
    own = devices.place_of(device)
    if not own or device.resident_id is None or device.org_id is None or not fixed(device):
        return False
    hers = residents.in_need(device.resident_id)
    if hers is None or Home.from_json(own) != Home.from_json(hers.home or {}):
        return True
    return households.community_of(device.org_id) != households.community_of(hers.org_id)


def with_her_home(device: Device, words: Words) -> Words:
    """The same, and where she lives by now: whether she moved, or was entered at a wrong address before, may not have been said yet."""
    hers = residents.in_need(device.resident_id) if device.resident_id is not None else None
    if hers is None or not hers.home:
        return words
    home = Home.from_json(hers.home)
    homes = {locale: home.show(locale) for locale in LOCALES}

    def both(said: Text) -> Text:
        return _(
            "{said} If it is not there: the person whose device it is lives at {home} now.",
            said=said,
            home=homes,
        )

    return replace(
        words,
        text=both(words.text),
        short=both(words.short) if words.short is not None else None,
        spoken=both(words.spoken) if words.spoken is not None else None,
    )


def nowhere(found: Sequence[Device]) -> set[int]:
    """Of these devices those in use that can call for help, and whose call would say neither whose home it is nor another place."""
    bare = [d for d in found if d.status == "active" and not d.place]
    people = residents.by_ids({d.resident_id for d in bare if d.resident_id is not None})
    gone = {number for number, who in people.items() if who.status == "erased"}
    homeless = [d for d in bare if d.resident_id is None or d.resident_id in gone]
    models = {
        p.id: p for p in DeviceProfile.select().where(DeviceProfile.id.in_({d.profile_id for d in homeless}))
    }
    return {d.id for d in homeless if not devices.mute_when_used(models.get(d.profile_id))}


def leave(resident_id: int, moved: bool) -> None:
    """She is about to live elsewhere, and may have been entered at a wrong address until now: what stays is given the old home, and staff are asked about
    every device. Not `moved`: nobody asks, and what was given the wrong address has hers. Belongs in the transaction of the move, before her home changes."""
    found = _hers(resident_id)
    # After the devices, as whoever stores a message does.
    one_at_a_time.hold(resident_id)
    if not moved:
        _put_right(found, resident_id)
        return
    _pin(found, resident_id)
    _ask(
        found,
        _("Her home changed, and these devices are hers: {names}. Which stayed in the old home, which went with her, or was the old address written wrongly? Please say it on their pages. Until then, what hangs in a flat counts as in the old home, and the rest as with her."),
    )  # fmt: skip


def forget(resident_id: int) -> None:
    """What hangs in the flat is hers no longer and says where it is; of the rest staff are asked: it stays tied to the erased file, so that nothing is kept
    of a body without consent. Belongs in the transaction of the erasure, before her home is emptied."""
    found = _hers(resident_id)
    staying = _pin(found, resident_id)
    for device in staying:
        for act in devices.ON_ANOTHER_PERSON:
            act(device)
    Device.update(resident_id=None).where(Device.id.in_([device.id for device in staying])).execute()
    _ask(
        [device for device in found if device not in staying],
        _("The file of the person with these devices was deleted: {names}. Please take them back, or say on their pages whose they are. Until then their alarms name neither a person nor a home."),
    )  # fmt: skip


def export(resident_id: int) -> list[dict[str, Any]]:
    """Which devices are known as hers, and the place of each that has its own."""
    return [{"device": device.name, "place": devices.place_of(device)} for device in _hers(resident_id)]


def _hers(resident_id: int) -> list[Device]:
    """In use, or being tried; locked."""
    query = Device.select().where((Device.resident_id == resident_id) & (Device.status != "retired"))
    ordered = query.order_by(Device.id)
    return list(ordered.for_update() if is_postgres() else ordered)


def _pin(found: Sequence[Device], resident_id: int) -> list[Device]:
    """Those of them that stay; each has a place of its own now, where hers is known."""
    staying = [device for device in found if fixed(device)]
    hers = residents.in_need(resident_id) if staying else None
    if hers is not None and hers.home:
        for device in staying:
            if not devices.place_of(device):
                device.place = json.dumps(hers.home, ensure_ascii=False)
                device.save(only=("place",))
    return staying


def _put_right(found: Sequence[Device], resident_id: int) -> None:
    hers = residents.in_need(resident_id)
    wrong = Home.from_json(hers.home) if hers is not None and hers.home else None
    for device in found:
        if wrong is not None and (own := devices.place_of(device)) and Home.from_json(own) == wrong:
            device.place = None
            device.save(only=("place",))


def settle(actor: Actor, device_id: int, how: str) -> None:
    """Say what became of a device that counts as hanging where its person does not live any more. "stayed": it is hers no longer, and is where it is;
    "along": it hangs where she lives now; "written": the old address was wrong, and it always was there. Raises NotFound, Forbidden, Conflict, Invalid."""
    with transaction():
        device = devices.seen(actor, device_id)
        access.check(actor, devices.CHANGE, device.org_id)
        hers = residents.in_need(device.resident_id) if device.resident_id is not None else None
        if hers is None or device.org_id is None or not elsewhere(device):
            raise Conflict(_("That was said already."))
        if how not in SETTLED:
            raise Invalid(_("Please choose one."), "how")
        if how == "written":
            access.check(actor, devices.CHANGE, hers.org_id)
            # What it said, and what is still open, is of the same door.
            device.place, device.org_id, device.changed_at = None, hers.org_id, clock.now()
            device.save(only=("place", "org_id", "changed_at"))
        else:
            stays = how == "stayed"
            devices.bind(
                actor,
                device_id,
                name=device.name,
                org_id=device.org_id if stays else hers.org_id,
                profile_id=device.profile_id,
                resident_id=None if stays else device.resident_id,
                place=Home.from_json(devices.place_of(device)) if stays else None,
            )
        audit.record(actor, "device.whereabouts", device.subject, org_id=device.org_id, after={"how": how})


def _ask(found: Sequence[Device], words: Msg) -> None:
    """One question for each Org whose devices they are, without her name or address."""
    for org_id in sorted({device.org_id for device in found if device.org_id is not None}):
        there = [device for device in found if device.org_id == org_id]
        names = ", ".join(f"{device.name or device.address} (#{device.id})" for device in there)
        alarms.raise_alarm(
            "device_place",
            org_id=org_id,
            severity="info",
            words=Words(Msg(words.id, {"names": names})),
            source=there[0].subject,
        )


moves.register_leaving("devices", leave)
privacy.register("places_of_devices", export, forget)
