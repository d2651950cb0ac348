"""A batch of messages into the database, in one transaction: read, told apart from repeats, understood, kept, and what must not wait is raised.

The broker is told that a message arrived after the commit of this; so each may come again, and must do no harm then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import peewee
import structlog

from backend.core import clock, orgs
from backend.core.db import transaction
from backend.core.i18n import Text, _
from backend.core.values import value
from iot import bodies, discovery, express, formats, listeners, mapping, rows, unheard
from iot.body import parted as body_parted
from iot.codecs import Codec, home_assistant
from iot.commands import actions as commands
from iot.decoding import Payload, decode
from iot.heard import Heard, discreet, parted
from iot.mapping import Rule
from iot.models import LONGEST_ADDRESS, Device, DeviceProfile
from iot.points import PRESSED
from iot.quarantine import kept as quarantine
from iot.quarantine.kept import Aside
from iot.unheard import Unheard
from iot.uplink import CONTENT, Arrived, Scalar, Told, Unreadable, Uplink

BEHIND = timedelta(days=30)
"""A clock so far behind lost its battery (1970, 2000, the day its program was built), and ours counts: no device keeps a message for so long. Rules would
take all that it says for late until it caught up."""
MOST_UNREAD = 60
_LONGEST_KEY, _LONGEST_GATEWAY = 64, 64
log = structlog.get_logger()


@dataclass
class Stored:
    """What came of a batch."""

    readings: int = 0
    repeats: int = 0
    quarantined: int = 0


Store = Callable[[Sequence[Arrived]], Stored]


@value
class _Said:
    """One message that has values: on its way to be a Reading."""

    arrived: Arrived
    uplink: Uplink
    device: Device
    profile: DeviceProfile | None
    row: rows.NewReading
    at: datetime
    apart: Mapping[str, Scalar]
    unheard: Unheard | None = None
    fleeting: Mapping[str, Scalar] = field(default_factory=dict)


def store_surely(batch: Sequence[Arrived], how: Store | None = None) -> Stored:
    """`store`, and what breaks the storing itself is found and put aside, so that it holds up no other. Raises peewee.OperationalError or InterfaceError
    while the database is away."""
    try:
        return (how or store)(batch)
    except (peewee.OperationalError, peewee.InterfaceError):
        raise
    except Exception as error:
        log.exception("device.storing_failed", messages=len(batch))
        if len(batch) == 1:
            _put_aside(batch[0], _("storing failed: {why}", why=type(error).__name__))
            return Stored(quarantined=1)
    middle = len(batch) // 2
    parts = [store_surely(part, how) for part in (batch[:middle], batch[middle:])]
    return Stored(
        sum(part.readings for part in parts),
        sum(part.repeats for part in parts),
        sum(part.quarantined for part in parts),
    )


def _put_aside(arrived: Arrived, why: Text) -> None:
    """Even what cannot be put aside as it is holds up nobody: then without the texts that it brings, but for its payload."""
    try:
        with transaction():
            if not express.taken([arrived]):
                quarantine.put_aside([Aside(arrived, why)])
    except (peewee.OperationalError, peewee.InterfaceError):
        raise
    except Exception:
        log.exception("device.putting_aside_failed", topic=ascii(arrived.topic))
        nameless = Arrived("", arrived.payload, arrived.at, source=arrived.source, org_id=arrived.org_id)
        quarantine.put_aside(
            [Aside(nameless, _("{why}, topic {topic}", why=why, topic=ascii(arrived.topic)[:120]))]
        )


def store(batch: Sequence[Arrived]) -> Stored:
    """All of it or nothing. What cannot be read is put aside, never lost and never in the way."""
    done = Stored()
    uplinks: list[tuple[Arrived, Uplink]] = []
    aside: dict[int, Aside] = {}
    nameless: list[Arrived] = []
    withdrawn: list[str] = []
    for arrived in batch:
        try:
            if "\0" in arrived.topic:
                raise Unreadable(_("there is a NUL character in it, which is no text"))
            codec = formats.of(arrived.topic) or discovery.codec_of(arrived.topic)
            if codec is None:
                raise Unreadable(_("no format is known for this topic"))
            if codec is home_assistant.CODEC and not arrived.payload.strip():
                withdrawn.append(arrived.topic)
            uplinks += _read(codec, arrived)
        except Unreadable as error:
            aside[id(arrived)] = Aside(arrived, error.why)
            nameless.append(arrived)
    read = _decoded([uplink for _arrived, uplink in uplinks])
    with transaction(urgent=any(arrived.twice == "express" for arrived in batch)):
        if taken := express.taken(batch):
            pairs = [pair for pair in zip(uplinks, read, strict=True) if id(pair[0][0]) not in taken]
            uplinks, read = [uplink for uplink, _values in pairs], [values for _uplink, values in pairs]
            aside = {number: one for number, one in aside.items() if number not in taken}
            nameless = [arrived for arrived in nameless if id(arrived) not in taken]
        devices = _devices(uplinks)
        profiles = _profiles(devices.values())
        foreign = _foreign(uplinks, devices)
        said: list[_Said] = []
        lost = _lost(nameless)
        changed: dict[int, Device] = {}
        for (arrived, uplink), values in zip(uplinks, read, strict=True):
            device = devices[uplink.device]
            if foreign and (device.org_id, arrived.org_id) in foreign:
                why = _("{device} belongs to another community", device=uplink.device)
                aside[id(arrived)] = Aside(arrived, why, uplink.device)
                continue
            if uplink.kind == "announced":
                doubt = discovery.doubtful(arrived, uplink, device)
                if doubt is not None:
                    aside[id(arrived)] = Aside(arrived, *doubt)
                    continue
            changed[device.id] = device
            if not _carries(arrived, uplink, device):
                continue
            if isinstance(values, Unreadable):
                aside[id(arrived)] = Aside(
                    arrived, _("{device}: {why}", device=uplink.device, why=values.why), uplink.device
                )
                if not isinstance(values, Told):
                    lost.append(_unheard(arrived, device, profiles.get(device.profile_id or 0)))
                continue
            said.append(_said(arrived, uplink, values, device, profiles.get(device.profile_id or 0)))
        said = _agreed(said)
        missed = listeners.tell(_kept(done, [one for one in said if not one.arrived.unheard]))
        for one in said:
            if one.arrived.unheard:
                missed += listeners.again(_heard(one), one.arrived.unheard)
        express.note((one.device.address, one.arrived.topic) for one in said if not one.arrived.source)
        rows.save_devices(changed[number] for number in sorted(changed))
        quarantine.put_aside([*aside.values(), *missed])
        unheard.tell([one for one in (*lost, *(one.unheard for one in said)) if one is not None])
        for topic in withdrawn:
            discovery.withdraw(topic)
    done.quarantined = len(aside) + len(missed)
    return done


def _read(codec: Codec, arrived: Arrived) -> list[tuple[Arrived, Uplink]]:
    found = codec.read(arrived)
    if any(len(uplink.device) > LONGEST_ADDRESS for uplink in found):
        # Cut off, two of them might be taken for one.
        raise Unreadable(
            _(
                "its address has more than {n} characters: please give the device a shorter name, or topic",
                n=LONGEST_ADDRESS,
            )
        )
    return [(arrived, uplink) for uplink in found]


def _carries(arrived: Arrived, uplink: Uplink, device: Device) -> bool:
    """Note what any message says of its device; whether it brings values besides."""
    seen, since = device.seen_at, arrived.since
    if seen is None or (not uplink.retained and since > seen):
        device.seen_at = since
    if uplink.model and uplink.model != device.said_model:
        device.said_model = uplink.model[:120]
    if uplink.gateway and uplink.gateway != device.gateway and len(uplink.gateway) <= _LONGEST_GATEWAY:
        device.gateway = uplink.gateway
    if uplink.name and not device.name:
        device.name = uplink.name[:80]
    if uplink.kind in ("online", "offline"):
        device.online = uplink.kind == "online"
        return False
    if uplink.kind == "answer":
        commands.answered(device.id, uplink)
        return False
    if uplink.kind == "announced":
        discovery.keep(arrived.topic, uplink)
        return False
    if uplink.kind == "joined":
        return False
    if device.online is False:
        device.online = True
    return True


def _said(
    arrived: Arrived,
    uplink: Uplink,
    values: Mapping[str, Scalar],
    device: Device,
    profile: _Profile | None,
) -> _Said:
    read = mapping.read(profile.rules if profile is not None else (), values)
    if device.unread or read.left or read.wrong:
        device.unread = discreet(device, _unread(device.unread, values, read))
    at = _moment(uplink, arrived.since)
    received = clock.to_ms(arrived.at)
    kept, apart = parted(device, read.values)
    row = rows.NewReading(
        device.id,
        uplink.kind,
        received if at is arrived.at else clock.to_ms(at),
        received,
        kept,
        _key(uplink.key),
        uplink.signal,
    )
    lost = _unheard(arrived, device, profile, read.unheard) if read.unheard else None
    return _Said(arrived, uplink, device, profile.row if profile is not None else None, row, at, apart, lost)


def _lost(nameless: Sequence[Arrived]) -> list[Unheard | None]:
    """Those that could not be read at all, by the device that the broker's topic names: a webhook's may name whom it likes."""
    named = {
        id(one): quarantine.device_of(one.topic)
        for one in nameless
        if not one.source and "\0" not in one.topic
    }
    if not named:
        return []
    its = {d.address: d for d in Device.select().where(Device.address.in_(sorted(set(named.values()))))}
    profiles = _profiles(its.values())
    return [
        _unheard(one, device, profiles.get(device.profile_id or 0))
        for one in nameless
        if (device := its.get(named.get(id(one), ""))) is not None
    ]


def _unheard(
    arrived: Arrived, device: Device, profile: _Profile | None, points: tuple[str, ...] = ()
) -> Unheard | None:
    """What staff are to be told of, where the device may call for help at all."""
    if profile is None or profile.row.state != "approved" or device.status != "active":
        return None
    return Unheard(device, profile.rules, arrived, points)


def _agreed(said: list[_Said]) -> list[_Said]:
    """What was measured of somebody who did not agree to its being kept is told in passing, and stands in no Reading."""
    unkept = bodies.unkept((one.device, one.row.values) for one in said)
    return [_in_passing(one) if one.device.resident_id in unkept else one for one in said] if unkept else said


def _in_passing(one: _Said) -> _Said:
    values, body = body_parted(one.row.values)
    return replace(one, row=replace(one.row, values=values), fleeting=body or {})


def _key(name: str) -> str | None:
    return hashlib.sha256(name.encode()).hexdigest() if len(name) > _LONGEST_KEY else name or None


def _kept(done: Stored, said: Sequence[_Said]) -> list[Heard]:
    """Keep them; what of them is no repeat, in order, with the devices' values brought up to date."""
    first: dict[rows.Key, _Said] = {}
    for one in said:
        if one.row.key is not None:
            first.setdefault((one.row.device_id, one.row.key), one)
    once = [one for one in said if one.row.key is None or first[one.row.device_id, one.row.key] is one]
    new = rows.save_readings([one.row for one in once])
    taken = {id(one) for one in once if one.row.key is None or (one.row.device_id, one.row.key) in new}
    heard, more = [], []
    for one in said:
        if id(one) not in taken:
            if not _anew(one):
                continue
            more.append(replace(one.row, key=None))
        heard.append(_heard(one))
    rows.save_readings(more)
    done.readings, done.repeats = len(heard), len(said) - len(heard)
    return heard


