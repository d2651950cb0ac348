"""What the inbox holds about a resident: exported for her, and forgotten with her file."""

from __future__ import annotations

from typing import Any

from backend.core import audit, clock, media
from backend.core.db import transaction
from backend.inbox import marks
from backend.inbox.models import Handover, HandoverEvent
from backend.messaging import Resident, people
from backend.messaging.content import Content
from backend.messaging.models import Message

FORGOTTEN = "—"


def export(resident_id: int) -> list[dict[str, Any]]:
    """When she asked for a person and how it ended, with what colleagues noted about it; the messages are exported as such."""
    return [
        {
            "number": f"#{handover.id}",
            "asked_at": handover.asked_at.isoformat(),
            "reason": handover.reason,
            "said": handover.said,
            "ended": handover.outcome or None,
            "notes": [
                {"at": event.at.isoformat(), "text": event.text}
                for event in HandoverEvent.select()
                .where((HandoverEvent.handover_id == handover.id) & (HandoverEvent.kind == "note"))
                .order_by(HandoverEvent.id)
            ],
        }
        for handover in Handover.select().where(_hers(resident_id)).order_by(Handover.id)
    ]


def forget(resident_id: int) -> None:
    """Her words and the notes about her are emptied; a thread that is open ends."""
    with transaction():
        for handover in Handover.select().where(_hers(resident_id)):
            forget_photos(handover)
            HandoverEvent.update(text=None).where(HandoverEvent.handover_id == handover.id).execute()
            ended: dict[str, Any] = (
                {}
                if handover.done_at
                else {"done_at": clock.now(), "outcome": "erased", "unanswered_at": None}
            )
            Handover.update(said=FORGOTTEN, **ended).where(Handover.id == handover.id).execute()
            marks.take_away(handover)
            audit.erase_payloads(handover.subject)


def forget_photos(handover: Handover) -> None:
    """Those that staff sent her. Her messages still hold their keys: they are emptied after us."""
    sent = HandoverEvent.select(HandoverEvent.message_id).where(
        (HandoverEvent.handover_id == handover.id) & (HandoverEvent.kind == "answer")
    )
    for message in Message.select(Message.content).where(Message.id.in_(sent)):
        for key in Content.unseal(message.content).media:
            media.forget(key)


def _hers(resident_id: int) -> Any:
    addresses = [i.id for i in people.identities(Resident(resident_id), reachable=False)]
    return (Handover.resident_id == resident_id) | Handover.identity_id.in_(addresses)
