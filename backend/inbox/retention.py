"""Talks with colleagues that ended long ago: the notes and what was asked go, that somebody asked and how fast she had an answer stays."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.core import audit, retention
from backend.core.i18n import _
from backend.inbox import personal
from backend.inbox.models import Handover, HandoverEvent

_NOBODY = 0


def _old(before: datetime) -> Any:
    return (Handover.done_at < before) & (Handover.identity_id != _NOBODY)


def _clear(before: datetime, most: int) -> int:
    rows = list(Handover.select().where(_old(before)).order_by(Handover.id).limit(most))
    for handover in rows:
        personal.forget_photos(handover)
        audit.erase_payloads(handover.subject)
    ids = [handover.id for handover in rows]
    HandoverEvent.update(text=None).where(HandoverEvent.handover_id.in_(ids)).execute()
    Handover.update(said=personal.FORGOTTEN, resident_id=None, identity_id=_NOBODY, person="").where(
        Handover.id.in_(ids)
    ).execute()
    return len(rows)


retention.register(
    retention.Kind(
        "inbox",
        _("Talks with colleagues that are over"),
        _("made anonymous: what was asked, notes and photos go; when and how fast it was answered stays"),
        24,
        6,
        _("Kept only as long as somebody may come back to it (PIPL, article 19)."),
        lambda before: int(Handover.select().where(_old(before)).count()),
        _clear,
    )
)
