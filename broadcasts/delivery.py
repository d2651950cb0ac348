"""Delivering the outbox: claimed in batches under a lease, sent concurrently within each provider's limits, settled together.

Two batches of a queue are under way at once: while one is sent, the next is claimed and the last one written down.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

import structlog

from backend.core import jobs
from backend.messaging import deliveries
from backend.messaging.deliveries import Due
from bots import settle
from bots.channel import NOT_SET_UP, Channel
from bots.settle import Outcome
from broadcasts import precedence
from broadcasts.limits import Limits
from broadcasts.window import Basket, Window
from conversations.store import HOLDER

log = structlog.get_logger()

BATCH = {"bulk": 200}
"""How many are claimed together; of the other queues, 100. What a campaign's worker has claimed when it is killed is not repeated."""
UNDER_WAY = 2
"""Batches that may be claimed and not settled."""
SHIFT_S = 2.0
"""A drain ends after this and asks for the next, so that other queues get their turn."""
PATIENCE_S = {"bulk": 1.0}
"""How long after its claim a Delivery may wait for its turn; of the other queues, 10 s. What would have to wait longer goes back, so
that a slow provider neither holds up the others nor has its messages taken twice. A campaign's turns are taken for a short time
ahead: whatever else is said to somebody stands behind them, and they are past stopping."""


class Courier:
    """Sends through this process's channels, on its one asyncio loop."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels
        self._limits = Limits(list(channels.values()))
        self._loop = asyncio.new_event_loop()
        self._windows = {
            name: Window(channel, self._limits, self._loop) for name, channel in channels.items()
        }
        self._draining: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._asked: set[str] = set()
        self._stopped = False
        self._thread = threading.Thread(target=self._loop.run_forever, name="courier", daemon=True)
        self._thread.start()

    def drain(self, queue: str) -> int:
        """Send what is due in `queue`; returns how many were attempted: none when another thread is about it, which then looks
        once more. Raises what kept it from claiming or settling, when the rest that was under way is settled."""
        count, until = 0, time.monotonic() + SHIFT_S
        self._asked.add(queue)
        while queue in self._asked and self._draining[queue].acquire(blocking=False):
            try:
                self._asked.discard(queue)
                count += self._drain(queue, until)
            finally:
                self._draining[queue].release()
            if time.monotonic() >= until:
                jobs.kick(queue)
                break
        return count

    def stop(self) -> None:
        """Claim no more, and give back what is not being sent yet."""
        self._stopped = True
        for window in self._windows.values():
            self._loop.call_soon_threadsafe(window.stop)

    def close(self) -> None:
        """Give back the channels' connections."""
        for channel in self._channels.values():
            asyncio.run_coroutine_threadsafe(channel.close(), self._loop).result(5)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _drain(self, queue: str, until: float) -> int:
        count, limit = 0, BATCH.get(queue, 100)
        basket = Basket(self._loop)
        failure: Exception | None = None
        more = True
        while more or basket.under_way:
            try:
                room = basket.under_way <= (UNDER_WAY - 1) * limit
                if more and room and precedence.may_send(queue, busy=basket.under_way > 0):
                    batch = deliveries.claim(queue, HOLDER, limit)
                    self._begin(batch, basket)
                    more = len(batch) == limit
                    continue
                outcomes = basket.taken(limit // 2)
                self._hold(outcomes)
                settle.settle(outcomes)
                count += sum(outcome.result != "postponed" for outcome in outcomes)
                # What is said next to the same people may go now.
                more = failure is None and not self._stopped and time.monotonic() < until
            except Exception as error:
                failure, more = failure or error, False
        if failure is not None:
            raise failure
        return count

    def _begin(self, batch: Sequence[Due], basket: Basket) -> None:
        basket.under_way += len(batch)
        by_channel: dict[str, list[Due]] = defaultdict(list)
        for due in batch:
            by_channel[due.channel].append(due)
        for name, dues in by_channel.items():
            window = self._windows.get(name)
            if window is None:
                unknown = f"the channel {name} {NOT_SET_UP}"
                basket.put([Outcome(due, "failed", error=unknown) for due in dues])
                continue
            places = self._limits.reserve(name, dues, PATIENCE_S.get(dues[0].queue, 10.0))
            pairs = list(zip(dues, places, strict=True))
            basket.put([Outcome(due, "postponed", after_s=at.wait) for due, at in pairs if not at.taken])
            going = [(due, at.wait) for due, at in pairs if at.taken]
            self._loop.call_soon_threadsafe(window.take, going, basket)

    def _hold(self, outcomes: Sequence[Outcome]) -> None:
        """A provider that asks for a pause is left alone by every worker."""
        for name in {outcome.due.channel for outcome in outcomes if outcome.pause_s}:
            self._limits.hold(name, max(o.pause_s for o in outcomes if o.due.channel == name))


@lru_cache(maxsize=1)
def courier() -> Courier:
    """The Courier of this process, over every channel that is set up."""
    from bots.registry import channels

    return Courier(channels())


def drain(queue: str) -> int:
    """The RQ job: send what is due in `queue`."""
    return courier().drain(queue)
