"""What pages and conversations ask about care."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import peewee

from backend.alarms import queries as alarm_queries
from backend.care import plan, record
from backend.care.models import Absence, CareHoliday, CarePlan, CheckIn, Visit
from backend.core import access, clock
from backend.core.access import Actor
from backend.core.errors import NotFound
from backend.residents import queries as residents
from backend.residents.queries import Summary

ORDER = ("help", "missed", "asked_again", "asked", "due", "well", "closed", "excused")
"""Of the board: who needs somebody first."""
TROUBLE = ("help", "missed")


@dataclass(frozen=True, slots=True)
class Line:
    """One check-in of today, or one that is still to come (`check_in` None)."""

    plan: CarePlan
    resident: Summary
    status: str
    due_at: datetime
    check_in: CheckIn | None = None
    alarm_open: bool = False


def plan_of(resident_id: int) -> CarePlan | None:
    return record.plan_of(resident_id)


def board(actor: Actor, status: str = "") -> list[Line]:
    """Today's check-ins where `actor` may read them, those in trouble first; trouble of earlier days stays until it is over."""
    lines = [line for line in _today(actor) if not status or line.status == status]
    return sorted(lines, key=lambda line: (ORDER.index(line.status), line.due_at))


def counts(actor: Actor) -> Counter[str]:
    """How many stand in each status today, those still to come too; counted by the database."""
    over = CheckIn.settled_at.is_null(False)
    rows: Any = (
        CheckIn.select(CheckIn.status, over, peewee.fn.COUNT(CheckIn.id))
        .where(_of_today(actor))
        .group_by(CheckIn.status, over)
        .tuples()
    )
    found: Counter[str] = Counter()
    for status, settled, number in rows:
        found[_status(status, bool(settled))] += number
    if coming := CarePlan.select().where(_coming(actor)).count():
        found["due"] += coming
    return found


def in_trouble(actor: Actor, limit: int) -> list[Line]:
    """The first of those who wait for people now."""
    found = CheckIn.select(CheckIn, CarePlan).join(CarePlan).where(_here(CheckIn, actor) & _in_trouble())
    # "help" comes before "missed" in the alphabet, too.
    lines = _lines(found.order_by(CheckIn.status, CheckIn.due_at).limit(limit))
    return sorted(lines, key=lambda line: (ORDER.index(line.status), line.due_at))


def trouble(actor: Actor) -> int:
    """How many wait for people now."""
    return int(CheckIn.select().where(_here(CheckIn, actor) & _in_trouble()).count())


def _today(actor: Actor) -> list[Line]:
    found = _lines(CheckIn.select(CheckIn, CarePlan).join(CarePlan).where(_of_today(actor)))
    coming = list(CarePlan.select().where(_coming(actor)))
    people = residents.by_ids({p.resident_id for p in coming})
    return found + [
        Line(p, people[p.resident_id], "due", p.next_due_at) for p in coming if p.resident_id in people
    ]


def _lines(query: Any) -> list[Line]:
    found = list(query)
    people = residents.by_ids({c.resident_id for c in found})
    return [
        Line(c.plan, people[c.resident_id], _shown(c), c.due_at, c, _open(c))
        for c in found
        if c.resident_id in people
    ]


def _of_today(actor: Actor) -> Any:
    begin, end = _day()
    return _here(CheckIn, actor) & (((CheckIn.due_at >= begin) & (CheckIn.due_at < end)) | _in_trouble())


def _coming(actor: Actor) -> Any:
    _begin, end = _day()
    return _here(CarePlan, actor) & (CarePlan.status == "active") & (CarePlan.next_due_at < end)


def _shown(check_in: CheckIn) -> str:
    return _status(check_in.status, check_in.settled_at is not None)


def _status(status: str, settled: bool) -> str:
    """Somebody who asked for help and was looked after needs nobody any more."""
    return "closed" if status == "help" and settled else status


def _open(check_in: CheckIn) -> bool:
    return check_in.alarm_id is not None and alarm_queries.by_id(check_in.alarm_id).status != "cleared"