def _anew(one: _Said) -> bool:
    """Whether what bears the name of an earlier message, made of its content, is another one: a door that is open again is not what the device said
    last, and who presses a button again calls again."""
    if not one.uplink.key.startswith(CONTENT) or one.uplink.retained:
        return False
    points = one.device.points
    return any(
        (said and name in PRESSED) or name not in points or points[name][0] != said
        for name, said in one.row.values.items()
        if isinstance(said, bool)
    )


def _heard(one: _Said) -> Heard:
    points, at = one.device.points, one.row.at
    before: dict[str, Scalar] = {}
    before_at: dict[str, int] = {}
    for name, (said, when) in points.items():
        before[name], before_at[name] = said, int(when)
    now = dict(points)
    for name, said in one.row.values.items():
        if before_at.get(name, at) <= at:
            now[name] = [said, at]
    one.device.points = now
    return Heard(
        one.device,
        one.profile,
        one.uplink,
        before,
        before_at,
        one.row.values,
        one.at,
        one.arrived.at,
        one.apart,
        one.arrived.first is not None,
        one.arrived,
        one.fleeting,
    )


def _decoded(uplinks: Sequence[Uplink]) -> list[Mapping[str, Scalar] | Unreadable]:
    """The values of each, those of raw payloads read by its model's decoder, before anything is locked."""
    raw = sorted({uplink.device for uplink in uplinks if uplink.raw is not None})
    query = (
        Device.select(Device.address, DeviceProfile.decoder)
        .join(DeviceProfile, on=(DeviceProfile.id == Device.profile_id))
        .where(Device.address.in_(raw) & (DeviceProfile.decoder != ""))
    )
    decoders = dict(query.tuples()) if raw else {}
    places = [n for n, uplink in enumerate(uplinks) if uplink.raw is not None and uplink.device in decoders]
    payloads = [Payload(decoders[uplinks[n].device], uplinks[n]) for n in places]
    found = [Unreadable(uplink.wrong) if uplink.wrong else uplink.values for uplink in uplinks]
    for n, values in zip(places, decode(payloads) if payloads else [], strict=True):
        if not isinstance(values, Unreadable):
            found[n] = {**uplinks[n].values, **values}
        elif not uplinks[n].values:  # else the network has read it as well, and that counts
            found[n] = values
    return found


