"""What clocks on a wall show, as instants. Pure.

On the day when clocks go forward, a time that does not exist is the next minute that does; on the day when they go back, one
that exists twice is the first of them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_MINUTE = timedelta(minutes=1)
_LONGEST_GAP = 25 * 60
"""Minutes that clocks have ever jumped at once: Samoa left out a whole day."""


def instant(day: date, at: time, zone: str) -> datetime:
    """The UTC instant when clocks in `zone` first show `at` on `day`, or would next show anything after it."""
    here = ZoneInfo(zone)
    wall = datetime.combine(day, at.replace(tzinfo=None))
    for minutes in range(_LONGEST_GAP):
        tried = (wall + minutes * _MINUTE).replace(tzinfo=here, fold=0)
        found = tried.astimezone(UTC)
        if found.astimezone(here).replace(tzinfo=None) == tried.replace(tzinfo=None):
            return found
    return wall.replace(tzinfo=here).astimezone(UTC)


def exists(day: date, zone: ZoneInfo) -> bool:
    """Not so where a place moved over the date line: Samoa had no 30 December 2011."""
    noon = datetime.combine(day, time(12), zone)
    return noon.astimezone(UTC).astimezone(zone).date() == day
