"""What other domains ask about threads: whose one is, and which ones of somebody were open in a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.core.access import Actor
from backend.core.errors import NotFound
from backend.inbox import marks, waiting
from backend.inbox.models import Handover

MOST = 5


@dataclass(frozen=True, slots=True)
class Thread:
    """`identity_ids`: all addresses of hers; `ended_at` is None while it is open; `state`: waiting | taken | done."""

    id: int
    identity_ids: tuple[int, ...]
    resident_id: int | None
    begun_at: datetime
    ended_at: datetime | None
    state: str


def by_id(handover_id: int) -> Thread:
    """Raises NotFound."""
    found = Handover.get_or_none(Handover.id == handover_id)
    if found is None:
        raise NotFound()
    addresses = tuple(identity.id for identity in marks.addresses(found))
    return Thread(found.id, addresses, found.resident_id, found.asked_at, found.done_at, found.state)


@dataclass(frozen=True, slots=True)
class Reply:
    """A thread that somebody began by replying: `said` her first words; `state`: waiting | taken | done."""

    id: int
    identity_id: int
    resident_id: int | None
    said: str
    at: datetime
    state: str


MOST_REPLIES = 200


def replies(
    actor: Actor, subject: str, *, identity_ids: Sequence[int] | None = None, resident_id: int | None = None
) -> list[Reply]:
    """The threads that began as replies to this (`campaign:12`) and that `actor` may read, the newest first; only those of these
    addresses or this resident, where any are named."""
    which = (Handover.about == subject) & waiting.visible(actor)
    if identity_ids is not None or resident_id is not None:
        hers = Handover.identity_id.in_(list(identity_ids or ()))
        which &= hers | (Handover.resident_id == resident_id) if resident_id is not None else hers
    found = Handover.select().where(which).order_by(Handover.id.desc()).limit(MOST_REPLIES)
    return [Reply(h.id, h.identity_id, h.resident_id, h.said, h.asked_at, h.state) for h in found]


def while_open(
    actor: Actor, *, identity_id: int | None, resident_id: int | None, since: datetime, until: datetime
) -> list[tuple[int, str]]:
    """(id, state) of the threads of this address or resident that were open at some time from `since` until `until`, and that
    `actor` may read, the newest first."""
    hers = Handover.identity_id == identity_id if identity_id is not None else Handover.id == -1
    if resident_id is not None:
        hers |= Handover.resident_id == resident_id
    there = (Handover.asked_at <= until) & (Handover.done_at.is_null() | (Handover.done_at >= since))
    found = Handover.select().where(hers & there & waiting.visible(actor)).order_by(Handover.id.desc())
    return [(h.id, h.state) for h in found.limit(MOST)]
