"""What alarms hold about a resident: exported for her, and forgotten with her file."""

from __future__ import annotations

from typing import Any

from backend.alarms import kinds, record, reviews, timeline
from backend.alarms.models import Alarm, AlarmNote, AlarmReview, AlarmStep
from backend.core import audit, media
from backend.core.db import transaction
from backend.core.errors import Conflict
from backend.core.i18n import DEFAULT_LOCALE, _, render
from backend.fields.words import Words

FORGOTTEN = "—"


def export(resident_id: int) -> list[dict[str, Any]]:
    """Her alarms, the oldest first."""
    return [
        {
            "kind": alarm.kind,
            "raised_at": alarm.raised_at.isoformat(),
            "said": render(record.unpacked(alarm, body=True).text, DEFAULT_LOCALE),
            "status": alarm.status,
            "answer": alarm.answer,
            "review": reviews.exported(alarm.id),
            "over_at": alarm.cleared_at.isoformat() if alarm.cleared_at else None,
        }
        for alarm in Alarm.select().where(Alarm.resident_id == resident_id).order_by(Alarm.id)
    ]


def forget(resident_id: int) -> None:
    """Leave of her alarms what kind they were and how fast people answered. Raises Conflict while one is open."""
    with transaction():
        for alarm in Alarm.select().where(Alarm.resident_id == resident_id):
            if alarm.status != "cleared":
                raise Conflict(
                    _("An alarm of hers is still open: {title}. Please close it first.", title=kinds.KINDS[alarm.kind].title)
                )  # fmt: skip
            empty(alarm)
        AlarmStep.update(name=FORGOTTEN).where(AlarmStep.resident_id == resident_id).execute()


def empty(alarm: Alarm) -> None:
    """Leave of one that is over what kind it was and how fast people answered."""
    AlarmNote.update(data=None).where(
        AlarmNote.alarm == alarm.id, AlarmNote.act.in_(timeline.PERSONAL)
    ).execute()
    AlarmStep.update(name=FORGOTTEN).where(
        AlarmStep.alarm == alarm.id, AlarmStep.staff_id.is_null()
    ).execute()
    Alarm.update(
        words=record.packed(Words(FORGOTTEN)),
        measured=None,
        place=None,
        area="",
        identity_id=None,
        answered_by=None,
    ).where(Alarm.id == alarm.id).execute()
    AlarmReview.update(found=None, done=None, follow_up=None).where(
        AlarmReview.alarm_id == alarm.id
    ).execute()
    for key in alarm.media.split():
        media.forget(key)
    Alarm.update(media="").where(Alarm.id == alarm.id).execute()
    audit.erase_payloads(f"alarm:{alarm.id}")


def forget_measured(resident_id: int) -> None:
    """What was measured of her body is said in none of her alarms any more."""
    Alarm.update(measured=None).where(
        (Alarm.resident_id == resident_id) & Alarm.measured.is_null(False)
    ).execute()
