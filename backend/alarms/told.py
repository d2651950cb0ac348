"""Who was told of an alarm, for staff who want to ring them up: the name in full, the telephone, since when, what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from backend.alarms import rungs
from backend.alarms.models import Alarm, AlarmStep
from backend.alarms.speaking import to_of
from backend.core.i18n import Text
from backend.family import queries as family
from backend.family import wording as family_wording
from backend.messaging import channels, people
from backend.messaging.people import To

_TELEPHONES = ("voice", "sms")


@dataclass(frozen=True, slots=True)
class Told:
    """`phone` is "" for somebody whom we know in a chat alone, named in `channel`; `answer` "" until something was said."""

    name: str
    phone: str
    channel: Text
    at: datetime
    answer: str


def of_alarm(alarm: Alarm) -> list[Told]:
    """Each once, in the order in which they were told first, save those whose relation to her has ended, and staff who have left."""
    steps = AlarmStep.select().where(AlarmStep.alarm == alarm.id).order_by(AlarmStep.id)
    latest = {step.person: step for step in rungs.still_told(steps)}
    relations = (
        {r.id: family_wording.title(r) for r in family.relations_of(alarm.resident_id, "active", "entered")}
        if alarm.resident_id is not None
        else {}
    )
    found = []
    for step in latest.values():
        name = relations.get(rungs.relation_of(step.person) or 0) or step.name
        phone, channel = _where(to_of(step))
        found.append(Told(name, phone, channel, step.told_at, step.answer or ""))
    return found


def _where(to: To) -> tuple[str, Text]:
    """(telephone, the channel that she is written to first)."""
    known = people.identities(to, reachable=False)
    phone = next((i.address for i in known if i.channel in _TELEPHONES), "")
    return phone, channels.NAMES[known[0].channel] if known else ""
