"""A ceiling for what is put aside: of one device, on one day, the first and the last messages are kept and the others counted. One that babbles fills no
disk, and hides nothing of what others say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

from backend.core import clock
from backend.core.db import execute
from iot.models import QuarantinedMessage, QuarantinePile

FIRST, LAST = 20, 20
"""So many of each are kept; together at most 2.5 MB, where each is as large as one may be."""
_CAME = (
    "INSERT INTO quarantine_pile (whose, day, org_id, came, left_out) VALUES (?, ?, ?, ?, 0)"
    " ON CONFLICT (whose, day) DO UPDATE SET came = quarantine_pile.came + excluded.came RETURNING id"
)


def kept_of(messages: Sequence[QuarantinedMessage]) -> list[QuarantinedMessage]:
    """Those of these new ones that are to be kept, each with its pile; older ones make room for them. Belongs in the transaction that saves them."""
    heaps: dict[tuple[str, date], list[QuarantinedMessage]] = defaultdict(list)
    for message in messages:
        heaps[whose(message), clock.local(message.at).date()].append(message)
    return [row for heap in sorted(heaps) for row in _kept(*heap, heaps[heap])]


def whose(message: QuarantinedMessage) -> str:
    """The device; where none is named the source and how the topic begins, so that whoever makes up topics has one pile."""
    return message.device or f"{message.source}/{'/'.join(message.topic.split('/')[:2])}"[:200]


def _kept(name: str, day: date, new: list[QuarantinedMessage]) -> list[QuarantinedMessage]:
    (pile_id,) = execute(_CAME, (name, day, new[0].org_id, len(new))).fetchone()
    lying = QuarantinedMessage.select(QuarantinedMessage.id).where(QuarantinedMessage.pile_id == pile_id)
    here = [number for (number,) in lying.order_by(QuarantinedMessage.id).tuples()]
    for message in new:
        message.pile_id = pile_id
    too_many = len(here) + len(new) - FIRST - LAST
    if too_many <= 0:
        return new
    goes = range(FIRST, FIRST + too_many)
    old = [number for place, number in enumerate(here) if place in goes]
    QuarantinedMessage.delete().where(QuarantinedMessage.id.in_(old)).execute()
    left_out = QuarantinePile.left_out + too_many
    QuarantinePile.update(left_out=left_out).where(QuarantinePile.id == pile_id).execute()
    return [message for place, message in enumerate(new, len(here)) if place not in goes]
