"""When nothing leaves: hours of every day, days of the week, single days. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backend.core.wall import instant

LONGEST = 40
"""Quiet days in a row that a notice waits for at most; with more, it leaves in the midst of them."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet from `begins` to `ends`, over midnight when that is earlier; never, when they are equal. All day on `weekdays` (1 is
    Monday) and on `days` that are True there; a day that is False there has only its hours, whatever its weekday."""

    begins: time = time(21)
    ends: time = time(8)
    weekdays: frozenset[int] = frozenset()
    days: Mapping[date, bool] = field(default_factory=dict)

    def whole(self, day: date) -> bool:
        return self.days.get(day, day.isoweekday() in self.weekdays)

    def earliest(self, at: datetime, tz: ZoneInfo) -> datetime:
        """`at`, or the end of the quiet in which it falls."""
        for _turn in range(2 * LONGEST):
            here = at.astimezone(tz)
            end = self._end(here.date(), here.time(), tz)
            # Clocks that go back may show the end of the quiet before its middle: then it is over.
            if end is None or end <= at:
                return at
            at = end
        return at

    def _end(self, day: date, shown: time, tz: ZoneInfo) -> datetime | None:
        if self.whole(day):
            return instant(day + _DAY, time(), tz.key)
        over_midnight = self.ends < self.begins
        if over_midnight and shown >= self.begins:
            return instant(day + _DAY, self.ends, tz.key)
        if shown < self.ends and (over_midnight or shown >= self.begins):
            return instant(day, self.ends, tz.key)
        return None
