"""A line in an alarm's timeline from another domain: what was done about it besides answering."""

from __future__ import annotations

from backend.alarms import record
from backend.alarms.models import Alarm
from backend.core.i18n import Text


def add(alarm_id: int, text: Text) -> None:
    """Belongs in the caller's transaction. Nothing where the alarm is gone."""
    alarm = Alarm.get_or_none(Alarm.id == alarm_id)
    if alarm is not None:
        record.note(alarm, "remark", words=record.in_all(text))
