"""Messages that were put aside, tried again after somebody mended a mapping, a codec or the registry."""

from __future__ import annotations

from collections.abc import Sequence

from backend.core import audit
from backend.core.access import Actor
from backend.core.db import transaction
from iot import storing
from iot.models import QuarantinedMessage
from iot.quarantine import kept as quarantine

AT_ONCE = 200


def again(actor: Actor, message_id: int) -> bool:
    """Whether it could be stored now; else it stays, with the reason of today. Raises NotFound."""
    return _again(actor, [quarantine.seen(actor, message_id)]) == 1


def all_again(actor: Actor) -> tuple[int, int]:
    """The oldest AT_ONCE of those that the actor may see: (how many were tried, how many of them stored)."""
    rows = quarantine.listed(actor, limit=10_000)[-AT_ONCE:]
    return len(rows), _again(actor, rows[::-1])


def _again(actor: Actor, rows: Sequence[QuarantinedMessage]) -> int:
    stored = 0
    for row in rows:
        # Beside, not within, the transaction: a maker's codec may take its time. What is wrong with it still is put aside anew; should we die
        # in between, the message is there twice, and its repeat is told apart.
        done = storing.store_surely([quarantine.arrived_again(row)])
        stored += not done.quarantined
        with transaction():
            QuarantinedMessage.delete().where(QuarantinedMessage.id == row.id).execute()
    if rows:
        with transaction():
            audit.record(
                actor, "device.replay", "devices:put_aside", after={"tried": len(rows), "stored": stored}
            )
    return stored
