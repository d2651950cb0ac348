"""An Occasion comes due when the clocks on the wall say so, each time once, and finds everybody whose day it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.core.errors import Invalid
from backend.core.i18n import render
from broadcasts.occasions.schedule import EVERY, Rule
from broadcasts.occasions.schedule_words import title

QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [SHANGHAI, BERLIN, *map(ZoneInfo, ("America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "UTC"))]


def rule(every: str, at: str = "09:00", **more: Any) -> Rule:
    return Rule.from_json({"every": every, "at": at, **more})


def coming(
    found: Rule, after: str, most: int = 4, tz: ZoneInfo = SHANGHAI, shape: str = "%m-%d %H:%M"
) -> list[str]:
    start = datetime.fromisoformat(after).replace(tzinfo=tz)
    return [d.astimezone(tz).strftime(shape) for d in found.coming(start, tz, most)]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (rule("once", day="2026-11-05"), ["11-05 09:00"]),
        (rule("once", day="2026-11-02", at="09:59"), []),
        (rule("day", at="10:00"), ["11-03 10:00", "11-04 10:00", "11-05 10:00", "11-06 10:00"]),
        (rule("day", at="10:01", last="2026-11-03"), ["11-02 10:01", "11-03 10:01"]),
        (rule("week", weekdays=[1, 5]), ["11-06 09:00", "11-09 09:00", "11-13 09:00", "11-16 09:00"]),
        (rule("week", weekdays=[1], first="2026-12-01"), ["12-07 09:00", "12-14 09:00", "12-21 09:00", "12-28 09:00"]),
        (rule("month", number=31), ["11-30 09:00", "12-31 09:00", "01-31 09:00", "02-28 09:00"]),
        (rule("nth", nth=2, weekdays=[3]), ["11-11 09:00", "12-09 09:00", "01-13 09:00", "02-10 09:00"]),
        (rule("nth", nth=-1, weekdays=[5]), ["11-27 09:00", "12-25 09:00", "01-29 09:00", "02-26 09:00"]),
        (rule("year", month=10, number=1), ["10-01 09:00"] * 4),
        (rule("year", month=2, number=29), ["02-28 09:00", "02-29 09:00", "02-28 09:00", "02-28 09:00"]),
        (rule("year", month=2, number=29, leap_day="03-01"), ["03-01 09:00", "02-29 09:00", "03-01 09:00", "03-01 09:00"]),
        # Mid-autumn of 2027 to 2030; the eve of Spring Festival, on the 29th or the 30th.
        (rule("year", month=8, number=15, calendar="lunar"), ["09-15 09:00", "10-03 09:00", "09-22 09:00", "09-12 09:00"]),
        (rule("year", month=12, number=30, calendar="lunar"), ["02-05 09:00", "01-25 09:00", "02-12 09:00", "02-02 09:00"]),
        (rule("person", column="birthday"), ["11-03 09:00", "11-04 09:00", "11-05 09:00", "11-06 09:00"]),
    ],
)  # fmt: skip
def test_every_kind_of_rule_comes_due_on_its_days(found: Rule, expected: list[str]) -> None:
    # Monday, 2 November 2026, 10:00; the next leap year is 2028.
    assert coming(found, "2026-11-02T10:00") == expected


def test_a_time_that_clocks_skip_moves_forward_and_one_they_show_twice_counts_once() -> None:
    early = rule("day", "02:30")
    assert coming(early, "2026-03-28T01:00", 3, BERLIN) == ["03-28 02:30", "03-29 03:00", "03-30 02:30"]
    autumn = early.coming(datetime(2026, 10, 24, 12, tzinfo=UTC), BERLIN, 2)
    assert autumn == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)]
    # Samoa had no 30 December 2011.
    assert coming(rule("day"), "2011-12-28T12:00", 3, ZoneInfo("Pacific/Apia")) == [
        "12-29 09:00",
        "12-31 09:00",
        "01-01 09:00",
    ]


times = st.times().map(lambda t: t.replace(second=0, microsecond=0))
kinds = st.one_of(
    st.fixed_dictionaries({"every": st.just("once"), "day": st.dates(date(2000, 1, 1), date(2060, 1, 1)).map(str)}),
    st.fixed_dictionaries({"every": st.sampled_from(["day"])}),
    st.fixed_dictionaries({"every": st.just("week"), "weekdays": st.lists(st.integers(1, 7), min_size=1)}),
    st.fixed_dictionaries({"every": st.just("month"), "number": st.integers(1, 31)}),
    st.fixed_dictionaries({"every": st.just("nth"), "nth": st.sampled_from([1, 2, 3, 4, -1]), "weekdays": st.lists(st.integers(1, 7), min_size=1, max_size=1)}),
    st.fixed_dictionaries({"every": st.just("year"), "month": st.integers(1, 12), "number": st.integers(1, 28), "calendar": st.sampled_from(["solar", "lunar"])}),
    st.fixed_dictionaries({"every": st.just("year"), "month": st.just(2), "number": st.just(29), "leap_day": st.sampled_from(["02-28", "03-01"])}),
    st.fixed_dictionaries({"every": st.just("person"), "column": st.just("birthday"), "offset": st.integers(-366, 366), "calendar": st.sampled_from(["solar", "lunar"])}),
    st.fixed_dictionaries({"every": st.just("event"), "offset": st.integers(-30, 0)}),
)  # fmt: skip
rules = st.tuples(kinds, times).map(lambda p: Rule.from_json(p[0] | {"at": f"{p[1]:%H:%M}"}))
moments = st.integers(0, 50 * 365 * 24 * 60).map(
    lambda n: datetime(2001, 1, 1, tzinfo=UTC) + timedelta(minutes=n)
)


@QUICK
@given(rules, moments, st.sampled_from(ZONES))
def test_the_times_of_a_rule_go_forward_each_on_a_day_of_its_own(
    found: Rule, after: datetime, tz: ZoneInfo
) -> None:
    some = found.coming(after, tz, 5)
    assert all(at > after for at in some)
    assert all(b - a > timedelta(hours=20) for a, b in pairwise(some))
    for at in some:
        # Asked a moment before, it is the same one: none is left out and none comes twice.
        assert found.next(at - timedelta(milliseconds=1), tz) == at
        here = at.astimezone(tz)
        moved = datetime.combine(here.date(), found.at).replace(tzinfo=tz)
        assert here.time() == found.at or moved.astimezone(UTC).astimezone(tz).time() != found.at


@QUICK
@given(rules)
def test_a_rule_that_was_stored_is_the_same_rule(found: Rule) -> None:
    assert Rule.from_json(found.to_json()) == found
    assert all(render(title(found, {"zh_CN": "生日"}), locale) for locale in ("zh_CN", "en"))


@QUICK
@given(
    st.dates(date(1920, 1, 1), date(2025, 12, 31)),
    st.integers(1, 70),
    st.sampled_from(["02-28", "03-01"]),
    st.integers(-30, 30),
)
def test_everybody_has_one_solar_anniversary_a_year(born: date, age: int, leap_day: str, offset: int) -> None:
    found = rule("person", column="birthday", leap_day=leap_day, offset=offset)
    year = born.year + age
    kept = [
        day
        for n in range(-40, 410)
        if born in found.dates(day := date(year, 1, 1) + timedelta(days=n))
        and (day - timedelta(days=offset)).year == year
    ]
    try:
        expected = born.replace(year=year)
    except ValueError:
        expected = date.fromisoformat(f"{year}-{leap_day}")
    assert kept == [expected + timedelta(days=offset)]


def test_the_lunar_birthday_is_found_days_before_it() -> None:
    three_before = rule("person", column="birthday", calendar="lunar", offset=-3)
    # 八月十五 of 2026 is 25 September. Born on that day of the lunar calendar in 1948 and 1950.
    found = three_before.dates(date(2026, 9, 22))
    assert date(1948, 9, 17) in found and date(1950, 9, 26) in found and len(found) > 120
    assert date(1948, 9, 18) not in found


def test_a_date_that_comes_once_is_met_once() -> None:
    ends = rule("person", column="contract_ends", yearly=False, offset=-7)
    assert ends.dates(date(2026, 11, 2)) == [date(2026, 11, 9)]
    assert rule("event", offset=-3).begins(date(2026, 11, 2)) == date(2026, 11, 5)


def test_of_several_times_that_were_missed_the_last_is_caught_up_with() -> None:
    daily = rule("day")
    due = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
    assert daily.last_until(due, due + timedelta(days=3, hours=2), SHANGHAI) == due + timedelta(days=3)
    assert daily.last_until(due, due, SHANGHAI) == due


@pytest.mark.parametrize(
    ("found", "chinese", "english"),
    [
        (rule("once", day="2026-11-05"), "一次，2026年11月5日 9:00", "once, on November 5, 2026 at 9:00"),
        (rule("day", "18:05"), "每天 18:05", "every day at 18:05"),
        (rule("week", weekdays=[1]), "每周一 9:00", "every Monday at 9:00"),
        (rule("week", weekdays=[1, 3, 5]), "每周一、周三、周五 9:00", "every Monday, Wednesday and Friday at 9:00"),
        (rule("month", number=31), "每月 31 日 9:00", "on day 31 of every month at 9:00"),
        (rule("nth", nth=-1, weekdays=[5]), "每月最后一个周五 9:00", "on the last Friday of every month at 9:00"),
        (rule("year", month=10, number=1), "每年10月1日 9:00", "every year on October 1 at 9:00"),
        (rule("year", month=8, number=15, calendar="lunar"), "每年农历八月十五 9:00", "every year on day 15 of lunar month 8 at 9:00"),
        (rule("person", column="birthday", calendar="lunar"), "每人农历“生日”当天 9:00", "on the day of “Birthday” by the lunar calendar at 9:00"),
        (rule("person", column="birthday", offset=-3), "每人每年“生日”前 3 天 9:00", "3 days before “Birthday”, every year at 9:00"),
        (rule("event", offset=-3), "活动前 3 天 9:00", "3 days before the event at 9:00"),
        (rule("day", last="2026-12-31"), "每天 9:00，到2026年12月31日为止", "every day at 9:00, until December 31, 2026"),
    ],
)  # fmt: skip
def test_a_rule_reads_as_people_say_it(found: Rule, chinese: str, english: str) -> None:
    birthday = {"zh_CN": "生日", "en": "Birthday"}
    assert (render(title(found, birthday), "zh_CN"), render(title(found, birthday), "en")) == (
        chinese,
        english,
    )


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        ({"every": "week", "at": "09:00"}, "weekdays"),
        ({"every": "month", "at": "09:00", "number": 32}, "number"),
        ({"every": "year", "at": "09:00", "month": 2, "number": 30}, "number"),
        ({"every": "year", "at": "09:00", "month": 13, "number": 1}, "number"),
        ({"every": "nth", "at": "09:00", "nth": 5, "weekdays": [1]}, "nth"),
        ({"every": "never", "at": "09:00"}, "every"),
        ({"every": "day", "at": "25:00"}, "at"),
        ({"every": "day"}, "at"),
        ({"every": "once", "at": "09:00"}, "day"),
        ({"every": "person", "at": "09:00"}, "column"),
        ({"every": "person", "at": "09:00", "column": "birthday", "offset": 400}, "offset"),
        ({"every": "event", "at": "09:00", "offset": 1}, "offset"),
        ({"every": "day", "at": "09:00", "first": "2026-12-02", "last": "2026-12-01"}, "last"),
        ({"every": "once", "at": "09:00", "day": "soon"}, None),
    ],
)
def test_what_is_no_rule_is_refused_with_the_place_to_mend(given_: dict[str, Any], field: str | None) -> None:
    with pytest.raises(Invalid) as refused:
        Rule.from_json(given_)
    assert refused.value.field == field


def test_there_is_a_word_for_every_kind() -> None:
    assert set(EVERY) == {"once", "day", "week", "month", "nth", "year", "person", "event"}
    assert time(9) == rule("day").at
