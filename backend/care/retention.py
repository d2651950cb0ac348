"""Old check-ins and absences go; of old visits remain when they were. What an open alarm came from stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.care.health import retention as health
from backend.care.models import Absence, CheckIn, Visit
from backend.core import audit, media, retention
from backend.core.i18n import _

__all__ = ["health"]
FORGOTTEN = "—"


def _check_ins(before: datetime) -> Any:
    return (CheckIn.due_at < before) & CheckIn.next_at.is_null()


def _absences(before: datetime) -> Any:
    return Absence.ends_at < before


def _visits(before: datetime) -> Any:
    told = Visit.report.is_null(False) | Visit.photo.is_null(False) | Visit.place.is_null(False)
    return Visit.status.in_(("done", "cancelled")) & (Visit.due_at < before) & told


def _kept(rows: list[Any]) -> set[str]:
    return retention.open_among({f"alarm:{row.alarm_id}" for row in rows if row.alarm_id})


def _count(before: datetime) -> int:
    return int(
        CheckIn.select().where(_check_ins(before)).count()
        + Absence.select().where(_absences(before)).count()
        + Visit.select().where(_visits(before)).count()
    )


def _clear(before: datetime, most: int) -> int:
    rows = list(CheckIn.select().where(_check_ins(before)).order_by(CheckIn.id).limit(most))
    kept = _kept(rows)
    ids = [row.id for row in rows if f"alarm:{row.alarm_id}" not in kept]
    if ids:
        return int(CheckIn.delete().where(CheckIn.id.in_(ids)).execute())
    over = Absence.select(Absence.id).where(_absences(before)).order_by(Absence.id).limit(most)
    if ids := [row.id for row in over]:
        return int(Absence.delete().where(Absence.id.in_(ids)).execute())
    return _clear_visits(before, most)


def _clear_visits(before: datetime, most: int) -> int:
    rows = list(Visit.select().where(_visits(before)).order_by(Visit.id).limit(most))
    kept = _kept(rows)
    old = [row for row in rows if f"alarm:{row.alarm_id}" not in kept]
    for visit in old:
        if visit.photo:
            media.forget(visit.photo)
        audit.erase_payloads(f"visit:{visit.id}")
    Visit.update(reason=FORGOTTEN, report=None, photo=None, place=None, condition="").where(
        Visit.id.in_([visit.id for visit in old])
    ).execute()
    return len(old)


retention.register(
    retention.Kind(
        "care",
        _("Check-ins, absences and visits"),
        _("check-ins and absences are erased; of visits only their date stays"),
        24,
        6,
        _("Health is sensitive: kept only while it helps to look after her (PIPL, articles 19 and 28)."),
        _count,
        _clear,
    )
)
