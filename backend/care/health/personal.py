"""What is held of a resident's health: exported for her, and forgotten with her file or her consent."""

from __future__ import annotations

import json
from typing import Any

from backend.care.health.models import (
    Appointment,
    HealthLimit,
    Measurement,
    Medicine,
    MedicineDose,
    MedicinePlan,
)
from backend.core import audit
from backend.core.db import transaction

_ALL: tuple[Any, ...] = (Measurement, HealthLimit, Appointment, MedicinePlan)


def holds(resident_id: int) -> bool:
    """Whether anything of her health is kept."""
    return any(model.select().where(model.resident_id == resident_id).exists() for model in _ALL)


def export(resident_id: int) -> dict[str, Any]:
    """Her medicines with what became of each reminder, her values, limits and appointments, the oldest first."""
    mine = MedicinePlan.resident_id == resident_id
    return {
        "medicines": [
            {
                "name": m.name,
                "dose": m.dose,
                "days": m.days,
                "times": m.times,
                "from": m.starts_on.isoformat(),
                "until": m.ends_on.isoformat() if m.ends_on else None,
                "status": m.status,
            }
            for m in Medicine.select().join(MedicinePlan).where(mine).order_by(Medicine.id)
        ],
        "reminders": [
            {"due_at": d.due_at.isoformat(), "medicines": d.medicines, "status": d.status}
            for d in _of(MedicineDose, resident_id).order_by(MedicineDose.due_at)
        ],
        "values": [
            {"at": m.at.isoformat(), "kind": m.kind, **json.loads(m.values)}
            for m in _of(Measurement, resident_id).order_by(Measurement.at)
        ],
        "limits": [
            {"kind": one.kind, **json.loads(one.bounds)}
            for one in _of(HealthLimit, resident_id).order_by(HealthLimit.kind)
        ],
        "appointments": [
            {"at": a.at.isoformat(), "what": a.what, "place": a.place, "status": a.status, "ride": a.ride}
            for a in _of(Appointment, resident_id).order_by(Appointment.at)
        ],
    }


def forget(resident_id: int) -> None:
    """All of it goes; that there were alarms stays with them."""
    with transaction():
        for model in _ALL:
            model.delete().where(model.resident_id == resident_id).execute()
        audit.erase_payloads(f"health:{resident_id}")


def _of(model: Any, resident_id: int) -> Any:
    return model.select().where(model.resident_id == resident_id)
