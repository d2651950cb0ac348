"""When a plan asks: on the clocks of the place where she lives, whatever those clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from backend.care.plan import (
    WEEK,
    Schedule,
    Span,
    away,
    due_between,
    instant,
    next_after,
    times_read,
    times_stored,
)

SHANGHAI = "Asia/Shanghai"
NEW_YORK = "America/New_York"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def test_a_daily_plan_asks_each_day_at_its_times() -> None:
    schedule = Schedule(WEEK, (time(8), time(19, 30)), SHANGHAI)
    found = due_between(schedule, utc(2026, 11, 2), utc(2026, 11, 3, 23))
    assert found == [utc(2026, 11, 2, 0) + d for d in (timedelta(hours=11, minutes=30), timedelta(hours=24), timedelta(hours=35, minutes=30))]  # fmt: skip


def test_only_the_chosen_days_are_asked_and_days_off_are_left_out() -> None:
    schedule = Schedule("15", (time(8),), SHANGHAI, frozenset([date(2026, 11, 6)]))
    assert due_between(schedule, utc(2026, 11, 1), utc(2026, 11, 14)) == [
        utc(2026, 11, 2),
        utc(2026, 11, 9),
        utc(2026, 11, 13),
    ]


def test_the_begin_is_left_out_and_the_end_counts_so_that_no_instant_is_met_twice_or_never() -> None:
    schedule = Schedule(WEEK, (time(8),), SHANGHAI)
    assert due_between(schedule, utc(2026, 11, 2), utc(2026, 11, 3)) == [utc(2026, 11, 3)]


def test_a_time_that_does_not_exist_is_asked_at_the_next_minute_that_does() -> None:
    # Clocks in New York jump from 2:00 to 3:00 on 8 March 2026.
    assert instant(date(2026, 3, 8), time(2, 30), NEW_YORK) == utc(2026, 3, 8, 7, 0)
    schedule = Schedule(WEEK, (time(2, 30),), NEW_YORK)
    assert due_between(schedule, utc(2026, 3, 7, 12), utc(2026, 3, 9, 12)) == [
        utc(2026, 3, 8, 7, 0),
        utc(2026, 3, 9, 6, 30),
    ]


def test_a_time_that_exists_twice_is_asked_once_the_first_time() -> None:
    schedule = Schedule(WEEK, (time(1, 30),), NEW_YORK)
    assert due_between(schedule, utc(2026, 10, 31, 12), utc(2026, 11, 2)) == [utc(2026, 11, 1, 5, 30)]


def test_two_times_in_the_same_gap_are_one_question() -> None:
    schedule = Schedule(WEEK, (time(2, 10), time(2, 40), time(3)), NEW_YORK)
    assert due_between(schedule, utc(2026, 3, 8), utc(2026, 3, 8, 23)) == [utc(2026, 3, 8, 7, 0)]


def test_a_day_that_a_country_left_out_is_asked_when_its_clocks_go_on() -> None:
    # Samoa went from Thursday 29 to Saturday 31 December 2011.
    assert instant(date(2011, 12, 30), time(8), "Pacific/Apia") == utc(2011, 12, 30, 10, 0)


def test_a_plan_in_another_zone_keeps_its_own_clock() -> None:
    # 8 in the morning in London is an hour later in winter, seen from here.
    schedule = Schedule(WEEK, (time(8),), "Europe/London")
    assert due_between(schedule, utc(2026, 10, 24), utc(2026, 10, 26)) == [
        utc(2026, 10, 24, 7),
        utc(2026, 10, 25, 8),
    ]


def test_the_next_instant_is_found_far_ahead_and_there_is_none_without_days() -> None:
    weekly = Schedule("1", (time(8),), SHANGHAI, frozenset([date(2026, 11, 9), date(2026, 11, 16)]))
    assert next_after(weekly, utc(2026, 11, 2)) == utc(2026, 11, 23)
    assert next_after(Schedule("", (time(8),), SHANGHAI), utc(2026, 11, 2)) is None
    assert next_after(Schedule(WEEK, (), SHANGHAI), utc(2026, 11, 2)) is None


def test_an_absence_covers_its_begin_and_not_its_end() -> None:
    spans = [Span(utc(2026, 11, 2), utc(2026, 11, 4)), Span(utc(2026, 11, 20), None)]
    assert away(spans, utc(2026, 11, 2))
    assert not away(spans, utc(2026, 11, 4))
    assert away(spans, utc(2027, 1, 1))


def test_times_are_kept_in_order_and_each_once() -> None:
    assert times_stored([time(19, 30), time(8), time(8)]) == "08:00,19:30"
    assert times_read("19:30, 08:00") == (time(8), time(19, 30))


@settings(max_examples=60, deadline=None)
@given(
    zone=st.sampled_from([SHANGHAI, NEW_YORK, "Europe/London", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia"]),
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    start_day=st.dates(date(2010, 1, 1), date(2030, 1, 1)),
    start_at=st.times(),
    cuts=st.lists(st.integers(0, 40 * 24 * 60), max_size=6),
)  # fmt: skip
def test_a_month_asks_once_a_day_however_it_is_cut_into_sweeps(
    zone: str, hour: int, minute: int, start_day: date, start_at: time, cuts: list[int]
) -> None:
    schedule = Schedule(WEEK, (time(hour, minute),), zone)
    begin = datetime.combine(start_day, start_at, UTC)
    marks = [begin, *(begin + timedelta(minutes=c) for c in sorted(cuts)), begin + timedelta(days=40)]
    whole = due_between(schedule, begin, marks[-1])
    pieces = [at for a, b in pairwise(marks) for at in due_between(schedule, a, b)]
    assert pieces == whole
    assert 39 <= len(whole) <= 41
    assert all(timedelta(hours=21) < b - a < timedelta(hours=50) for a, b in pairwise(whole))


def test_a_day_that_a_place_left_out_is_not_asked_twice_on_the_next() -> None:
    schedule = Schedule(WEEK, (time(0, 1),), "Pacific/Apia")
    asked = due_between(schedule, datetime(2011, 12, 28, tzinfo=UTC), datetime(2012, 1, 2, tzinfo=UTC))
    assert [at.astimezone(ZoneInfo("Pacific/Apia")).day for at in asked] == [28, 29, 31, 1, 2]
