"""Every conversation that we ship can be walked through from beginning to end, on every channel, in both languages."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from backend.fields.words import Said
from conversations import simulator
from conversations.flows import registry

NOW = datetime(2026, 11, 2, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
CHANNELS = ("telegram", "sms", "voice", "webchat")
FLOWS = registry().flows


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("name", sorted(FLOWS))
def test_every_flow_ends_when_every_question_is_answered(name: str, channel: str, locale: str) -> None:
    told = simulator.walk(FLOWS[name].form, channel, NOW, locale)
    assert told[-1].outcome == "submitted", told[-1]
    assert all(exchange.outcome != "misheard" for exchange in told), [
        e for e in told if e.outcome == "misheard"
    ]


def test_playing_the_same_answers_again_gives_the_same_conversation() -> None:
    said = [Said(text="灯不亮"), Said(text="3-2-501"), Said(text="楼道的灯一直不亮")]
    form = FLOWS["repair"].form
    first = simulator.play(form, "sms", said, NOW, "zh_CN")
    assert simulator.play(form, "sms", said, NOW, "zh_CN") == first
    assert simulator.play(form, "sms", said[:1], NOW, "zh_CN") == first[:2]


def test_what_is_said_after_the_end_is_left_out() -> None:
    form = FLOWS["repair"].form
    cancelled = simulator.play(form, "webchat", [Said(text="取消"), Said(text="灯不亮")], NOW, "zh_CN")
    assert [exchange.outcome for exchange in cancelled] == ["asking", "cancelled"]


def test_a_photo_is_asked_for_only_where_one_can_be_sent() -> None:
    def photos(channel: str) -> bool:
        told = simulator.walk(FLOWS["repair"].form, channel, NOW, "zh_CN", {"unregistered": False})
        return any("photo" in words.accepts for exchange in told for words in exchange.replies)

    dripping = [Said(text="照明"), Said(text="3-2-501"), Said(text="灯一直闪")]
    told = simulator.play(FLOWS["repair"].form, "webchat", [*dripping, Said(choice="!skip")], NOW, "zh_CN")
    assert any("photo" in words.accepts for exchange in told for words in exchange.replies)
    assert not photos("voice")
