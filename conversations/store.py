"""The rows of a turn: found and kept from every other turn, then written. Plain SQL: this is the hot path."""

from __future__ import annotations

import os
import socket
from functools import lru_cache
from typing import Any

from backend.core import crypto
from backend.core.db import execute, insert, is_postgres
from backend.core.i18n import DEFAULT_LOCALE
from backend.core.values import value
from backend.fields.words import Said
from backend.messaging import outbox, people
from backend.messaging.content import Content, rendered
from backend.messaging.models import SAID_PLACE
from conversations.inbound import Inbound, Outgoing, Turn
from conversations.talk import Talk

HOLDER = f"{socket.gethostname()[:20]}:{os.getpid()}"
"""Who this process is, in leases."""
REMIND_AFTER_MS = 30 * 60_000
MASKED = "•••"

_SELECT = (
    "SELECT i.id, i.resident_id, i.staff_id, i.org_id, i.locale, i.state, c.state, c.offer_id, c.updated_at, c.handover_id, n.id"
    " FROM identity i LEFT JOIN conversation c ON c.identity_id = i.id"
    " LEFT JOIN inbound n ON n.identity_id = i.id AND n.event_id = ?"
    " WHERE i.channel = ? AND i.address_index = ?"
)
_INSERT_IDENTITY = (
    "INSERT INTO identity (channel, address, address_index, locale, state, preference, created_at)"
    " VALUES (?, ?, ?, ?, 'active', 100, ?) ON CONFLICT (channel, address_index) DO NOTHING"
)
_INSERT_INBOUND = (
    "INSERT INTO inbound (channel, event_id, identity_id, said, outcome, at) VALUES (?, ?, ?, ?, ?, ?)"
)
_SAVE = (
    "INSERT INTO conversation (identity_id, state, flow, offer_id, phone_index, remind_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (identity_id) DO UPDATE SET state = excluded.state, flow = excluded.flow,"
    # What she was offered while this turn went on (on PostgreSQL nothing keeps the two apart) came after it.
    " offer_id = CASE WHEN COALESCE(conversation.offer_id, 0) = ? THEN excluded.offer_id ELSE conversation.offer_id END,"
    " phone_index = COALESCE(excluded.phone_index, conversation.phone_index), remind_at = excluded.remind_at,"
    " updated_at = excluded.updated_at"
)
_REPLIES = (
    "SELECT d.id, m.id, m.content FROM message m JOIN delivery d ON d.message_id = m.id AND d.identity_id = m.identity_id"
    " WHERE m.identity_id = ? AND m.inbound_id = ? ORDER BY m.id"
)


@value
class Found:
    """The Identity's row as the turn reads it."""

    id: int
    resident_id: int | None
    staff_id: int | None
    org_id: int | None
    locale: str
    state: str
    memory: bytes | None
    offer_id: int | None
    updated_at: int | None
    handover_id: int | None
    """The thread of the inbox in which a person has this conversation now."""
    heard_id: int | None


def find(inbound: Inbound, now: int) -> Found:
    """The Identity that speaks, made when it is new, locked until the transaction ends."""
    index = index_of(inbound.address)
    row = _locked(inbound.event_id, inbound.channel, index)
    if row is None:
        sealed = crypto.encrypt(inbound.address, "identity.address")
        locale = inbound.locale or DEFAULT_LOCALE
        execute(_INSERT_IDENTITY, (inbound.channel, sealed, index, locale, now))
        row = _locked(inbound.event_id, inbound.channel, index)
    return Found(*row)


def _locked(event_id: str, channel: str, index: str) -> Any:
    """The row of `_SELECT`, kept from every other turn of this Identity; None when there is no such Identity yet."""
    if is_postgres():
        # By a statement of its own: one that waits for a lock goes on with what it had read before it waited.
        execute("SELECT 1 FROM identity WHERE channel = ? AND address_index = ? FOR UPDATE", (channel, index))
    return execute(_SELECT, (event_id[:80], channel, index)).fetchone()


@lru_cache(maxsize=8192)
def index_of(address: str) -> str:
    """The blind index of an address; computing it costs as much as a statement."""
    return people.address_index(address)


def replay(found: Found) -> Turn:
    """The Turn of an event that was heard before: the same replies, nothing done."""
    rows = execute(_REPLIES, (found.id, found.heard_id)).fetchall()
    replies = tuple(Outgoing(d, m, Content.unseal(c)) for d, m, c in rows)
    return Turn(found.id, found.locale, replies, "repeat", repeated=True)


def heard_before(channel: str, address: str, event_id: str) -> bool:
    """Whether this event was heard before: for what costs something before the turn (a photo to fetch)."""
    row = execute(_SELECT, (event_id[:80], channel, index_of(address))).fetchone()
    return row is not None and row[-1] is not None


def record(inbound: Inbound, said: Said, identity_id: int, outcome: str, masked: bool, now: int) -> int:
    """Write down what was said (masked where it is sensitive); returns the Inbound's id."""
    heard: dict[str, Any] = {}
    if said.text:
        heard["text"] = MASKED if masked else said.text[:10_000]
    if said.choice is not None:
        heard["choice"] = MASKED if masked and not _anywhere(said.choice) else said.choice[:200]
    if said.media is not None:
        heard["media"] = said.media.key
    if said.location is not None:
        heard["location"] = MASKED if masked else [said.location.latitude, said.location.longitude]
    if said.contact is not None:
        heard["contact"] = MASKED
    sealed = crypto.seal(heard, SAID_PLACE)
    params = (inbound.channel, inbound.event_id[:80], identity_id, sealed, outcome, now)
    return insert(_INSERT_INBOUND, params)


def _anywhere(choice: str) -> bool:
    """Whether the option means the same whatever is asked: it tells nothing of an answer."""
    return choice.startswith("!") or ":" in choice


def reply(talk: Talk, inbound_id: int, correlation: str, now: int) -> tuple[Outgoing, ...]:
    """Put the replies into the outbox, leased to this process, which delivers them itself."""
    person = talk.person
    identity = (person.identity_id, person.channel, person.resident_id, person.staff_id)
    out = []
    for words in talk.replies:
        content = rendered(words, talk.speaks)
        message_id, delivery_id = outbox.reply(identity, content, inbound_id, HOLDER, correlation, now)
        out.append(Outgoing(delivery_id, message_id, content))
    return tuple(out)


def save(
    talk: Talk, found: Found, replies: tuple[Outgoing, ...], picked: bool, event_id: str, now: int
) -> None:
    """Keep the Conversation: its memory, what a bare number picks from, when to remind."""
    memory = talk.memory
    memory.heard = event_id
    offer_id = None if picked else found.offer_id
    phone_index = None
    if replies:
        last = replies[-1]
        if talk.question:
            memory.asked, offer_id = last.message_id, None
        else:
            with_options = [r for r in replies if r.content.options]
            offer_id = with_options[-1].message_id if with_options else offer_id
    if memory.form is not None and (proven := (memory.form.get("proof") or {}).get("proven")):
        phone_index = index_of(proven[-1])
    waiting = memory.flow is not None and not memory.reminded and talk.person.channel != "voice"
    remind_at = now + REMIND_AFTER_MS if waiting else None
    params = (found.id, memory.seal(), memory.flow, offer_id, phone_index, remind_at, now)
    execute(_SAVE, (*params, found.offer_id or 0))
