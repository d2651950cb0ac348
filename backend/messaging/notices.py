"""The notices that one person got, newest first, and which of them she has not read in her webchat yet: the in-app messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.core import clock, live
from backend.core.db import execute, transaction
from backend.messaging.content import Content

PURPOSES = ("notice", "campaign", "emergency", "survey", "event")
"""Of messages that the community begins: what she is asked or told in a conversation is not among them."""
MOST = 50
_UNREAD = ("pending", "sending", "unknown", "sent", "delivered")


@dataclass(frozen=True, slots=True)
class Notice:
    """`unread`: it lies in her webchat and she has not looked at it. `shown_by`: the Delivery to this webchat, for its photos."""

    message_id: int
    at: datetime
    content: Content
    about: str | None
    unread: bool
    shown_by: int | None


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose notices: those of her webchat, and all of hers where it is proven to be a resident's."""

    identity_id: int
    resident_id: int | None


def _places(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


_HERS = "(m.identity_id = ? OR m.resident_id = ?)"
_NOTICES = (
    "SELECT m.id, m.created_at, m.content, m.about FROM message m WHERE {hers} AND m.purpose IN ({purposes})"
)
_DELIVERIES = "SELECT message_id, id, identity_id, status FROM delivery WHERE channel = 'webchat' AND message_id IN ({places})"
_COUNT = (
    "SELECT COUNT(DISTINCT m.id) FROM delivery d JOIN message m ON m.id = d.message_id"
    " WHERE d.identity_id = ? AND d.channel = 'webchat' AND d.status IN ({statuses}) AND m.purpose IN ({purposes})"
)
_READ = (
    "UPDATE delivery SET status = 'read', lease_until = NULL, lease_by = NULL, error = NULL, updated_at = ?"
    " WHERE message_id = ? AND identity_id = ? AND channel = 'webchat' AND status IN ({statuses})"
)


def of(reader: Reader, message_id: int | None = None) -> list[Notice]:
    """Her notices, or the one asked for."""
    sql = _NOTICES.format(hers=_HERS, purposes=_places(PURPOSES))
    params: list[object] = [reader.identity_id, reader.resident_id, *PURPOSES]
    if message_id is not None:
        sql, params = f"{sql} AND m.id = ?", [*params, message_id]
    rows = execute(f"{sql} ORDER BY m.id DESC LIMIT ?", (*params, MOST)).fetchall()
    if not rows:
        return []
    ids = [row[0] for row in rows]
    unread, shown = set(), {}
    for message, delivery, identity_id, status in execute(
        _DELIVERIES.format(places=_places(ids)), ids
    ).fetchall():
        if identity_id == reader.identity_id:
            shown[message] = delivery
            if status in _UNREAD:
                unread.add(message)
    return [
        Notice(mid, clock.from_ms(at), Content.unseal(content), about, mid in unread, shown.get(mid))
        for mid, at, content, about in rows
    ]


def unread(reader: Reader) -> int:
    """How many she has not looked at yet."""
    sql = _COUNT.format(statuses=_places(_UNREAD), purposes=_places(PURPOSES))
    return int(execute(sql, (reader.identity_id, *_UNREAD, *PURPOSES)).fetchone()[0])


def read(reader: Reader, message_id: int) -> bool:
    """She has it before her eyes. False: it was read already, or came another way."""
    sql = _READ.format(statuses=_places(_UNREAD))
    with transaction():
        moved = execute(sql, (clock.now_ms(), message_id, reader.identity_id, *_UNREAD)).rowcount > 0
        if moved:
            live.publish(live.ADMIN, {"kind": "message", "id": message_id})
    return moved
