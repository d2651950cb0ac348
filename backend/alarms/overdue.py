"""Whether an alarm stands still: its ladder's next step is overdue, nobody at all was told of it, or what is said of it does not leave.
/healthz says so."""

from __future__ import annotations

from datetime import timedelta

import peewee

from backend.alarms.models import Alarm, AlarmStep
from backend.core import clock
from backend.core.i18n import Text, _
from backend.messaging import waiting

PATIENCE = timedelta(minutes=2)
"""The scheduler looks every few seconds; another takes over within 15 s."""


def check() -> tuple[bool, Text]:
    """For `core.health`."""
    before = clock.now() - PATIENCE
    is_open = Alarm.status != "cleared"
    late = [a.id for a in Alarm.select(Alarm.id).where(is_open & (Alarm.wake_at < before)).order_by(Alarm.id)]
    told = AlarmStep.select(peewee.SQL("1")).where(AlarmStep.alarm == Alarm.id)
    nobody = Alarm.select(Alarm.id).where(is_open & (Alarm.raised_at < before) & ~peewee.fn.EXISTS(told))
    silent = [a.id for a in nobody.order_by(Alarm.id)]
    if late:
        return False, _("Alarms stand still, look at once: {numbers}.", numbers=_numbers(late))
    if silent:
        return False, _(
            "Nobody could be told of these alarms, act yourself: {numbers}.", numbers=_numbers(silent)
        )
    if unsent := waiting.unsent("alarm", PATIENCE.total_seconds()):
        numbers = sorted(int(about.partition(":")[2]) for about in unsent)
        return False, _(
            "What is said of these alarms does not leave, ring people up: {numbers}.",
            numbers=_numbers(numbers),
        )
    return True, ""


def _numbers(ids: list[int]) -> str:
    return ", ".join(map(str, ids[:10]))
