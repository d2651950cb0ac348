"""Old values, reminders and appointments go; medicines that have ended go with the last reminder of theirs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.care.health.models import Appointment, Measurement, Medicine, MedicineDose
from backend.core import retention
from backend.core.i18n import _


def _old(before: datetime) -> list[tuple[Any, Any]]:
    return [
        (Measurement, Measurement.at < before),
        (MedicineDose, (MedicineDose.due_at < before) & MedicineDose.next_at.is_null()),
        (Appointment, Appointment.at < before),
        (Medicine, (Medicine.status == "ended") & (Medicine.ends_on < before.date())),
    ]


def _count(before: datetime) -> int:
    return sum(int(model.select().where(old).count()) for model, old in _old(before))


def _clear(before: datetime, most: int) -> int:
    for model, old in _old(before):
        ids = [row.id for row in model.select(model.id).where(old).order_by(model.id).limit(most)]
        if ids:
            return int(model.delete().where(model.id.in_(ids)).execute())
    return 0


retention.register(
    retention.Kind(
        "health",
        _("Measured values, medicine reminders, appointments"),
        _("they are erased"),
        24,
        3,
        _("Health is sensitive: kept only while it helps to look after her (PIPL, articles 19 and 28)."),
        _count,
        _clear,
    )
)
