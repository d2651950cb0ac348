"""Plans of places and where devices are on them, or on the map."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image

from backend.alarms import queries as alarms
from backend.core import access, audit, clock, media
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import _
from iot.models import Device
from iot.registry import devices
from iot.registry.devices import CHANGE, READ
from iot.seeing import board
from iot.seeing.models import Pin, Plan

MOST_PINS = 2_000


@dataclass(frozen=True, slots=True)
class Pinned:
    """A device on a plan or the map; `tone`: urgent with an open alarm, attention when it is silent, else good."""

    device: Device
    x: float
    y: float
    tone: str


def listed(actor: Actor) -> list[Plan]:
    return list(
        Plan.select().where(Plan.org_id.in_(access.org_ids(actor, READ))).order_by(Plan.name, Plan.id)
    )


def seen(actor: Actor, plan_id: int) -> Plan:
    """Raises NotFound."""
    plan = Plan.get_or_none(Plan.id == plan_id)
    if plan is None or not access.may(actor, READ, plan.org_id):
        raise NotFound()
    return plan  # type: ignore[no-any-return]


def add(actor: Actor, org_id: int, name: str, picture: bytes) -> Plan:
    """Put a picture up as a plan. Raises Forbidden, Invalid."""
    access.check(actor, CHANGE, org_id)
    if not name.strip():
        raise Invalid(_("What shall the plan be called?"), "name")
    if picture.startswith(b"%PDF-"):
        raise Invalid(_("A picture, please (JPEG or PNG): a screenshot of the PDF works."), "picture")
    key = media.save(picture, "image/", f"plan:{org_id}")
    data, _type = media.load(key)
    width, height = Image.open(io.BytesIO(data)).size
    with transaction():
        made: Plan = Plan.create(
            org_id=org_id, name=name.strip()[:80], media_key=key, width=width, height=height, by_name=actor.name[:80],
            at=clock.now(),
        )  # fmt: skip
        audit.record(actor, "device.plan", f"plan:{made.id}", org_id=org_id, after={"name": made.name})
    return made


def remove(actor: Actor, plan_id: int) -> None:
    """The plan goes, and where devices are on it; the devices stay. Raises NotFound, Forbidden."""
    with transaction():
        plan = seen(actor, plan_id)
        access.check(actor, CHANGE, plan.org_id)
        Pin.delete().where(Pin.plan_id == plan.id).execute()
        media.forget(plan.media_key)
        plan.delete_instance()
        audit.record(
            actor, "device.plan_removed", f"plan:{plan_id}", org_id=plan.org_id, before={"name": plan.name}
        )


def put(actor: Actor, device_id: int, plan_id: int | None, x: float, y: float) -> None:
    """The device is there: on a plan in parts of its width and height from the upper left, without one at a longitude and latitude. Raises
    NotFound, Forbidden, Invalid."""
    with transaction():
        device = devices.seen(actor, device_id)
        access.check(actor, CHANGE, device.org_id)
        if plan_id is not None:
            seen(actor, plan_id)
        fits = 0 <= x <= 1 and 0 <= y <= 1 if plan_id is not None else -180 <= x <= 180 and -90 <= y <= 90
        if not fits:
            raise Invalid(_("That place is beyond the edge."), "x")
        Pin.delete().where(Pin.device_id == device_id).execute()
        Pin.create(device_id=device_id, plan_id=plan_id, x=round(x, 6), y=round(y, 6))
        audit.record(actor, "device.pin", device.subject, org_id=device.org_id, after={"plan": plan_id})


def take_off(actor: Actor, device_id: int) -> None:
    """Raises NotFound, Forbidden."""
    with transaction():
        device = devices.seen(actor, device_id)
        access.check(actor, CHANGE, device.org_id)
        Pin.delete().where(Pin.device_id == device_id).execute()


def on(actor: Actor, plan_id: int | None) -> list[Pinned]:
    """The devices there, those with an alarm first."""
    where = Pin.plan_id == plan_id if plan_id is not None else Pin.plan_id.is_null()
    mine = Device.org_id.in_(access.org_ids(actor, READ)) & (Device.status == "active")
    rows: Sequence[Any] = list(
        Device.select(Device, Pin.x.alias("pin_x"), Pin.y.alias("pin_y"))
        .join(Pin, on=(Pin.device_id == Device.id))
        .where(where & mine)
        .order_by(Device.name, Device.id)
        .limit(MOST_PINS)
        .objects()
    )
    ids = [row.id for row in rows]
    alarmed, silent = alarms.open_devices(ids), board.silent_ids(ids)
    found = [
        Pinned(
            row,
            row.pin_x,
            row.pin_y,
            "urgent" if row.id in alarmed else "attention" if row.id in silent else "good",
        )
        for row in rows
    ]
    return sorted(found, key=lambda pin: ("urgent", "attention", "good").index(pin.tone))


def to_place(actor: Actor) -> list[Device]:
    """Devices in use that stand nowhere yet."""
    mine = Device.org_id.in_(access.org_ids(actor, CHANGE)) & (Device.status == "active")
    placed = Pin.select(Pin.device_id)
    return list(
        Device.select().where(mine & Device.id.not_in(placed)).order_by(Device.name, Device.id).limit(500)
    )
