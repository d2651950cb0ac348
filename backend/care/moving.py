"""A resident lives in another grid or community: those who look after people there look after her from now on."""

from __future__ import annotations

from backend.care import record
from backend.care.health.models import Appointment, Measurement, MedicinePlan
from backend.care.models import Absence, CheckIn, Visit
from backend.care.services.models import ServiceSuggestion
from backend.care.visits import OPEN
from backend.core import clock


def follow(resident_id: int, org_id: int) -> None:
    """Her plan, and whatever is not over yet, goes with her; what is over stays in the books where it was done."""
    now = clock.now()
    known = record.plan_of(resident_id)
    if known is not None and known.org_id != org_id:
        care = record.locked_plan(known.id)
        care.org_id = org_id
        if care.next_due_at is not None and care.next_due_at > now:
            # Another office, other days off.
            record.schedule_next(care, now)
        care.save()
    unsettled = (CheckIn.resident_id == resident_id) & CheckIn.settled_at.is_null()
    CheckIn.update(org_id=org_id).where(unsettled).execute()
    here = Absence.ends_at.is_null() | (Absence.ends_at > now)
    Absence.update(org_id=org_id).where((Absence.resident_id == resident_id) & here).execute()
    Visit.update(org_id=org_id).where((Visit.resident_id == resident_id) & Visit.status.in_(OPEN)).execute()
    for model in (MedicinePlan, Measurement, Appointment):
        model.update(org_id=org_id).where(model.resident_id == resident_id).execute()
    open_ones = ServiceSuggestion.status.in_(("open", "accepted"))
    mine = (ServiceSuggestion.resident_id == resident_id) & open_ones
    ServiceSuggestion.update(org_id=org_id).where(mine).execute()
    record.changed(resident_id)
