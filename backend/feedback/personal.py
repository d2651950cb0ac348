"""What feedback holds about a resident: exported for her, and forgotten with her file."""

from __future__ import annotations

from typing import Any

from backend.core import audit, media
from backend.core.db import transaction
from backend.feedback.models import Feedback, FeedbackEvent
from backend.messaging import Resident, people

FORGOTTEN = "—"


def export(resident_id: int) -> list[dict[str, Any]]:
    """What she told us, the oldest first, with what became of it."""
    return [
        {
            "number": f"F-{feedback.number}",
            "at": feedback.created_at.isoformat(),
            "kind": feedback.kind,
            "about": feedback.topic,
            "text": feedback.text,
            "phone": feedback.contact,
            "status": feedback.status,
            "settled": feedback.settled,
            "history": [
                {"at": event.at.isoformat(), "what": event.act, "text": event.text}
                for event in FeedbackEvent.select()
                .where((FeedbackEvent.feedback_id == feedback.id) & (FeedbackEvent.act != "note"))
                .order_by(FeedbackEvent.id)
            ],
        }
        for feedback in Feedback.select().where(_hers(resident_id)).order_by(Feedback.id)
    ]


def forget(resident_id: int) -> None:
    """What the office counts remains: the kind, what about, how it ended."""
    with transaction():
        for feedback in Feedback.select().where(_hers(resident_id)):
            empty(feedback)


def empty(feedback: Feedback) -> None:
    """Leave of one what the office counts."""
    if feedback.photo:
        media.forget(feedback.photo)
    own = FeedbackEvent.feedback_id == feedback.id
    FeedbackEvent.update(text=None).where(own).execute()
    FeedbackEvent.update(actor_name="").where(own & (FeedbackEvent.actor_kind == "resident")).execute()
    Feedback.update(text=FORGOTTEN, photo=None, contact=None, identity_id=None, wants_answer=False).where(
        Feedback.id == feedback.id
    ).execute()
    audit.erase_payloads(feedback.subject)


def _hers(resident_id: int) -> Any:
    addresses = [i.id for i in people.identities(Resident(resident_id), reachable=False)]
    return (Feedback.resident_id == resident_id) | (
        Feedback.resident_id.is_null() & Feedback.identity_id.in_(addresses)
    )
