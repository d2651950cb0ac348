"""What care holds about a resident: exported for her, and forgotten with her file."""

from __future__ import annotations

import json
from typing import Any

from backend.care import record
from backend.care.models import Absence, CarePlan, CareSummary, CheckIn, Visit
from backend.core import audit, media
from backend.core.db import transaction

FORGOTTEN = "—"


def export(resident_id: int) -> dict[str, Any]:
    """Her plan, check-ins, absences and visits, the oldest first."""
    care = record.plan_of(resident_id)
    return {
        "plan": None
        if care is None
        else {
            "status": care.status,
            "days": care.days,
            "times": care.times,
            "zone": care.zone,
            "channels": care.channels,
            "called": care.called,
            "usual_answers": care.normal,
            "note": care.note,
        },
        "check_ins": [
            {"due_at": c.due_at.isoformat(), "status": c.status, "late": c.late, "said": c.said}
            for c in CheckIn.select().where(CheckIn.resident_id == resident_id).order_by(CheckIn.due_at)
        ],
        "absences": [
            {
                "from": a.starts_at.isoformat(),
                "until": a.ends_at.isoformat() if a.ends_at else None,
                "said": a.said,
            }
            for a in Absence.select().where(Absence.resident_id == resident_id).order_by(Absence.id)
        ],
        "visits": [
            {
                "due_at": v.due_at.isoformat(),
                "status": v.status,
                "reason": v.reason,
                "condition": v.condition,
                "report": v.report,
                "place": json.loads(v.place) if v.place else None,
            }
            for v in Visit.select().where(Visit.resident_id == resident_id).order_by(Visit.id)
        ],
    }


def forget(resident_id: int) -> None:
    """Her plan goes with its check-ins; of visits remain when they were, for the office's count."""
    with transaction():
        Absence.delete().where(Absence.resident_id == resident_id).execute()
        CareSummary.delete().where(CareSummary.resident_id == resident_id).execute()
        CarePlan.delete().where(CarePlan.resident_id == resident_id).execute()
        for visit in Visit.select().where(Visit.resident_id == resident_id):
            if visit.photo:
                media.forget(visit.photo)
            audit.erase_payloads(f"visit:{visit.id}")
        Visit.update(reason=FORGOTTEN, report=None, photo=None, place=None, condition="").where(
            Visit.resident_id == resident_id
        ).execute()
        Visit.update(status="cancelled").where(
            (Visit.resident_id == resident_id) & Visit.status.in_(("open", "going"))
        ).execute()
        audit.erase_payloads(f"care:{resident_id}")
