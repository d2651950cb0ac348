"""What we say on the telephone: short lines, every option with its key, valid TwiML whatever the text."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.messaging.content import Choice, Content
from bots.voice_shape import LONGEST_SAY, asking, keys, script, spoken
from bots.voice_step import Step
from tests.harness import twiml_grammar


def said(text: str, *labels: str, locale: str = "zh_CN", keypad: int | None = None) -> Content:
    options = tuple(Choice(f"v{n}", label, label) for n, label in enumerate(labels))
    return Content(text, text, text, locale, options, keypad=keypad)


CONTENTS = st.lists(
    st.builds(
        lambda t, o, k, where: said(t, *o, keypad=k, locale=where),
        st.text(max_size=300),
        st.lists(st.text(max_size=20), max_size=12),
        st.one_of(st.none(), st.integers(0, 18)),
        st.sampled_from(["zh_CN", "en"]),
    ),
    min_size=1,
    max_size=3,
)


def gather(xml: str) -> ET.Element:
    found = ET.fromstring(xml).find("Gather")
    assert found is not None
    return found


def test_the_interface_example_sounds_as_written() -> None:
    lines = script([said("您说的是，水管漏水，对吗？", "水一直在流", "只是滴水")])
    assert lines == [
        "您说的是，水管漏水，对吗？",
        "水一直在流，请按 1。",
        "只是滴水，请按 2。",
        "再听一遍，请按星号。",
    ]


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("报修单 **R-1047** 🔧", "报修单 R 1 0 4 7"),
        ("电话13800002210", "电话1 3 8 0 0 0 0 2 2 1 0"),
        ("王师傅 138****2210", "王师傅 尾号2 2 1 0"),
        ("周二 10:00-12:00", "周二 10:00到12:00"),
        ("3号楼2单元501", "3号楼2单元501"),
        ("第一行\n第二行", "第一行。第二行"),
        ("请看 https://linli.example.test/x 谢谢", "请看  谢谢"),
    ],
)
def test_signs_become_sounds(written: str, heard: str) -> None:
    assert " ".join(spoken(written, "zh_CN").split()) == " ".join(heard.split())


def test_one_key_answers_up_to_nine_options_and_star_can_be_pressed() -> None:
    found = gather(asking([said("哪个？", *"一二三四五六七八九")], "/next"))
    assert (found.get("numDigits"), found.get("finishOnKey")) == ("1", "")


def test_ten_options_are_ended_by_the_pound_key_and_it_is_said() -> None:
    xml = asking([said("哪个？", *"一二三四五六七八九十", keypad=2)], "/next", listing=True)
    assert (gather(xml).get("numDigits"), gather(xml).get("finishOnKey")) == (None, "#")
    assert "井号" in xml


def test_a_number_of_known_length_ends_by_itself() -> None:
    found = gather(asking([said("手机号？", keypad=11)], "/next"))
    assert (found.get("numDigits"), found.get("finishOnKey")) == ("11", "")


def test_the_recogniser_is_told_the_options_and_the_language() -> None:
    found = gather(asking([said("Which?", "Repair", "Register", locale="en")], "/next"))
    assert (found.get("hints"), found.get("language")) == ("Repair,Register", "en-US")
    assert found.get("actionOnEmptyResult") == "true"
    assert keys(said("x", "a,b")).hints == "a b"


@pytest.mark.parametrize("keypad", [None, 2])
def test_a_long_list_is_not_read_out_until_it_is_asked_for(keypad: int | None) -> None:
    long = said("什么坏了？", *"一二三四五六七", keypad=keypad)
    assert script([long]) == ["什么坏了？", "请直接说就行。", "想听有哪些选项，请说“更多”，或按星号。"]
    found = gather(asking([long], "/next"))
    assert (found.get("numDigits"), found.get("finishOnKey")) == ("1", ""), "star alone is heard at once"
    assert found.get("hints") == "一,二,三,四,五,六,七"
    assert "七，请按 7。" in script([long], listing=True)


def test_there_is_time_to_read_a_code_off_the_phone() -> None:
    assert gather(asking([said("验证码？", keypad=6)], "/next")).get("timeout") == "20"
    assert gather(asking([said("哪个？", "甲")], "/next")).get("timeout") == "8"


@given(CONTENTS, st.booleans(), st.booleans())
def test_whatever_is_said_is_valid_twiml_that_goes_on(
    contents: list[Content], slow: bool, listing: bool
) -> None:
    xml = asking(contents, "/hooks/voice?n=1&s=2", slow=slow, person=True, listing=listing)
    assert twiml_grammar.check(xml, "voice") == []
    assert ET.fromstring(xml)[-1].tag == "Redirect"
    for say in ET.fromstring(xml).iter("Say"):
        assert 0 < len("".join(say.itertext())) <= 2 * LONGEST_SAY


@given(
    st.lists(
        st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1), min_size=1, max_size=9
    )
)
def test_every_option_is_spoken_with_its_key(labels: list[str]) -> None:
    lines = script([said("哪个？", *labels)], listing=True)
    for number, label in enumerate(labels, 1):
        assert f"{label}，请按 {number}。" in lines


@given(
    st.builds(
        Step,
        n=st.one_of(st.none(), st.integers(0, 999)),
        silences=st.integers(0, 9),
        said=st.lists(st.integers(1, 999_999_999), max_size=10).map(tuple),
        offered=st.one_of(st.none(), st.integers(1, 999_999_999)),
        question=st.booleans(),
        language=st.booleans(),
        listed=st.booleans(),
    )
)
def test_what_a_call_carries_comes_back(step: Step) -> None:
    assert Step.of(step.to_query()) == step


@given(st.dictionaries(st.sampled_from("nsmoqlr"), st.text(max_size=20)))
def test_a_strange_address_is_read_leniently(query: dict[str, str]) -> None:
    Step.of(query)
