"""What people write is understood: what is broken, how bad it is, where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.requests import triage


@pytest.mark.parametrize(
    ("text", "category", "degree", "spot"),
    [
        ("厨房水管漏水了,3号楼2单元501", "water", None, "厨房"),
        ("漏水了 501", "water", None, None),
        ("水龙头一直在流,快来", "water", "running", None),
        ("卫生间水管爆了,淹了", "water", "running", "卫生间"),
        ("水龙头有点滴水,不急", "water", "dripping", None),
        ("厕所堵了", "drain", None, "厕所"),
        ("下水道往外冒脏水", "drain", "overflow", None),
        ("家里没电了", "power", "all", None),
        ("插座冒火花", "power", "sparks", None),
        ("楼道灯不亮", "lights", None, "楼道"),
        ("电梯困人了", "lift", "trapped", None),
        ("电梯停了", "lift", "stopped", None),
        ("有煤气味", "gas", "smell", None),
        ("门锁坏了进不去", "door", "open", None),
        ("暖气不热", "heating", "cold", None),
        ("宽带断网了", "internet", None, None),
        ("小区井盖没了,危险", "public", "danger", None),
        ("the kitchen pipe burst, water everywhere", "water", "running", "kitchen"),
        ("my tap drips a little, not urgent", "water", "dripping", None),
        ("no power in the whole flat", "power", "all", None),
        ("I am stuck in the elevator", "lift", "trapped", None),
        ("it smells of gas", "gas", "smell", None),
        ("the sink is blocked", "drain", None, None),
        ("locked out, lost my keys", "door", "open", None),
        ("the radiator is cold", "heating", "cold", None),
        ("明天天气怎么样", None, None, None),
    ],
)
def test_words_are_understood(text: str, category: str | None, degree: str | None, spot: str | None) -> None:
    assert triage.hear(text) == triage.Heard(category, degree, spot)


@pytest.mark.parametrize("code", ["running", "trapped", "smell", "all", "overflow"])
def test_danger_is_an_emergency_with_advice(code: str) -> None:
    for category in triage.CATEGORIES:
        found = triage.degree(category.code, code)
        if found is not None and found.urgency == "emergency":
            assert triage.advice(category.code, code) is not None


def test_every_emergency_says_what_to_do_first() -> None:
    for category in triage.CATEGORIES:
        for degree in category.degrees:
            assert (degree.urgency == "emergency") == (degree.first is not None), (category.code, degree.code)


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    heard = triage.hear(text)
    if heard.category is not None:
        assert triage.urgency(heard.category, heard.degree) in triage.URGENCY_LABELS
