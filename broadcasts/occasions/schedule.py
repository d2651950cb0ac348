"""When an Occasion comes due, and whose day it is then: from a rule of time to instants and dates. Pure.

Times of day are what the clocks on the wall show (`core.wall`: one that does not exist on a day moves forward, one that exists twice
counts once). A rule of a person's own date comes due every day; `dates` are the values of that column which have their day then.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from backend.core.errors import Invalid
from backend.core.i18n import Msg, _
from backend.core.wall import exists, instant
from broadcasts.occasions import lunar

EVERY: dict[str, Msg] = {
    "once": _("once"),
    "day": _("every day"),
    "week": _("every week"),
    "month": _("every month, on a day of it"),
    "nth": _("every month, on a weekday of it"),
    "year": _("every year"),
    "person": _("on a date of each person, such as the birthday"),
    "event": _("before an event begins"),
}
NTH = (1, 2, 3, 4, -1)
"""Of the weekdays of a month; -1 is the last."""
FURTHEST = 366
"""Days before or after somebody's date."""
EARLIEST_BIRTH = 1900
LAST_DAY = date(2100, 12, 31)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rule:
    """`every` of EVERY, and what that needs:

    once: `day`. week: `weekdays` (1 is Monday). month: `number`, 1 to 31; a month without that day counts its last. nth: the
    `nth` of `weekdays[0]`. year: `month` and `number`, by `calendar` "solar" or "lunar"; 29 February is kept on `leap_day`, "02-28" or
    "03-01", in other years. person: `offset` days after (negative: before) the date in `column`; its anniversary where `yearly`. event:
    `offset`, never positive, days from its first day.

    `at` is a time of day in whole minutes; `first` and `last` are the days between which it counts, those too.
    """

    every: str
    at: time
    day: date | None = None
    weekdays: tuple[int, ...] = ()
    number: int = 0
    nth: int = 0
    month: int = 0
    calendar: str = "solar"
    leap_day: str = "02-28"
    column: str = ""
    offset: int = 0
    yearly: bool = True
    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        for wrong, name, words in self._wrong():
            if wrong:
                raise Invalid(words, name)

    def _wrong(self) -> Iterator[tuple[bool, str, Msg]]:
        every = self.every
        yield every not in EVERY, "every", _("Please choose how often it is sent.")
        yield every == "once" and self.day is None, "day", _("On which day is it sent? Please choose it.")
        some = bool(self.weekdays) and all(1 <= d <= 7 for d in self.weekdays)
        yield (
            (every == "week" and not some) or (every == "nth" and not (some and len(self.weekdays) == 1)),
            "weekdays",
            _("On which weekday is it sent? Please choose it."),
        )
        yield every == "nth" and self.nth not in NTH, "nth", _("Which one of the month? Please choose it.")
        yield every == "month" and not 1 <= self.number <= 31, "number", _("A month has the days 1 to 31.")
        yield self.calendar not in ("solar", "lunar"), "calendar", _("Please choose the calendar.")
        yield self.leap_day not in ("02-28", "03-01"), "leap_day", _("Please choose the day for 29 February.")
        yield (
            every == "year" and not self._is_day(),
            "number",
            _("That day is in no year. Please look again."),
        )
        yield (
            every == "person" and not self.column,
            "column",
            _("Which date of each person? Please choose it."),
        )
        yield abs(self.offset) > FURTHEST, "offset", _("At most {n} days, please.", n=FURTHEST)
        yield every == "event" and self.offset > 0, "offset", _("A reminder comes before its event begins.")
        late = self.first is not None and self.last is not None and self.last < self.first
        yield late, "last", _("The last day is before the first one.")

    def _is_day(self) -> bool:
        longest = lunar.LONGEST if self.calendar == "lunar" else monthrange(2024, self.month)[1] if 1 <= self.month <= 12 else 0  # fmt: skip
        return 1 <= self.month <= 12 and 1 <= self.number <= longest

    # --- when

    def next(self, after: datetime, tz: ZoneInfo) -> datetime | None:
        """The first instant (UTC) after `after` at which it comes due; None when it never does again."""
        for day in self._days(after.astimezone(tz).date() - 2 * _DAY):
            if exists(day, tz) and (at := instant(day, self.at, tz.key)) > after:
                return at
        return None

    def due_on(self, day: date, tz: ZoneInfo) -> datetime | None:
        """When it comes due on that day; None when it does not."""
        found = next((d for d in self._days(day) if d >= day), None)
        return instant(day, self.at, tz.key) if found == day and exists(day, tz) else None

    def coming(self, after: datetime, tz: ZoneInfo, most: int) -> list[datetime]:
        found: list[datetime] = []
        while len(found) < most and (at := self.next(found[-1] if found else after, tz)):
            found.append(at)
        return found

    def last_until(self, due: datetime, until: datetime, tz: ZoneInfo) -> datetime:
        """Of the times from `due`, which is one, to `until`: the last. Several that were missed are caught up with once."""
        while (following := self.next(due, tz)) is not None and following <= until:
            due = following
        return due

    def _days(self, since: date) -> Iterator[date]:
        """The days on which it comes due, in order, from `since` on or a little earlier."""
        day = max(since, self.first or since)
        last = min(self.last or LAST_DAY, LAST_DAY)
        match self.every:
            case "once":
                found: Iterator[date] = iter([self.day] if self.day else [])
            case "month" | "nth":
                found = self._of_months(day)
            case "year":
                found = (d for year in range(day.year - 1, LAST_DAY.year + 1) if (d := self._in_year(year)))
            case _:
                found = (day + n * _DAY for n in range((last - day).days + 1))
        for one in found:
            if one > last:
                return
            if one >= day and (self.every != "week" or one.isoweekday() in self.weekdays):
                yield one

    def _of_months(self, day: date) -> Iterator[date]:
        for n in range(day.year * 12 + day.month - 1, (LAST_DAY.year + 1) * 12):
            year, month = n // 12, n % 12 + 1
            yield self._nth_of(year, month) if self.every == "nth" else _day_of(year, month, self.number)

    def _nth_of(self, year: int, month: int) -> date:
        longest = monthrange(year, month)[1]
        first = 1 + (self.weekdays[0] - date(year, month, 1).isoweekday()) % 7
        fits = range(first, longest + 1, 7)
        return date(year, month, fits[self.nth if self.nth < 0 else self.nth - 1])

    def _in_year(self, year: int) -> date | None:
        if self.calendar == "lunar":
            known = lunar.FIRST_YEAR <= year <= lunar.LAST_YEAR
            return lunar.solar(year, self.month, self.number) if known else None
        if (self.month, self.number) == (2, 29) and not isleap(year):
            return date.fromisoformat(f"{year:04}-{self.leap_day}")
        return date(year, self.month, self.number)

    # --- whose day it is

    def dates(self, day: date) -> list[date]:
        """The values of `column` that have their day on `day`, as clocks here count days; oldest first. What is kept yearly is kept
        first a year later."""
        meant = day - self.offset * _DAY
        if not self.yearly:
            return [meant]
        if self.calendar == "lunar":
            return lunar.born_for(meant) if lunar.known(meant) else []
        kept = {(meant.month, meant.day)}
        if f"{meant:%m-%d}" == self.leap_day and not isleap(meant.year):
            kept.add((2, 29))
        years = range(EARLIEST_BIRTH, meant.year)
        return sorted(date(y, m, d) for y in years for m, d in kept if d < 29 or d <= monthrange(y, m)[1])

    def begins(self, day: date) -> date:
        """The day on which those events begin that people are reminded of on `day`."""
        return day - self.offset * _DAY

    # --- stored

    def to_json(self) -> dict[str, Any]:
        """Only what differs from the usual."""
        kept: dict[str, Any] = {"every": self.every, "at": f"{self.at:%H:%M}"}
        for field in fields(self)[2:]:
            value = getattr(self, field.name)
            if value != field.default:
                kept[field.name] = value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value  # fmt: skip
        return kept

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> Rule:
        """Raises Invalid for what is no rule."""
        given = {f.name: value[f.name] for f in fields(Rule) if f.name in value}
        try:
            at = time.fromisoformat(str(given.pop("at", ""))).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            raise Invalid(_("Please give the time of day like 08:00."), "at") from None
        try:
            for name in ("day", "first", "last"):
                if given.get(name):
                    given[name] = date.fromisoformat(str(given[name]))
            for name in ("number", "nth", "month", "offset"):
                if name in given:
                    given[name] = int(given[name])
            given["weekdays"] = tuple(sorted({int(d) for d in given.get("weekdays", ())}))
        except (TypeError, ValueError):
            raise Invalid(_("This rule of time is not understood.")) from None
        return Rule(str(given.pop("every", "")), at, **given)


def _day_of(year: int, month: int, number: int) -> date:
    return date(year, month, min(number, monthrange(year, month)[1]))
