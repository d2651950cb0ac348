"""Whether every alarm climbed its ladder in time until somebody answered, and every answer that people gave took effect. Each finding is a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from backend.alarms import kinds, ladder
from backend.alarms.climbing import GOING
from backend.alarms.models import Alarm, AlarmNote, AlarmStep
from backend.core import clock
from backend.messaging.content import Content
from backend.messaging.models import Message
from bench.day.lines import Came
from bench.day.oracle import Known
from bench.day.people import Deed

CLIMBS = ("told", "asked", "nobody")
SOON = timedelta(minutes=45)
"""Every alarm that nobody has answered is looked at again within this time."""


def findings(known: Known) -> list[str]:
    """Of the ladder: nobody is forgotten, nobody is told before those before had their time, nobody when it is over."""
    return [
        *_standing(),
        *(wrong for alarm in Alarm.select().order_by(Alarm.id) for wrong in _climbed(alarm, known)),
    ]


def _standing() -> list[str]:
    """A critical alarm is over, in somebody's hands, or will be told on before long."""
    soon = clock.now() + SOON
    return [
        f"critical alarm {alarm.id} ({alarm.kind}) is {alarm.status}, and wakes at {alarm.wake_at}"
        for alarm in Alarm.select().where((Alarm.severity == "critical") & (Alarm.status != "cleared"))
        if alarm.wake_at is None
        or alarm.wake_at > soon
        or not AlarmStep.select().where(AlarmStep.alarm == alarm.id).exists()
    ]


def _climbed(alarm: Alarm, known: Known) -> list[str]:
    """Its timeline, line by line: by when was the next to be told, and was she?"""
    called, wrong = f"alarm {alarm.id} ({alarm.kind})", []
    due: datetime | None = alarm.raised_at
    hurried = False
    for note in AlarmNote.select().where(AlarmNote.alarm == alarm.id).order_by(AlarmNote.id):
        data = json.loads(note.data) if note.data else {}
        if note.act in CLIMBS:
            if due is None:
                wrong.append(f"{called}: {note.act} at {note.at:%H:%M:%S}, when it was over")
            elif note.at > known.latest(due):
                wrong.append(f"{called}: {note.act} at {note.at:%H:%M:%S}, due at {due:%H:%M:%S}")
            elif note.at < due - known.late and not hurried:
                wrong.append(
                    f"{called}: {note.act} at {note.at:%H:%M:%S}, before those told last had their time"
                )
            hurried = False
        match note.act, data.get("answer"):
            case "told", _:
                due = note.at + timedelta(minutes=data["minutes"])
            case "asked", _:
                due = note.at + ladder.ASKED
            case "nobody", _:
                due = note.at + kinds.KINDS[alarm.kind].policy[-1].wait
            case "skipped", _:
                due = note.at
            case "answered", "cannot":
                # The next is told at once, where there is one; else the time of who was told last runs on, or begins anew; who goes is left in peace.
                hurried = True
                due = max(due or note.at, note.at + max(rung.wait for rung in kinds.KINDS[alarm.kind].policy))
            case "answered", answer if answer in GOING:
                due = note.at + ladder.GOING
            case (("answered" | "cleared"), _):
                due = None
    if due is not None and known.latest(due) < clock.now():
        wrong.append(f"{called}: nobody was told on at {due:%H:%M:%S}")
    return wrong


def answered(deeds: Iterable[Deed], known: Known) -> list[str]:
    """Each answer that was given stands in the alarm's timeline, unless it was over, or she had said so before. One that was given a moment ago may be on its way."""
    return [
        f"{deed.answer} by {deed.channel} at {deed.at:%H:%M:%S} (alarm {_alarm_of(message, deed.answer)}) stands nowhere"
        for deed in deeds
        if deed.at < clock.now() - known.late and not _stands(deed, message := _message(deed.came), known)
    ]


def _message(came: Came) -> Message:
    return Message.get_by_id(came.message)


def _alarm_of(message: Message, answer: str) -> int:
    """Which alarm her answer is about: what she was offered says so, and of many that are answered together the message."""
    offered = (option.value.partition(":") for option in Content.unseal(message.content).options)
    named = next((number for command, _colon, number in offered if command == f"alarm.{answer}"), None)
    return int(named or (message.about or "").removeprefix("alarm:"))


def _stands(deed: Deed, message: Message, known: Known) -> bool:
    alarm = Alarm.get_by_id(_alarm_of(message, deed.answer))
    if alarm.cleared_at is not None and alarm.cleared_at <= known.latest(deed.at):
        return True
    steps = AlarmStep.select().where(AlarmStep.alarm == alarm.id)
    # Who is rung up is not named by the Message: any of those who were told.
    hers = steps.where(AlarmStep.staff_id == message.staff_id) if message.staff_id is not None else steps
    names = {step.name for step in hers}
    notes = AlarmNote.select().where((AlarmNote.alarm == alarm.id) & (AlarmNote.act == "answered"))
    said = [(note.at, data["answer"]) for note in notes if (data := json.loads(note.data))["name"] in names]
    before = [answer for at, answer in sorted(said) if at < deed.at]
    return before[-1:] == [deed.answer] or any(at >= deed.at and answer == deed.answer for at, answer in said)
