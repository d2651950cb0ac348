"""Many alarms of one kind at one place within minutes: a gateway that fails, a building that burns.

Staff are told of them together, and answer for all; that is what can be read and rung up. Each alarm climbs by itself all the same, and reaches its
own family and neighbours: nobody's alarm is held back for being one of many.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from backend.alarms import kinds, record
from backend.alarms.models import Alarm, AlarmStorm
from backend.core import access, clock
from backend.core.access import Actor
from backend.core.db import is_postgres
from backend.fields.address import Home

STAFF = frozenset({"grid_worker", "duty_desk", "community_admin"})
"""The rungs that are told together."""
WITHIN = timedelta(minutes=5)
IN_A_BUILDING, IN_AN_ORG = 5, 15
"""So many within so short a time are a storm: from the fifth on a building's, from the fifteenth on a grid's."""
QUIET = timedelta(minutes=10)
"""Without another alarm for so long it is over; those that come later begin anew."""


def area_of(place: Mapping[str, Any] | None) -> str:
    """The building of a place (JSON of a Home) as a key, "" when none is named."""
    home = Home.from_json(place or {})
    return "|".join((home.phase, home.area, home.building))[:40] if home.building else ""


def home_of(area: str) -> Home:
    """The building that `area_of` made a key of."""
    phase, part, building = [*area.split("|"), "", "", ""][:3]
    return Home(phase=phase, area=part, building=building)


def join(alarm: Alarm) -> None:
    """The alarm, just raised, becomes part of the storm that it stands in, or begins one with those before it."""
    if alarm.kind in kinds.SINGLE:
        return
    storm = _going_on(alarm) or _begun(alarm)
    if storm is not None:
        _enrol(storm, [alarm.id])


def open_ones(actor: Actor) -> list[AlarmStorm]:
    """Those that go on where the actor may read alarms, the newest first."""
    mine = AlarmStorm.org_id.in_(access.org_ids(actor, "alarm.read"))
    return list(
        AlarmStorm.select()
        .where(mine & AlarmStorm.ended_at.is_null())
        .order_by(AlarmStorm.id.desc())
        .limit(10)
    )


def of(alarm: Alarm) -> AlarmStorm | None:
    """The storm that it is part of."""
    if alarm.storm_id is None:
        return None
    return AlarmStorm.get_or_none(AlarmStorm.id == alarm.storm_id)  # type: ignore[no-any-return]


def members(storm_id: int, *, is_open: bool = False) -> list[int]:
    """The ids of its alarms, in order; `is_open`: of those that are not cleared."""
    mine = Alarm.storm_id == storm_id
    found = Alarm.select(Alarm.id).where(mine & (Alarm.status != "cleared") if is_open else mine)
    return [alarm.id for alarm in found.order_by(Alarm.id)]


def size(storm_id: int) -> int:
    return int(Alarm.select().where(Alarm.storm_id == storm_id).count())


def to_look_at(told_before: datetime, quiet_before: datetime) -> list[int]:
    """The ids of those that go on, of which staff were told last, or which began, before then."""
    due = (AlarmStorm.told_at <= told_before) | (AlarmStorm.began_at <= quiet_before)
    found = AlarmStorm.select(AlarmStorm.id).where(AlarmStorm.ended_at.is_null() & due)
    return [storm.id for storm in found.order_by(AlarmStorm.id)]


def gather(storm: AlarmStorm) -> None:
    """Those that somebody else held when it began belong to it as well."""
    _enrol(storm, [a.id for a in _free(storm)])


def is_quiet(storm: AlarmStorm, now: datetime) -> bool:
    """Whether its last alarm is long ago."""
    last = Alarm.select().where(Alarm.storm_id == storm.id).order_by(Alarm.raised_at.desc()).first()
    return last is None or last.raised_at <= now - QUIET


def end(storm: AlarmStorm) -> None:
    """No more alarms join it; those that are part of it stay so."""
    AlarmStorm.update(ended_at=clock.now(), open_key=None).where(AlarmStorm.id == storm.id).execute()


def locked(storm_id: int) -> AlarmStorm | None:
    """One that goes on, kept from everybody else until the transaction ends."""
    query = AlarmStorm.select().where((AlarmStorm.id == storm_id) & AlarmStorm.ended_at.is_null())
    return (query.for_update() if is_postgres() else query).first()  # type: ignore[no-any-return]


def _going_on(alarm: Alarm) -> AlarmStorm | None:
    keys = [_key(alarm, area) for area in dict.fromkeys((alarm.area, ""))]
    found = AlarmStorm.select().where(AlarmStorm.open_key.in_(keys))
    return found.order_by(AlarmStorm.id).first()  # type: ignore[no-any-return]


def _begun(alarm: Alarm) -> AlarmStorm | None:
    """A storm that begins with this alarm."""
    lately = (
        (Alarm.kind == alarm.kind)
        & (Alarm.org_id == alarm.org_id)
        & (Alarm.raised_at >= alarm.raised_at - WITHIN)
        & Alarm.storm_id.is_null()
    )
    scopes = [("", IN_AN_ORG, lately)]
    if alarm.area:
        scopes.insert(0, (alarm.area, IN_A_BUILDING, lately & (Alarm.area == alarm.area)))
    for area, least, which in scopes:
        if Alarm.select().where(which).count() < least:
            continue
        key = _key(alarm, area)
        since = Alarm.select().where(which).order_by(Alarm.raised_at).first().raised_at
        AlarmStorm.insert(
            kind=alarm.kind, org_id=alarm.org_id, area=area, open_key=key, told_count=least, told_at=clock.now(),
            began_at=since,
        ).on_conflict_ignore().execute()  # fmt: skip
        storm: AlarmStorm = AlarmStorm.get(AlarmStorm.open_key == key)
        gather(storm)
        return storm
    return None


def _free(storm: AlarmStorm) -> Any:
    """What belongs to it and is not part of it yet. What another transaction holds is left to the next look: two who waited for each other
    would stand still."""
    found = Alarm.select(Alarm.id).where(
        (Alarm.kind == storm.kind)
        & (Alarm.org_id == storm.org_id)
        & (Alarm.raised_at >= storm.began_at)
        & Alarm.storm_id.is_null()
    )
    if storm.area:
        found = found.where(Alarm.area == storm.area)
    return (
        found.order_by(Alarm.id).for_update("FOR UPDATE SKIP LOCKED")
        if is_postgres()
        else found.order_by(Alarm.id)
    )


def _enrol(storm: AlarmStorm, ids: list[int]) -> None:
    for alarm_id in ids:
        Alarm.update(storm_id=storm.id).where(Alarm.id == alarm_id).execute()
        record.note(Alarm(id=alarm_id), "storm")


def _key(alarm: Alarm, area: str) -> str:
    return f"{alarm.kind}:{alarm.org_id}:{area}"
