"""Staff are told when a detector in use says something that cannot be read: it may have been smoke."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import peewee
import structlog

from backend.alarms import queries
from backend.core.db import savepoint
from backend.core.i18n import _
from backend.core.values import value
from backend.fields.words import Words
from iot import known
from iot.known import Profile
from iot.maintenance import windows as maintenance
from iot.mapping import Rule
from iot.models import Device
from iot.points import POINTS, SAFETY
from iot.quarantine import kept as quarantine
from iot.uplink import Arrived

AGAIN = {"critical": timedelta(minutes=10), "warning": timedelta(days=1)}
"""How long after somebody closed the alarm the same may be told anew: at once it would ring with the detector's every message."""
log = structlog.get_logger()


@value
class Unheard:
    """A message of a device in use, of an approved model with `rules`, that could not be read; `points` are those of safety that it named."""

    device: Device
    rules: tuple[Rule, ...]
    arrived: Arrived
    points: tuple[str, ...] = ()


def of(
    arrived: Arrived, device: Device, profile: Profile | None, points: tuple[str, ...] = ()
) -> Unheard | None:
    """What staff are to be told of, where the device may call for help at all."""
    if profile is None or profile.row.state != "approved" or device.status != "active":
        return None
    return Unheard(device, profile.rules, arrived, points)


def nameless(messages: Sequence[Arrived]) -> list[Unheard | None]:
    """Those that could not be read at all, by the device whose topic it is at the broker: a webhook's may name whom it likes."""
    named = quarantine.devices_of([one for one in messages if not one.source and "\0" not in one.topic])
    if not named:
        return []
    its = {d.address: d for d in Device.select().where(Device.address.in_(sorted(set(named.values()))))}
    profiles = known.profiles(its.values())
    return [
        of(one, device, profiles.get(device.profile_id or 0))
        for one in messages
        if (device := its.get(named.get(id(one), ""))) is not None
    ]


def named(one: Unheard) -> tuple[str, ...]:
    """The safety Points that its bytes speak of, by the device's own names."""
    if one.points:
        return one.points
    said = one.arrived.payload
    its = [rule for rule in one.rules if rule.point in SAFETY]
    return tuple(rule.point for rule in its if rule.name.rpartition(".")[2].encode() in said)


def tell(messages: Iterable[Unheard]) -> None:
    """One alarm for each detector, critical where it spoke of smoke or the like. In the caller's transaction; one that fails takes nothing from the
    others. What the broker kept, or staff try again, tells nobody anything new."""
    latest: dict[int, Unheard] = {}
    for one in messages:
        if one.arrived.retained or one.arrived.first is not None or one.device.org_id is None:
            continue
        safety = any(rule.point in SAFETY for rule in one.rules)
        if safety and (one.device.id not in latest or named(one)):
            latest[one.device.id] = one
    for one in latest.values():
        try:
            with savepoint():
                _tell(one)
        except (peewee.OperationalError, peewee.InterfaceError):
            raise
        except Exception:
            log.exception("device.unheard_untold", device=one.device.id)


def _tell(one: Unheard) -> None:
    device, points = one.device, named(one)
    severity = "critical" if points else "warning"
    dedupe = key(device, severity)
    if queries.open_under(dedupe) is not None or _just_closed(device, severity, one.arrived.at):
        return
    name = device.name or device.address
    if points:
        words = _(
            "The detector said something about “{what}” that could not be read. Device: {name}. Please look there yourself, now.",
            what=POINTS[points[0]].title,
            name=name,
        )
    else:
        words = _(
            "What this detector says cannot be read: it could not call for help. Device: {name}. Please look there, and tell whoever looks after the devices.",
            name=name,
        )
    maintenance.alarm(
        device, "unheard", severity=severity, words=Words(words), dedupe=dedupe, at=one.arrived.at
    )


def key(device: Device, severity: str) -> str:
    """Under which its alarm is open."""
    return f"{device.subject}:{'unheard' if severity == 'critical' else 'unread'}"


def _just_closed(device: Device, severity: str, now: datetime) -> bool:
    last = queries.latest(device.subject, "unheard", severity)
    return last is not None and last[1] is not None and now - last[1] <= AGAIN[severity]
