"""The hours in which nobody minds a message, and deadlines that do not run while people sleep. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

WAKES, SLEEPS = time(8), time(21)


def awake(now: datetime, zone: ZoneInfo) -> bool:
    """Whether a message that is not urgent may be sent."""
    return WAKES <= now.astimezone(zone).time() < SLEEPS


def after_awake(now: datetime, minutes: int, zone: ZoneInfo) -> datetime:
    """The instant at which `minutes` of waking hours have gone by since `now`, in UTC as `now` is."""
    left = timedelta(minutes=minutes)
    at = now
    while True:
        day = at.astimezone(zone).date()
        begins = datetime.combine(day, WAKES, zone).astimezone(now.tzinfo)
        ends = datetime.combine(day, SLEEPS, zone).astimezone(now.tzinfo)
        at = max(at, begins)
        if at + left <= ends:
            return at + left
        left -= max(ends - at, timedelta())
        at = datetime.combine(day + timedelta(days=1), WAKES, zone).astimezone(now.tzinfo)


def confirm_by(now: datetime, minutes: int, starts_at: datetime, zone: ZoneInfo) -> datetime:
    """Until when an offered place is kept: `minutes` of waking hours, and never beyond the beginning."""
    return min(after_awake(now, minutes, zone), starts_at)
