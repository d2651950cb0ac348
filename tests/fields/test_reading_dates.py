from __future__ import annotations

from datetime import date, datetime, time

import pytest

from backend.fields import Date
from backend.fields.calendar import spoken
from tests.fields.community import NOW, SHANGHAI, context, hint, understood

TODAY = NOW.date()
BIRTHDAY = Date("birthday", birthday=True)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("1948年3月5日", date(1948, 3, 5)), ("1948-3-5", date(1948, 3, 5)), ("1948/03/05", date(1948, 3, 5)),
        ("1948.3.5", date(1948, 3, 5)), ("19480305", date(1948, 3, 5)), ("48年3月5号", date(1948, 3, 5)),
        ("一九四八年三月五日", date(1948, 3, 5)), ("１９４８年３月５日", date(1948, 3, 5)), ("5 March 1948", date(1948, 3, 5)),
        ("March 5th, 1948", date(1948, 3, 5)), ("13/05/1948", date(1948, 5, 13)), ("二〇〇一年十二月三十一日", date(2001, 12, 31)),
        ("我是1948年3月5日生的", date(1948, 3, 5)),
    ],
)  # fmt: skip
def test_a_birthday_is_read_as_it_is_written(typed: str, day: date) -> None:
    assert understood(BIRTHDAY, typed) == day


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("今天", date(2026, 3, 4)), ("明天", date(2026, 3, 5)), ("后天", date(2026, 3, 6)), ("大后天", date(2026, 3, 7)),
        ("周六", date(2026, 3, 7)), ("星期天", date(2026, 3, 8)), ("礼拜三", date(2026, 3, 4)), ("下周三", date(2026, 3, 11)),
        ("下周一", date(2026, 3, 9)), ("5月3日", date(2026, 5, 3)), ("五月三号", date(2026, 5, 3)), ("3月1日", date(2027, 3, 1)),
        ("25号", date(2026, 3, 25)), ("2号", date(2026, 4, 2)), ("3天后", date(2026, 3, 7)), ("周末", date(2026, 3, 7)),
        ("tomorrow", date(2026, 3, 5)), ("day after tomorrow", date(2026, 3, 6)), ("Saturday", date(2026, 3, 7)),
        ("next Wednesday", date(2026, 3, 11)), ("in 3 days", date(2026, 3, 7)), ("May 3", date(2026, 5, 3)),
        ("the 25th", date(2026, 3, 25)), ("5/3", date(2026, 5, 3)), ("2月29日", date(2028, 2, 29)),
    ],
)  # fmt: skip
def test_a_day_soon_is_read_as_people_say_it(typed: str, day: date) -> None:
    assert understood(Date("day"), typed) == day


@pytest.mark.parametrize(
    ("phrase", "day", "at", "hours"),
    [
        ("明天下午三点", date(2026, 3, 5), time(15), (12, 18)), ("周六上午", date(2026, 3, 7), None, (6, 12)),
        ("tomorrow 3pm", date(2026, 3, 5), time(15), (12, 18)), ("今晚八点半", date(2026, 3, 4), time(20, 30), (17, 24)),
        ("15:30", None, time(15, 30), None), ("三点一刻", None, time(3, 15), None), ("明天早上9点", date(2026, 3, 5), time(9), (6, 12)),
        ("中午12点", None, time(12), (11, 14)), ("12 am", None, time(0), (6, 12)), ("Saturday morning", date(2026, 3, 7), None, (6, 12)),
        ("下午2点20分", None, time(14, 20), (12, 18)), ("10点", None, time(10), None),
    ],
)  # fmt: skip
def test_a_time_is_read_as_people_say_it(
    phrase: str, day: date | None, at: time | None, hours: object
) -> None:
    heard = spoken(phrase, TODAY)
    assert (heard.day, heard.at, heard.hours) == (day, at, hours)


def test_what_is_missing_or_unclear_in_a_date_is_asked_for() -> None:
    assert "year" in hint(BIRTHDAY, "5月3日")
    assert "solar" in hint(BIRTHDAY, "农历三月初五")
    assert hint(BIRTHDAY, "03/05/1948").startswith("Is that March 5, 1948 or May 3, 1948?")
    assert "still to come" in hint(BIRTHDAY, "2030-01-01")
    assert "1948-03-05" in hint(BIRTHDAY, "1948-02-30")
    assert "1948-03-05" in hint(BIRTHDAY, "很久以前")


def test_the_bounds_of_a_date_are_told() -> None:
    soon = Date("day", earliest="today", latest="today+30")
    assert "already over" in hint(soon, "2026-03-03")
    assert "April 3, 2026" in hint(soon, "2026-06-01")
    assert understood(soon, "2026-03-04") == TODAY


def test_a_day_of_the_past_without_a_year_is_the_last_one() -> None:
    assert understood(Date("since", latest="today"), "5月3日") == date(2025, 5, 3)


def test_a_date_goes_into_a_cell_and_comes_back() -> None:
    assert BIRTHDAY.from_cell(datetime(1948, 3, 5, tzinfo=SHANGHAI), context()) == date(1948, 3, 5)
    assert BIRTHDAY.from_cell(date(1948, 3, 5), context()) == date(1948, 3, 5)
    assert BIRTHDAY.from_cell(19480305.0, context()) == date(1948, 3, 5)
    assert BIRTHDAY.cell(date(1948, 3, 5), "zh_CN") == date(1948, 3, 5)


def test_a_date_is_shown_in_the_readers_language() -> None:
    assert BIRTHDAY.show(date(1948, 3, 5), "zh_CN") == "1948年3月5日"
    assert BIRTHDAY.show(date(1948, 3, 5), "en") == "March 5, 1948"
