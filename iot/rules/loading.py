"""The rules that are live, read and compiled once, and which of them hold for a device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import peewee
import structlog

from backend.core import clock, orgs
from backend.core.db import db, execute
from backend.core.errors import Invalid
from iot.models import Device
from iot.rules.definition import Definition
from iot.rules.models import DeviceRule, DeviceRuleVersion

OLDEST_MS = 60_000
"""After so long they are read again though none has changed: an Org may have moved."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """A rule's version that counts. `path` is its Org's, "/" for one that is shipped. Not `live`: it is paused, and only keeps what it `replaces`
    away."""

    id: int
    version: int
    path: str
    key: str
    replaces: str
    live: bool
    rule: Definition

    def fits(self, device: Device, building: str | None = None) -> bool:
        """Whether this device is one of those that it is for. `building` None: not asked yet, every building will do."""
        which = self.rule.which
        match self.rule.where:
            case "devices":
                return str(device.id) in which
            case "models":
                return str(device.profile_id) in which
            case "building":
                return building is None or building in which
        return True


@dataclass(slots=True)
class Loaded:
    """All of them as of a revision."""

    revision: int
    read_at: int
    rules: tuple[Live, ...]
    _of_org: dict[int, tuple[Live, ...]] = field(default_factory=dict)

    def of(self, device: Device) -> Sequence[Live]:
        """Those that hold for it, but for the building; none without an Org."""
        if device.org_id is None:
            return ()
        found = self._of_org.get(device.org_id)
        if found is None:
            found = self._of_org[device.org_id] = self._at(device.org_id)
        return [live for live in found if live.rule.where == "all" or live.fits(device)]

    def by_id(self, rule_id: int) -> Live | None:
        return next((live for live in self.rules if live.id == rule_id and live.live), None)

    def _at(self, org_id: int) -> tuple[Live, ...]:
        path = orgs.paths([org_id]).get(org_id, "")
        here = [live for live in self.rules if path.startswith(live.path)]
        nearest: dict[str, Live] = {}
        for live in here:
            known = nearest.get(live.replaces)
            if live.replaces and (
                known is None or (len(live.path), live.live) >= (len(known.path), known.live)
            ):
                nearest[live.replaces] = live
        return tuple(
            live for live in here
            if live.live and live.key not in nearest and (not live.replaces or len(nearest[live.replaces].path) == len(live.path))
        )  # fmt: skip


_kept: tuple[Any, Loaded] | None = None


def live() -> Loaded:
    """As the database has them now: one small question where nothing has changed."""
    global _kept
    row = execute("SELECT MAX(revision) FROM device_rule").fetchone()
    revision, now = int(row[0] or 0), clock.now_ms()
    if _kept is not None and _kept[0] is db.obj:
        known = _kept[1]
        if known.revision == revision and 0 <= now - known.read_at < OLDEST_MS:
            return known
    found = Loaded(revision, now, _read())
    _kept = (db.obj, found)
    return found


def next_revision() -> int:
    """For the change of a rule, within its transaction."""
    return int(DeviceRule.select(peewee.fn.MAX(DeviceRule.revision)).scalar() or 0) + 1


def _read() -> tuple[Live, ...]:
    rows: Any = (
        DeviceRule.select(DeviceRule, DeviceRuleVersion.definition)
        .join(
            DeviceRuleVersion,
            on=(
                (DeviceRuleVersion.rule_id == DeviceRule.id)
                & (DeviceRuleVersion.number == DeviceRule.live_version)
            ),
        )
        .where(DeviceRule.state.in_(("live", "paused")))
        .order_by(DeviceRule.id)
        .objects()
    )
    found = []
    known = list(rows)
    paths = orgs.paths({row.org_id for row in known if row.org_id is not None})
    for row in known:
        rule = Definition.from_json(row.definition)
        try:
            _compiled = rule.names
        except Invalid:
            # Written for an older vocabulary: its page says so; the others go on.
            log.error("rule.not_understood", rule=row.id)
            continue
        path = "/" if row.org_id is None else paths.get(row.org_id)
        if path is not None:
            found.append(
                Live(row.id, row.live_version, path, row.built_in or "", row.replaces, row.state == "live", rule)
            )  # fmt: skip
    return tuple(found)
