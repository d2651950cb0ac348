"""A value was measured: told by her, her family or staff, or by a device that is bound to her. It is kept where she agreed to that; one
outside her limits reaches people in the same transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.alarms import actions as alarms
from backend.care import record, visits
from backend.care.health import consenting, kinds, limits, wording
from backend.care.health.kinds import Beyond
from backend.care.health.models import HealthLimit, Measurement
from backend.core import access, audit, clock
from backend.core.access import SYSTEM, Actor
from backend.core.db import transaction
from backend.core.errors import Invalid, NotFound
from backend.core.i18n import DEFAULT_LOCALE, Text, _, render
from backend.residents import one_at_a_time
from backend.residents import queries as residents

SELDOM = timedelta(minutes=15)
"""Of what a device says all day long one value in so long is kept, and each that is outside where the one before was not."""
OLDEST = timedelta(days=366)
FRESH = timedelta(hours=12)
"""An older value is kept, and nobody is called for it."""
AHEAD = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Kept:
    """One that was kept, and what of it is outside."""

    measurement: Measurement
    values: Mapping[str, float]
    beyond: tuple[Beyond, ...] = ()


def measured(
    resident_id: int, values: Mapping[str, float], at: datetime, source: str, *, key: str = ""
) -> list[Kept]:
    """Keep what was measured, by the names in `kinds`; what is impossible, or of a resident who did not agree, is left out. `source`:
    resident:7, family:9, staff:3, device:5. `key` names it: the same is kept once. Belongs in the caller's transaction."""
    if not consenting.stands(resident_id):
        return []
    now = clock.now()
    at = min(at, now)
    found: list[Kept] = []
    with transaction():
        one_at_a_time.hold(resident_id)
        agreed = limits.of(resident_id)
        for kind, some in kinds.grouped(values).items():
            beyond = kinds.beyond(some, limits.bounds(agreed.get(kind)))
            if source.startswith("device:") and _told_lately(resident_id, kind, at, outside=bool(beyond)):
                continue
            row = _row(resident_id, kind, some, at, source, f"{key}:{kind}" if key else None, bool(beyond))
            if row is None:
                continue
            if beyond and now - at <= FRESH:
                _act(row, some, beyond, agreed.get(kind))
            found.append(Kept(row, some, tuple(beyond)))
        if found:
            record.changed(resident_id)
    return found


def entered(actor: Actor, resident_id: int, values: Mapping[str, float], at: datetime) -> list[Kept]:
    """Staff have measured, or were told. Raises Forbidden, Invalid."""
    org_id = residents.org_of(resident_id)
    access.check(actor, "care.change", org_id)
    consenting.require(resident_id)
    for name, value in values.items():
        if not kinds.possible(name, value):
            least, most = kinds.VALUES[name].possible
            raise Invalid(
                _("We expect a number from {least} to {most}.", least=f"{least:g}", most=f"{most:g}"), name
            )
    high, low = values.get("blood_pressure_high"), values.get("blood_pressure_low")
    if low is not None and (high is None or low >= high):
        raise Invalid(_("The upper value is above the lower one."), "blood_pressure_high")
    if not values:
        raise Invalid(_("Please enter at least one value."), "blood_pressure_high")
    if at > clock.now() + AHEAD or at < clock.now() - OLDEST:
        raise Invalid(_("When was it measured?"), "at")
    with transaction():
        found = measured(resident_id, values, at, f"staff:{actor.id}")
        after = {"kinds": [one.measurement.kind for one in found]}
        audit.record(actor, "health.measure", f"health:{resident_id}", org_id=org_id, after=after)
    return found


def take_away(actor: Actor, measurement_id: int) -> int:
    """Entered by mistake; returns whose it was. Raises NotFound, Forbidden."""
    with transaction():
        row = Measurement.get_or_none(Measurement.id == measurement_id)
        if row is None:
            raise NotFound()
        access.check(actor, "care.change", row.org_id)
        row.delete_instance()
        before = {"kind": row.kind, "at": row.at}
        audit.record(actor, "health.remove", f"health:{row.resident_id}", org_id=row.org_id, before=before)
        record.changed(row.resident_id)
        return int(row.resident_id)


def _row(
    resident_id: int,
    kind: str,
    values: Mapping[str, float],
    at: datetime,
    source: str,
    key: str | None,
    outside: bool,
) -> Measurement | None:
    """None for what is known already."""
    if key is not None and Measurement.select().where(Measurement.key == key[:80]).exists():
        return None
    made: Measurement = Measurement.create(
        resident_id=resident_id,
        org_id=residents.org_of(resident_id),
        kind=kind,
        at=at,
        values=json.dumps(dict(values)),
        source=source,
        key=key[:80] if key else None,
        outside=outside,
        created_at=clock.now(),
    )
    return made


def _told_lately(resident_id: int, kind: str, at: datetime, *, outside: bool) -> bool:
    if not kinds.KINDS[kind].often:
        return False
    mine = (Measurement.resident_id == resident_id) & (Measurement.kind == kind)
    last = Measurement.select().where(mine).order_by(Measurement.at.desc()).first()
    return last is not None and last.outside == outside and abs(at - last.at) < SELDOM


def _act(
    row: Measurement, values: Mapping[str, float], beyond: Sequence[Beyond], agreed: HealthLimit | None
) -> None:
    """What was agreed for a value outside."""
    act = agreed.act if agreed is not None else limits.USUAL
    if act == "note":
        return
    words = wording.outside(row.kind, values, beyond)
    if act == "visit":
        _visit(row.resident_id, words.text)
        return
    row.alarm_id = alarms.raise_alarm(
        "health_limit",
        org_id=row.org_id,
        severity="warning",
        words=wording.outside_unnamed(),
        measured=words,
        resident_id=row.resident_id,
        source=f"health:{row.id}",
        dedupe=f"health:{row.resident_id}:{row.kind}",
    )
    row.save(only=("alarm_id",))


def _visit(resident_id: int, words: Text) -> None:
    """Today; while one is open that serves as well, no second."""
    if visits.open_for(resident_id):
        return
    visits.ask(SYSTEM, resident_id, render(words, DEFAULT_LOCALE), clock.now() + timedelta(hours=4))
