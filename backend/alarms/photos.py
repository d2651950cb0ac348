"""What a camera saw: with the alarm, on its page, and in the chat of everybody who was told; deleted when it is not needed any more."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from backend.alarms import record, rungs, speaking, surely, wording
from backend.alarms.models import Alarm, AlarmStep
from backend.core import clock, media
from backend.core.db import transaction

MOST = 5
KEPT = timedelta(days=30)
"""After the alarm was over."""
_AT_ONCE = 200


def attach(alarm_id: int, picture: bytes) -> bool:
    """Keep a picture with an alarm that is not over and send it to whoever was told; whether it was. Raises Invalid when it is no picture."""
    drawn, kind = media.harmless(picture, "image/")
    with transaction():
        alarm = record.locked(alarm_id)
        keys = alarm.media.split()
        if alarm.status == "cleared" or len(keys) >= MOST or not kind.startswith("image/"):
            return False
        key = media.keep(drawn, kind, f"alarm:{alarm_id}")
        alarm.media = " ".join((*keys, key))
        Alarm.update(media=alarm.media).where(Alarm.id == alarm_id).execute()
        record.note(alarm, "photo")
        steps = rungs.still_told(AlarmStep.select().where(AlarmStep.alarm == alarm_id))
        careful = rungs.unconfirmed(steps)
        told = {step.person: step for step in steps if step.person not in careful}
        words = wording.photo(alarm, key)
        for person, step in sorted(told.items()):
            say = partial(speaking.speak, alarm, speaking.to_of(step), words, f"photo:{key}:{person}")
            surely.attempt(alarm_id, f"photo:{person}", say)
    return True


def clear_old() -> int:
    """Pictures of alarms that were over long ago go; returns of how many alarms."""
    old = (Alarm.media != "") & (Alarm.cleared_at < clock.now() - KEPT)
    with transaction():
        found = list(Alarm.select(Alarm.id, Alarm.media).where(old).limit(_AT_ONCE))
        for alarm in found:
            for key in alarm.media.split():
                media.forget(key)
        Alarm.update(media="").where(Alarm.id.in_([alarm.id for alarm in found])).execute()
    return len(found)
