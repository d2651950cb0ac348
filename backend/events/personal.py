"""What events hold about a resident: exported for her, and forgotten with her file."""

from __future__ import annotations

import json
from typing import Any

from backend.core.access import SYSTEM
from backend.core.db import transaction
from backend.core.i18n import DEFAULT_LOCALE, render
from backend.events import places, printing, record, signing
from backend.events.models import Event, EventSignup
from backend.printing import batches


def export(resident_id: int) -> list[dict[str, Any]]:
    """Her sign-ups and her own gatherings, the oldest first."""
    signups = (
        EventSignup.select(EventSignup, Event)
        .join(Event)
        .where(EventSignup.resident_id == resident_id)
        .order_by(EventSignup.id)
    )
    theirs = Event.select().where(Event.organiser_kind == "resident", Event.organiser_id == resident_id)
    return [
        {
            "event": render(s.event.title, DEFAULT_LOCALE),
            "starts_at": s.event.starts_at.isoformat(),
            "status": s.status,
            "signed_up_at": s.created_at.isoformat(),
            "companions": s.companions,
            "companion_names": s.companion_names,
            "answers": json.loads(s.answers) if s.answers else None,
            "arrived_at": s.arrived_at.isoformat() if s.arrived_at else None,
            "rating": s.rating,
            "rating_comment": s.rating_comment,
        }
        for s in signups
    ] + [
        {"organised": render(e.title, DEFAULT_LOCALE), "starts_at": e.starts_at.isoformat(), "status": e.status}
        for e in theirs.order_by(Event.id)
    ]  # fmt: skip


def forget(resident_id: int) -> None:
    """Her place goes to somebody else; what remains is the count of who came. Her gatherings stay, without her."""
    with transaction():
        held = EventSignup.select(EventSignup.event).where(EventSignup.resident_id == resident_id)
        # All of them before any audit row: whoever holds one of these waits for the audit chain.
        for event in [record.locked(event_id) for event_id in sorted({s.event_id for s in held})]:
            signup = EventSignup.get((EventSignup.event == event) & (EventSignup.resident_id == resident_id))
            batches.forget((printing.KIND,), (signup.id,))
            stood = signup.status in places.STANDING
            if stood:
                record.move(SYSTEM, event, signup, "cancelled", offered_until=None)
            EventSignup.update(
                resident_id=None,
                name=None,
                companion_names=None,
                answers=None,
                rating_comment=None,
                pass_digest=None,
            ).where(EventSignup.id == signup.id).execute()
            if stood:
                signing.settle(event)
        Event.update(organiser_id=0).where(
            (Event.organiser_kind == "resident") & (Event.organiser_id == resident_id)
        ).execute()
