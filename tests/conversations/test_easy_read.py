"""Easy read: the same conversation in shorter sentences, for whoever asks for it."""

from __future__ import annotations

import pytest

from backend.core.i18n import SPOKEN, _, render
from backend.fields.words import Said
from backend.messaging import people
from bots import voice_shape
from conversations.engine import Engine
from conversations.flows import registry
from conversations.inbound import Inbound, Turn
from tests.databases import TestDatabase

GRANDMOTHER = "+8613800000001"


class Grandmother:
    def __init__(self, channel: str) -> None:
        self.engine, self.channel, self.count = Engine(registry()), channel, 0

    def says(self, text: str) -> Turn:
        self.count += 1
        return self.engine.handle(Inbound(self.channel, GRANDMOTHER, f"e{self.count}", Said(text=text)))


def heard(turn: Turn) -> str:
    return "\n".join(reply.content.text for reply in turn.replies)


@pytest.mark.parametrize("channel", ["sms", "voice", "telegram", "webchat"])
def test_who_asks_for_simple_words_gets_them_from_then_on(database: TestDatabase, channel: str) -> None:
    grandmother = Grandmother(channel)
    assert "换个说法" in heard(grandmother.says("蓝莓酸奶"))
    assert "简单" in heard(grandmother.says("说简单点"))
    assert "我还是没听懂，对不起" in heard(grandmother.says("蓝莓酸奶"))
    identity = people.find(channel, GRANDMOTHER)
    assert identity is not None and identity.locale == "zh_CN@easy"


def test_english_has_its_easy_register_too(database: TestDatabase) -> None:
    emma = Grandmother("webchat")
    emma.says("English please")
    emma.says("easy english")
    assert "do not understand" not in heard(emma.says("menu"))
    assert "I did not understand" in heard(emma.says("the flowers on the sill"))


def test_the_language_menu_offers_it(database: TestDatabase) -> None:
    offered = Grandmother("webchat").says("语言").replies[-1].content.options
    assert [option.value.removeprefix("lang:") for option in offered] == [
        "zh_CN",
        "zh_CN@easy",
        "en",
        "en@easy",
    ]
    assert {option.value.removeprefix("lang:") for option in offered} == set(SPOKEN)


def test_what_has_no_simpler_words_is_said_in_the_plain_ones() -> None:
    assert render(_("Community"), "zh_CN@easy") == "社区"
    assert render({"zh_CN": "花", "en": "flower"}, "en@easy") == "flower"


def test_on_the_phone_it_is_spoken_slowly(database: TestDatabase) -> None:
    grandmother = Grandmother("voice")
    quick = voice_shape.asking([r.content for r in grandmother.says("蓝莓酸奶").replies], "/hooks/voice")
    slow = voice_shape.asking([r.content for r in grandmother.says("大白话").replies], "/hooks/voice")
    assert "prosody" not in quick and 'rate="slow"' in slow and 'language="zh-CN"' in slow
