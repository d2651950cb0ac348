"""The sweep that begins check-ins: what is due is asked once, what was due while nobody looked is caught up once."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from backend.care import faults, following, plan, record
from backend.care.models import CarePlan, CheckIn
from backend.core import clock
from backend.core.db import transaction

log = structlog.get_logger()
_MOMENT = timedelta(milliseconds=1)


def due() -> int:
    """Begin every check-in that is due; returns how many. Two schedulers at once begin each once."""
    now = clock.now()
    found = CarePlan.select(CarePlan.id).where(CarePlan.next_due_at <= now).order_by(CarePlan.next_due_at)
    return faults.each("care.due", "plan", [care.id for care in found], _due)


def _due(plan_id: int) -> int:
    with transaction():
        care = record.locked_plan(plan_id)
        now = clock.now()
        if care.next_due_at is None or care.next_due_at > now:
            return 0
        schedule = record.schedule_of(care)
        instants = plan.due_between(schedule, care.next_due_at - _MOMENT, now)
        care.next_due_at = plan.next_after(schedule, now)
        care.save()
        begun = [check_in for at in instants if (check_in := _begin(care, at)) is not None]
        too_late = [c for c in begun if c.status == "due" and now - c.due_at > timedelta(minutes=care.window)]
        if too_late:
            log.warning("care.could_not_ask", plan=care.id, check_ins=len(too_late))
            following.miss(care, too_late, "could_not_ask")
        for check_in in begun:
            following.advance(care, check_in)
        if begun:
            record.changed(care.resident_id)
        return len(begun)


def _begin(care: CarePlan, at: datetime) -> CheckIn | None:
    """The check-in of this instant; None when there is one already (the plan was changed to and fro)."""
    if CheckIn.select().where((CheckIn.plan == care.id) & (CheckIn.due_at == at)).exists():
        return None
    away = plan.away(record.spans(care.resident_id), at)
    check_in: CheckIn = CheckIn.create(
        plan=care.id,
        resident_id=care.resident_id,
        org_id=care.org_id,
        due_at=at,
        status="excused" if away else "due",
        settled_at=clock.now() if away else None,
        by="absence" if away else "",
    )
    return check_in
