"""Nothing waits in silence: an overdue request climbs from the duty desk to the community admin to the street admin."""

from __future__ import annotations

from datetime import datetime

from backend.core import clock, live, sweep
from backend.core.access import SYSTEM
from backend.core.db import transaction
from backend.messaging import say
from backend.messaging.people import StaffMember
from backend.requests import crew, history, lifecycle, service_level, wording
from backend.requests.models import Request
from backend.requests.service_level import Overdue

CLOSE_AFTER_DAYS = lifecycle.REOPEN_DAYS


def overdue_now(request: Request, now: datetime) -> list[Overdue]:
    """What is late about it."""
    if request.status not in lifecycle.OPEN:
        return []
    return service_level.overdue(
        request.urgency,
        now,
        acknowledged=request.acknowledged_at is not None,
        due_ack_at=request.due_ack_at,
        on_site=request.started_at is not None,
        due_at=request.due_at,
    )


def escalate() -> int:
    """Tell those whom overdue requests have climbed to since the last time; returns how many steps were taken.

    Outside working hours only emergencies wake anybody. A step is marked on the request in the transaction that tells of it.
    """
    now = clock.now()
    open_and_late = Request.select(Request.id).where(
        Request.status.in_(lifecycle.OPEN),
        (Request.acknowledged_at.is_null() & (Request.due_ack_at <= now))
        | (Request.started_at.is_null() & (Request.due_at <= now)),
        (Request.ack_step < len(service_level.STEPS)) | (Request.due_step < len(service_level.STEPS)),
    )
    if not service_level.at_work(now, clock.zone()):
        open_and_late = open_and_late.where(Request.urgency == "emergency")
    numbers = [request.number for request in open_and_late]
    return sweep.each("requests.escalate", numbers, lambda number: _climb(number, now))


def _climb(number: int, now: datetime) -> int:
    taken = 0
    with transaction():
        request = history.locked(number)
        for late in overdue_now(request, now):
            column = f"{late.clock}_step"
            for step in range(getattr(request, column), late.step + 1):
                _tell(request, late, step, now)
                taken += 1
            if getattr(request, column) <= late.step:
                setattr(request, column, late.step + 1)
                request.save()
        if taken:
            live.publish(live.ADMIN, {"kind": "request", "id": number})
    return taken


def _tell(request: Request, late: Overdue, step: int, now: datetime) -> None:
    minutes = int((now - late.since).total_seconds() // 60)
    people = crew.told_at(step, request.org_id)
    for staff_id in people:
        say(
            StaffMember(staff_id),
            wording.late(request, late.clock, minutes),
            purpose="request",
            queue="alerts" if request.urgency == "emergency" else "default",
            dedupe=f"{request.subject}:{request.round}:{late.clock}:{step}:{staff_id}",
            about=request.subject,
        )
    history.note(
        SYSTEM, request, "escalate", text=service_level.STEPS[step], internal=True, before=request.status
    )


def close_settled() -> int:
    """Close what was finished a week ago and never rated: it can no longer be reopened."""
    before = clock.now_ms() - CLOSE_AFTER_DAYS * 86_400_000
    settled = Request.select(Request.id).where(
        Request.status == "done", Request.done_at <= clock.from_ms(before)
    )
    return sweep.each("requests.close_settled", [row.number for row in settled], _close)


def _close(number: int) -> bool:
    with transaction():
        request = history.locked(number)
        if request.status != "done":
            return False
        history.apply(SYSTEM, request, "close", closed_at=clock.now())
        return True
