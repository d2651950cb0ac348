"""An alarm's row and its timeline: read under a lock, written with its ladder's state, noted, and shown live."""

from __future__ import annotations

import json
from typing import Any

from backend.alarms import kinds, ladder
from backend.alarms.models import Alarm, AlarmNote
from backend.core import clock, live
from backend.core.db import is_postgres
from backend.core.errors import NotFound
from backend.core.i18n import LOCALES, Text, _, render
from backend.fields.words import Words
from backend.residents import one_at_a_time


def in_all(text: Text | None) -> dict[str, str] | None:
    """A text in every language that we speak: who reads it later is not known yet."""
    return None if text is None else {locale: render(text, locale) for locale in LOCALES}


def packed(words: Words) -> str:
    """What is said about it, as stored."""
    said = {"text": in_all(words.text), "short": in_all(words.short), "spoken": in_all(words.spoken)}
    return json.dumps({k: v for k, v in said.items() if v}, ensure_ascii=False)


def unpacked(alarm: Alarm, *, body: bool = False) -> Words:
    """What is said about it; `body`: with what was measured of her body, to somebody who may see that."""
    said = json.loads(alarm.measured if body and alarm.measured is not None else alarm.words)
    return Words(said["text"], said.get("short"), said.get("spoken"))


def locked(alarm_id: int) -> Alarm:
    """The alarm, kept from everybody else until the transaction ends. Raises NotFound."""
    about = Alarm.select(Alarm.resident_id).where(Alarm.id == alarm_id).scalar() if is_postgres() else None
    if about is not None:
        one_at_a_time.hold(about)
    query = Alarm.select().where(Alarm.id == alarm_id)
    alarm = (query.for_update() if is_postgres() else query).first()
    if alarm is None:
        raise NotFound(_("We could not find this alarm."))
    return alarm  # type: ignore[no-any-return]


def locked_if_free(alarm_id: int) -> Alarm | None:
    """`locked` without waiting: None while somebody else is about it, or about her whom it concerns."""
    if not is_postgres():
        return locked(alarm_id)
    about = Alarm.select(Alarm.resident_id).where(Alarm.id == alarm_id).scalar()
    if about is not None and not one_at_a_time.taken(about):
        return None
    query = Alarm.select().where(Alarm.id == alarm_id)
    return query.for_update("FOR UPDATE SKIP LOCKED").first()  # type: ignore[no-any-return]


def state_of(alarm: Alarm) -> ladder.State:
    return ladder.State(
        alarm.rung,
        alarm.round,
        alarm.told_at,
        alarm.deadline_at,
        alarm.called,
        alarm.status == "going",
        alarm.asked,
    )


def keep(alarm: Alarm, state: ladder.State) -> None:
    """Write where it stands, and when it must be looked at again."""
    alarm.rung, alarm.round, alarm.told_at = state.rung, state.round, state.told_at
    alarm.deadline_at, alarm.called, alarm.asked = state.deadline, state.called, state.asked
    if alarm.status != "cleared":
        alarm.status = "going" if state.going else "open"
        critical = alarm.severity == "critical"
        alarm.wake_at = (
            ladder.wake_at(state, kinds.KINDS[alarm.kind].policy, critical=critical) or clock.now()
        )
    alarm.save()


def note(alarm: Alarm, act: str, **data: Any) -> None:
    """A line of the timeline; `data` is JSON."""
    AlarmNote.create(
        alarm=alarm.id,
        at=clock.now(),
        act=act,
        data=json.dumps(data, ensure_ascii=False) if data else None,
    )
    live.publish(live.ADMIN, {"kind": "alarm", "id": alarm.id})
