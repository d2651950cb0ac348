"""What pages and other domains ask about alarms."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import peewee

from backend.alarms import kinds, summary
from backend.alarms.models import Alarm, AlarmNote, AlarmStep
from backend.alarms.summary import Summary
from backend.core import access
from backend.core.access import Actor
from backend.core.errors import NotFound

__all__ = [
    "Summary",
    "by_id",
    "listed",
    "of_resident",
    "open_alarms",
    "open_count",
    "rungs_told",
    "seen_by",
    "staff_going",
    "told",
]


STATUSES = ("open", "going", "cleared")
TURNS = ("raised", "answered", "claimed", "nobody", "moved", "photo", "cleared")
"""What changes how an alarm stands, of all that its timeline tells."""
FIRST, LAST = 40, 60
"""Lines of a timeline that a page shows, of its beginning and of its end."""


def by_id(alarm_id: int) -> Summary:
    """Raises NotFound."""
    alarm = Alarm.get_or_none(Alarm.id == alarm_id)
    if alarm is None:
        raise NotFound()
    return summary.of(alarm)


def open_alarms(actor: Actor) -> list[Summary]:
    """What is not cleared where `actor` may read alarms: unanswered ones first, the newest first."""
    found = _open(actor)
    return [summary.of(a) for a in found.order_by(Alarm.status == "going", Alarm.id.desc())]


def open_count(actor: Actor) -> int:
    return int(_open(actor).count())


def is_any_unanswered() -> bool:
    """Whether somebody may be in danger, and nobody has answered yet: whatever can wait makes room."""
    return Alarm.select().where((Alarm.status == "open") & (Alarm.severity == "critical")).exists()  # type: ignore[no-any-return]


def of_resident(resident_id: int, limit: int = 20) -> list[Summary]:
    """Hers, the newest first."""
    found = Alarm.select().where(Alarm.resident_id == resident_id).order_by(Alarm.id.desc()).limit(limit)
    return [summary.of(a) for a in found]


def latest(source: str, kind: str, severity: str = "") -> tuple[str, datetime | None] | None:
    """(status, when it was cleared) of the last alarm of this source and kind, or of those as severe as this; None when there was none."""
    which = (Alarm.source == source) & (Alarm.kind == kind)
    if severity:
        which &= Alarm.severity == severity
    found = Alarm.select(Alarm.status, Alarm.cleared_at).where(which).order_by(Alarm.id.desc()).first()
    return (found.status, found.cleared_at) if found is not None else None


def open_under(dedupe: str) -> int | None:
    """The id of the alarm that was raised with this `dedupe` and is not cleared."""
    return Alarm.select(Alarm.id).where(Alarm.open_key == dedupe).scalar()  # type: ignore[no-any-return]


def open_like(pattern: str) -> dict[str, int]:
    """What is not cleared and was raised with a `dedupe` like this (`%`: anything): its id by that."""
    return dict(Alarm.select(Alarm.open_key, Alarm.id).where(Alarm.open_key**pattern).tuples())


def listed(actor: Actor, *, status: str = "", kind: str = "") -> Any:
    """A query of the alarms that `actor` may read: open ones first, then the newest. `status` "unsettled": not cleared."""
    query = _readable(actor)
    if status == "unsettled":
        query = query.where(Alarm.status != "cleared")
    elif status in STATUSES:
        query = query.where(Alarm.status == status)
    if kind in kinds.KINDS:
        query = query.where(Alarm.kind == kind)
    return query.order_by(Alarm.status == "cleared", Alarm.status == "going", Alarm.id.desc())


def seen_by(actor: Actor, alarm_id: int) -> Alarm:
    """For staff who may read it at its Org; NotFound otherwise, so that numbers tell nothing."""
    alarm = Alarm.get_or_none(Alarm.id == alarm_id)
    if alarm is None or not access.may(actor, "alarm.read", alarm.org_id):
        raise NotFound()
    return alarm  # type: ignore[no-any-return]


def subjects_at(org_ids: Any) -> Any:
    """`alarm:7` of each alarm at these Orgs (numbers, or a query of them), as a query: what is said about it."""
    return Alarm.select(peewee.Value("alarm:").concat(Alarm.id)).where(Alarm.org_id.in_(org_ids))


def rungs_told(alarm_id: int) -> frozenset[str]:
    """The rungs of its ladder where people were told (see `kinds.RUNGS`)."""
    rows = AlarmStep.select(AlarmStep.who).where(AlarmStep.alarm == alarm_id).distinct()
    return frozenset(row.who for row in rows)


def staff_going(alarm_id: int) -> list[int]:
    """The ids of the staff who said that they do something about it, the latest last."""
    rows = AlarmStep.select(AlarmStep.staff_id).where(
        (AlarmStep.alarm == alarm_id)
        & AlarmStep.staff_id.is_null(False)
        & AlarmStep.answer.in_(("going", "called_120", "called_119"))
    )
    return [row.staff_id or 0 for row in rows.order_by(AlarmStep.answered_at, AlarmStep.id)]


def told(alarm: Alarm) -> list[AlarmStep]:
    """Whom it was told to, in order."""
    return list(AlarmStep.select().where(AlarmStep.alarm == alarm.id).order_by(AlarmStep.id))


def timeline(alarm: Alarm) -> tuple[list[AlarmNote], list[AlarmNote], int]:
    """How it began, how it stands, and how many lines lie between: an alarm that nobody answers tells the top of its ladder
    again and again, for days."""
    notes = AlarmNote.select().where(AlarmNote.alarm == alarm.id)
    first = list(notes.order_by(AlarmNote.id).limit(FIRST))
    if len(first) < FIRST:
        return first, [], 0
    behind = notes.where(AlarmNote.id > first[-1].id)
    last = list(behind.order_by(AlarmNote.id.desc()).limit(LAST))[::-1]
    return first, last, behind.count() - len(last)


def open_of_device(device_id: int) -> int | None:
    """The id of its latest alarm that is not cleared."""
    mine = (Alarm.device_id == device_id) & (Alarm.status != "cleared")
    found = Alarm.select(Alarm.id).where(mine).order_by(Alarm.id.desc()).first()
    return int(found.id) if found is not None else None


def open_by_org(actor: Actor) -> dict[int, int]:
    """How many are not cleared in each Org where the actor may read alarms."""
    readable = Alarm.org_id.in_(access.org_ids(actor, "alarm.read")) & (Alarm.status != "cleared")
    rows = Alarm.select(Alarm.org_id, peewee.fn.COUNT(Alarm.id)).where(readable).group_by(Alarm.org_id)
    return dict(rows.tuples())


def first_open(actor: Actor, most: int) -> list[Alarm]:
    """The open ones that somebody should look at first."""
    order = (Alarm.status == "going", Alarm.severity != "critical", Alarm.id.desc())
    return list(_open(actor).order_by(*order).limit(most))


def open_devices(device_ids: Collection[int]) -> set[int]:
    """Of these devices those with an alarm that is not cleared."""
    which = Alarm.device_id.in_(list(device_ids)) & (Alarm.status != "cleared")
    return {row[0] for row in Alarm.select(Alarm.device_id).where(which).tuples()}


def last_lines(actor: Actor, most: int) -> list[tuple[AlarmNote, Alarm]]:
    """What happened last to alarms that the actor may read, the latest first."""
    readable = Alarm.org_id.in_(access.org_ids(actor, "alarm.read"))
    found = AlarmNote.select(AlarmNote, Alarm).join(Alarm).where(readable & AlarmNote.act.in_(TURNS))
    return [(note, note.alarm) for note in found.order_by(AlarmNote.id.desc()).limit(most)]


def _open(actor: Actor) -> Any:
    return _readable(actor).where(Alarm.status != "cleared")


def _readable(actor: Actor) -> Any:
    return Alarm.select().where(Alarm.org_id.in_(access.org_ids(actor, "alarm.read")))


def called_by(identity_id: int, resident_id: int | None) -> list[int]:
    """The ids of what is not cleared and began with a call for help from this address or of this resident, the newest first."""
    hers = Alarm.identity_id == identity_id
    if resident_id is not None:
        hers |= Alarm.identity_id.is_null(False) & (Alarm.resident_id == resident_id)
    found = Alarm.select(Alarm.id).where(hers & (Alarm.status != "cleared") & Alarm.kind.in_(kinds.CALLS))
    return [alarm.id for alarm in found.order_by(Alarm.id.desc())]


def open_from(identity_id: int) -> int:
    """How many alarms that this address raised are not cleared."""
    mine = (Alarm.identity_id == identity_id) & (Alarm.status != "cleared")
    return int(Alarm.select().where(mine).count())
