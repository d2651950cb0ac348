"""What was said to and by one person, in order: the webchat's history, and the thread on a resident's page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.core import clock, live
from backend.core.crypto import ring
from backend.core.db import execute, transaction
from backend.messaging.content import Content
from backend.messaging.models import SAID_PLACE, Message

OVERLAP = 3
"""On PostgreSQL a smaller id may be committed a moment after a larger one: the last few are told again, their ids tell."""


@dataclass(frozen=True, slots=True)
class Told:
    """One Delivery of a Message to one address: `id` is the Delivery's, `at` its beginning in ms."""

    id: int
    message_id: int
    identity_id: int
    channel: str
    status: str
    purpose: str
    at: int
    content: Content


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that a person said: `choice` is the value of the option that she picked, `media` a key of `core.media`."""

    id: int
    event_id: str
    identity_id: int
    channel: str
    at: int
    text: str = ""
    choice: str | None = None
    media: str | None = None
    location: tuple[float, float] | str | None = None
    """WGS 84 degrees, or dots when the answer was sensitive."""


Line = Told | Heard

_TOLD = (
    "SELECT d.id, d.message_id, d.identity_id, d.channel, d.status, m.purpose, d.created_at, m.content"
    " FROM delivery d JOIN message m ON m.id = d.message_id"
)
_HEARD = "SELECT id, event_id, identity_id, channel, at, said FROM inbound"
_DELIVERED = (
    "UPDATE delivery SET status = ?, lease_until = NULL, lease_by = NULL, error = NULL, updated_at = ?"
    " WHERE identity_id = ? AND channel = 'webchat' AND id <= ? AND status IN ('pending', 'sending', 'unknown', 'sent')"
)
_READ = _DELIVERED.replace("'sent')", "'sent', 'delivered')")


def told(identity_id: int, after: int = 0, limit: int = 50) -> list[Told]:
    """The newest `limit` of what a webchat was told after the Delivery `after` (and a few before it), oldest first."""
    sql = (
        f"{_TOLD} WHERE d.identity_id = ? AND d.channel = 'webchat' AND d.status <> 'cancelled'"
        " ORDER BY d.id DESC LIMIT ?"
    )
    rows = execute(sql, (identity_id, limit)).fetchall()
    fresh = [row for place, row in enumerate(rows) if row[0] > after or place < OVERLAP]
    return [_told(row) for row in reversed(fresh)]


def newest(identity_ids: Sequence[int]) -> dict[int, int]:
    """The last Delivery of each webchat, in one query; webchats that were never told anything are absent."""
    if not identity_ids:
        return {}
    places = ",".join("?" * len(identity_ids))
    sql = (
        f"SELECT identity_id, MAX(id) FROM delivery WHERE identity_id IN ({places})"  # noqa: S608
        " AND channel = 'webchat' GROUP BY identity_id"
    )
    return dict(execute(sql, tuple(identity_ids)).fetchall())


def heard(identity_ids: Sequence[int], limit: int = 50) -> list[Heard]:
    """The newest `limit` of what was said to us from these addresses, oldest first; messages without words (the page was
    opened) left out."""
    if not identity_ids:
        return []
    places = ",".join("?" * len(identity_ids))
    sql = f"{_HEARD} WHERE identity_id IN ({places}) ORDER BY id DESC LIMIT ?"
    rows = execute(sql, (*identity_ids, limit)).fetchall()
    return [line for row in reversed(rows) if (line := _heard(row)) is not None]


def conversation(identity_id: int, limit: int = 50) -> list[Line]:
    """Both sides of one webchat, the newest `limit` of each, in order."""
    return _in_order([*heard([identity_id], limit), *told(identity_id, 0, limit)])


def of_person(resident_id: int, identity_ids: Sequence[int], limit: int = 50) -> list[Line]:
    """Both sides on all channels of one resident, the newest `limit` of each, in order."""
    places = ",".join("?" * len(identity_ids)) or "NULL"
    ids = execute(
        f"SELECT id FROM message WHERE resident_id = ? OR identity_id IN ({places}) ORDER BY id DESC LIMIT ?",  # noqa: S608
        (resident_id, *identity_ids, limit),
    ).fetchall()
    if not ids:
        return list(heard(identity_ids, limit))
    sql = f"{_TOLD} WHERE d.message_id IN ({','.join('?' * len(ids))}) ORDER BY d.id"
    rows = execute(sql, tuple(row[0] for row in ids)).fetchall()
    return _in_order([*heard(identity_ids, limit), *map(_told, rows)])


def label_of(choice: str, before: Iterable[Line]) -> str | None:
    """What stood on the option that means `choice`, in the last of the lines before it that offered one."""
    for line in reversed(list(before)):
        if isinstance(line, Told):
            for option in line.content.options:
                if option.value == choice:
                    return option.label
    return None


def photos(identity_id: int, delivery_id: int) -> tuple[str, ...]:
    """The keys of the photos that went with a Delivery to this address; empty for another's."""
    row = execute(f"{_TOLD} WHERE d.id = ? AND d.identity_id = ?", (delivery_id, identity_id)).fetchone()
    return _told(row).content.media if row is not None else ()


