"""Whoever is told of an alarm: some say that they are going, and later how it went; others say nothing."""

from __future__ import annotations

import heapq
import itertools
import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import peewee

from backend.alarms import actions as alarms
from backend.alarms.models import Alarm, AlarmStep
from backend.core import clock, db
from backend.core.errors import LinliError
from backend.staff import queries as staff

ANSWERS, TELLS = 0.55, 0.7
SILENCES = {"device_silent", "devices_silent"}


class People(threading.Thread):
    """In a thread until `stop`; what they do is written down as if they had tapped the buttons in their chats."""

    def __init__(self, seed: int) -> None:
        super().__init__(name="people", daemon=True)
        self._rng, self._told, self._order = random.Random(seed), 0, itertools.count()
        self._later: list[tuple[datetime, int, Callable[[], Any]]] = []
        self._done = threading.Event()
        self.answered = 0

    def run(self) -> None:
        while not self._done.wait(0.5):
            try:
                db.reconnect_if_lost()
                self._hear()
                while self._later and self._later[0][0] <= clock.now():
                    self._later[0][2]()
                    heapq.heappop(self._later)
            except (peewee.PeeweeException, OSError):
                continue  # the database is away: they tap again
        db.db.close()

    def stop(self) -> None:
        self._done.set()
        self.join(20)

    def _hear(self) -> None:
        for step in list(AlarmStep.select().where(AlarmStep.id > self._told).order_by(AlarmStep.id)):
            self._told = step.id
            if self._rng.random() < ANSWERS:
                self._after(self._rng.uniform(2, 12), partial(self._answer, step, "going"))
                if self._rng.random() < TELLS:
                    self._after(self._rng.uniform(13, 40), partial(self._answer, step, "safe"))

    def _after(self, minutes: float, act: Callable[[], Any]) -> None:
        heapq.heappush(self._later, (clock.now() + timedelta(minutes=minutes), next(self._order), act))

    def _answer(self, step: AlarmStep, answer: str) -> None:
        alarm = Alarm.get_by_id(step.alarm_id)
        if alarm.status == "cleared" or (answer == "going" and alarm.kind in SILENCES):
            return
        by: Any = staff.actor_by_id(step.staff_id) if step.staff_id else alarms.Caller(step.identity_id or 0, step.resident_id)  # fmt: skip
        try:
            alarms.answer(by, alarm.id, answer)
            self.answered += 1
        except LinliError:
            return  # it was over a moment before
