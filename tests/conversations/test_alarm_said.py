"""What is read as an answer to an alarm, and what must not be: who is thought to be on the way keeps others at home."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.flows.alarm_said import cannot, going


@pytest.mark.parametrize(
    "said",
    [
        "我马上过去",
        "我去",
        "这就来",
        "我这就去看看",
        "在路上了",
        "已经出发了",
        "我过去看看",
        "好的，我马上到",
        "十分钟到",
        "我10分钟就到",
        "大概半小时到家",
        "去了",
        "来了",
        "马上下楼",
        "我正在赶过去",
        "我开车过去，二十分钟",
        "收到，马上去",
        "好 我去",
        "I'm on my way",
        "on my way!",
        "omw",
        "I'm coming",
        "ok, going there now",
        "I will go",
        "be there in 10 minutes",
        "We are going",
        "我马上回家",
        "我赶回去",
    ],
)
def test_who_says_so_goes(said: str) -> None:
    assert (going(said), cannot(said)) == (True, False)


@pytest.mark.parametrize(
    "said",
    [
        "我在外地",
        "去不了",
        "我去不了",
        "不好意思，我现在走不开",
        "我过不去",
        "在国外，过不去",
        "sorry I can't come",
        "I cannot go",
        "I'm abroad",
        "can't",
        "我出差了去不了",
        "太远了",
    ],
)
def test_who_says_so_cannot_go(said: str) -> None:
    assert (going(said), cannot(said)) == (False, True)


@pytest.mark.parametrize(
    "said",
    [
        "上海",
        "到了上海",
        "快到了吗",
        "我不去",
        "谁去",
        "要我去吗",
        "我去哪",
        "我去上海",
        "我去女儿家住几天",
        "不用去",
        "别去",
        "她去了医院",
        "去医院",
        "我让小王去",
        "他马上过去",
        "怎么去",
        "救命",
        "我打了120",
        "打了120",
        "我叫了救护车",
        "去问问",
        "我没去",
        "来电了吗",
        "水来了",
        "can you go",
        "go away",
        "I'm not going",
        "going to shanghai",
        "don't come",
        "我来过了",
        "让他来",
        "我已经打过120了",
        "今天去体检",
        "分钟",
        "好",
        "收到",
        "你好",
        "我",
    ],
)
def test_other_words_are_neither(said: str) -> None:
    assert (going(said), cannot(said)) == (False, False)


_BITS = [
    "我",
    "马上",
    "那边",
    "她那边",
    "对不起",
    "在",
    "外地",
    "二十分钟",
    "去",
    "赶",
    "路上",
    "我妈家",
    "人",
    "!",
    " ",
    "i'm ",
    "going ",
    "now ",
    "x",
]


@given(st.lists(st.sampled_from(_BITS), max_size=3), st.integers(1, 60), st.sampled_from(["", "x", "吧"]))
def test_no_message_takes_long_to_read(bits: list[str], times: int, end: str) -> None:
    text = ("".join(bits) * times)[:200] + end
    began = time.process_time()
    going(text)
    cannot(text)
    assert time.process_time() - began < 1
