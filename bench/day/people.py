"""Whoever is told of an alarm: most answer where they were told, at once, late, or misspelt first; others say nothing."""

from __future__ import annotations

import heapq
import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import peewee
import requests
import structlog

from backend.core import clock, db
from bench.day.lines import Again, Calls, Came, Chats, Line, Screen, Texts

SILENT, LATE, CANNOT, MISSPELT = 0.4, 0.12, 0.06, 0.2
"""Shares: of what nobody answers; of the answers, of those that come when others were told long ago, that refuse, that are misspelt first."""
TELLS = 0.7
"""Of those who go, and of those who are asked how it is."""
WRONG = ("我马上过趣", "我过气", "wo guo qu", "收到收道", "马上道")
AGAIN_S = 2.0
log = structlog.get_logger()


@dataclass(frozen=True)
class Deed:
    """Somebody gave this answer to what `came`, at the time of the community's clock."""

    at: datetime
    channel: str
    came: Came
    answer: str


class People(threading.Thread):
    """In a thread until `stop`; `deeds` are the answers that were taken at the door. `at_the_desk`: the address of who answers on the `screen`."""

    def __init__(self, seed: int, lines: Sequence[Line], screen: Screen, at_the_desk: str) -> None:
        super().__init__(name="people", daemon=True)
        self._rng, self._order = random.Random(seed), itertools.count()
        self._lines, self._screen, self._at_the_desk = lines, screen, at_the_desk
        self._later: list[tuple[datetime, int, Callable[[], None]]] = []
        self._newest: dict[tuple[str, str], Came] = {}
        self._done, self._lock = threading.Event(), threading.Lock()
        self.deeds: list[Deed] = []
        self.misspelt = 0

    def run(self) -> None:
        with ThreadPoolExecutor(6, "person") as pool:
            while not self._done.wait(0.25):
                try:
                    db.reconnect_if_lost()
                    for line in self._lines:
                        for came in line.fresh():
                            self._hear(line, came)
                except (peewee.PeeweeException, OSError, requests.RequestException):
                    continue  # a server is away: they look again
                while (act := self._due()) is not None:
                    pool.submit(self._act, act)
        db.db.close()

    def stop(self) -> None:
        self._done.set()
        self.join(60)

    def by_channel(self) -> dict[str, int]:
        return dict(sorted(Counter(deed.channel for deed in self.deeds).items()))

    def _hear(self, line: Line, came: Came) -> None:
        rng = self._rng
        self._newest[line.channel, came.who] = came
        if isinstance(line, Calls):
            # Who is rung up takes the call at once or not at all.
            if rng.random() < SILENT:
                self._after(0.5, partial(line.left, came))
            else:
                self._after(rng.uniform(0.2, 0.6), partial(self._answer, line, came, "going"))
        elif came.asks_how_it_is:
            if "safe" in came.offers and rng.random() < TELLS:
                self._after(rng.uniform(1, 8), partial(self._answer, line, came, "safe"))
        elif rng.random() >= SILENT:
            self._plan(line, came)

    def _plan(self, line: Line, came: Came) -> None:
        rng = self._rng
        minutes = rng.uniform(20, 60) if rng.random() < LATE else rng.uniform(2, 12)
        by: Line | Screen = self._screen if came.who == self._at_the_desk else line
        if isinstance(by, Chats | Texts) and rng.random() < MISSPELT:
            self._after(minutes, partial(by.write, came, rng.choice(WRONG)))
            self.misspelt += 1
            minutes += rng.uniform(1, 3)
        if "cannot" in came.offers and rng.random() < CANNOT:
            self._after(minutes, partial(self._answer, by, came, "cannot"))
            return
        self._after(minutes, partial(self._answer, by, came, "going"))
        if rng.random() < TELLS:
            self._after(minutes + rng.uniform(11, 28), partial(self._answer, by, came, "safe"))

    def _after(self, minutes: float, act: Callable[[], None]) -> None:
        self._at(clock.now() + timedelta(minutes=minutes), act)

    def _at(self, when: datetime, act: Callable[[], None]) -> None:
        with self._lock:
            heapq.heappush(self._later, (when, next(self._order), act))

    def _due(self) -> Callable[[], None] | None:
        with self._lock:
            return heapq.heappop(self._later)[2] if self._later and self._later[0][0] <= clock.now() else None

    def _act(self, act: Callable[[], None]) -> None:
        try:
            db.reconnect_if_lost()
            act()
        except (Again, peewee.PeeweeException, requests.RequestException):
            self._at(clock.now() + clock.working(AGAIN_S), act)
        except Exception:
            log.exception("day.person_failed")
        finally:
            db.db.close()

    def _answer(self, line: Line | Screen, came: Came, answer: str) -> None:
        if isinstance(line, Texts):
            # A number answers what she read last.
            came = self._newest[line.channel, came.who]
        if answer not in came.offers:
            return
        at = clock.now()
        if line.give(came, answer):
            self.deeds.append(Deed(at, line.channel, came, answer))
