"""What is written when an alarm is over: what it was, what was done, what is still to be done. It is for learning, and for whoever asks later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import peewee

from backend.alarms import face
from backend.alarms.causes import CAUSES
from backend.alarms.models import Alarm, AlarmReview
from backend.core import access, audit, clock
from backend.core.access import Actor
from backend.core.db import is_postgres, transaction
from backend.core.errors import Conflict, Invalid, NotFound
from backend.core.i18n import _

MOST = 1_000


@dataclass(frozen=True, slots=True)
class Written:
    """As somebody writes it: `cause` is one of CAUSES; `follow_up` may be due `on` a day."""

    cause: str
    found: str = ""
    done: str = ""
    follow_up: str = ""
    on: date | None = None


def write(actor: Actor, alarm_id: int, written: Written) -> AlarmReview:
    """Write it, or write it anew. Raises NotFound, Forbidden, Conflict while the alarm is not over, Invalid."""
    if written.cause not in CAUSES:
        raise Invalid(_("Please choose one."), "cause")
    if written.on is not None and not written.follow_up.strip():
        raise Invalid(_("What is to be done until then?"), "follow_up")
    with transaction():
        query = Alarm.select().where(Alarm.id == alarm_id)
        alarm = (query.for_update() if is_postgres() else query).first()
        if alarm is None or not access.may(actor, "alarm.read", alarm.org_id):
            raise NotFound()
        access.check(actor, "alarm.answer", alarm.org_id)
        if alarm.status != "cleared":
            raise Conflict(_("This alarm is not over yet."))
        before = of(alarm_id)
        values: dict[str, Any] = {
            "org_id": alarm.org_id, "cause": written.cause, "found": _text(written.found), "done": _text(written.done),
            "follow_up": _text(written.follow_up), "follow_up_on": written.on, "followed_at": None,
            "by_id": actor.id, "by_name": actor.name[:80], "at": clock.now(),
        }  # fmt: skip
        if before is None:
            AlarmReview.create(alarm_id=alarm_id, **values)
        else:
            AlarmReview.update(**values).where(AlarmReview.id == before.id).execute()
        audit.record(
            actor, "alarm.review", f"alarm:{alarm_id}", org_id=alarm.org_id,
            before=before and {"cause": before.cause}, after={"cause": written.cause, "follow_up_on": str(written.on or "")},
        )  # fmt: skip
        face.show([alarm], actor)
        return AlarmReview.get(AlarmReview.alarm_id == alarm_id)  # type: ignore[no-any-return]


def followed(actor: Actor, alarm_id: int) -> None:
    """What was still to be done is done. Raises NotFound, Forbidden."""
    with transaction():
        found = of(alarm_id)
        if found is None or not access.may(actor, "alarm.read", found.org_id):
            raise NotFound()
        access.check(actor, "alarm.answer", found.org_id)
        if found.followed_at is None and found.follow_up is not None:
            AlarmReview.update(followed_at=clock.now()).where(AlarmReview.id == found.id).execute()
            audit.record(actor, "alarm.followed", f"alarm:{alarm_id}", org_id=found.org_id)
            face.show([Alarm.get_by_id(alarm_id)], actor)


def of(alarm_id: int) -> AlarmReview | None:
    return AlarmReview.get_or_none(AlarmReview.alarm_id == alarm_id)  # type: ignore[no-any-return]


def to_follow(actor: Actor) -> list[AlarmReview]:
    """Where something is still to be done, as far as the actor may read it: what is due first, then what has no day."""
    mine = AlarmReview.org_id.in_(access.org_ids(actor, "alarm.read"))
    still = AlarmReview.followed_at.is_null() & AlarmReview.follow_up.is_null(False)
    query = AlarmReview.select().where(mine & still)
    return list(
        query.order_by(AlarmReview.follow_up_on.is_null(), AlarmReview.follow_up_on, AlarmReview.id).limit(
            200
        )
    )


def unwritten(actor: Actor) -> list[Alarm]:
    """The last alarms that are over and of which nobody wrote what they were."""
    mine = Alarm.org_id.in_(access.org_ids(actor, "alarm.answer")) & (Alarm.status == "cleared")
    written = AlarmReview.select(peewee.SQL("1")).where(AlarmReview.alarm_id == Alarm.id)
    return list(Alarm.select().where(mine & ~peewee.fn.EXISTS(written)).order_by(Alarm.id.desc()).limit(20))


def exported(alarm_id: int) -> dict[str, str | None] | None:
    """For her own export."""
    found = of(alarm_id)
    return None if found is None else {"found": found.found, "done": found.done, "follow_up": found.follow_up}


def _text(given: str) -> str | None:
    return given.strip()[:MOST] or None
