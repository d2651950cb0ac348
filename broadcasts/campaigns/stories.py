"""The people of a campaign as staff read them: the list with its filters, and what became of each, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.core import access, clock
from backend.core.access import Actor
from backend.core.db import execute
from backend.core.errors import NotFound
from backend.core.i18n import Text, _
from backend.inbox import queries as inbox
from backend.messaging import people, secrets
from backend.messaging.content import Content
from backend.messaging.models import Delivery, Message
from backend.residents import queries as residents
from backend.web.text import mask
from broadcasts.campaigns import accounting, recipients
from broadcasts.models import Campaign, Recipient

PER_PAGE = 50
MOST_NAMED = 200
EXPORTED_AT_ONCE = 500
DESPITE = _("Told all the same, for it was an emergency: wants to be told nothing at this address")
_READABLE = ("sms", "voice", "email", "fax")
"""Channels whose addresses say something to staff."""
_LIST = (
    "SELECT r.id, r.number, r.resident_id, r.identity_id, {state}, r.reason, d.channel, d.error, d.attempts, d.updated_at,"
    " r.segments, d.identity_id, d.despite FROM {joined} WHERE r.campaign_id = ? AND r.id > ?{more} ORDER BY r.id LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Filters:
    """`state` one of `accounting.STATES`; `reason` one of `recipients.REASONS`; `error` a provider's words; `text` a name, mobile or home."""

    state: str = ""
    reason: str = ""
    channel: str = ""
    error: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One person. `resident_id` only where her file may be opened; `at` when she became what she is."""

    id: int
    number: int
    who: str
    resident_id: int | None
    state: str
    why: Text
    channel: str
    attempts: int
    at: datetime | None
    segments: int | None


@dataclass(frozen=True, slots=True)
class Story:
    """`replies`: threads of the inbox that answer it, as far as the actor may read them."""

    line: Line
    text: str
    said_at: datetime | None
    deliveries: tuple[Delivery, ...]
    addresses: dict[int, str]
    replies: tuple[inbox.Reply, ...]


def listed(
    actor: Actor, campaign: Campaign, filters: Filters, after: int = 0, limit: int = PER_PAGE
) -> tuple[list[Line], int]:
    """The people beyond the row `after`, and where the next ones begin; 0: these are the last."""
    more, values = _conditions(actor, filters)
    sql = _LIST.format(state=accounting.STATE_SQL, joined=accounting.JOINED, more=more)
    rows = execute(sql, (campaign.id, after, *values, limit + 1)).fetchall()
    return _lines(actor, campaign, rows[:limit]), int(rows[limit - 1][0]) if len(rows) > limit else 0


def every(actor: Actor, campaign: Campaign, filters: Filters) -> Iterator[Line]:
    """All that fit, a portion at a time."""
    after = 0
    while True:
        found, after = listed(actor, campaign, filters, after, EXPORTED_AT_ONCE)
        yield from found
        if not after:
            return


def story(actor: Actor, campaign: Campaign, recipient_id: int) -> Story:
    """Raises NotFound."""
    sql = _LIST.format(state=accounting.STATE_SQL, joined=accounting.JOINED, more=" AND r.id <= ?")
    rows = execute(sql, (campaign.id, recipient_id - 1, recipient_id, 1)).fetchall()
    if not rows:
        raise NotFound()
    recipient = Recipient.get_by_id(recipient_id)
    message_id = recipient.message_id
    [line] = _lines(actor, campaign, rows)
    # What it says has her values in it: whoever may not open her file does not read them here.
    readable = recipient.resident_id is None or line.resident_id is not None
    message = Message.get_or_none(Message.id == message_id) if message_id and readable else None
    found = (
        list(Delivery.select().where(Delivery.message_id == message_id).order_by(Delivery.id))
        if message_id
        else []
    )
    known = people.by_ids([d.identity_id for d in found if d.identity_id])
    ids = {recipient.identity_id, *(d.identity_id for d in found)} - {None}
    return Story(
        line,
        secrets.shown(Content.unseal(message.content), message.purpose) if message is not None else "",
        message.created_at if message is not None else None,
        tuple(found),
        {number: mask(identity.address) for number, identity in known.items() if identity.channel in _READABLE},
        tuple(inbox.replies(actor, campaign.subject, identity_ids=sorted(ids), resident_id=recipient.resident_id)),
    )  # fmt: skip


def _conditions(actor: Actor, filters: Filters) -> tuple[str, list[Any]]:
    more, values = "", list[Any]()
    for sql, wanted in (
        (accounting.STATE_SQL, filters.state),
        ("r.reason", filters.reason),
        ("d.channel", filters.channel),
        ("d.error", filters.error),
    ):
        if wanted:
            more += f" AND {sql} = ?"
            values.append(wanted)
    if filters.error:
        more += " AND d.status = 'failed'"
    if filters.text.strip():
        found = residents.listed(actor, residents.Filters(text=filters.text.strip())).limit(MOST_NAMED)
        ids = [r.id for r in found]
        more += f" AND r.resident_id IN ({','.join('?' * len(ids)) or 'NULL'})"
        values += ids
    return more, values


def _lines(actor: Actor, campaign: Campaign, rows: Sequence[tuple[Any, ...]]) -> list[Line]:
    known = residents.by_ids({row[2] for row in rows if row[2]})
    openable = {
        org: access.may(actor, "resident.read", org) for org in {found.org_id for found in known.values()}
    }
    others = people.by_ids({row[11] or row[3] for row in rows if not row[2] and (row[11] or row[3])})
    lines = []
    for (
        number_,
        number,
        resident_id,
        identity_id,
        state,
        reason,
        channel,
        error,
        attempts,
        at,
        segments,
        to,
        despite,
    ) in rows:
        found = known.get(resident_id)
        may_open = found is not None and openable[found.org_id]
        address = others.get(to or identity_id)
        if found is not None:
            who = found.name if may_open else mask(found.name)
        else:
            who = mask(address.address) if address is not None and address.channel in _READABLE else ""
        left_out = state == "left_out"
        why: Text = error or (DESPITE if despite else "")
        if left_out:
            why = recipients.REASONS.get(reason or "", reason or "")
        lines.append(
            Line(
                number_,
                number,
                who,
                resident_id if may_open else None,
                state,
                why,
                "" if left_out else channel or "",
                attempts or 0,
                clock.from_ms(at) if at is not None else None,
                segments,
            )
        )  # fmt: skip
    return lines
