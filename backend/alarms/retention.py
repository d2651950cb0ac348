"""Alarms that ended long ago keep what kind they were and how fast people answered; an open one is never touched."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from backend.alarms import personal
from backend.alarms.models import Alarm, AlarmStep
from backend.core import retention
from backend.core.i18n import _


def _old(before: datetime) -> Any:
    whose = Alarm.resident_id.is_null(False) | Alarm.identity_id.is_null(False) | Alarm.place.is_null(False)
    return (Alarm.status == "cleared") & (Alarm.cleared_at < before) & whose


def _clear(before: datetime, most: int) -> int:
    rows = list(Alarm.select().where(_old(before)).order_by(Alarm.id).limit(most))
    for alarm in rows:
        personal.empty(alarm)
        AlarmStep.update(resident_id=None, identity_id=None).where(AlarmStep.alarm == alarm.id).execute()
        Alarm.update(resident_id=None).where(Alarm.id == alarm.id).execute()
    return len(rows)


def _open(ids: Collection[int]) -> set[int]:
    rows = Alarm.select(Alarm.id).where(Alarm.id.in_(list(ids)) & (Alarm.status != "cleared"))
    return {row.id for row in rows}


retention.register_open("alarm", _open)
retention.register(
    retention.Kind(
        "alarms",
        _("Alarms that are over"),
        _("made anonymous: who, where and the words go; the kind and how fast people answered stay"),
        60,
        36,
        _("Whether help came in time can be asked for three years (Civil Code, article 188)."),
        lambda before: int(Alarm.select().where(_old(before)).count()),
        _clear,
    )
)
