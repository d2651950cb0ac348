"""Days on which the office asks nobody whose plan skips holidays."""

from __future__ import annotations

from datetime import date

from backend.care import record
from backend.care.models import CareHoliday, CarePlan
from backend.core import access, audit, clock, orgs
from backend.core.access import Actor
from backend.core.db import transaction
from backend.core.errors import Invalid
from backend.core.i18n import _


def add(actor: Actor, org_id: int, day: date, name: str) -> None:
    """A day off at the Org and below. Adding it twice changes its name."""
    access.check(actor, "care.change", org_id)
    if day < clock.local(clock.now()).date():
        raise Invalid(_("That day is over already."), "day")
    with transaction():
        CareHoliday.delete().where((CareHoliday.org_id == org_id) & (CareHoliday.day == day)).execute()
        CareHoliday.create(org_id=org_id, day=day, name=name.strip()[:80])
        _changed(actor, org_id, "care.holiday", {"day": day, "name": name.strip()[:80]})


def remove(actor: Actor, holiday_id: int) -> None:
    with transaction():
        found = CareHoliday.get_or_none(CareHoliday.id == holiday_id)
        if found is None:
            return
        access.check(actor, "care.change", found.org_id)
        found.delete_instance()
        _changed(actor, found.org_id, "care.workday", {"day": found.day})


def _changed(actor: Actor, org_id: int, action: str, after: dict[str, object]) -> None:
    """The plans there that skip holidays look anew when they ask next."""
    below = orgs.within((orgs.get(org_id).path,))
    skipping = (CarePlan.status == "active") & CarePlan.skip_holidays & CarePlan.org_id.in_(below)
    now = clock.now()
    for known in (
        CarePlan.select(CarePlan.id).where(skipping & (CarePlan.next_due_at > now)).order_by(CarePlan.id)
    ):
        care = record.locked_plan(known.id)
        record.schedule_next(care, now)
        care.save()
    audit.record(actor, action, f"org:{org_id}", org_id=org_id, after=after)
