"""A relative whom staff have entered has said that it is him: what an alarm kept from him until now."""

from __future__ import annotations

from backend.alarms import bodies, wording
from backend.alarms.models import Alarm, AlarmStep
from backend.fields.words import Words


def in_full(relation_id: int) -> tuple[Words, ...]:
    """The open alarms that he was told of with care, as everybody else was told. The caller has confirmed the relation."""
    told = AlarmStep.select(AlarmStep.alarm).where(AlarmStep.person == f"relation:{relation_id}")
    found = Alarm.select().where(Alarm.id.in_(told) & (Alarm.status != "cleared")).order_by(Alarm.id)
    return tuple(wording.raised(alarm, body=bodies.told_relative(alarm, relation_id)) for alarm in found)
