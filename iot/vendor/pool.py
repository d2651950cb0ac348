"""Workers, and who may use which. A worker that hangs or dies costs at most the payload that it was at: all others are done by the next one."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import structlog

from iot.vendor.process import WATCH, Ended, Job, Outcome, Watch, Worker

SIZE = 2
"""Workers of a process; the second starts only when somebody comes while the first is busy."""
RETIRES = 200_000
"""Payloads after which a worker is replaced, whatever it may have gathered."""
FAULTS = 3
"""Of one codec in one batch; its other payloads are not tried."""
DEATHS = 5
"""In one batch while no codec ran, or several did: then something is wrong with the machine."""
REST_S = 3.0
"""So long nothing is tried after that: nobody's other messages wait for it."""
STARVED = Outcome("starved", "no process could be started for vendors' codecs")
_NOBODY = ""
log = structlog.get_logger()


class Pool:
    """For any thread; made anew in a forked process."""

    def __init__(
        self, size: int = SIZE, watch: Watch = WATCH, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._watch, self._now = watch, now
        self._rests_until = float("-inf")
        self._places = threading.Semaphore(size)
        self._lock = threading.Lock()
        self._idle: list[Worker] = []

    def run(self, jobs: Sequence[Job], source: Callable[[str], str]) -> list[Outcome]:
        """What came of each, in order. `source` gives the text of a codec by its name, or raises Unreadable."""
        outcomes: dict[int, Outcome] = {}
        suspects: set[int] = set()
        deaths = Counter[str]()
        began = self._now()
        if began < self._rests_until:
            return [STARVED] * len(jobs)
        while left := self._left(jobs, outcomes):
            try:
                with self._worker() as worker:
                    worker.run({place: jobs[place] for place in left}, source, outcomes)
            except (Ended, OSError, MemoryError) as error:
                ended = error if isinstance(error, Ended) else Ended(None, starved=True)
                at, starved = ended.place, ended.starved
                if at is None or at not in left or at in outcomes:
                    at, of = None, _NOBODY
                else:
                    of = jobs[at].codec
                log.warning("codec.worker_ended", codec=of or None, starved=starved)
                deaths[of] += at is None or starved
                if at is None:
                    continue
                if ended.hung or (at in suspects and not starved):
                    why = "it did not come to an end" if ended.hung else "the process that ran it died of it"
                    outcomes[at] = Outcome("limit", why)
                elif at in suspects:
                    outcomes[at] = STARVED
                # Somebody else may have killed the process: it is given a second chance.
                suspects.add(at)
            finally:
                self._give_up(jobs, outcomes, deaths, self._now() - began)
        return [outcomes[place] for place in range(len(jobs))]

    def _give_up(
        self, jobs: Sequence[Job], outcomes: dict[int, Outcome], deaths: Counter[str], took: float
    ) -> None:
        """What would only die again: of one codec, that may say itself that there is no memory, or, where others die too, all."""
        bare = deaths[_NOBODY] >= DEATHS or (len(+deaths) > 1 and deaths.total() >= DEATHS)
        # Or some did not even begin in all the time that they were given.
        bare = bare or (deaths[_NOBODY] > 1 and took >= 3 * self._watch.patience)
        if bare:
            self._rests_until = self._now() + REST_S
        for place in self._left(jobs, outcomes):
            if bare or deaths[jobs[place].codec] >= FAULTS:
                outcomes[place] = STARVED

    def close(self) -> None:
        """End the workers that are idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.close()

    @property
    def pids(self) -> list[int]:
        """Of the idle workers."""
        return [worker.pid for worker in self._idle]

    def _left(self, jobs: Sequence[Job], outcomes: dict[int, Outcome]) -> list[int]:
        faults = Counter(jobs[place].codec for place, outcome in outcomes.items() if outcome.faulty)
        left = [place for place in range(len(jobs)) if place not in outcomes]
        for place in left:
            if faults[jobs[place].codec] >= FAULTS:
                outcomes[place] = Outcome("stopped")
        return [place for place in left if place not in outcomes]

    @contextmanager
    def _worker(self) -> Iterator[Worker]:
        """One for us alone; whoever comes when all are busy waits."""
        with self._places:
            with self._lock:
                worker = self._idle.pop() if self._idle else None
            worker = worker or Worker(self._watch)
            try:
                yield worker
            except BaseException:
                worker.close()
                raise
            if worker.decoded >= RETIRES:
                worker.close()
                return
            with self._lock:
                self._idle.append(worker)


_pools: dict[int, Pool] = {}
_making = threading.Lock()


def ours() -> Pool:
    """The pool of this process."""
    with _making:
        return _pools.setdefault(os.getpid(), Pool())
