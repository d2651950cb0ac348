"""Old messages both ways go, with their deliveries; those of a matter that is open, or of somebody who talks with a colleague, stay."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.core import retention
from backend.core.i18n import _
from backend.messaging.models import Conversation, Delivery, Inbound, Message


def _said(before: datetime) -> Any:
    """Without what waits to be delivered, and without the last offer of a conversation: it can be answered still."""
    waiting = Delivery.select(Delivery.message_id).where(Delivery.status.in_(("pending", "sending")))
    offers = Conversation.select(Conversation.offer_id).where(Conversation.offer_id.is_null(False))
    return (
        (Message.created_at < before)
        & Message.id.not_in(waiting)
        & Message.id.not_in(offers)
        & (Message.identity_id.is_null() | Message.identity_id.not_in(_with_a_person()))
    )


def _with_a_person() -> Any:
    return Conversation.select(Conversation.identity_id).where(Conversation.handover_id.is_null(False))


def _heard(before: datetime) -> Any:
    return (Inbound.at < before) & Inbound.identity_id.not_in(_with_a_person())


def _count_said(before: datetime) -> int:
    condition = _said(before)
    all_of_them = Message.select().where(condition).count()
    about = Message.select(Message.about).where(condition & Message.about.is_null(False)).distinct()
    kept = retention.open_among([row.about for row in about if row.about])
    open_ones = Message.select().where(condition & Message.about.in_(sorted(kept))).count() if kept else 0
    return int(all_of_them - open_ones)


def _clear_said(before: datetime, most: int) -> int:
    def after(last: int) -> list[tuple[int, str | None]]:
        query: Any = Message.select(Message.id, Message.about).where(_said(before) & (Message.id > last))
        return list(query.order_by(Message.id).limit(most).tuples())

    ids = retention.passing_open(after)
    if not ids:
        return 0
    Delivery.delete().where(Delivery.message_id.in_(ids)).execute()
    return int(Message.delete().where(Message.id.in_(ids)).execute())


def _clear_heard(before: datetime, most: int) -> int:
    ids = [
        row.id for row in Inbound.select(Inbound.id).where(_heard(before)).order_by(Inbound.id).limit(most)
    ]
    return int(Inbound.delete().where(Inbound.id.in_(ids)).execute()) if ids else 0


_WHY = _("Kept only as long as somebody may come back to it (PIPL, article 19).")
retention.register(
    retention.Kind(
        "messages",
        _("Messages of ours"),
        _("erased, with when they were delivered"),
        24,
        6,
        _WHY,
        _count_said,
        _clear_said,
    )
)
retention.register(
    retention.Kind(
        "inbound",
        _("What people wrote and said"),
        _("erased"),
        24,
        6,
        _WHY,
        lambda before: int(Inbound.select().where(_heard(before)).count()),
        _clear_heard,
    )
)
