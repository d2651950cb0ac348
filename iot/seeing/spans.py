"""Stretches of time that a chart shows: a day, a week, a month on the community's clocks. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backend.core.i18n import Msg, _

SPANS: dict[str, Msg] = {"day": _("One day"), "week": _("A week"), "month": _("A month")}


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` to before `until`; `before` and `after` are days of the stretches beside it; `marks` are moments with labels."""

    since: datetime
    until: datetime
    before: date
    after: date
    marks: tuple[tuple[datetime, str], ...]


def span(kind: str, day: date, zone: ZoneInfo) -> Span:
    """The day, the week (from Monday) or the month with this day in it."""
    if kind == "month":
        first = day.replace(day=1)
        last = month_after(first)
    else:
        first = day - timedelta(days=day.weekday()) if kind == "week" else day
        last = first + timedelta(days=7 if kind == "week" else 1)
    since, until = midnight(first, zone), midnight(last, zone)
    return Span(since, until, first - timedelta(days=1), last, tuple(_marks(kind, first, last, zone)))


def midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def month_after(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _marks(kind: str, first: date, last: date, zone: ZoneInfo) -> list[tuple[datetime, str]]:
    if kind == "day":
        return [(datetime.combine(first, time(hour), zone), f"{hour:02}:00") for hour in range(0, 24, 4)]
    step = 1 if kind == "week" else 5
    days = [first + timedelta(days=n) for n in range(0, (last - first).days, step)]
    return [(midnight(day, zone), f"{day.month}-{day.day}") for day in days]
