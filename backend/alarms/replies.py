"""What somebody who was told of an alarm writes about it in his own words stands in its timeline, for the desk that deals with it: his
address may belong to another community, whose inbox gets his words as well."""

from __future__ import annotations

from backend.alarms import kinds, record, rungs
from backend.alarms.answering import Caller, told_to
from backend.alarms.models import Alarm, AlarmStep
from backend.alarms.speaking import speak, to_of
from backend.core.db import transaction
from backend.core.i18n import _
from backend.fields.words import Words

LONGEST = 500


def hear(by: Caller, alarm_id: int, text: str) -> None:
    """Staff who were told of it are told at once. Nothing where he was not told himself, or the alarm is gone."""
    with transaction():
        alarm = Alarm.get_or_none(Alarm.id == alarm_id)
        if alarm is None:
            return
        steps = told_to(alarm, by)
        if not steps:
            return
        words, mine = text[:LONGEST], steps[-1].person
        record.note(alarm, "wrote", name=steps[-1].name, text=words)
        colleagues = AlarmStep.select().where(AlarmStep.alarm == alarm.id, AlarmStep.staff_id.is_null(False))
        told = {step.person: step for step in rungs.still_told(colleagues) if step.person != mine}
        facts = {"title": kinds.KINDS[alarm.kind].title, "name": steps[-1].name, "text": words}
        for step in told.values():
            speak(alarm, to_of(step), Words(_("{title}: {name} writes “{text}”", **facts)))
