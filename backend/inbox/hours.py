"""When the office answers: spans of each weekday and the days that it is closed. Pure, on the community's clocks.

Written by staff as seven lines, Monday first: `08:30-12:00, 14:00-17:30`; an empty line is a day off.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from backend.core.errors import Invalid
from backend.core.i18n import Text, _
from backend.fields.plain import half_width

LOOK_AHEAD_DAYS = 60
_SPAN = re.compile(r"(\d{1,2})(?::(\d{2}))?\s*[-–—~至到]+\s*(\d{1,2})(?::(\d{2}))?")
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
WEEKDAYS: tuple[Text, ...] = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)
Span = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Hours:
    """`week`: the spans of each weekday, Monday first, in order; `closed`: days on which nobody is there."""

    week: tuple[tuple[Span, ...], ...]
    closed: frozenset[date] = frozenset()

    def spans(self, day: date) -> tuple[Span, ...]:
        return () if day in self.closed else self.week[day.weekday()]

    def is_open(self, at: datetime) -> bool:
        """Whether somebody is there at this local time."""
        return any(start <= at.time() < end for start, end in self.spans(at.date()))

    def closes(self, at: datetime) -> datetime | None:
        """The end of the span that `at` lies in; None while closed."""
        for start, end in self.spans(at.date()):
            if start <= at.time() < end:
                return datetime.combine(at.date(), end, at.tzinfo)
        return None

    def opens(self, at: datetime) -> datetime | None:
        """When somebody is there next, after `at`; None when that is not known."""
        return next((start for start in self._starts(at) if start > at), None)

    def _starts(self, at: datetime) -> Iterator[datetime]:
        for days in range(LOOK_AHEAD_DAYS):
            day = at.date() + timedelta(days=days)
            for start, _end in self.spans(day):
                yield datetime.combine(day, start, at.tzinfo)


def read_week(lines: list[str]) -> tuple[tuple[Span, ...], ...]:
    """Seven lines as they are typed. Raises Invalid, naming the field `day0` to `day6`."""
    return tuple(_spans(line, f"day{number}") for number, line in enumerate(lines[:7]))


def _spans(line: str, field: str) -> tuple[Span, ...]:
    plain = half_width(line).strip()
    found: list[Span] = []
    for start_hour, start_minute, end_hour, end_minute in _SPAN.findall(plain):
        start, end = _time(start_hour, start_minute, field), _time(end_hour, end_minute, field)
        if end <= start or (found and start < found[-1][1]):
            raise Invalid(
                _("Each time has to come after the one before, like 08:30-12:00, 14:00-17:30."), field
            )
        found.append((start, end))
    if re.sub(r"[\s,;，；、和]", "", _SPAN.sub("", plain)):
        raise Invalid(_("Please write the times like 08:30-12:00, 14:00-17:30."), field)
    return tuple(found)


def _time(hour: str, minute: str, field: str) -> time:
    if int(hour) == 24 and int(minute or 0) == 0:
        return time.max
    if int(hour) > 23 or int(minute or 0) > 59:
        raise Invalid(_("Please write the times like 08:30-12:00, 14:00-17:30."), field)
    return time(int(hour), int(minute or 0))


def read_closed(text: str) -> frozenset[date]:
    """Days as they are typed, `2026-02-17`. Raises Invalid."""
    plain = half_width(text)
    try:
        found = frozenset(date(int(y), int(m), int(d)) for y, m, d in _DAY.findall(plain))
    except ValueError:
        raise Invalid(
            _("One of these days does not exist. Please write them like 2026-02-17."), "closed"
        ) from None
    if re.sub(r"[\s,;，；、]", "", _DAY.sub("", plain)):
        raise Invalid(_("Please write the days like 2026-02-17, one a line."), "closed")
    return found


def written_week(hours: Hours) -> list[str]:
    """The inverse of `read_week`."""
    return [", ".join(f"{start:%H:%M}-{_shown(end)}" for start, end in spans) for spans in hours.week]


def _shown(end: time) -> str:
    return "24:00" if end == time.max else f"{end:%H:%M}"


def written_closed(hours: Hours) -> str:
    return "\n".join(day.isoformat() for day in sorted(hours.closed))


_WORKING = ((time(8, 30), time(12, 0)), (time(14, 0), time(17, 30)))
USUAL = Hours((_WORKING,) * 5 + ((),) * 2)
"""Of a community office, until staff write their own."""
