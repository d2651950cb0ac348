"""The outbox: the only way to say something to somebody.

`say` writes the Message and its Delivery in the transaction that is its reason; workers deliver it after the commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import structlog

from backend.core import audit, clock, jobs, live
from backend.core.access import SYSTEM
from backend.core.db import after_commit, execute, insert, transaction
from backend.core.i18n import DEFAULT_LOCALE
from backend.fields.words import Words
from backend.messaging import people
from backend.messaging.content import Content, rendered
from backend.messaging.models import Identity, Message
from backend.messaging.people import At, Resident, StaffMember, To, identities

REPLY_LEASE_MS = 20_000
"""How long the process that holds a request may take to deliver its replies itself before a worker does."""

NO_ADDRESS = "no reachable address"
ASKED_FOR = ("code", "answer")
"""Purposes that reach somebody who opted out of notices: she asked for them."""
ALARM = "alarm"
"""The purpose of what a ladder tells those whom somebody relies on: no chat where they want no notices is left out."""
EMERGENCY = "emergency"
"""The purpose of what is told to many because lives hang on it, which reaches everybody."""

_INSERT_MESSAGE = (
    "INSERT INTO message (identity_id, resident_id, staff_id, content, purpose, queue, inbound_id, dedupe, about, correlation,"
    " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (dedupe) WHERE dedupe IS NOT NULL DO NOTHING RETURNING id"
)
_INSERT_REPLY = (
    "INSERT INTO message (identity_id, resident_id, staff_id, content, purpose, queue, inbound_id, correlation, created_at)"
    " VALUES (?, ?, ?, ?, 'reply', 'replies', ?, ?, ?)"
)
_INSERT_DELIVERY = (
    "INSERT INTO delivery (message_id, identity_id, channel, queue, status, attempts, next_at, lease_until, lease_by, error,"
    " despite, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_MESSAGES = (
    "INSERT INTO message (identity_id, resident_id, content, purpose, queue, dedupe, about, channels, correlation, created_at)"
    " VALUES {rows} ON CONFLICT (dedupe) WHERE dedupe IS NOT NULL DO NOTHING RETURNING id, dedupe"
)
_INSERT_DELIVERIES = (
    "INSERT INTO delivery (message_id, identity_id, channel, queue, status, attempts, next_at, despite, created_at, updated_at)"
    " VALUES {rows}"
)
_INSERT_OFFERS = (
    "INSERT INTO conversation (identity_id, offer_id, updated_at) VALUES {rows}"
    " ON CONFLICT (identity_id) DO UPDATE SET offer_id = excluded.offer_id"
)
_ROWS_AT_ONCE = 1_000
"""Of ten values each: SQLite takes 32,766 in one statement."""
_WITHDRAW = (
    "UPDATE delivery SET status = 'cancelled', updated_at = ? WHERE status = 'pending'"
    " AND message_id IN (SELECT id FROM message WHERE dedupe = ? AND dedupe IS NOT NULL)"
)
_WAITING_ABOUT = (
    "SELECT id, dedupe FROM message WHERE about = ? AND purpose = ? AND dedupe IS NOT NULL"
    " AND EXISTS (SELECT 1 FROM delivery WHERE message_id = message.id AND status = 'pending') ORDER BY id"
)
_CANCEL = (
    "UPDATE delivery SET status = 'cancelled', updated_at = ? WHERE status = 'pending' AND message_id = ?"
)
TAKEN_BACK = "taken back"
"""The error of a Delivery that a worker held when what it says was taken back: it ends instead of going back to its queue."""
NOWHERE = "-"
"""The channels of a Message that is passed on to no further address."""
_HOLD = (
    "UPDATE delivery SET error = ? WHERE status = 'sending' AND status IN ('pending', 'sending') AND EXISTS (SELECT 1 FROM"
    " message m WHERE m.id = delivery.message_id AND m.about = ? AND m.purpose = ?)"
)


def say(
    to: To,
    words: Words,
    *,
    purpose: str,
    queue: str = "default",
    dedupe: str | None = None,
    about: str | None = None,
) -> int | None:
    """Say `words` to a person, in her language, on her preferred channel; the next one is tried when that fails.

    Belongs inside the transaction of what is told. `dedupe`: a second message with the same key is not written; returns
    None then, else the Message's id. With nobody to reach, the Message is kept and its Delivery is visibly failed.
    """
    found = identities(to, asked_for=purpose in ASKED_FOR, alarm=purpose == ALARM)
    identity = found[0] if found else None
    content = rendered(words, identity.locale if identity else DEFAULT_LOCALE)
    now = clock.now_ms()
    correlation = structlog.contextvars.get_contextvars().get("correlation", "")
    with transaction():
        row = execute(
            _INSERT_MESSAGE,
            (
                identity.id if identity else None,
                *_whose(to, identity),
                content.seal(),
                purpose,
                queue,
                None,
                dedupe,
                about,
                correlation,
                now,
            ),
        ).fetchone()
        if row is None:
            return None
        message_id: int = row[0]
        if identity is None:
            _deliver(message_id, None, "", queue, "failed", now, error=NO_ADDRESS)
        else:
            despite = purpose == ALARM and people.despite(identity)
            _deliver(
                message_id, identity.id, identity.channel, queue, "pending", now, despite=despite or None
            )
            if despite:
                _note_despite(identity.id, about, purpose)
            if content.options:
                offer(identity.id, message_id)
            after_commit(jobs.Kick(queue), once=True)
        live.publish(live.ADMIN, {"kind": "message", "id": message_id})
    return message_id


@dataclass(frozen=True)
class Outgoing:
    """What is said to one of many people. `dedupe` names it: what was said under it already is left out. `channels`: those that it may
    be passed on to, by commas, the preferred first; None: any of hers. `resident_id` None: it is passed on to nobody. `despite`: she
    wants to be told nothing at this address; that it is said all the same stands in the log."""

    identity_id: int
    channel: str
    resident_id: int | None
    content: Content
    purpose: str
    queue: str
    dedupe: str
    about: str | None = None
    channels: str | None = None
    despite: bool = False

    @cached_property
    def sealed(self) -> bytes:
        """The content as it is kept. Whoever says much asks for it before the transaction: others wait for that."""
        return self.content.seal()


def say_many(outgoing: Sequence[Outgoing]) -> dict[str, int]:
    """Say something to each of many people, in a few statements; returns the id of each Message that was written, by its `dedupe`.

    Belongs inside the transaction that notes whom it was said to.
    """
    said: dict[str, int] = {}
    now = clock.now_ms()
    correlation = structlog.contextvars.get_contextvars().get("correlation", "")
    with transaction():
        for start in range(0, len(outgoing), _ROWS_AT_ONCE):
            some = {o.dedupe: o for o in reversed(outgoing[start : start + _ROWS_AT_ONCE])}
            messages = [
                (*_written(o), o.about, o.channels, correlation, now) for o in reversed(some.values())
            ]
            new = {
                dedupe: message_id for message_id, dedupe in sorted(_insert_rows(_INSERT_MESSAGES, messages))
            }
            if not new:
                continue
            said |= new
            written = [(some[dedupe], message_id) for dedupe, message_id in new.items()]
            _insert_rows(
                _INSERT_DELIVERIES,
                [
                    (m, o.identity_id, o.channel, o.queue, "pending", 0, now, o.despite or None, now, now)
                    for o, m in written
                ],
            )
            for o, _message_id in written:
                if o.despite:
                    _note_despite(o.identity_id, o.about, EMERGENCY)
            offers = {o.identity_id: (o.identity_id, m, now) for o, m in written if o.content.options}
            if offers:
                # In one order everywhere, so that no two who do this wait for each other.
                _insert_rows(_INSERT_OFFERS, [offers[identity_id] for identity_id in sorted(offers)])
        if said:
            for queue in sorted({o.queue for o in outgoing}):
                after_commit(jobs.Kick(queue), once=True)
            live.publish(live.ADMIN, {"kind": "message", "id": None})
    return said


def _written(o: Outgoing) -> tuple[int, int | None, bytes, str, str, str]:
    return o.identity_id, o.resident_id, o.sealed, o.purpose, o.queue, o.dedupe


def _insert_rows(sql: str, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    places = f"({', '.join('?' * len(rows[0]))})"
    cursor = execute(
        sql.format(rows=", ".join([places] * len(rows))), [value for row in rows for value in row]
    )
    return list(cursor.fetchall()) if "RETURNING" in sql else []


def _whose(to: To, identity: Identity | None) -> tuple[int | None, int | None]:
    """(resident, staff member) whose other addresses may be tried for this Message."""
    if isinstance(to, At) and not to.elsewhere:
        return None, None
    return (
        to.id if isinstance(to, Resident) else identity.resident_id if identity else None,
        to.id if isinstance(to, StaffMember) else identity.staff_id if identity else None,
    )


def reply(
    identity: tuple[int, str, int | None, int | None],
    content: Content,
    inbound_id: int,
    holder: str,
    correlation: str,
    now: int,
) -> tuple[int, int]:
    """An answer within a turn, leased to `holder`, the process that will deliver it itself. Returns (message, delivery) ids."""
    identity_id, channel, resident_id, staff_id = identity
    params = (identity_id, resident_id, staff_id, content.seal(), inbound_id, correlation, now)
    message_id = insert(_INSERT_REPLY, params)
    lease = now + int(REPLY_LEASE_MS * clock.speed())
    delivery_id = _deliver(
        message_id, identity_id, channel, "replies", "sending", now, lease_until=lease, lease_by=holder
    )
    return message_id, delivery_id


def _deliver(
    message_id: int,
    identity_id: int | None,
    channel: str,
    queue: str,
    status: str,
    now: int,
    *,
    lease_until: int | None = None,
    lease_by: str | None = None,
    error: str | None = None,
    next_at: int | None = None,
    despite: bool | None = None,
) -> int:
    attempts = 1 if lease_by else 0
    params = (
        message_id,
        identity_id,
        channel,
        queue,
        status,
        attempts,
        now if next_at is None else next_at,
        lease_until,
        lease_by,
        error,
        despite,
        now,
        now,
    )
    return insert(_INSERT_DELIVERY, params)


def deliver_again(message_id: int, identity: Identity, queue: str, at: int | None = None) -> int:
    """A further Delivery of a Message, to this Identity (fallback, or sent again by staff), not before `at` (ms since 1970)."""
    with transaction():
        message = Message.get_by_id(message_id)
        despite = message.purpose in (ALARM, EMERGENCY) and people.despite(identity)
        delivery_id = _deliver(
            message_id,
            identity.id,
            identity.channel,
            queue,
            "pending",
            clock.now_ms(),
            next_at=at,
            despite=despite or None,
        )
        if despite:
            _note_despite(identity.id, message.about, message.purpose)
        if Content.unseal(message.content).options:
            offer(identity.id, message_id)
        after_commit(jobs.Kick(queue), once=True)
    return delivery_id


def _note_despite(identity_id: int, about: str | None, why: str) -> None:
    """Her wish stands in the log (`topics.silence`), and so does what was said past it, and why."""
    org_id = people.whose(identity_id)[2]
    audit.record(
        SYSTEM, "identity.despite_stop", f"identity:{identity_id}", org_id=org_id, after=about, why=why
    )


def withdraw(dedupe: str) -> bool:
    """Take back what was said under this key where it has not gone out yet; whether there was such a thing."""
    taken = execute(_WITHDRAW, (clock.now_ms(), dedupe))
    return bool(taken.rowcount)


def recall(about: str, purpose: str) -> set[str]:
    """Take back everything that was said about this with this purpose and has not gone out yet; returns its keys. They are
    free again: what nobody heard may be said anew."""
    recalled = set()
    for message_id, dedupe in execute(_WAITING_ABOUT, (about, purpose)).fetchall():
        # A worker may have begun to send it in the meantime.
        if execute(_CANCEL, (clock.now_ms(), message_id)).rowcount:
            execute("UPDATE message SET dedupe = NULL WHERE id = ?", (message_id,))
            recalled.add(dedupe)
    return recalled


def hold(about: str, purpose: str) -> None:
    """What a worker is sending of this may still arrive; what it could not send does not leave later."""
    execute(_HOLD, (TAKEN_BACK, about, purpose))


def confine(about: str, purpose: str) -> None:
    """What was said about this stays where it went: it is passed on to no further address."""
    execute("UPDATE message SET channels = ? WHERE about = ? AND purpose = ?", (NOWHERE, about, purpose))


def offer(identity_id: int, message_id: int) -> None:
    """From now on a bare number from this Identity picks among this Message's options."""
    now = clock.now_ms()
    # Not under the Identity's lock: whoever says something may hold what a turn of hers is waiting for.
    execute(
        "INSERT INTO conversation (identity_id, offer_id, updated_at) VALUES (?, ?, ?)"
        " ON CONFLICT (identity_id) DO UPDATE SET offer_id = excluded.offer_id",
        (identity_id, message_id, now),
    )
