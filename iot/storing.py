"""A batch of messages into the database, in one transaction: read, told apart from repeats, understood, kept, and what must not wait is raised.

The broker is told that a message arrived after the commit of this; so each may come again, and must do no harm then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from backend.core import clock, crypto
from backend.core.db import transaction
from iot import alarming, formats, mapping
from iot.codecs import cayenne
from iot.mapping import Rule
from iot.models import PAYLOAD_PLACE, Device, DeviceProfile, QuarantinedMessage, Reading
from iot.uplink import Arrived, Scalar, Unreadable, Uplink

AHEAD = timedelta(minutes=5)
"""A device's clock may be so far ahead; beyond that ours counts."""
MOST_UNREAD = 60
_DECODERS = {"cayenne": cayenne.decode}
log = structlog.get_logger()


@dataclass
class Stored:
    """What came of a batch."""

    readings: int = 0
    repeats: int = 0
    quarantined: int = 0
    alarms: list[int] = field(default_factory=list)


def store(batch: Sequence[Arrived]) -> Stored:
    """All of it or nothing. What cannot be read is put aside, never lost and never in the way."""
    done = Stored()
    uplinks: list[tuple[Arrived, Uplink]] = []
    with transaction():
        for arrived in batch:
            try:
                codec = formats.of(arrived.topic)
                if codec is None:
                    raise Unreadable("no format is known for this topic")
                uplinks += [(arrived, uplink) for uplink in codec.read(arrived)]
            except Unreadable as error:
                put_aside(arrived, str(error))
                done.quarantined += 1
        devices = _devices(uplink for _arrived, uplink in uplinks)
        profiles = _profiles(devices.values())
        changed: dict[int, Device] = {}
        for arrived, uplink in uplinks:
            device = devices[uplink.device]
            _take(done, arrived, uplink, device, profiles.get(device.profile_id or 0))
            changed[device.id] = device
        for number in sorted(changed):
            changed[number].save(only=("name", "points", "unread", "online", "seen_at", "said_model"))
    return done


def put_aside(arrived: Arrived, why: str) -> None:
    """Keep a message that could not be read, for staff to look at."""
    log.info("device.quarantined", why=why)
    QuarantinedMessage.create(
        topic=arrived.topic[:200],
        payload=crypto.encrypt(arrived.payload[:65_536], PAYLOAD_PLACE),
        why=why[:200],
        at=arrived.at,
    )


def _take(
    done: Stored, arrived: Arrived, uplink: Uplink, device: Device, profile: DeviceProfile | None
) -> None:
    at = _moment(uplink, arrived.at)
    device.seen_at = arrived.at if not uplink.retained else device.seen_at or arrived.at
    device.said_model, device.name = uplink.model or device.said_model, device.name or uplink.name
    if uplink.kind in ("online", "offline"):
        device.online = uplink.kind == "online"
        return
    if uplink.kind == "joined":
        return
    device.online = True if device.online is not None else None
    try:
        read = _understood(uplink, profile)
    except Unreadable as error:
        put_aside(arrived, f"{uplink.device}: {error}")
        done.quarantined += 1
        return
    device.unread = _unread(device.unread, uplink.values, read)
    if not _kept(device, uplink, read.values, at, arrived.at):
        done.repeats += 1
        return
    done.readings += 1
    before = {name: value[0] for name, value in device.points.items()}
    fresh = {n: v for n, v in read.values.items() if n not in device.points or device.points[n][1] <= _ms(at)}
    device.points = device.points | {name: [value, _ms(at)] for name, value in fresh.items()}
    if profile is not None and profile.state == "approved" and device.status == "active":
        done.alarms += alarming.raised(device, before, read.values, at, arrived.at, retained=uplink.retained)


def _understood(uplink: Uplink, profile: DeviceProfile | None) -> mapping.Read:
    """Raises Unreadable when the profile's decoder cannot read the payload."""
    values: Mapping[str, Scalar] = uplink.values
    if profile is not None and profile.decoder and uplink.raw is not None:
        values = {**values, **_DECODERS[profile.decoder](uplink.raw)}
    rules = [Rule.from_json(rule) for rule in profile.rules] if profile is not None else []
    return mapping.read(rules, values)


def _unread(known: Mapping[str, Any], values: Mapping[str, Scalar], read: mapping.Read) -> dict[str, Any]:
    """The names that mean nothing, each with its last value: what staff make a profile of."""
    left = {name: values.get(name) for name in read.left} | dict(read.wrong)
    mapped = set(values) - set(left)
    kept = {name: value for name, value in {**known, **left}.items() if name not in mapped}
    return dict(list(kept.items())[-MOST_UNREAD:])


def _kept(
    device: Device, uplink: Uplink, values: Mapping[str, Scalar], at: datetime, received: datetime
) -> bool:
    """Whether it is not a repeat."""
    row = {
        "device_id": device.id, "kind": uplink.kind, "at": at, "received_at": received, "values": dict(values),
        "key": uplink.key[:64] or None, "signal": uplink.signal,
    }  # fmt: skip
    made = Reading.insert(row).on_conflict_ignore().returning(Reading.id).execute()
    return bool(list(made))


def _moment(uplink: Uplink, received: datetime) -> datetime:
    """When it was said: the device's time, unless it lies in the future."""
    return uplink.at if uplink.at is not None and uplink.at <= received + AHEAD else received


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _devices(uplinks: Iterable[Uplink]) -> dict[str, Device]:
    """Each by its address, nobody else's until the transaction ends; a new one is made, which can raise nothing yet."""
    names = {uplink.device[:120]: uplink for uplink in uplinks}
    if not names:
        return {}
    now = clock.now()
    wanted = sorted(names)
    Device.insert_many(
        [
            {"address": a, "name": names[a].name, "status": "new", "created_at": now, "changed_at": now}
            for a in wanted
        ]
    ).on_conflict_ignore().execute()
    query = Device.select().where(Device.address.in_(wanted)).order_by(Device.id)
    return {device.address: device for device in query}


def _profiles(devices: Iterable[Device]) -> dict[int, DeviceProfile]:
    ids = {device.profile_id for device in devices if device.profile_id is not None}
    return {p.id: p for p in DeviceProfile.select().where(DeviceProfile.id.in_(ids))} if ids else {}
