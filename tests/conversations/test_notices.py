"""Leaving a topic, and joining it again, in one's own words, on every channel."""

from __future__ import annotations

import pytest

from backend.core.i18n import LOCALES, render
from backend.messaging import people, topics
from conversations.engine import Engine
from conversations.flows import registry
from conversations.flows.notices import wish
from tests.conversations.test_registration import Phone
from tests.databases import TestDatabase


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        *(
            ("退订生日祝福", "greeting"),
            ("不要活动通知", "event"),
            ("STOP events", "event"),
            ("退订广告", "offer"),
        ),
        *(
            ("TD活动", "event"),
            ("请不要再给我发广告了", "offer"),
            ("不想收到问卷短信", "survey"),
            ("拒收优惠", "offer"),
        ),
        *(("unsubscribe from surveys", "survey"), ("No more reminder messages please", "reminder")),
        *(("退订社区通知", "service"), ("stop community notices", "service"), ("退订紧急通知", "emergency")),
        *(("别发节日祝福了", "greeting"), ("I don't want any more event messages", "event")),
    ],
)
def test_leaving_is_heard_in_her_own_words(said: str, topic: str) -> None:
    assert wish(said) == (True, topic)


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("恢复活动", "event"),
        ("恢复生日祝福", "greeting"),
        ("START surveys", "survey"),
        ("重新接收活动通知", "event"),
    ],
)
def test_so_is_joining(said: str, topic: str) -> None:
    assert wish(said) == (False, topic)


@pytest.mark.parametrize("topic", topics.LEAVABLE)
@pytest.mark.parametrize("locale", LOCALES)
def test_what_she_is_told_to_write_is_heard(topic: str, locale: str) -> None:
    title = render(topics.TOPICS[topic].title, locale)
    leave, join = ("退订", "恢复") if locale.startswith("zh") else ("STOP ", "START ")
    assert wish(leave + title) == (True, topic)
    assert wish(join + title) == (False, topic)


@pytest.mark.parametrize(
    "said",
    [
        "取消活动",
        "不要活动",
        "stop",
        "退订",
        "取消活动报名",
        "活动取消通知了吗",
        "别提醒我女儿",
        "start survey now",
        "我想参加活动",
    ],
)
def test_what_is_about_something_else_stays_so(said: str) -> None:
    assert wish(said) is None


@pytest.fixture
def engine(sqlite_database: TestDatabase) -> Engine:
    return Engine(registry())


@pytest.mark.parametrize(
    ("channel", "address"), [("sms", "+8613800138000"), ("telegram", "77"), ("webchat", "abc")]
)
def test_one_topic_is_left_and_joined_on_any_channel_also_in_the_midst_of_something(
    engine: Engine, channel: str, address: str
) -> None:
    her = Phone(engine, channel, address)
    her.says("我要登记")
    assert "不再给您发“活动”" in her.says("不要活动通知" if channel == "webchat" else "退订活动")
    here = people.find(channel, address)
    assert here is not None and here.state == "active"
    assert topics.left_at([here.id], "event") == {here.id}
    assert "会再发给您" in her.says("恢复活动")
    assert topics.left_at([here.id], "event") == set()


def test_my_notices_lists_every_topic_and_a_number_changes_one(engine: Engine) -> None:
    her = Phone(engine, "sms", "+8613800138000")
    assert "活动 接收" in her.says("我的通知")
    assert "不再给您发“活动”" in her.says("2")
    assert "活动 不收" in her.says("我的通知")
    assert "紧急通知会发给每个人" in her.says("退订紧急通知")


@pytest.mark.parametrize(("channel", "address"), [("telegram", "77"), ("webchat", "abc")])
def test_a_whole_address_is_stopped_in_a_chat_too(engine: Engine, channel: str, address: str) -> None:
    her = Phone(engine, channel, address)
    assert "不再在这里给您发通知" in her.says("退订")
    assert "退订了全部通知" in her.says("恢复活动")
    assert (found := people.find(channel, address)) is not None and found.state == "stopped"
    assert "再在这里给您发通知" in her.says("恢复")
    assert (found := people.find(channel, address)) is not None and found.state == "active"


def test_a_number_that_calls_does_not_leave_anything_for_her(engine: Engine) -> None:
    caller = Phone(engine, "voice", "+8613800138000")
    caller.says("退订活动")
    caller.says("退订")
    here = people.find("voice", "+8613800138000")
    assert here is not None and here.state == "active" and not topics.left_by(here.id)
