"""What the duty desk sees at a glance, counted in the database: ten thousand devices cost a few statements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import peewee

from backend.alarms import queries as alarms
from backend.alarms.models import Alarm, AlarmNote
from backend.core import access, clock, orgs
from backend.core.access import Actor
from backend.core.orgs import Org
from iot.models import Device
from iot.registry.devices import READ
from iot.registry.online import DeviceWatch

SILENT = ("silent", "offline", "many", "due")
ALARMS, TROUBLES, CHANGES = 20, 30, 15
DAY = timedelta(days=1)


@dataclass(slots=True)
class Place:
    """A part of the community with its devices: how many are in use, of these how many are silent, and how many alarms are open."""

    org: Org
    devices: int = 0
    silent: int = 0
    alarms: int = 0

    @property
    def tone(self) -> str:
        return "urgent" if self.alarms else "attention" if self.silent else "good"


@dataclass(slots=True)
class Board:
    """`alarms`: open ones, unanswered first; `open_count` of all. `silent`: devices that should have reported, at most TROUBLES. `changes`: what
    happened to alarms lately."""

    places: list[Place]
    alarms: list[Alarm]
    open_count: int
    silent: list[tuple[Device, str]]
    changes: list[tuple[AlarmNote, Alarm]]
    heard_today: int
    total: int


def of(actor: Actor) -> Board:
    """As far as the actor may read devices and alarms."""
    places = {p.org.id: p for p in _places(actor)}
    opened = alarms.open_by_org(actor)
    for org_id, n in opened.items():
        if org_id not in places:
            places[org_id] = Place(orgs.get(org_id))
        places[org_id].alarms = n
    mine = _mine(actor)
    return Board(
        sorted(places.values(), key=lambda p: (-p.alarms, -p.silent, p.org.path)),
        alarms.first_open(actor, ALARMS),
        sum(opened.values()),
        silent(actor),
        alarms.last_lines(actor, CHANGES),
        int(Device.select().where(mine & (Device.seen_at >= clock.now() - DAY)).count()),
        sum(p.devices for p in places.values()),
    )


def silent(actor: Actor, org_id: int | None = None) -> list[tuple[Device, str]]:
    """Devices that should have reported, or whose last will says that they are gone, the longest first."""
    which = _mine(actor) & _is_silent()
    if org_id is not None:
        which &= Device.org_id == org_id
    query = Device.select(Device, DeviceWatch.state.alias("stands")).join(
        DeviceWatch, peewee.JOIN.LEFT_OUTER, on=(DeviceWatch.device_id == Device.id)
    )
    rows = query.where(which).order_by(Device.seen_at).limit(TROUBLES).objects()
    return [(device, "offline" if device.online is False else "silent") for device in rows]


def in_place(actor: Actor, org_id: int) -> Any:
    """A query of the devices in use there. Raises Forbidden where the actor may read none."""
    access.check(actor, READ, org_id)
    return Device.select().where(_mine(actor) & (Device.org_id == org_id)).order_by(Device.name, Device.id)


def silent_ids(ids: list[int]) -> set[int]:
    """Of these devices those that are silent."""
    query = Device.select(Device.id).join(
        DeviceWatch, peewee.JOIN.LEFT_OUTER, on=(DeviceWatch.device_id == Device.id)
    )
    return {row[0] for row in query.where(Device.id.in_(ids) & _is_silent()).tuples()}


def _mine(actor: Actor) -> Any:
    return Device.org_id.in_(access.org_ids(actor, READ)) & (Device.status == "active")


def _is_silent() -> Any:
    return (Device.online == False) | DeviceWatch.state.in_(SILENT)  # noqa: E712  # SQL


def _places(actor: Actor) -> list[Place]:
    gone = peewee.Case(None, ((_is_silent(), 1),), 0)
    rows = (
        Device.select(Device.org_id, peewee.fn.COUNT(Device.id), peewee.fn.SUM(gone))
        .join(DeviceWatch, peewee.JOIN.LEFT_OUTER, on=(DeviceWatch.device_id == Device.id))
        .where(_mine(actor))
        .group_by(Device.org_id)
        .tuples()
    )
    counted = {org_id: (n, quiet) for org_id, n, quiet in rows}
    known = Org.select().where(Org.id.in_(list(counted)))
    return [Place(org, counted[org.id][0], int(counted[org.id][1] or 0)) for org in known]
