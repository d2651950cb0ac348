"""The lunar calendar is the printed one, and everybody has one birthday in each of its years."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from borax.calendars.lunardate import LCalendars
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadcasts.occasions import lunar
from broadcasts.occasions.lunar import LunarDay

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SPRING_FESTIVALS = (
    *("2020-01-25", "2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29"),
    *("2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-03"),
)
births = st.dates(date(1900, 1, 31), date(2025, 12, 31))
days = st.dates(date(1901, 2, 19), date(2099, 12, 31))


@pytest.mark.parametrize("day", SPRING_FESTIVALS)
def test_spring_festival_is_the_first_day_of_the_lunar_year(day: str) -> None:
    found = date.fromisoformat(day)
    assert lunar.of(found) == LunarDay(found.year, 1, 1)
    assert lunar.solar(found.year, 1, 1) == found
    assert lunar.of(found - timedelta(days=1)).month == 12


def test_leap_months_are_where_the_calendar_has_them() -> None:
    found = {y: [m.number for m in lunar.months(y) if m.leap] for y in range(2020, 2034)}
    assert {y: m for y, m in found.items() if m} == {
        2020: [4], 2023: [2], 2025: [6], 2028: [5], 2031: [3], 2033: [11],
    }  # fmt: skip


def test_every_month_from_1900_to_2088_is_as_long_as_an_independent_package_says_and_follows_the_one_before() -> (
    None
):
    for year in range(1900, 2089):
        ours = [(m.number, m.days, int(m.leap)) for m in lunar.months(year)]
        assert ours == list(LCalendars.iter_year_month(year)), year
    every = [month for year in range(1900, 2101) for month in lunar.months(year)]
    assert every[0].first == date(1900, 1, 31)
    assert all(a.first + timedelta(days=a.days) == b.first for a, b in pairwise(every))


@QUICK
@given(days)
def test_a_day_there_and_back_is_the_same_day(day: date) -> None:
    there = lunar.of(day)
    assert lunar.solar(there.year, there.month, there.day, leap=there.leap) == day


@QUICK
@given(births, st.integers(1, 74))
def test_whoever_was_born_has_her_day_once_in_a_lunar_year_and_is_found_on_it(born: date, age: int) -> None:
    year = lunar.of(born).year + age
    day = lunar.birthday(born, year)
    assert lunar.of(day).year == year
    assert born in lunar.born_for(day)
    assert born not in lunar.born_for(day + timedelta(days=1))
    assert born not in lunar.born_for(day - timedelta(days=1))


@QUICK
@given(days)
def test_whoever_is_found_on_a_day_has_her_birthday_then_and_was_born_in_an_earlier_year(day: date) -> None:
    now = lunar.of(day)
    found = lunar.born_for(day)
    assert found == sorted(set(found))
    assert all(lunar.birthday(born, now.year) == day and lunar.of(born).year < now.year for born in found)


@pytest.mark.parametrize(
    ("born", "year", "expected"),
    [
        # Born on 闰六月初一 of 2025: the ordinary sixth month where there is no leap one, the leap one in 2036.
        ("2025-07-25", 2026, "2026-07-14"),
        ("2025-07-25", 2036, "2036-07-23"),
        # Born on 六月初一 of 2025: not in the leap month of 2036 as well.
        ("2025-06-25", 2036, "2036-06-24"),
        # Born on the 30th of the twelfth month: its 29th where it ends with that, the eve of Spring Festival.
        ("1949-01-28", 2026, "2027-02-05"),
        ("1949-01-28", 2024, "2025-01-28"),
    ],
)  # fmt: skip
def test_a_birthday_in_a_leap_month_or_on_the_30th_is_kept_in_every_year(
    born: str, year: int, expected: str
) -> None:
    assert lunar.birthday(date.fromisoformat(born), year) == date.fromisoformat(expected)


def test_a_day_before_the_calendar_that_is_known_is_refused() -> None:
    assert (
        not lunar.known(date(1850, 1, 1))
        and not lunar.known(date(2101, 2, 1))
        and lunar.known(date(1948, 3, 5))
    )
    with pytest.raises(ValueError, match="not known"):
        lunar.of(date(1850, 1, 1))
