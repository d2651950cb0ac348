"""Where what was claimed waits for its turn and for a connection, is sent, and where the ends of the sends are collected."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence

from backend.messaging.deliveries import Due
from bots import settle
from bots.channel import Channel
from bots.settle import Outcome
from broadcasts.limits import Limits

TOGETHER_S = 0.05
"""How long the end of a send may wait for others, to be written down with them."""
WAIT_S = 12.0
"""How long after its claim a send may begin: with SEND_SECONDS it ends well before the lease."""
LOST_S = WAIT_S + settle.SEND_SECONDS + 5.0


class Basket:
    """What has ended of the batches of one drain. `under_way`: how many have not been taken out yet; the draining thread's own."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._ended: deque[Outcome] = deque()
        self._ready = threading.Event()
        self._enough = 1
        self._timer = False
        self.under_way = 0

    def put(self, outcomes: Iterable[Outcome]) -> None:
        """From any thread: these need not be waited for."""
        before = len(self._ended)
        self._ended.extend(outcomes)
        if len(self._ended) > before:
            self._ready.set()

    def drop(self, outcome: Outcome) -> None:
        """From the loop. The draining thread is woken for many together: each time it is, the loop stands still for a moment."""
        self._ended.append(outcome)
        if len(self._ended) >= self._enough:
            self._ready.set()
        elif not self._timer:
            self._timer = True
            self._loop.call_later(TOGETHER_S, self._time_is_up)

    def taken(self, most: int) -> list[Outcome]:
        """Those that have ended: when all have, or about `most`, or a moment after the first. Blocks; raises TimeoutError when none
        comes in longer than a send can take: the rest is left to its lease."""
        self._enough = max(min(self.under_way, most), 1)
        while len(self._ended) < self._enough:
            if not self._ready.wait(LOST_S):
                lost, self.under_way = self.under_way, 0
                raise TimeoutError(f"{lost} sends never came to an end")
            self._ready.clear()
            if self._ended:
                break
        found = [self._ended.popleft() for _ in range(len(self._ended))]
        self.under_way -= len(found)
        return found

    def _time_is_up(self) -> None:
        self._timer = False
        self._ready.set()


class Window:
    """Where one channel's messages wait for its connections. Lives in the loop."""

    def __init__(self, channel: Channel, limits: Limits, loop: asyncio.AbstractEventLoop) -> None:
        self._channel, self._limits, self._loop = channel, limits, loop
        self._waiting: deque[_Letters] = deque()
        self._clerks: set[asyncio.Task[None]] = set()
        self._stopped = False

    def take(self, going: Sequence[tuple[Due, float]], basket: Basket) -> None:
        """Send each of these after so many seconds, one person's in their order."""
        until = time.monotonic() + WAIT_S
        of_person: dict[int, _Letters] = {}
        for due, wait in going:
            known = of_person.get(due.identity_id)
            if known is not None:
                known.dues.append(due)
                continue
            letters = of_person[due.identity_id] = _Letters([due], until, basket)
            if wait > 0:
                self._loop.call_later(wait, self._queue, letters)
            else:
                self._waiting.append(letters)
        self._open()

    def stop(self) -> None:
        """From now on nothing more is sent: it goes back."""
        self._stopped = True

    def _queue(self, letters: _Letters) -> None:
        self._waiting.append(letters)
        self._open()

    def _open(self) -> None:
        for _ in range(min(self._channel.at_once - len(self._clerks), len(self._waiting))):
            clerk = self._loop.create_task(self._serve())
            self._clerks.add(clerk)
            clerk.add_done_callback(self._clerks.discard)

    async def _serve(self) -> None:
        while self._waiting:
            letters = self._waiting.popleft()
            for due in letters.dues:
                outcome = self._too_early(due, letters.until) or await settle.attempt(self._channel, due)
                if outcome.pause_s:
                    self._limits.hold_here(due.channel, outcome.pause_s)
                letters.basket.drop(outcome)

    def _too_early(self, due: Due, until: float) -> Outcome | None:
        wait = self._limits.held(due.channel)
        if self._stopped or time.monotonic() > until:
            wait = max(wait, 1.0)
        return Outcome(due, "postponed", after_s=wait) if wait else None


class _Letters:
    """What one person is sent of a batch."""

    __slots__ = ("basket", "dues", "until")

    def __init__(self, dues: list[Due], until: float, basket: Basket) -> None:
        self.dues, self.until, self.basket = dues, until, basket