def _unread(known: Mapping[str, Any], values: Mapping[str, Scalar], read: mapping.Read) -> dict[str, Any]:
    """The names that mean nothing, each with its last value: what staff make a profile of."""
    left = {name: values.get(name) for name in read.left} | dict(read.wrong)
    # A picture that nobody has mapped yet is not kept with its device.
    left = {n: said[:120] if isinstance(said, str) else said for n, said in left.items()}
    mapped = set(values) - set(left)
    kept = {name: value for name, value in {**known, **left}.items() if name not in mapped}
    return dict(list(kept.items())[-MOST_UNREAD:])


def _moment(uplink: Uplink, received: datetime) -> datetime:
    """When it was said: the device's time, unless that lies far back, or in the future: beside that whatever is said in time would be late. What the
    broker kept may be as old as it says."""
    at = uplink.at
    if at is None or at > received or (at < received - BEHIND and not uplink.retained):
        return received
    return at


def _devices(uplinks: Iterable[tuple[Arrived, Uplink]]) -> dict[str, Device]:
    """Each by its address, nobody else's until the transaction ends; a new one is made, which can raise nothing yet."""
    names: dict[str, str] = {}
    for _arrived, uplink in uplinks:
        address = uplink.device
        if uplink.name or address not in names:
            names[address] = uplink.name[:80]
    if not names:
        return {}
    found = {device.address: device for device in rows.devices(names)}
    strangers = {address: name for address, name in names.items() if address not in found}
    if strangers:
        rows.add_devices(strangers)
        found |= {device.address: device for device in rows.devices(strangers)}
    return found


