"""Old feedback that is closed keeps what the office counts: the kind, what about, how it ended."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from backend.core import retention
from backend.core.i18n import _
from backend.feedback import personal
from backend.feedback.models import FIRST_NUMBER, Feedback


def _old(before: datetime) -> Any:
    whose = (
        Feedback.resident_id.is_null(False)
        | Feedback.identity_id.is_null(False)
        | Feedback.contact.is_null(False)
    )
    return (Feedback.status == "closed") & (Feedback.updated_at < before) & whose


def _clear(before: datetime, most: int) -> int:
    rows = list(Feedback.select().where(_old(before)).order_by(Feedback.id).limit(most))
    for feedback in rows:
        personal.empty(feedback)
        Feedback.update(resident_id=None).where(Feedback.id == feedback.id).execute()
    return len(rows)


def _open(numbers: Collection[int]) -> set[int]:
    ids = [number - FIRST_NUMBER for number in numbers]
    rows = Feedback.select(Feedback.id).where(Feedback.id.in_(ids) & (Feedback.status != "closed"))
    return {row.number for row in rows}


retention.register_open("feedback", _open)
retention.register(
    retention.Kind(
        "feedback",
        _("Feedback that is closed"),
        _("made anonymous: words, photo, name and phone go; the kind, what about and how it ended stay"),
        24,
        6,
        _("Kept only as long as somebody may come back to it (PIPL, article 19)."),
        lambda before: int(Feedback.select().where(_old(before)).count()),
        _clear,
    )
)
