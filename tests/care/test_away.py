"""Absences in plain words: which days she means, said on Tuesday, 3 November 2026."""

from __future__ import annotations

from datetime import date

import pytest

from backend.care.away import Away, home_again, read

TUESDAY = date(2026, 11, 3)


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("我去女儿家住到周日", 3, 8),
        ("我到女儿家住，周日回来", 3, 7),
        ("我去儿子家，住到周日回来", 3, 7),
        ("I am at my daughter's until Sunday", 3, 8),
        ("I'm at my daughter's until Sunday", 3, 8),
        ("这周不用打", 3, 8),
        ("我住院了，这周别打电话", 3, 8),
        ("后天回来", 3, 4),
        ("明天去女儿家，周日回来", 4, 7),
        ("从周三到周日不在家", 4, 8),
        ("周三到周日我不在", 4, 8),
        ("下周三之前我不在", 3, 10),
        ("我出门旅游一个星期，不用打电话", 3, 9),
        ("出去三天", 3, 5),
        ("明天开始出去5天", 4, 8),
        ("下周不在家", 9, 15),
        ("这周末不在", 7, 8),
        ("明天不用打", 4, 4),
        ("今天别打了", 3, 3),
        ("11月20号回来", 3, 19),
        ("我20号才回家", 3, 19),
        ("away for two weeks", 3, 16),
        ("I will be away until next Monday", 3, 9),
        ("I'm back on Friday", 3, 5),
        ("back tomorrow", 3, 3),
        ("from Thursday to Saturday I am at my son's", 5, 7),
        ("去北京半个月", 3, 17),
        ("到11月15日都在外地", 3, 15),
        ("周五前不用问我", 3, 5),
    ],
)
def test_the_days_that_she_means(said: str, first: int, last: int) -> None:
    assert read(said, TUESDAY) == Away(date(2026, 11, first), date(2026, 11, last))


@pytest.mark.parametrize(
    "said",
    ["这几天我不在家", "我去女儿家住几天", "回老家过年，初八回来", "I am away for a while", "我要出远门", "去海南住五百天"],
)  # fmt: skip
def test_what_names_no_day_has_no_end_and_is_asked(said: str) -> None:
    assert read(said, TUESDAY) == Away(TUESDAY, None)


@pytest.mark.parametrize(
    "said",
    [
        "我回来了",
        "我到家了",
        "回家了",
        "我已经回来了",
        "back_home_now",
        "I'm_home_again",
        "I_am_back",
        "我到家了，恢复吧",
        "我从女儿家回来了",
        "刚到家",
        "我回来啦",
    ],
)
def test_she_is_back(said: str) -> None:
    assert home_again(said.replace("_", " "))


@pytest.mark.parametrize(
    "said", ["后天回来", "周日回家", "回家", "I'm back on Friday", "水管坏了，回来了才发现"]
)
def test_she_is_not_back_yet(said: str) -> None:
    assert not home_again(said)
