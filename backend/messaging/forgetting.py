"""What messaging holds about a resident: exported for her, and forgotten at her wish."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from peewee import Value

from backend.core import clock
from backend.core.crypto import ring
from backend.core.db import transaction
from backend.core.i18n import DEFAULT_LOCALE, LOCALES, Text, render
from backend.messaging import people, topics
from backend.messaging.content import Content
from backend.messaging.models import SAID_PLACE, Conversation, Delivery, Identity, Inbound, Message

FORGOTTEN = "—"
_NOBODY = Value("forgotten ")
"""No address is kept under this."""


def export(resident_id: int) -> list[dict[str, Any]]:
    """Every message from and to her, the oldest first, as JSON."""
    ids = _identities(resident_id)
    heard = [
        {"at": row.at.isoformat(), "from": "resident", "channel": row.channel}
        | json.loads(ring().decrypt(bytes(row.said), SAID_PLACE))
        for row in Inbound.select().where(Inbound.identity_id.in_(ids))
    ]
    said = [
        {"at": row.created_at.isoformat(), "from": "community", "text": Content.unseal(row.content).text}
        for row in Message.select().where(_hers(resident_id, ids))
    ]
    return sorted(heard + said, key=lambda m: str(m["at"]))


def forget(resident_id: int, keep: int | None = None, also: Iterable[int] = ()) -> None:
    """Empty her messages both ways, cancel what is not sent yet, end her conversations, and forget her addresses but `keep`,
    the one at which she is told so. `also`: Identities that were never proven to be hers, but were written to for her. An
    address that is a staff member's too stays the staff member's."""
    with transaction():
        ids = [*_identities(resident_id), *also]
        messages = Message.select(Message.id).where(_hers(resident_id, ids))
        Delivery.update(status="cancelled", updated_at=clock.now()).where(
            Delivery.message_id.in_(messages)
            & Delivery.status.in_(("pending", "sending", "failed", "unknown"))
        ).execute()
        empty = Content(FORGOTTEN, FORGOTTEN, FORGOTTEN, DEFAULT_LOCALE).seal()
        Message.update(content=empty).where(_hers(resident_id, ids)).execute()
        nothing = ring().encrypt(b"{}", SAID_PLACE)
        Inbound.update(said=nothing).where(Inbound.identity_id.in_(ids)).execute()
        Conversation.update(
            state=None, flow=None, offer_id=None, phone_index=None, handover_id=None, remind_at=None
        ).where(Conversation.identity_id.in_(ids)).execute()
        gone = Identity.id.in_([i for i in ids if i != keep]) & Identity.staff_id.is_null()
        topics.forget(Identity.select(Identity.id).where(gone))
        # Its number is not given to anybody else, as SQLite would give that of the last row: messages, threads and alarms still know it.
        Identity.update(
            address="",
            address_index=_NOBODY.concat(Identity.id),
            state=people.GONE,
            resident_id=None,
            verified_at=None,
        ).where(gone).execute()


def _identities(resident_id: int) -> list[int]:
    return [i.id for i in Identity.select(Identity.id).where(Identity.resident_id == resident_id)]


def _hers(resident_id: int, ids: list[int]) -> Any:
    return (Message.resident_id == resident_id) | Message.identity_id.in_(ids)


def blank(identity_ids: Iterable[int], since_ms: int, said: Iterable[Text], instead: Text) -> int:
    """Put `instead` for every message since then that said one of these texts (in any language); returns how many. For what
    would tell more about her than she chose to."""
    wanted = {words for text in said for locale in LOCALES if (words := render(text, locale))}
    ids = list(identity_ids)
    rows = Message.select().where(
        Message.identity_id.in_(ids) & (Message.created_at >= clock.from_ms(since_ms))
    )
    done = 0
    with transaction():
        for row in rows:
            content = Content.unseal(row.content)
            if any(words in content.text or words in content.short for words in wanted):
                text = render(instead, content.locale)
                Message.update(content=Content(text, text, text, content.locale).seal()).where(
                    Message.id == row.id
                ).execute()
                done += 1
    return done


def no_more_reminders(flow: str) -> None:
    """Nobody who left this conversation open is asked to go on: there is nothing to go on with."""
    Conversation.update(remind_at=None).where(Conversation.flow == flow).execute()
