"""Alarms that have not left yet: after a while another address is tried beside the first, and after a longer one the health is red."""

from __future__ import annotations

from collections.abc import Callable

from backend.core import clock, sweep
from backend.core.db import execute
from backend.messaging import deliveries

PATIENCE_S = 20.0
"""How long an alarm that somebody tried to send may wait for one channel."""

# What nobody has tried waits for a worker: a second Delivery would wait for the same one.
_WAITING = """
SELECT d.id FROM delivery d WHERE d.queue = 'alerts' AND d.status IN ('pending', 'sending') AND d.created_at <= ?
AND (d.attempts > 0 OR d.next_at > d.created_at) AND COALESCE(d.error, '') <> ?
AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.message_id = d.message_id AND e.id > d.id)
ORDER BY d.id LIMIT 500
"""
_UNSENT = """
SELECT DISTINCT m.about FROM delivery d JOIN message m ON m.id = d.message_id
WHERE d.queue = 'alerts' AND d.status IN ('pending', 'sending') AND d.created_at < ? AND m.purpose = ?
AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.message_id = d.message_id AND e.status IN ('sent', 'delivered', 'read'))
"""


def hasten() -> int:
    """Send what waits too long for one channel to the next address as well; returns how many went."""
    since = clock.now_ms() - _ms(PATIENCE_S)
    found = execute(_WAITING, (since, deliveries.UNREADABLE)).fetchall()
    return sweep.each("messaging.hasten", [row[0] for row in found], deliveries.beside)


def unsent(purpose: str, seconds: float) -> list[str]:
    """What the Messages of the queue of alarms are about that have left on no channel for so long."""
    rows = execute(_UNSENT, (clock.now_ms() - _ms(seconds), purpose)).fetchall()
    return sorted(row[0] or "" for row in rows)


def _ms(seconds: float) -> int:
    return round(seconds * 1000 * clock.speed())


JOBS: list[tuple[str, int, Callable[[], int]]] = [("messaging.hasten", 5, hasten)]
