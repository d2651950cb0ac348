"""Delivering the outbox: claimed in batches under a lease, sent concurrently within each provider's pace, settled together."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache

import structlog

from backend.core import jobs
from backend.messaging import deliveries
from backend.messaging.deliveries import Due
from bots import settle
from bots.channel import NOT_SET_UP, Channel
from bots.settle import Outcome
from broadcasts.limits import Pace
from conversations.store import HOLDER

log = structlog.get_logger()

BATCH = 100
SHIFT_S = 5.0
"""A drain ends after this and asks for the next, so that other queues get their turn."""
PATIENCE_S = 10.0
"""How long after its claim a Delivery may wait for its turn: with SEND_SECONDS it ends well before the lease. What would have to
wait longer goes back, so that a slow provider neither holds up the others nor has its messages taken twice."""


class Courier:
    """Sends through this process's channels, on its one asyncio loop."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels
        self._paces = {
            name: Pace(channel.per_second, channel.per_address_second, time.monotonic)
            for name, channel in channels.items()
        }
        self._rooms = {name: asyncio.Semaphore(channel.at_once) for name, channel in channels.items()}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="courier", daemon=True)
        self._thread.start()

    def drain(self, queue: str) -> int:
        """Send what is due in `queue`; returns how many were attempted."""
        count, until = 0, time.monotonic() + SHIFT_S
        while batch := deliveries.claim(queue, HOLDER, BATCH):
            outcomes = self._send(batch)
            settle.settle(outcomes)
            count += sum(outcome.result != "postponed" for outcome in outcomes)
            if time.monotonic() > until:
                jobs.kick(queue)
                break
        return count

    def close(self) -> None:
        """Give back the channels' connections."""
        for channel in self._channels.values():
            asyncio.run_coroutine_threadsafe(channel.close(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _send(self, batch: list[Due]) -> list[Outcome]:
        return asyncio.run_coroutine_threadsafe(self._send_all(batch), self._loop).result()

    async def _send_all(self, batch: list[Due]) -> list[Outcome]:
        by_person: dict[int, list[Due]] = defaultdict(list)
        for due in batch:
            by_person[due.identity_id].append(due)
        until = self._loop.time() + PATIENCE_S
        rows = await asyncio.gather(*(self._send_in_order(dues, until) for dues in by_person.values()))
        return [outcome for row in rows for outcome in row]

    async def _send_in_order(self, dues: list[Due], until: float) -> list[Outcome]:
        return [await self._attempt(due, until) for due in dues]

    async def _attempt(self, due: Due, until: float) -> Outcome:
        channel = self._channels.get(due.channel)
        if channel is None:
            return Outcome(due, "failed", error=f"the channel {due.channel} {NOT_SET_UP}")
        pace, room = self._paces[due.channel], self._rooms[due.channel]
        if later := await pace.turn(due.address, max(until - self._loop.time(), 0)):
            return Outcome(due, "postponed", after_s=later)
        try:
            async with asyncio.timeout_at(until):
                await room.acquire()
        except TimeoutError:
            return Outcome(due, "postponed", after_s=1)
        try:
            outcome = await settle.attempt(channel, due)
        finally:
            room.release()
        if outcome.after_s:
            pace.hold(outcome.after_s)
        return outcome


@lru_cache(maxsize=1)
def courier() -> Courier:
    """The Courier of this process, over every channel that is set up."""
    from bots.registry import channels

    return Courier(channels())


def drain(queue: str) -> int:
    """The RQ job: send what is due in `queue`."""
    return courier().drain(queue)
