"""When a resident is asked how she is: from the days and times of her plan to instants. Pure.

A plan's times are what her clock on the wall shows. On the day when clocks go forward, a time that does not exist is asked at
the next minute that does; on the day when they go back, one that exists twice is asked the first time only.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backend.core.wall import exists
from backend.core.wall import instant as instant

WEEK = "1234567"
"""Monday is 1."""
FURTHEST = timedelta(days=400)
"""How far ahead the next instant is looked for: beyond it there is none (no day was chosen, or every day is skipped)."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """`days` are digits of `WEEK`, `times` local times of day, `zone` an IANA name, `skip` the days without a question."""

    days: str
    times: tuple[time, ...]
    zone: str
    skip: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` until just before `end`; None: until she is back."""

    start: datetime
    end: datetime | None

    def covers(self, at: datetime) -> bool:
        return self.start <= at and (self.end is None or at < self.end)


def due_between(schedule: Schedule, after: datetime, until: datetime) -> list[datetime]:
    """Every instant after `after`, up to and including `until`, at which the plan asks; in order, each once."""
    here = ZoneInfo(schedule.zone)
    # A day before: a time that does not exist may be asked on the day after it.
    day, last = after.astimezone(here).date() - timedelta(days=1), until.astimezone(here).date()
    found: set[datetime] = set()
    while day <= last:
        if str(day.isoweekday()) in schedule.days and day not in schedule.skip and exists(day, here):
            found.update(
                at for at in (instant(day, t, schedule.zone) for t in schedule.times) if after < at <= until
            )
        day += timedelta(days=1)
    return sorted(found)


def next_after(schedule: Schedule, after: datetime) -> datetime | None:
    """The first instant after `after`; None when there is none."""
    if not schedule.times or not schedule.days:
        return None
    span = timedelta(days=2)
    while span <= FURTHEST:
        found = due_between(schedule, after, after + span)
        if found:
            return found[0]
        span *= 4
    found = due_between(schedule, after, after + FURTHEST)
    return found[0] if found else None


def away(spans: Collection[Span], at: datetime) -> bool:
    """Whether any of these absences covers the instant."""
    return any(span.covers(at) for span in spans)


def times_read(text: str) -> tuple[time, ...]:
    """`08:00,19:30` as times of day, in order."""
    return tuple(sorted({time.fromisoformat(part.strip()) for part in text.split(",") if part.strip()}))


def times_stored(times: Sequence[time]) -> str:
    """What `times_read` reads."""
    return ",".join(f"{t:%H:%M}" for t in sorted(set(times)))
