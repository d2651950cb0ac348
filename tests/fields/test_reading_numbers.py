from __future__ import annotations

from decimal import Decimal as D

import pytest

from backend.fields import Decimal, Integer, Money, Rating
from backend.fields.numerals import arabic, number, spelled
from tests.fields.community import hint, understood


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", 12), ("１２", 12), ("-3", -3), ("1,234.5", "1234.5"), ("３．５", "3.5"), ("十", 10), ("十二", 12), ("二十", 20),
        ("一百二十三", 123), ("一百零五", 105), ("一百二", 120), ("两千三", 2300), ("一千零五", 1005), ("壹佰贰拾叁", 123),
        ("壹萬貳仟", 12000), ("两万三", 23000), ("一万二千", 12000), ("三亿", 300_000_000), ("一二三", 123), ("二〇二六", 2026),
        ("三点五", "3.5"), ("负二", -2), ("1.5万", 15000), ("3万5", 35000), ("两百", 200), ("零", 0),
    ],
)  # fmt: skip
def test_numbers_are_read_in_both_scripts(written: str, value: object) -> None:
    assert number(written) == D(str(value))


@pytest.mark.parametrize(
    "written", ["", "abc", "三点", "1.2.3", "十二三四", "--3", "1,23", "NaN", "∞", "९९९९x"]
)
def test_what_is_no_number_is_none(written: str) -> None:
    assert number(written) is None


def test_numerals_inside_a_text_become_digits_and_keep_their_noughts() -> None:
    assert arabic("三号楼二单元五零一，零五室，十二栋") == "3号楼2单元501，05室，12栋"


def test_digits_are_read_out_in_groups() -> None:
    assert spelled("13800138000", "zh_CN", 3, 4, 4) == "一三八 零零一三 八零零零"
    assert spelled("13800138000", "en", 3, 4, 4) == "1 3 8, 0 0 1 3, 8 0 0 0"


@pytest.mark.parametrize(
    ("typed", "people"),
    [
        ("3", 3),
        ("三个人", 3),
        ("一共五口人", 5),
        ("about 4 people", 4),
        ("０", 0),
        ("十二", 12),
        ("老两口，两口人", 2),
        ("我们家就三个人", 3),
    ],
)
def test_a_count_may_come_with_its_words(typed: str, people: int) -> None:
    assert understood(Integer("people", least=0), typed) == people


@pytest.mark.parametrize("typed", ["就我一个人", "我自己来", "不带", "没有", "Just me.", "nobody"])
def test_nobody_else_is_nought_where_a_nought_is_possible(typed: str) -> None:
    assert understood(Integer("people", least=0), typed) == 0
    assert "number" in hint(Integer("people", least=1), typed)


def test_a_number_out_of_bounds_is_told_the_bounds() -> None:
    assert hint(Integer("people", least=1, most=20), "50") == "We expect a number from 1 to 20."
    assert hint(Integer("people", least=1), "0") == "We expect 1 or more."
    assert hint(Integer("people", most=9), "10") == "We expect 9 or less."
    assert "whole" in hint(Integer("people"), "2.5")
    assert "number" in hint(Integer("people"), "several")


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("12.5", "12.50"), ("¥1,200", "1200.00"), ("12块5", "12.50"), ("12元5角", "12.50"), ("三十元五角二分", "30.52"),
        ("一百二", "120.00"), ("一百二十块钱", "120.00"), ("大概50块", "50.00"), ("12 yuan", "12.00"), ("1.2万", "12000.00"),
        ("￥88", "88.00"),
    ],
)  # fmt: skip
def test_money_is_read_as_people_say_it(typed: str, amount: str) -> None:
    assert understood(Money("price"), typed) == D(amount)


def test_decimals_are_kept_exactly() -> None:
    area = Decimal("area", places=1)
    assert understood(area, "88.25") == D("88.3")
    assert area.dump(D("88.3")) == "88.3"
    assert "larger" in hint(area, "9" * 20)


@pytest.mark.parametrize(
    ("typed", "stars"),
    [
        ("5", 5),
        ("五星", 5),
        ("四分", 4),
        ("很好", 5),
        ("满意", 4),
        ("一般", 3),
        ("⭐⭐⭐", 3),
        ("terrible", 1),
    ],
)
def test_a_rating_is_a_number_stars_or_words(typed: str, stars: int) -> None:
    assert understood(Rating("r"), typed) == stars


def test_a_rating_outside_its_scale_is_told_the_scale() -> None:
    assert "1 to 5" in hint(Rating("r"), "6")
    assert understood(Rating("r", top=10), "10") == 10
