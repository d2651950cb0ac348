"""The month told to her family: on the first, in the morning, once; what is caught up waits for the day, too."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta

from backend.care import plan, record, wording
from backend.care.models import CareSummary, CheckIn, Visit
from backend.core import clock, sweep
from backend.core.db import transaction
from backend.family import queries as family
from backend.messaging import say
from backend.residents import queries as residents

FROM_HOUR, UNTIL_HOUR = 9, 21


def tell() -> int:
    """Tell about last month everybody who was not told of it yet; returns how many summaries were made."""
    here = clock.local(clock.now())
    if not FROM_HOUR <= here.hour < UNTIL_HOUR:
        return 0
    month = (here.date().replace(day=1) - timedelta(days=1)).replace(day=1)
    since, until = bounds(month)
    told = CareSummary.select(CareSummary.resident_id).where(CareSummary.month == _key(month))
    waiting = (
        CheckIn.select(CheckIn.resident_id)
        .where((CheckIn.due_at >= since) & (CheckIn.due_at < until) & CheckIn.resident_id.not_in(told))
        .distinct()
    )
    return sweep.each("care.summaries", [c.resident_id for c in waiting], lambda who: _tell(who, month))


def _tell(resident_id: int, month: date) -> int:
    with transaction():
        care = record.plan_of(resident_id)
        if care is None:
            return 0
        record.locked_plan(care.id)
        mine = (CareSummary.resident_id == resident_id) & (CareSummary.month == _key(month))
        if CareSummary.select().where(mine).exists():
            return 0
        words = wording.summary(residents.name_of(resident_id), month, counts(resident_id, month))
        contacts = family.contacts(resident_id, "summary")
        for contact in contacts:
            key = f"summary:{resident_id}:{_key(month)}:{contact.relation_id}"
            say(contact.to, words, purpose="summary", dedupe=key, about=f"care:{resident_id}")
        CareSummary.create(resident_id=resident_id, month=_key(month), told=len(contacts), at=clock.now())
        return 1


def counts(resident_id: int, month: date) -> dict[str, int]:
    """days (asked on), well (days without any trouble), late, missed, helped (times), away, visits (times)."""
    since, until = bounds(month)
    days: dict[date, list[CheckIn]] = defaultdict(list)
    found = CheckIn.select().where(
        (CheckIn.resident_id == resident_id) & (CheckIn.due_at >= since) & (CheckIn.due_at < until)
    )
    for check_in in found:
        days[clock.local(check_in.due_at).date()].append(check_in)
    every = [c for some in days.values() for c in some]
    asked = {day: some for day, some in days.items() if any(c.status != "excused" for c in some)}
    done = (Visit.resident_id == resident_id) & (Visit.status == "done")
    return {
        "days": len(asked),
        "well": sum(all(_fine(c) for c in some) for some in asked.values()),
        "late": sum(c.late for c in every),
        "missed": sum(c.why in ("silent", "unclear") and not c.late for c in every),
        "helped": sum(c.status == "help" for c in every),
        "away": sum(c.status == "excused" for c in every),
        "visits": Visit.select().where(done & (Visit.done_at >= since) & (Visit.done_at < until)).count(),
    }


def _fine(check_in: CheckIn) -> bool:
    return check_in.status == "excused" or (check_in.status == "well" and not check_in.late)


def bounds(month: date) -> tuple[datetime, datetime]:
    """The first instant of the month, and of the next one, on the community's clocks."""
    following = (month + timedelta(days=32)).replace(day=1)
    zone = clock.zone().key
    return plan.instant(month, time(0), zone), plan.instant(following, time(0), zone)


def _key(month: date) -> str:
    return f"{month:%Y-%m}"
