"""How a condition stands at this moment for the devices that it is for: yes, no, or unknown, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from backend.core import access, clock, orgs
from backend.core.access import Actor
from backend.residents import queries as residents
from iot.models import Device, DeviceProfile
from iot.registry.devices import READ
from iot.rules import about
from iot.rules.about import Asked
from iot.rules.definition import Definition
from iot.rules.facts import LIFE, Known
from iot.rules.loading import Live
from iot.rules.models import DeviceRule, DeviceRuleMemory

SHOWN = 20
LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """`holds` None: unknown, for want of `missing`. `device` None: it is the home of `who`."""

    device: Device | None
    who: str
    holds: bool | None
    missing: tuple[str, ...]
    raised: bool


def now(actor: Actor, rule: DeviceRule, said: Definition) -> list[Standing]:
    """Of the first devices, or homes, that the rule is for and that the actor sees; their last values are taken as if they came now."""
    live = Live(rule.id, rule.version, "/", "", "", True, said)
    devices = [device for device in _devices(actor, rule) if live.fits(device)]
    return _homes(rule, said, devices) if said.of_home else _each(rule, said, devices, live)


def _devices(actor: Actor, rule: DeviceRule) -> list[Device]:
    here = Device.org_id.in_(access.org_ids(actor, READ))
    if rule.org_id is not None:
        here &= Device.org_id.in_(orgs.within((orgs.get(rule.org_id).path,)))
    query = (
        Device.select()
        .join(DeviceProfile, on=(DeviceProfile.id == Device.profile_id))
        .where(here & (Device.status == "active") & (DeviceProfile.state == "approved"))
        .order_by(Device.seen_at.desc())
        .limit(LOOKED_AT)
    )
    return list(query)


def _each(rule: DeviceRule, said: Definition, devices: list[Device], live: Live) -> list[Standing]:
    speaking = [d for d in devices if not said.points.isdisjoint(d.points)][: SHOWN * 5]
    models: dict[int, Any] = {p.id: p for p in DeviceProfile.select()} if speaking else {}
    facts = about.of(speaking, models, Asked(said.asks_place, said.asks_home))
    remembered = {
        row.device_id: row for row in _rows(rule, DeviceRuleMemory.device_id, [d.id for d in speaking])
    }
    at = clock.now_ms()
    found = []
    for device in speaking:
        its = facts.get(device.id, {})
        if not live.fits(device, str(its.get("device.building", ""))):
            continue
        points = {name: (value, int(said_at)) for name, (value, said_at) in device.points.items()}
        values = Known(points, about=its).values(
            said.holds.names, at, {n: v for n, (v, _at) in points.items()}
        )
        row = remembered.get(device.id)
        raised = row is not None and row.raised_at is not None
        found.append(Standing(device, "", said.holds.holds(values), said.holds.missing(values), raised))
    return found[:SHOWN]


def _homes(rule: DeviceRule, said: Definition, devices: list[Device]) -> list[Standing]:
    noticed: dict[int, int] = {}
    for device in devices:
        heard = [int(at) for point, (_value, at) in device.points.items() if point in LIFE]
        if device.resident_id is not None and heard:
            noticed[device.resident_id] = max(*heard, noticed.get(device.resident_id, 0))
    some = list(noticed)[:SHOWN]
    facts = about.of_home(some)
    people = residents.by_ids(some)
    rows = {row.resident_id: row for row in _rows(rule, DeviceRuleMemory.resident_id, some)}
    at = clock.now_ms()
    found = []
    for number in some:
        row = rows.get(number)
        values = Known(noticed=noticed[number], about=facts.get(number, {})).values(said.holds.names, at)
        who = people[number].name if number in people else ""
        raised = row is not None and row.raised_at is not None
        found.append(Standing(None, who, said.holds.holds(values), said.holds.missing(values), raised))
    return found


def _rows(rule: DeviceRule, column: Any, numbers: list[int]) -> list[DeviceRuleMemory]:
    return list(DeviceRuleMemory.select().where((DeviceRuleMemory.rule_id == rule.id) & column.in_(numbers)))
