"""A wish said in so many words goes before what it mentions. Pure."""

from __future__ import annotations

import pytest

from conversations import flows
from conversations.flow import Person
from conversations.registry import Meant

CHEN = Person(1, "webchat", "chen", "zh_CN", 1, None, 1)
OURS = flows.registry()


def meant(text: str) -> Meant:
    found = OURS.meaning(text, CHEN)
    assert found is not None, text
    return found


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("我要提意见，灯坏了", "feedback"),
        ("您好，我想提个意见，楼道的灯坏了没人管", "feedback"),
        ("我有个建议 马桶堵了应该贴个通知", "feedback"),
        ("意见：下水道老堵", "feedback"),
        ("我要表扬王师傅，水龙头修得很好", "feedback"),
        ("feedback: the lights are broken", "feedback"),
        ("I have a suggestion, the lift breaks down all the time", "feedback"),
        ("I want to praise the plumber who fixed my tap", "feedback"),
        ("我要投诉，水管漏水三天没人修", "complaint"),
        ("投诉：电梯又坏了", "complaint"),
        ("I want to complain, the lift is broken again", "complaint"),
        ("complaint: no hot water for three days", "complaint"),
    ],
)
def test_a_wish_in_so_many_words_wins_over_the_fault_that_it_mentions(text: str, entry: str) -> None:
    found = meant(text)
    assert found.entry.name == entry and found.rival is None
    assert not OURS.doubted(found, text)


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("我要提意见，灯坏了，请派个人来修", {"feedback", "repair"}),
        ("我要投诉，电梯坏了，快派人来修", {"complaint", "repair"}),
        ("I want to complain, the tap leaks, please send a plumber", {"complaint", "repair"}),
    ],
)
def test_two_wishes_in_so_many_words_are_asked_about(text: str, both: set[str]) -> None:
    found = meant(text)
    assert found.rival is not None and {found.entry.name, found.rival.name} == both


@pytest.mark.parametrize("text", ["我不是要投诉，灯坏了", "楼道灯坏了，反映一下", "我要投诉，煤气泄漏了"])
def test_what_only_mentions_a_wish_or_cries_for_help_is_heard_as_before(text: str) -> None:
    assert meant(text).entry.name in ("repair", "emergency")
