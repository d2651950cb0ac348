from __future__ import annotations

import pytest

from backend.fields import Email, LongText, RealName, Said, Text
from backend.fields.base import Misunderstood
from tests.fields.community import context, hint, understood

NAME, EMAIL = RealName("name"), Email("email")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("陈秀英", "陈秀英"),
        (" 陈 秀 英 。", "陈秀英"),
        ("我叫陈秀英", "陈秀英"),
        ("我是陈秀英", "陈秀英"),
        ("您好,我的名字是王伟", "王伟"),
        ("姓名:欧阳娜娜", "欧阳娜娜"),
        ("买买提·吐尔逊", "买买提·吐尔逊"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("阿卜杜热西提 · 阿卜杜拉", "阿卜杜热西提·阿卜杜拉"),
        ("王\U00020bb7", "王\U00020bb7"),
        ("\U0003106c\U00030edd", "\U0003106c\U00030edd"),
        ("王〇", "王〇"),
        ("my name is Anna Maria Smith", "Anna Maria Smith"),
        ("Jean-Luc O’Neill", "Jean-Luc O'Neill"),
        ("José Ñúñez", "José Ñúñez"),
        ("김민준", "김민준"),
    ],
)
def test_a_name_is_taken_as_it_stands_on_the_id(typed: str, name: str) -> None:
    assert understood(NAME, typed) == name


@pytest.mark.parametrize(
    "typed",
    ["", "陈", "12345", "陈秀英1", "为什么要名字?", "😀😀", "王" * 21, "@@@", "\u202e\u200b", "叫什么名字"],
)
def test_what_is_no_name_is_answered_with_what_would_work(typed: str) -> None:
    assert "name" in hint(NAME, typed).lower()


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("chen@example.com", "chen@example.com"),
        (" Chen.Xiu@Example.COM 。", "Chen.Xiu@example.com"),
        ("我的邮箱是 12345@qq.com", "12345@qq.com"),
        ("chen＠example．com", "chen@example.com"),
        ("chen @ example.com", "chen@example.com"),
        ("chen+home@mail.example.co.uk", "chen+home@mail.example.co.uk"),
    ],
)
def test_an_email_address_is_found_in_what_was_typed(typed: str, address: str) -> None:
    assert understood(EMAIL, typed) == address


def test_a_mistyped_mail_domain_is_asked_about() -> None:
    assert "chen@gmail.com" in hint(EMAIL, "chen@gmial.com")


def test_a_bare_qq_number_is_shown_how_to_become_an_address() -> None:
    assert "123456789@qq.com" in hint(EMAIL, "123456789")


@pytest.mark.parametrize("typed", ["chen", "chen@", "@example.com", "a..b@example.com", "chen@localhost", ""])
def test_what_is_no_address_is_told_what_one_looks_like(typed: str) -> None:
    assert "name@example.com" in hint(EMAIL, typed)


def test_a_description_keeps_its_lines_and_loses_what_cannot_be_seen() -> None:
    said = "厨房\x00漏水\r\n从昨天开始\u202e  \n\ud800"
    assert understood(LongText("d"), said) == "厨房漏水\n从昨天开始"


def test_ten_thousand_characters_are_answered_with_how_many_fit() -> None:
    assert "2000" in hint(LongText("d"), "漏" * 10_000)


def test_emoji_alone_are_asked_for_in_words() -> None:
    assert "words" in hint(Text("t"), "😀😀😀")


def test_a_line_of_text_has_room_for_mixed_scripts() -> None:
    assert Text("t").parse(Said(text="  مرحبا  hello 你好 "), context()) == "مرحبا hello 你好"


def test_a_text_can_ask_for_more() -> None:
    with pytest.raises(Misunderstood):
        understood(Text("t", min_length=5), "abc")
