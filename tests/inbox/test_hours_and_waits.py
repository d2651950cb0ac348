"""When the office is there, and how long somebody will wait: said honestly."""

from __future__ import annotations

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from backend.core.errors import Invalid
from backend.core.i18n import render
from backend.inbox import expected, hours
from backend.inbox.hours import USUAL, Hours

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """November 2026; the 2nd is a Monday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


def said(now: datetime, wait: float, office: Hours = USUAL, locale: str = "zh_CN") -> str:
    return render(expected.answer(office, now, wait), locale)


@pytest.mark.parametrize(
    "line, spans",
    [
        ("08:30-12:00, 14:00-17:30", [(time(8, 30), time(12)), (time(14), time(17, 30))]),
        ("８：３０～１２：００；14点到17", None),
        ("9-17", [(time(9), time(17))]),
        ("8:30至12:00 14:00到17:30", [(time(8, 30), time(12)), (time(14), time(17, 30))]),
        ("", []),
    ],
)
def test_hours_are_read_as_people_write_them(line: str, spans: list[tuple[time, time]] | None) -> None:
    if spans is None:
        with pytest.raises(Invalid):
            hours.read_week([line])
    else:
        assert list(hours.read_week([line])[0]) == spans


@pytest.mark.parametrize(
    "line", ["morning", "12:00-08:30", "08:30-12:00, 11:00-13:00", "25:00-26:00", "8-9 x"]
)
def test_hours_that_cannot_be_are_refused_by_day(line: str) -> None:
    with pytest.raises(Invalid) as refused:
        hours.read_week(["", line])
    assert refused.value.field == "day1"


def test_what_was_read_is_written_the_same() -> None:
    assert hours.read_week(hours.written_week(USUAL)) == USUAL.week
    days = hours.read_closed("2026-02-17\n2026年2月18日")
    assert hours.read_closed(hours.written_closed(Hours(USUAL.week, days))) == days
    with pytest.raises(Invalid):
        hours.read_closed("2026-02-30")


def test_round_the_clock_has_no_gap_at_midnight() -> None:
    always = Hours(hours.read_week(["0:00-24:00"] * 7))
    assert always.is_open(at(2, 23, 59)) and always.is_open(at(3, 0))
    assert hours.read_week(hours.written_week(always)) == always.week


def test_in_the_morning_it_is_minutes() -> None:
    assert said(at(2, 9), 8) == "约 10 分钟内"
    assert said(at(2, 9), 8, locale="en") == "in about 10 minutes"
    assert said(at(2, 9), 100) == "约 2 小时内"


def test_what_does_not_fit_before_lunch_is_for_the_afternoon() -> None:
    assert said(at(2, 11, 55), 10) == "今天 14:00 起"


def test_in_the_evening_it_is_tomorrow_and_before_the_weekend_monday() -> None:
    assert said(at(2, 20), 5) == "明天 8:30 起"
    assert said(at(2, 20), 5, locale="en") == "tomorrow from 8:30"
    assert "周一" in said(at(6, 18), 5) or "星期一" in said(at(6, 18), 5)


def test_a_holiday_is_no_working_day() -> None:
    festival = Hours(USUAL.week, frozenset(date(2026, 11, day) for day in range(3, 7)))
    assert "8:30" in said(at(2, 20), 5, festival) and "明天" not in said(at(2, 20), 5, festival)
    assert not festival.is_open(at(3, 10))


def test_an_office_that_never_opens_promises_no_time() -> None:
    assert said(at(2, 9), 5, Hours(((),) * 7)) == "下一个工作日"


def test_the_queue_makes_it_longer_and_nobody_is_promised_less_than_those_before_have_waited() -> None:
    alone = expected.minutes([10, 12, 8], 0)
    assert alone == 10
    assert expected.minutes([10, 12, 8], 4) > alone
    assert expected.minutes([2], 1, oldest=40) >= 40
    assert expected.minutes([], 0) == expected.FIRST_GUESS_MIN
