"""The day's visits told to who does them: one message in the morning, to each worker once.

What was asked for since the morning was told when it was asked for; here comes what was planned before, today's and older ones.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from backend.care import plan, visit_actions, visits
from backend.care.models import Visit
from backend.core import clock, sweep
from backend.core.db import transaction
from backend.messaging import StaffMember, say

FROM_HOUR, UNTIL_HOUR = 8, 18
"""A scheduler that was away in the morning still tells it, as long as somebody can go today."""


def tell() -> int:
    """Tell each worker of her visits today; returns how many were told."""
    now = clock.now()
    today = clock.local(now).date()
    if not FROM_HOUR <= clock.local(now).hour < UNTIL_HOUR:
        return 0
    mine = _by_worker(_at(today, FROM_HOUR), _at(today + timedelta(days=1), 0))
    return sweep.each("care.mornings", mine, lambda staff_id: _tell(staff_id, today, mine[staff_id]))


def _by_worker(asked_before: datetime, due_before: datetime) -> dict[int, list[Visit]]:
    """Whose visits these are: the assignee's, and without one those of everybody who does visits there; the most urgent first."""
    open_ones = Visit.status.in_(visits.OPEN) & (Visit.due_at < due_before)
    found = (
        Visit.select().where(open_ones & (Visit.created_at < asked_before)).order_by(Visit.due_at, Visit.id)
    )
    mine: dict[int, list[Visit]] = defaultdict(list)
    for visit in found:
        theirs = [visit.assignee_id] if visit.assignee_id else [s.id for s in visits.visitors(visit.org_id)]
        for staff_id in theirs:
            mine[staff_id].append(visit)
    return mine


def _tell(staff_id: int, today: date, hers: list[Visit]) -> int:
    with transaction():
        said = say(
            StaffMember(staff_id),
            visit_actions.today(hers),
            purpose="visit",
            dedupe=f"visits:{staff_id}:{today.isoformat()}",
        )
    return int(said is not None)


def _at(day: date, hour: int) -> datetime:
    return plan.instant(day, time(hour), clock.zone().key)
