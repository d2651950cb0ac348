"""What Home Assistant's discovery announced: which topic says what of which device. Kept in a table, and in memory by topic, for every message that comes under one."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable
from datetime import datetime

import peewee

from backend.core import clock
from backend.core.db import Instant, Model
from backend.core.i18n import Msg, _
from iot.codecs import Codec, home_assistant
from iot.codecs.home_assistant import Entity
from iot.models import Device
from iot.uplink import Arrived, Uplink

FRESH_S = 2.0
"""How long what is in memory counts, before the table is asked whether it changed."""
MOST = 20_000
"""Entities that are kept; whoever announces more is not believed."""
_LONGEST = 200
_SPEAKING = ("component", "topic", "path", "on", "off", "trigger", "availability", "here", "gone")
"""What of an entity decides what its messages say; the rest is what it is called."""


class DiscoveredEntity(Model):
    """One announcement: its topic and the entity's name in it. `entity` is `home_assistant.Entity` as JSON; `topic` is where its state is said.
    `withdrawn_at`: its announcement was taken back, and not made again."""

    announced = peewee.CharField(200, unique=True)
    device = peewee.CharField(120, index=True)
    topic = peewee.CharField(200, index=True)
    entity = peewee.JSONField()
    at = Instant()
    withdrawn_at = Instant(null=True)


class Catalogue:
    """The entities by the topics that they are said under."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = 0.0
        self._version: tuple[int, int] = (-1, -1)
        self._by_topic: dict[str, list[Entity]] = {}

    def under(self, topic: str) -> list[Entity]:
        with self._lock:
            if time.monotonic() - self._asked > FRESH_S:
                self._refresh()
            return self._by_topic.get(topic, [])

    def topics(self) -> tuple[str, ...]:
        """Every topic that something is said under."""
        with self._lock:
            self._refresh()
            return tuple(sorted(self._by_topic))

    def _refresh(self) -> None:
        count, newest = DiscoveredEntity.select(
            peewee.fn.COUNT(DiscoveredEntity.id), peewee.fn.MAX(DiscoveredEntity.at).coerce(False)
        ).tuples()[0]
        version = (int(count), int(newest or 0))
        self._asked = time.monotonic()
        if version == self._version:
            return
        found: dict[str, list[Entity]] = {}
        for row in DiscoveredEntity.select(DiscoveredEntity.entity).order_by(DiscoveredEntity.id):
            entity = Entity.from_json(row.entity)
            for topic in {entity.topic, entity.availability} - {""}:
                found.setdefault(topic, []).append(entity)
        self._by_topic, self._version = found, version


CATALOGUE = Catalogue()


def codec_of(topic: str) -> Codec | None:
    """The format of a topic that was announced; None when nobody did."""
    return STATE if CATALOGUE.under(topic) else None


def _read(arrived: Arrived) -> list[Uplink]:
    return home_assistant.said(CATALOGUE.under(arrived.topic), arrived)


STATE = Codec("home_assistant_state", home_assistant.CODEC.title, (), _read)


def doubtful(arrived: Arrived, uplink: Uplink, device: Device) -> tuple[Msg, str] | None:
    """(why this announcement is not believed before somebody has looked at it, the address that it is about); None when it is believed. Whoever may announce
    anything may announce it of any device: so nobody changes by that where a device in use speaks, how its words are meant, or whose a topic is that
    such a one speaks under."""
    said = {_named(arrived.topic, name): json.loads(str(text)) for name, text in uplink.values.items()}
    if any(len(name) > _LONGEST for name in said):
        return _("its topic and name have more than {n} characters", n=_LONGEST), device.address
    if arrived.first is not None:
        return None
    topics = {entity["topic"] for entity in said.values()}
    announced, mine, others = DiscoveredEntity.announced, DiscoveredEntity.device, DiscoveredEntity.topic
    in_use = Device.select(Device.address).where(Device.status == "active")
    known = list(
        DiscoveredEntity.select().where(
            mine.in_(in_use)
            & (announced.in_(list(said)) | (mine == device.address) | others.in_(list(topics)))
        )
    )
    for row in known:
        new = said.get(row.announced)
        if row.device != device.address and (new is not None or row.topic in topics):
            return _(
                "it takes a topic of {device}, which is in use: try it again if that is right",
                device=row.device,
            ), row.device
        if new is not None and any(new[part] != row.entity[part] for part in _SPEAKING):
            return _(
                "it changes where or how {device} speaks, which is in use: try it again if that is right",
                device=row.device,
            ), row.device
    heard = {row.topic for row in known}
    if heard and not topics <= heard:
        return _(
            "it lets another topic speak for {device}, which is in use: try it again if that is right",
            device=device.address,
        ), device.address
    return None


def withdraw(topic: str) -> None:
    """Note that what was announced under this topic was taken back. What it says all the same is read still: a detector is not made deaf by a word about it."""
    rows = DiscoveredEntity.select().where(
        DiscoveredEntity.announced.startswith(f"{topic}#") & DiscoveredEntity.withdrawn_at.is_null()
    )
    ids = [row.id for row in rows if row.announced.startswith(f"{topic}#")]
    if ids:
        DiscoveredEntity.update(withdrawn_at=clock.now()).where(DiscoveredEntity.id.in_(ids)).execute()


def _named(topic: str, name: str) -> str:
    return f"{topic}#{name}"


def keep(topic: str, uplink: Uplink) -> None:
    """Write down what was announced under this topic. Belongs in the transaction that stores the message."""
    if DiscoveredEntity.select().count() >= MOST:
        return
    for name, text in uplink.values.items():
        entity = json.loads(str(text))
        row = {
            "device": entity["device"], "topic": entity["topic"], "entity": entity, "at": clock.now(), "withdrawn_at": None,
        }  # fmt: skip
        known = DiscoveredEntity.get_or_none(DiscoveredEntity.announced == _named(topic, name))
        if known is None:
            DiscoveredEntity.create(announced=_named(topic, name), **row)
        elif known.entity != entity or known.withdrawn_at is not None:
            # The same is announced again with each start of a device: that is no news.
            DiscoveredEntity.update(row).where(DiscoveredEntity.id == known.id).execute()


def of_device(address: str) -> list[Entity]:
    """What is known of a device's entities."""
    rows = DiscoveredEntity.select().where(DiscoveredEntity.device == address).order_by(DiscoveredEntity.id)
    return [Entity.from_json(row.entity) for row in rows]


def withdrawn(addresses: Iterable[str]) -> dict[str, datetime]:
    """Those of these devices all of whose announcements were taken back, with when the last was."""
    rows = DiscoveredEntity.select().where(DiscoveredEntity.device.in_(list(addresses)))
    found: dict[str, datetime | None] = {}
    for row in rows:
        before = found.get(row.device, row.withdrawn_at)
        found[row.device] = max(before, row.withdrawn_at) if before and row.withdrawn_at else None
    return {address: at for address, at in found.items() if at is not None}
