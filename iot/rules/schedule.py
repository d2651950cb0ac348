"""On which weekdays and at which hours a rule looks. Pure.

A window that goes past midnight belongs to the day on which it begins; windows that touch are one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from backend.core.errors import Invalid
from backend.core.i18n import _

EVERY_DAY = "1234567"
_MIDNIGHT = "00:00"


@dataclass(frozen=True)
class Schedule:
    """`days`: 1 is Monday. From `begins` until just before `ends`, both as 22:00 on the clocks of the place; equal: the whole day."""

    days: str = EVERY_DAY
    begins: str = _MIDNIGHT
    ends: str = _MIDNIGHT

    @cached_property
    def always(self) -> bool:
        return self.begins == self.ends and set(EVERY_DAY) <= set(self.days)

    def opened(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """When the window that `at` lies in began; None when it lies in none."""
        day = at.astimezone(zone).date()
        start = next((w[0] for w in (self._window(day, zone), self._window(day - timedelta(1), zone)) if w and w[0] <= at < w[1]), None)  # fmt: skip
        for _step in range(8 if start is not None else 0):
            before = self._window(start.astimezone(zone).date() - timedelta(1), zone)  # type: ignore[union-attr]
            if before is None or start is None or before[1] < start:
                break
            start = before[0]
        return start

    def opens(self, at: datetime, zone: ZoneInfo) -> datetime | None:
        """When the next window after `at` begins; None when there is none."""
        day = at.astimezone(zone).date()
        for ahead in range(8):
            window = self._window(day + timedelta(ahead), zone)
            if window is not None and window[0] > at:
                return window[0]
        return None

    def _window(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime] | None:
        if str(day.isoweekday()) not in self.days:
            return None
        begins, ends = time.fromisoformat(self.begins), time.fromisoformat(self.ends)
        last = day if ends > begins else day + timedelta(1)
        if ends == begins:
            begins = ends = time(0)
        return datetime.combine(day, begins, zone), datetime.combine(last, ends, zone)


ALWAYS = Schedule()


def checked(days: str, begins: str, ends: str) -> Schedule:
    """Raises Invalid."""
    kept = "".join(day for day in EVERY_DAY if day in days)
    if not kept:
        raise Invalid(_("On which days shall it look? Please tick one at least."), "days")
    found = []
    for field, given in (("begins", begins), ("ends", ends)):
        try:
            at = time.fromisoformat(given.strip() or _MIDNIGHT)
        except ValueError:
            raise Invalid(_("A time looks like 22:00."), field) from None
        found.append(f"{at:%H:%M}")
    return Schedule(kept, *found)
