"""How often each function is used: counted in memory, written in batches, with nobody's name.

A turn or a page costs an addition; every few seconds, while there is something, what was counted in this process is added to the
day's figures. A process that is killed takes the last seconds with it: these are figures about use, not about people's matters.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import peewee
import structlog

from backend.core import clock
from backend.core.db import db, execute, is_postgres, transaction
from backend.core.i18n import Msg, _
from backend.settings import settings

FLUSH_SECONDS = 10.0
_QUARTER_MS = 900_000
WHAT: dict[str, Msg] = {
    "used": _("Used"),
    "started": _("Begun"),
    "finished": _("Completed"),
    "cancelled": _("Broken off"),
    "left": _("Left lying"),
    "refused": _("Not possible"),
    "seen": _("Pages seen"),
    "done": _("Acts"),
}
_ADD = """
INSERT INTO usage_count (day, function, place, role, org_id, what, times) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (day, function, place, role, org_id, what) DO UPDATE SET times = {times}
"""
_MORE = _ADD.format(times="usage_count.times + excluded.times")
_INSTEAD = _ADD.format(times="excluded.times")
log = structlog.get_logger()


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """One thing done; the columns of UsageCount but for the day."""

    function: str
    place: str
    role: str
    org_id: int
    what: str


class Counts:
    """What this process has counted and not written yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: Counter[tuple[str, Use]] = Counter()
        self._database: object = None
        self._timer: threading.Timer | None = None

    def add(self, use: Use, times: int = 1) -> None:
        day = today()
        with self._lock:
            if self._database is not db.obj:  # the process was pointed to another one
                self._waiting, self._database = Counter(), db.obj
            self._waiting[day, use] += times
            if self._timer is None:
                self._timer = threading.Timer(FLUSH_SECONDS, self._later)
                self._timer.daemon = True
                self._timer.start()

    def flush(self) -> int:
        """Write what waits; how many figures grew. What could not be written waits on."""
        with self._lock:
            waiting = self._waiting if self._database is db.obj else Counter()
            self._waiting, self._timer = Counter(), None
        if not waiting:
            return 0
        try:
            write(waiting)
        except (peewee.PeeweeException, OSError) as error:  # the database, or the file's folder, is away
            log.warning("usage.not_written", figures=len(waiting), error=type(error).__name__)
            with self._lock:
                self._waiting.update(waiting)
            return 0
        return len(waiting)

    def _later(self) -> None:
        self.flush()
        if is_postgres():
            db.close()  # this thread's own connection

    def begin_anew(self) -> None:
        """In a forked process: what was counted is its parent's to write, and the parent's timer does not run here."""
        self.__init__()  # type: ignore[misc]


_counts = Counts()
os.register_at_fork(after_in_child=_counts.begin_anew)
atexit.register(_counts.flush)


def count(use: Use) -> None:
    """Something was used once, today."""
    _counts.add(use)


def flush() -> int:
    """Write what this process has counted so far."""
    return _counts.flush()


def today() -> str:
    return _day(clock.now_ms() // _QUARTER_MS, settings().timezone)


@lru_cache(maxsize=64)
def _day(quarter: int, _zone: str) -> str:
    """Every zone's clocks stand a whole number of quarters of an hour from UTC: within one of them the day stays. This is in the
    path of each turn, and reckoning with zones takes longer than all else here."""
    return f"{clock.local(clock.from_ms(quarter * _QUARTER_MS)):%Y-%m-%d}"


def write(counted: Mapping[tuple[str, Use], int], *, instead: bool = False) -> None:
    """Add to the figures of each day, or put these in their place."""
    with transaction():
        # Always in one order: two processes that write the same figures do not wait for each other in a circle.
        for (day, use), times in sorted(counted.items()):
            given = (day, use.function[:80], use.place, use.role, use.org_id, use.what, times)
            execute(_INSTEAD if instead else _MORE, given)
