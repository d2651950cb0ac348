"""The lunar calendar: what day of it a day is, and who was born on the day that is kept today. Pure.

The months come from tyme4py, which follows GB/T 33661-2017 and, for what is past, the calendars that were printed. Its months
from 1900 to 2100 were compared with the new moons (differences: 1914, 1916 and 1920, where the printed calendar counts, and
2057, where the moon is ten seconds from midnight). A smaller, well-known package has days of 1933, 1954 and 1978 wrong.

Who was born in a leap month has her day in that month in years that have it, else in the ordinary one of the same number. Who was
born on the 30th has it on the 29th where the month ends with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

FIRST_YEAR, LAST_YEAR = 1899, 2100
"""The years of the lunar calendar that are known: from 10 February 1899 to 28 January 2101."""
LONGEST = 30


@dataclass(frozen=True, slots=True)
class Month:
    """`number` 1 to 12; `first` is its first day; `days` 29 or 30."""

    number: int
    leap: bool
    first: date
    days: int


@dataclass(frozen=True, slots=True)
class LunarDay:
    year: int
    month: int
    day: int
    leap: bool = False


@lru_cache(maxsize=256)
def months(year: int) -> tuple[Month, ...]:
    """The months of a year of the lunar calendar, in order. Raises ValueError for a year that is not known."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"the lunar year {year} is not known")
    from tyme4py.lunar import LunarYear

    found = []
    for month in LunarYear.from_year(year).get_months():
        first = month.get_first_julian_day().get_solar_day()
        day = date(first.get_year(), first.get_month(), first.get_day())
        number = month.get_month_with_leap()
        found.append(Month(abs(number), number < 0, day, month.get_day_count()))
    return tuple(found)


def known(day: date) -> bool:
    last = months(LAST_YEAR)[-1]
    return months(FIRST_YEAR)[0].first <= day < last.first + timedelta(days=last.days)


def of(day: date) -> LunarDay:
    """Raises ValueError for a day that is not `known`."""
    year = day.year if day.year <= LAST_YEAR and day >= months(day.year)[0].first else day.year - 1
    for month in months(year):
        passed = (day - month.first).days
        if passed < month.days:
            return LunarDay(year, month.number, passed + 1, month.leap)
    raise ValueError(f"{day} is not known in the lunar calendar")


def solar(year: int, month: int, day: int, *, leap: bool = False) -> date:
    """The day on which `day` of `month` is kept in a lunar year: in the ordinary month where the year has no such leap month, on
    the last day of a month that is shorter."""
    found = {(m.number, m.leap): m for m in months(year)}
    there = found.get((month, leap)) or found[month, False]
    return there.first + timedelta(days=min(day, there.days) - 1)


def birthday(born: date, year: int) -> date:
    """When somebody born on `born` has her day in a lunar year."""
    was = of(born)
    return solar(year, was.month, was.day, leap=was.leap)


def born_for(today: date) -> list[date]:
    """Every day before this lunar year on which somebody was born who has her day today; oldest first."""
    now = of(today)
    here = next(m for m in months(now.year) if (m.number, m.leap) == (now.month, now.leap))
    instead = not now.leap and not any(m.leap and m.number == now.month for m in months(now.year))
    found = []
    for year in range(FIRST_YEAR, now.year):
        for month in months(year):
            if month.number == now.month and (month.leap == now.leap or instead):
                longest = month.days if now.day == here.days else min(now.day, month.days)
                found += [month.first + timedelta(days=n - 1) for n in range(now.day, longest + 1)]
    return found
