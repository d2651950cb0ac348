"""A batch of messages into the database, in one transaction: read, told apart from repeats, understood, kept, and what must not wait is raised.

The broker is told that a message arrived after the commit of this; so each may come again, and must do no harm then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import peewee
import structlog

from backend.core.db import transaction
from backend.core.i18n import Text, _
from iot import decoding, discovery, express, formats, known, listeners, rows, unheard
from iot.codecs import Codec, home_assistant
from iot.commands import actions as commands
from iot.models import LONGEST_ADDRESS, Device
from iot.quarantine import kept as quarantine
from iot.quarantine.kept import Aside
from iot.said import Said, agreed, heard_of, kept, said_by
from iot.uplink import Arrived, Later, Told, Unreadable, Uplink

_LONGEST_GATEWAY = 64
log = structlog.get_logger()


@dataclass
class Stored:
    """What came of a batch."""

    readings: int = 0
    repeats: int = 0
    quarantined: int = 0


Store = Callable[[Sequence[Arrived]], Stored]


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
    read = decoding.values_of([uplink for _arrived, uplink in uplinks])
    with transaction(urgent=any(arrived.twice == "express" for arrived in batch)):
        if taken := express.taken(batch):
            pairs = [pair for pair in zip(uplinks, read, strict=True) if id(pair[0][0]) not in taken]
            uplinks, read = [uplink for uplink, _values in pairs], [values for _uplink, values in pairs]
            aside = {number: one for number, one in aside.items() if number not in taken}
            nameless = [arrived for arrived in nameless if id(arrived) not in taken]
        devices = known.devices(uplinks)
        profiles = known.profiles(devices.values())
        foreign = known.foreign(uplinks, devices)
        said: list[Said] = []
        lost = unheard.nameless(nameless)
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
                why = _("{device}: {why}", device=uplink.device, why=values.why)
                later = isinstance(values, Later)
                aside[id(arrived)] = Aside(arrived, why, uplink.device, later=later)
                if not later and not isinstance(values, Told):
                    lost.append(unheard.of(arrived, device, profiles.get(device.profile_id or 0)))
                continue
            said.append(said_by(arrived, uplink, values, device, profiles.get(device.profile_id or 0)))
        said = agreed(said)
        fresh = [one for one in said if not one.arrived.unheard]
        heard = kept(fresh)
        done.readings, done.repeats = len(heard), len(fresh) - len(heard)
        missed = listeners.tell(heard)
        for one in said:
            if one.arrived.unheard:
                missed += listeners.again(heard_of(one), one.arrived.unheard)
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
