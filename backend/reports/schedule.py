"""When a report is sent: from its days and time of day to instants. Pure.

Times are what the community's clocks show (see `core.wall` for the days on which those change). Of a month without that day,
the last day counts. On working days only, what falls on a weekend or a day off is sent on the next working day.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backend.core.wall import exists, instant

LONGEST_BREAK = 40
"""Days off in a row that a report waits for at most; with more, it is sent in the midst of them."""
AHEAD = 32 + LONGEST_BREAK
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """`every` is "day", "week" (`day` 1 is Monday) or "month" (`day` 1 to 31); "" is never. `off` are the days off."""

    every: str
    day: int
    at: time
    zone: str
    working_days: bool = False
    off: frozenset[date] = frozenset()


def due_between(schedule: Schedule, after: datetime, until: datetime) -> list[datetime]:
    """Every instant after `after`, up to and including `until`, at which the report is sent; in order, each once."""
    here = ZoneInfo(schedule.zone)
    first = after.astimezone(here).date() - timedelta(days=LONGEST_BREAK + 1)
    found = {
        instant(_working(schedule, day), schedule.at, schedule.zone)
        for day in _days(schedule, first, until.astimezone(here).date())
        if exists(day, here)
    }
    return sorted(at for at in found if after < at <= until)


def next_after(schedule: Schedule, after: datetime) -> datetime | None:
    """The first instant after `after`; None when it is never sent."""
    return next(iter(due_between(schedule, after, after + timedelta(days=AHEAD))), None)


def last_until(schedule: Schedule, after: datetime, until: datetime) -> datetime | None:
    """The last instant after `after` and not later than `until`: of several that were missed, the one to catch up with."""
    earliest = max(after, until - timedelta(days=AHEAD))
    found = due_between(schedule, earliest, until)
    return found[-1] if found else None


def _days(schedule: Schedule, first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        fits = {
            "day": True,
            "week": day.isoweekday() == schedule.day,
            "month": day.day == min(schedule.day, monthrange(day.year, day.month)[1]),
        }.get(schedule.every, False)
        if fits:
            yield day
        day += _DAY


def _working(schedule: Schedule, day: date) -> date:
    moved = day
    while schedule.working_days and (moved.isoweekday() > 5 or moved in schedule.off):
        moved += _DAY
        if (moved - day).days > LONGEST_BREAK:
            return day
    return moved
