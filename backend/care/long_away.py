"""Away without an end: after a week she is asked kindly whether she still is, and after a day of silence people are.

Meanwhile nobody asks her each day. A yes, a word of hers about anything, or somebody's who found out how she is, is good for
another week.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from backend.alarms import actions as alarms
from backend.alarms.summary import Summary
from backend.care import faults, reach, record, wording
from backend.care.models import Absence, CarePlan
from backend.core import audit, clock
from backend.core.access import SYSTEM, Actor
from backend.core.db import transaction
from backend.core.i18n import Text
from backend.fields.words import Words
from backend.messaging import At, Resident, say
from backend.residents import queries as residents

AFTER = timedelta(days=7)
PATIENCE = timedelta(days=1)
FROM_HOUR, UNTIL_HOUR = 9, 20


def look() -> int:
    """Ask, or call people, about everybody who has been away for long without an end; returns how many steps were taken."""
    now = clock.now()
    since = Absence.select(Absence.resident_id).where(
        Absence.ends_at.is_null() & (Absence.starts_at <= now - AFTER) & Absence.alarm_id.is_null()
    )
    active = (CarePlan.status == "active") & CarePlan.resident_id.in_(since)
    found = CarePlan.select(CarePlan.id).where(active).order_by(CarePlan.id)
    return faults.each("care.away", "plan", [care.id for care in found], _look)


def _look(plan_id: int) -> int:
    with transaction():
        care = record.locked_plan(plan_id)
        hers = open_ended(care.resident_id)
        if not hers or any(a.alarm_id is not None for a in hers):
            return 0
        now, newest = clock.now(), hers[-1]
        asked_at = max((a.asked_at for a in hers if a.asked_at is not None), default=None)
        if asked_at is None:
            due = now >= max(a.heard_at or a.starts_at for a in hers) + AFTER
            if not due or not FROM_HOUR <= now.astimezone(ZoneInfo(care.zone)).hour < UNTIL_HOUR:
                return 0
            _ask(care, newest)
            _write(hers, asked_at=now)
        elif reach.last_word(care.resident_id, asked_at) is not None:
            _write(hers, heard_at=now, asked_at=None)
        elif now >= asked_at + PATIENCE:
            _write(hers, alarm_id=_call(newest, asked_at))
        else:
            return 0
        record.changed(care.resident_id)
        return 1


def still(actor: Actor, resident_id: int) -> Words:
    """She, or somebody of hers, says that she is still away."""
    with transaction():
        hers = open_ended(resident_id)
        if not hers:
            return wording.noted_already()
        _write(hers, heard_at=clock.now(), asked_at=None, alarm_id=None)
        over(hers, wording.STILL_AWAY)
        audit.record(actor, "care.still_away", f"care:{resident_id}", org_id=hers[-1].org_id)
        record.changed(resident_id)
        return wording.still_away_noted()


def over(absences: list[Absence], words: Text) -> None:
    """The alarms about the silence in these absences are over."""
    for alarm_id in sorted({a.alarm_id for a in absences if a.alarm_id is not None}):
        alarms.clear(SYSTEM, alarm_id, words)


def on_alarm(alarm: Summary) -> None:
    """Somebody has found out how she is."""
    if alarm.status == "cleared":
        known = {"heard_at": clock.now(), "asked_at": None, "alarm_id": None}
        Absence.update(**known).where(Absence.alarm_id == alarm.id).execute()


def open_ended(resident_id: int) -> list[Absence]:
    """Those that have begun and have no end, the newest last."""
    hers = (Absence.resident_id == resident_id) & Absence.ends_at.is_null()
    return list(Absence.select().where(hers & (Absence.starts_at <= clock.now())).order_by(Absence.id))


def _write(hers: list[Absence], **values: object) -> None:
    Absence.update(**values).where(Absence.id.in_([a.id for a in hers])).execute()


def _ask(care: CarePlan, absence: Absence) -> None:
    """Her, and who told of it in her place."""
    key = f"away:{absence.id}:still:{clock.now():%Y%m%d}"
    first = clock.local(absence.starts_at).date()
    say(Resident(care.resident_id), wording.still_away(care, first), purpose="care", dedupe=f"{key}:her")
    kind, _colon, number = absence.told_by.partition(":")
    if kind == "family":
        words = wording.is_she_still_away(care.resident_id, residents.name_of(care.resident_id), first)
        say(At(int(number)), words, purpose="care", dedupe=f"{key}:teller")


def _call(absence: Absence, asked_at: datetime) -> int:
    return alarms.raise_alarm(
        "long_away",
        org_id=absence.org_id,
        severity="info",
        words=wording.long_away(clock.local(absence.starts_at).date(), clock.local(asked_at).date()),
        resident_id=absence.resident_id,
        source=f"absence:{absence.id}",
        dedupe=f"absence:{absence.resident_id}",
    )
