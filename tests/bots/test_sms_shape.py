"""What we say, as short messages: counted as the networks count, nothing lost, answers numbered."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from backend.messaging.content import Choice, Content
from bots.plain import plain
from bots.sms_shape import (
    BASIC,
    EXTENDED,
    MOST_SEGMENTS,
    cheapest,
    cost,
    is_gsm,
    segments,
    shape,
    signature,
    split,
)

CHINESE = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)
GSM = st.sampled_from(sorted(BASIC | EXTENDED))
ANYTHING = st.text(max_size=2500)


def said(text: str, *labels: str, locale: str = "zh_CN", short: str | None = None) -> Content:
    options = tuple(Choice(f"v{n}", label, label) for n, label in enumerate(labels))
    return Content(text, short if short is not None else text, text, locale, options)


def test_the_alphabet_has_the_127_signs_and_the_ten_extended_ones_of_the_standard() -> None:
    assert len(BASIC) == 127
    assert len(EXTENDED) == 10
    assert not BASIC & EXTENDED


def test_160_plain_signs_are_one_segment_and_161_are_two() -> None:
    assert segments("a" * 160).segments == 1
    assert segments("a" * 161).segments == 2
    assert segments("a" * 306).segments == 2
    assert segments("a" * 307).segments == 3


def test_70_chinese_characters_are_one_segment_and_71_are_two() -> None:
    assert segments("邻" * 70).segments == 1
    assert segments("邻" * 71).segments == 2
    assert segments("邻" * 134).segments == 2
    assert segments("邻" * 135).segments == 3


def test_the_euro_sign_counts_twice_and_is_never_torn_between_segments() -> None:
    assert segments("€" * 80).segments == 1
    assert segments("€" * 81).units == 162
    # 153 septets hold 76 pairs: the last septet of each segment stays empty.
    assert segments("€" * 153).segments == 3


def test_a_character_outside_the_basic_plane_counts_twice_and_is_never_torn() -> None:
    rare = "𠮷"
    assert segments(rare * 35).segments == 1
    assert segments(rare * 36).segments == 2
    assert segments(rare * 67).segments == 3


@given(st.text(CHINESE, min_size=1, max_size=80))
def test_every_chinese_text_is_sent_as_it_is(text: str) -> None:
    [body] = shape([said(text)], "幸福里社区")
    assert body.text == "【幸福里】" + text
    assert body.cost.encoding == "UCS-2"


@given(st.text(GSM, max_size=200))
def test_a_text_of_the_alphabet_is_gsm(text: str) -> None:
    assert is_gsm(text)
    assert cheapest(text) == text
    assert segments(text).encoding == "GSM-7"


def test_typographic_quotes_do_not_double_the_price_of_an_english_text() -> None:
    [body] = shape([said("It’s “fine” — come in…", locale="en")], "幸福里社区")
    assert body.text == 'It\'s "fine" - come in...'
    assert body.cost.encoding == "GSM-7"


def test_a_chinese_text_keeps_its_quotes() -> None:
    assert cheapest("您说“好”…") == "您说“好”…"


@given(ANYTHING)
def test_nothing_is_lost_when_a_long_text_is_split(text: str) -> None:
    parts = split(text)
    assert "".join("".join(parts).split()) == "".join(text.split())
    for part in parts:
        assert segments(part).segments <= MOST_SEGMENTS
        assert len(part) <= 1600


def test_a_long_notice_is_split_at_the_end_of_a_sentence() -> None:
    text = "今天下午停水，请提前存水。" * 90
    bodies = shape([said(text)], "幸福里社区")
    assert len(bodies) == 2
    assert all(b.text.endswith("。") for b in bodies)


def test_bold_marks_and_emoji_go_and_masked_numbers_stay() -> None:
    [body] = shape([said("🏠 报修单 **R-1047**，王师傅 138****2210 🔧")], "幸福里社区")
    assert body.text == "【幸福里】报修单 R-1047，王师傅 138****2210"


def test_the_interface_example_fits_one_segment() -> None:
    question = said("水管漏水，3号楼2单元501，对吗？", "水在流", "滴水", "不是报修")
    [body] = shape([question], "幸福里社区")
    assert body.text == "【幸福里】水管漏水，3号楼2单元501，对吗？水在流回1，滴水回2，不是报修回3"
    assert body.cost.segments == 1


def test_many_or_long_options_become_numbered_lines() -> None:
    labels = [
        "居民身份证",
        "护照",
        "港澳居民来往内地通行证",
        "台湾居民来往大陆通行证",
        "外国人永久居留身份证",
    ]
    [body] = shape([said("请问是哪种证件？", *labels)], "幸福里社区")
    assert body.text.splitlines()[-5:] == [f"{n} {label}" for n, label in enumerate(labels, 1)]
    assert body.cost.segments <= 2


@given(
    st.lists(st.text(CHINESE, min_size=1, max_size=12), min_size=1, max_size=12),
    st.sampled_from(["zh_CN", "en"]),
)
def test_every_option_is_there_with_its_number(labels: list[str], locale: str) -> None:
    text = "\n".join(b.text for b in shape([said("哪一个？", *labels, locale=locale)], "幸福里社区"))
    for number, label in enumerate(labels, 1):
        assert re.search(rf"{label}(回|: reply ){number}(?!\d)|^{number} {label}$", text, re.MULTILINE)


def test_the_replies_of_a_turn_travel_together_and_only_the_last_options_are_numbered() -> None:
    replies = [said("好的。", "旧"), said("贵姓？"), said("要办什么？", "报修", "登记")]
    [body] = shape(replies, "幸福里社区")
    assert body.text == "【幸福里】好的。\n贵姓？\n要办什么？报修回1，登记回2"


def test_replies_too_long_for_one_message_are_each_signed() -> None:
    bodies = shape([said("通知。" * 200), said("通知。" * 200)], "幸福里社区")
    assert len(bodies) == 2
    assert all(b.text.startswith("【幸福里】") for b in bodies)


@given(
    st.lists(
        st.builds(lambda t, o: said(t, *o), ANYTHING, st.lists(st.text(max_size=30), max_size=5)), max_size=3
    )
)
def test_whatever_is_said_becomes_sendable_messages_with_honest_costs(replies: list[Content]) -> None:
    bodies = shape(replies, "幸福里社区")
    for body in bodies:
        assert body.text
        assert body.cost == segments(body.text)
        assert body.cost.segments <= MOST_SEGMENTS
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", body.text)
    assert cost(replies, "幸福里社区") == (len(bodies), sum(b.cost.segments for b in bodies))


def test_a_signature_written_by_staff_is_not_doubled() -> None:
    [body] = shape([said("【街道办】明天体检。")], "幸福里社区")
    assert body.text == "【街道办】明天体检。"


def test_a_community_named_just_community_keeps_its_name() -> None:
    assert signature("社区") == "【社区】"
    assert signature("阳光苑") == "【阳光苑】"


@given(st.text(CHINESE, max_size=50))
def test_plain_keeps_every_chinese_character(text: str) -> None:
    assert plain(text) == text


def test_how_to_answer_is_said_once() -> None:
    labels = ["居民身份证", "护照", "军官证", "居住证", "永居证"]
    assert "数字" in shape([said("哪一个？", *labels)], "幸福里社区")[0].text
    assert shape([said("是哪一个？回复数字就行。", *labels)], "幸福里社区")[0].text.count("数字") == 1


def test_an_offer_says_how_to_get_no_more_and_nothing_else_does() -> None:
    offer = Content("鸡蛋八折。", "鸡蛋八折。", "", "zh_CN", topic="offer")
    assert shape([offer], "幸福里社区")[0].text == "【幸福里】鸡蛋八折。拒收请回复R"
    assert (
        shape([replace(offer, short="鸡蛋八折。退订回T")], "幸福里社区")[0].text
        == "【幸福里】鸡蛋八折。退订回T"
    )
    assert shape([replace(offer, topic="event")], "幸福里社区")[0].text == "【幸福里】鸡蛋八折。"
    assert (
        shape([replace(offer, locale="en", short="Eggs.")], "Linli")[0].text
        == "Eggs. Reply R to get no more."
    )
