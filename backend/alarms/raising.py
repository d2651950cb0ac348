"""Raising an alarm: its first rung is told in the transaction that is its reason."""

from __future__ import annotations

import json
from typing import Any

import peewee

from backend.alarms import at_home, climbing, listeners, record, storms, summary, surely
from backend.alarms.models import Alarm
from backend.core import audit, clock
from backend.core.access import SYSTEM
from backend.core.db import is_postgres, savepoint, transaction
from backend.fields.words import Words
from backend.residents import one_at_a_time
from backend.residents import queries as residents


def raise_alarm(
    kind: str,
    *,
    org_id: int,
    severity: str,
    words: Words,
    source: str,
    resident_id: int | None = None,
    place: dict[str, Any] | None = None,
    dedupe: str | None = None,
    device_id: int | None = None,
    identity_id: int | None = None,
    measured: Words | None = None,
    elsewhere: bool = False,
) -> int:
    """Tell people, one rung after another, until somebody answers; returns the alarm's id.

    Belongs in the caller's transaction. `words` says what happened in a sentence or two; what, where and when are put before
    it. `place` is JSON of a `fields.address.Home`, her own home when not given. `source` is whose it is ("checkin:77"), for
    listeners. `measured` says the same with what was measured of her body, where she agreed that it is kept: those who may see it
    read it instead. While an alarm with the same `dedupe` is not cleared, another raise only adds to its timeline and returns its
    id. `elsewhere`: it happened where she does not live, and `org_id` answers for it; else her own Org does. `identity_id` is the
    address that asked for help: it is told who comes.
    """
    with transaction():
        if resident_id is not None:
            one_at_a_time.hold(resident_id)
        if dedupe is not None and (known := _again(dedupe, words)) is not None:
            return known
        resident = residents.in_need(resident_id) if resident_id is not None else None
        where = place or (resident.home if resident else None)
        try:
            with savepoint():
                alarm = Alarm.create(
                    org_id=resident.org_id if resident and not elsewhere else org_id,
                    kind=kind,
                    severity=severity,
                    status="open",
                    source=source,
                    open_key=dedupe,
                    resident_id=resident_id,
                    identity_id=identity_id,
                    device_id=device_id,
                    words=record.packed(words),
                    measured=record.packed(measured) if measured is not None else None,
                    place=json.dumps(where, ensure_ascii=False) if where else None,
                    raised_at=clock.now(),
                    wake_at=clock.now(),
                    area=storms.area_of(where),
                )
        except peewee.IntegrityError:
            # Raised elsewhere at the same moment.
            if dedupe is None or (known := _again(dedupe, words)) is None:
                raise
            return known
        record.note(alarm, "raised", severity=severity, kind=kind)
        audit.record(
            SYSTEM,
            "alarm.raise",
            f"alarm:{alarm.id}",
            org_id=alarm.org_id,
            after={"kind": kind, "source": source},
        )
        listeners.tell(summary.of(alarm), raised=True)
        surely.attempt(alarm.id, "storm", lambda: storms.join(alarm))
        # What fails here is taken up by the scheduler: that there is an alarm must not be lost with it.
        surely.attempt(alarm.id, "raise", lambda: climbing.advance(record.locked(alarm.id)))
        if not elsewhere:
            surely.attempt(alarm.id, "home", lambda: at_home.tell(alarm))
        return int(alarm.id)


def part(dedupe: str) -> None:
    """The open alarm of this key goes on by itself: another raise with the key is another alarm. Belongs in the caller's transaction."""
    Alarm.update(open_key=None).where(Alarm.open_key == dedupe).execute()


def _again(dedupe: str, words: Words) -> int | None:
    """The open alarm of this key, with a line more in its timeline; one that is just being cleared is waited for, and is none."""
    query = Alarm.select().where(Alarm.open_key == dedupe)
    alarm = (query.for_update() if is_postgres() else query).first()
    if alarm is None:
        return None
    record.note(alarm, "again", words=record.in_all(words.short or words.text))
    return int(alarm.id)
