"""How often a device reports, and when its silence means something. Pure.

Many devices speak when something changes, and once a day besides: what counts is the longest pause that is usual, forgotten slowly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

State = Literal["ok", "silent", "offline"]
DAY = timedelta(hours=24)
FORGOTTEN = timedelta(days=7)
"""A usual pause that does not come again counts for a third after this time."""
ENOUGH = 3
"""Pauses, within a day at least, after which a habit is known."""
PAUSES = {True: 2.0, False: 3.0}
"""So many pauses may pass without a word: of a device that lives hang on fewer."""
LEAST = {True: timedelta(minutes=15), False: timedelta(minutes=30)}
UNKNOWN = {True: timedelta(hours=26), False: timedelta(hours=50)}
"""How long may pass while nothing is known: nearly everything reports once a day."""
GONE = timedelta(minutes=2)
"""A connection that comes back within this time was never gone."""


@dataclass(frozen=True, slots=True)
class Habit:
    """`period_s`: the longest usual pause; `samples` pauses since `first_at`."""

    first_at: datetime
    period_s: float | None = None
    samples: int = 0

    def known(self, now: datetime) -> float | None:
        """Its period in seconds, once enough was seen."""
        return self.period_s if self.samples >= ENOUGH and now - self.first_at >= DAY else None


def learnt(habit: Habit, pause: timedelta, ended: datetime) -> Habit:
    """After one pause more. One long silence alone makes no habit of a device that was known before it."""
    seconds = pause.total_seconds()
    if seconds <= 0:
        return habit
    if habit.period_s is None:
        return replace(habit, period_s=seconds, samples=1)
    most = habit.period_s * 4 if habit.known(ended - pause) is not None else math.inf
    left = habit.period_s * math.exp(-seconds / FORGOTTEN.total_seconds())
    return replace(habit, period_s=max(min(seconds, most), left), samples=habit.samples + 1)


def patience(period_s: float | None, *, safety: bool) -> timedelta:
    """How long it may be silent. `period_s` as its model says it, or as it was learnt."""
    if period_s is None:
        return UNKNOWN[safety]
    return max(timedelta(seconds=period_s * PAUSES[safety]), LEAST[safety])


def state(online: bool | None, last: datetime, patient: timedelta, now: datetime) -> State:
    """How it stands; `last` is when it was heard, `online` what its last will says."""
    if online is False:
        return "offline" if now - last >= GONE else "ok"
    return "silent" if now - last > patient else "ok"
