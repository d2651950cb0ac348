"""A webchat may be closed: a notice that nobody looked at there goes to the person's next address as well."""

from __future__ import annotations

from collections.abc import Callable

from backend.core import clock
from backend.core.db import execute, transaction
from backend.messaging import deliveries, outbox, passing_on
from backend.messaging.models import Message

PATIENCE_MS = 45_000
"""How long somebody may take to come back to an open page; the page tells by itself what it shows."""
PATIENCE_BULK_MS = 900_000
"""Of what is told to many: each short message costs, and most look into their chat sooner or later."""
FORGOTTEN_MS = 86_400_000
AT_ONCE = 500

# Nobody is rung up for this: a call says less than the chat that waits for her.
_UNSEEN = """
SELECT d.id FROM delivery d JOIN message m ON m.id = d.message_id
WHERE d.channel = 'webchat' AND d.status = 'sent' AND d.queue <> 'replies'
AND d.updated_at BETWEEN ? AND CASE d.queue WHEN 'bulk' THEN ? ELSE ? END
AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.message_id = d.message_id AND e.id > d.id)
AND EXISTS (
    SELECT 1 FROM identity i WHERE (i.resident_id = m.resident_id OR i.staff_id = m.staff_id) AND i.id <> d.identity_id
    AND (i.state = 'active' OR i.state = 'stopped' AND (m.purpose = 'emergency' OR m.purpose = 'alarm' AND i.channel = 'telegram')) AND i.verified_at IS NOT NULL AND i.channel NOT IN ('webchat', 'voice'))
ORDER BY d.id LIMIT ?
"""


def pass_on() -> int:
    """Send what stayed unseen in webchats to the next addresses; returns how many went."""
    now = clock.now_ms()
    ages = (now - FORGOTTEN_MS, now - PATIENCE_BULK_MS, now - PATIENCE_MS)
    found = execute(_UNSEEN, (*ages, AT_ONCE)).fetchall()
    return sum(_pass_on(row[0]) for row in found)


def _pass_on(delivery_id: int) -> bool:
    with transaction():
        delivery = deliveries.locked(delivery_id)
        if delivery is None or delivery.status != "sent":
            return False
        message = Message.get_by_id(delivery.message_id)
        following = passing_on.following(delivery, message)
        when = passing_on.when(message)
        if following is None or following.channel == "voice" or not isinstance(when, int):
            return False
        outbox.deliver_again(delivery.message_id, following, delivery.queue, when)
    return True


JOBS: list[tuple[str, int, Callable[[], int]]] = [("messaging.pass_on_unseen", 15, pass_on)]