@value
class _Profile:
    row: DeviceProfile
    rules: tuple[Rule, ...]


_read_before: dict[int, tuple[Any, tuple[Rule, ...]]] = {}
"""What a profile's rules were, and what was made of them: made anew only when they changed."""


def _profiles(devices: Iterable[Device]) -> dict[int, _Profile]:
    ids = {device.profile_id for device in devices if device.profile_id is not None}
    if not ids:
        return {}
    return {
        p.id: _Profile(p, _rules(p.id, p.rules))
        for p in DeviceProfile.select().where(DeviceProfile.id.in_(ids))
    }


def _rules(profile_id: int, given: Any) -> tuple[Rule, ...]:
    known = _read_before.get(profile_id)
    if known is None or known[0] != given:
        known = _read_before[profile_id] = (given, tuple(Rule.from_json(rule) for rule in given))
    return known[1]


def _foreign(
    uplinks: Iterable[tuple[Arrived, Uplink]], devices: Mapping[str, Device]
) -> set[tuple[int | None, int | None]]:
    """(the device's Org, the source's) where somebody's webhook speaks for another community's device."""
    pairs = {
        (device.org_id, arrived.org_id)
        for arrived, uplink in uplinks
        if arrived.org_id is not None and (device := devices[uplink.device]).org_id is not None
    }
    if not pairs:
        return set()
    paths = orgs.paths({org_id for pair in pairs for org_id in pair if org_id is not None})
    return {
        (its, source)
        for its, source in pairs
        if not paths.get(its or 0, "").startswith(paths.get(source or 0, "nowhere"))
    }
