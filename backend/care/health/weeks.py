"""The week of medicines told to her family, where she wishes that; and days without any word told to the office."""

from __future__ import annotations

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from backend.care import plan as plans
from backend.care.health import medicines, wording
from backend.care.health.models import MedicineDose, MedicinePlan
from backend.core import clock, sweep
from backend.core.db import transaction
from backend.family import queries as family
from backend.messaging import StaffMember, say
from backend.residents import queries as residents
from backend.staff import queries as staff

FROM_HOUR, UNTIL_HOUR = 9, 20
DAYS = 3
"""So many days in a row without a dose that she said she took: staff hear of it, once for each such stretch."""
MOST_TOLD = 3


def tell() -> int:
    """By day: last week, on a Monday or after; and who has been without a word for long. Returns how many were told about."""
    here = clock.local(clock.now())
    if not FROM_HOUR <= here.hour < UNTIL_HOUR:
        return 0
    monday = here.date() - timedelta(days=here.weekday() + 7)
    unsummed = MedicinePlan.summed_on.is_null() | (MedicinePlan.summed_on < monday)
    plans_ = [p.id for p in MedicinePlan.select(MedicinePlan.id).where(unsummed)]
    done = sweep.each("care.medicine_weeks", plans_, lambda plan_id: _week(plan_id, monday))
    late = (MedicineDose.status != "excused") & (MedicineDose.due_at > clock.now() - timedelta(days=1))
    lately = MedicineDose.select(MedicineDose.plan).where(late).distinct().tuples()
    return done + sweep.each(
        "care.medicine_days", [row[0] for row in lately], lambda p: _days(p, here.date())
    )


def _week(plan_id: int, monday: date) -> int:
    with transaction():
        plan = medicines.locked(plan_id)
        if plan.summed_on is not None and plan.summed_on >= monday:
            return 0
        by_day = _by_day(plan, monday, 7)
        asked = [dose for doses in by_day.values() for dose in doses if dose.status != "excused"]
        if plan.tell == "week" and asked:
            missed = [day for day, doses in sorted(by_day.items()) if _missed(doses)]
            taken = sum(dose.status == "taken" for dose in asked)
            words = wording.week(residents.name_of(plan.resident_id), monday, taken, len(asked), missed)
            for contact in family.contacts(plan.resident_id, "medicine"):
                key = f"medicines:{plan.id}:{monday}:{contact.relation_id}"
                say(contact.to, words, purpose="summary", dedupe=key, about=f"health:{plan.resident_id}")
        plan.summed_on = monday
        plan.save(only=("summed_on",))
        return 1


def _days(plan_id: int, today: date) -> int:
    with transaction():
        plan = medicines.locked(plan_id)
        by_day = _by_day(plan, today - timedelta(days=DAYS), DAYS)
        if len(by_day) < DAYS or not all(_missed(doses) for doses in by_day.values()):
            return 0
        before = _by_day(plan, today - timedelta(days=DAYS + 1), 1)
        if before and all(_missed(doses) for doses in before.values()):
            return 0  # told yesterday, or earlier in the same stretch
        words = wording.days_without(residents.name_of(plan.resident_id), DAYS)
        told = 0
        for member in staff.staff_with_permission("care.health", plan.org_id)[:MOST_TOLD]:
            key = f"medicines:{plan.id}:days:{today}:{member.id}"
            said = say(
                StaffMember(member.id), words, purpose="care", dedupe=key, about=f"health:{plan.resident_id}"
            )
            told += said is not None
        return int(told > 0)


def _by_day(plan: MedicinePlan, first: date, days: int) -> dict[date, list[MedicineDose]]:
    """The reminders of these days where she lives; days without any are absent."""
    since = plans.instant(first, time(0), plan.zone)
    until = plans.instant(first + timedelta(days=days), time(0), plan.zone)
    mine = (MedicineDose.plan == plan.id) & (MedicineDose.due_at >= since) & (MedicineDose.due_at < until)
    found: dict[date, list[MedicineDose]] = {}
    for dose in MedicineDose.select().where(mine).order_by(MedicineDose.due_at):
        found.setdefault(dose.due_at.astimezone(ZoneInfo(plan.zone)).date(), []).append(dose)
    return found


def _missed(doses: list[MedicineDose]) -> bool:
    """She was asked, and not once said that she took it."""
    asked = [dose for dose in doses if dose.status != "excused"]
    return bool(asked) and not any(dose.status == "taken" for dose in asked)
