"""Lists of events that were long ago keep how many came, without who."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.core import retention
from backend.core.i18n import _
from backend.events.models import Event, EventSignup


def _old(before: datetime) -> Any:
    over = Event.select(Event.id).where(Event.ends_at < before)
    row = EventSignup
    whose = row.resident_id.is_null(False) | row.name.is_null(False) | row.answers.is_null(False)
    return row.event.in_(over) & whose


def _clear(before: datetime, most: int) -> int:
    row = EventSignup
    ids = [s.id for s in row.select(row.id).where(_old(before)).order_by(row.id).limit(most)]
    if ids:
        row.update(
            resident_id=None,
            name=None,
            companion_names=None,
            answers=None,
            rating_comment=None,
            pass_digest=None,
        ).where(row.id.in_(ids)).execute()
    return len(ids)


retention.register(
    retention.Kind(
        "events",
        _("Lists of events that are over"),
        _("made anonymous: names, answers and comments go; how many came and their stars stay"),
        24,
        3,
        _("Kept only as long as somebody may come back to it (PIPL, article 19)."),
        lambda before: int(EventSignup.select().where(_old(before)).count()),
        _clear,
    )
)
