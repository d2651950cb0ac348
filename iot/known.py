"""Of which devices a batch speaks, of which models these are, and whether its source may speak for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from backend.core import orgs
from backend.core.values import value
from iot import rows
from iot.mapping import Rule
from iot.models import Device, DeviceProfile
from iot.uplink import Arrived, Uplink


def devices(uplinks: Iterable[tuple[Arrived, Uplink]]) -> dict[str, Device]:
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
class Profile:
    """A model, with its rules as they are read."""

    row: DeviceProfile
    rules: tuple[Rule, ...]


_read_before: dict[int, tuple[Any, tuple[Rule, ...]]] = {}
"""What a profile's rules were, and what was made of them: made anew only when they changed."""


def profiles(of: Iterable[Device]) -> dict[int, Profile]:
    """The models of these devices by id."""
    ids = {device.profile_id for device in of if device.profile_id is not None}
    if not ids:
        return {}
    return {
        p.id: Profile(p, _rules(p.id, p.rules))
        for p in DeviceProfile.select().where(DeviceProfile.id.in_(ids))
    }


def _rules(profile_id: int, given: Any) -> tuple[Rule, ...]:
    known = _read_before.get(profile_id)
    if known is None or known[0] != given:
        known = _read_before[profile_id] = (given, tuple(Rule.from_json(rule) for rule in given))
    return known[1]


def foreign(
    uplinks: Iterable[tuple[Arrived, Uplink]], known: Mapping[str, Device]
) -> set[tuple[int | None, int | None]]:
    """(the device's Org, the source's) where somebody's webhook speaks for another community's device."""
    pairs = {
        (device.org_id, arrived.org_id)
        for arrived, uplink in uplinks
        if arrived.org_id is not None and (device := known[uplink.device]).org_id is not None
    }
    if not pairs:
        return set()
    paths = orgs.paths({org_id for pair in pairs for org_id in pair if org_id is not None})
    return {
        (its, source)
        for its, source in pairs
        if not paths.get(its or 0, "").startswith(paths.get(source or 0, "nowhere"))
    }