def _in_trouble() -> Any:
    return (CheckIn.status == "missed") | ((CheckIn.status == "help") & CheckIn.settled_at.is_null())


def _day() -> tuple[datetime, datetime]:
    today = clock.local(clock.now()).date()
    zone = clock.zone().key
    return plan.instant(today, time(0), zone), plan.instant(today + timedelta(days=1), time(0), zone)


def _here(model: Any, actor: Actor, permission: str = "care.read") -> Any:
    return model.org_id.in_(access.org_ids(actor, permission))


# --- plans and absences ---------------------------------------------------------------------------------------


def pending(actor: Actor) -> list[CarePlan]:
    """Plans that were wished for and wait for this actor."""
    mine = _here(CarePlan, actor, "care.change")
    return list(CarePlan.select().where(mine & (CarePlan.status == "pending")).order_by(CarePlan.id))


def plan_count(actor: Actor) -> int:
    return int(CarePlan.select().where(_here(CarePlan, actor)).count())


def absences(resident_ids: Iterable[int]) -> list[Absence]:
    """Those that have not ended, the next first."""
    now = clock.now()
    hers = Absence.resident_id.in_(list(resident_ids))
    open_ones = hers & (Absence.ends_at.is_null() | (Absence.ends_at > now))
    return list(Absence.select().where(open_ones).order_by(Absence.starts_at))


def away_now(actor: Actor) -> list[Absence]:
    """Who is away now where `actor` may read it."""
    now = clock.now()
    current = (Absence.starts_at <= now) & (Absence.ends_at.is_null() | (Absence.ends_at > now))
    return list(Absence.select().where(_here(Absence, actor) & current).order_by(Absence.ends_at))


def history(resident_id: int, limit: int = 14) -> list[CheckIn]:
    """Her last check-ins, the newest first."""
    found = CheckIn.select().where(CheckIn.resident_id == resident_id)
    return list(found.order_by(CheckIn.due_at.desc()).limit(limit))


def holidays(actor: Actor) -> list[CareHoliday]:
    """Days off from today on."""
    today = clock.local(clock.now()).date()
    mine = _here(CareHoliday, actor) & (CareHoliday.day >= today)
    return list(CareHoliday.select().where(mine).order_by(CareHoliday.day))


# --- visits ---------------------------------------------------------------------------------------------------


def visits(actor: Actor, *, which: str = "open") -> Any:
    """A query of the visits that `actor` may read: open (the most urgent first), mine, or done (the newest first)."""
    query = Visit.select().where(_here(Visit, actor))
    if which == "done":
        return query.where(Visit.status.in_(("done", "cancelled"))).order_by(Visit.done_at.desc())
    query = query.where(Visit.status.in_(("open", "going")))
    if which == "mine":
        query = query.where(Visit.assignee_id == actor.id)
    return query.order_by(Visit.due_at, Visit.id)


def visit_count(actor: Actor) -> int:
    """How many are open where `actor` does visits, save those that are somebody else's."""
    mine = Visit.assignee_id.is_null() | (Visit.assignee_id == actor.id)
    here = _here(Visit, actor, "visit.do")
    return int(Visit.select().where(here & mine & Visit.status.in_(("open", "going"))).count())


def my_visits(staff_id: int, actor: Actor) -> list[Visit]:
    """What is hers to do, or nobody's yet, the most urgent first."""
    mine = Visit.assignee_id.is_null() | (Visit.assignee_id == staff_id)
    found = Visit.select().where(_here(Visit, actor, "visit.do") & mine & Visit.status.in_(("open", "going")))
    return list(found.order_by(Visit.due_at).limit(8))


def visit_seen_by(actor: Actor, visit_id: int) -> Visit:
    """NotFound for everybody who may not read it."""
    visit: Visit | None = Visit.get_or_none(Visit.id == visit_id)
    if visit is None or not access.may(actor, "care.read", visit.org_id):
        raise NotFound()
    return visit


def visits_of(resident_id: int, limit: int = 5) -> list[Visit]:
    found = Visit.select().where(Visit.resident_id == resident_id)
    return list(found.order_by(Visit.id.desc()).limit(limit))
