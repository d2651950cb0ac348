"""How an alarm reaches somebody: past everything else."""

from __future__ import annotations

from backend.alarms.models import Alarm, AlarmStep
from backend.fields.words import Words
from backend.messaging import say
from backend.messaging.people import At, Resident, StaffMember, To


def to_of(told: AlarmStep) -> To:
    if told.staff_id is not None:
        return StaffMember(told.staff_id)
    return Resident(told.resident_id) if told.resident_id is not None else At(told.identity_id or 0)


def speak(alarm: Alarm, to: To, words: Words, key: str | None = None, *, storm_id: int | None = None) -> bool:
    """Say it past everything else: the queue of alarms waits for nothing, and knows no quiet hours. With `storm_id` it is said of all alarms
    of that storm, and `key` counts once among them. Returns whether it was said now, not before."""
    whose = f"alarm:{alarm.id}" if storm_id is None else f"alarm_storm:{storm_id}"
    said = say(
        to,
        words,
        purpose="alarm",
        queue="alerts",
        about=f"alarm:{alarm.id}",
        dedupe=f"{whose}:{key}" if key else None,
    )
    return said is not None