def photos_of(message_id: int) -> tuple[datetime, tuple[str, ...]] | None:
    """When a Message was said, and the keys of its photos; None when there is no such Message any more."""
    row = Message.get_or_none(Message.id == message_id)
    return None if row is None else (row.created_at, Content.unseal(row.content).media)


def seen(identity_id: int, up_to: int, *, read: bool) -> int:
    """The webchat shows (`read`: to somebody who looks at it) everything up to this Delivery. Returns how many moved on."""
    status = "read" if read else "delivered"
    sql = _READ if read else _DELIVERED
    with transaction():
        moved = int(execute(sql, (status, clock.now_ms(), identity_id, up_to)).rowcount)
        if moved:
            live.publish(live.ADMIN, {"kind": "message", "id": None})
    return moved


def _in_order(lines: list[Line]) -> list[Line]:
    # An answer has the time of what it answers: what was said comes first.
    return sorted(lines, key=lambda line: (line.at, isinstance(line, Told), line.id))


def _told(row: Sequence[Any]) -> Told:
    delivery_id, message_id, identity_id, channel, status, purpose, at, content = row
    return Told(delivery_id, message_id, identity_id, channel, status, purpose, at, Content.unseal(content))


def _heard(row: Sequence[Any]) -> Heard | None:
    inbound_id, event_id, identity_id, channel, at, sealed = row
    said: Mapping[str, Any] = json.loads(ring().decrypt(bytes(sealed), SAID_PLACE))
    if not said:
        return None
    place = said.get("location")
    return Heard(
        inbound_id,
        event_id,
        identity_id,
        channel,
        at,
        text=said.get("text", ""),
        choice=said.get("choice"),
        media=said.get("media"),
        location=(place[0], place[1]) if isinstance(place, list) else place,
    )


def was_heard(identity_id: int, event_id: str) -> bool:
    """Whether this event was answered before."""
    sql = "SELECT 1 FROM inbound WHERE identity_id = ? AND event_id = ?"
    return execute(sql, (identity_id, event_id[:80])).fetchone() is not None


_LAST_WORDS = (
    "SELECT id, event_id, identity_id, channel, at, said FROM inbound WHERE identity_id IN ({places}) AND at >= ?"
    " AND outcome NOT IN ('automatic', 'ignored') ORDER BY id DESC LIMIT 5"
)


def last_word(identity_ids: Sequence[int], since: int) -> Heard | None:
    """What was last said from these addresses since then (ms); what a machine answers, and an opened page, is no word."""
    if not identity_ids:
        return None
    sql = _LAST_WORDS.format(places=",".join("?" * len(identity_ids)))
    rows = execute(sql, (*identity_ids, since)).fetchall()
    return next((line for row in rows if (line := _heard(row)) is not None), None)


def about(message_ids: Sequence[int], subject: str) -> set[int]:
    """Those of the Messages that are about this, such as `campaign:12`."""
    if not message_ids:
        return set()
    found = Message.select(Message.id).where(Message.id.in_(list(message_ids)) & (Message.about == subject))
    return {row.id for row in found}
