"""Canned answers: filled in for whom they go to; what has no value is said before anything is sent."""

from __future__ import annotations

import pytest

from backend.core.access import Actor
from backend.core.clock import Hands
from backend.core.errors import Conflict, Forbidden, Invalid
from backend.inbox import answering, canned
from tests.databases import TestDatabase
from tests.inbox.conftest import Neighbour, hired
from tests.staff.conftest import Street, found_street


@pytest.fixture
def street(sqlite_database: TestDatabase) -> Street:
    return found_street()


def test_placeholders_are_filled_in(clock: Hands, chen: Neighbour, li: Actor, street: Street) -> None:
    chen.says("找人工")
    clock.forward(minutes=12)
    one = canned.save(
        li,
        street.happy.id,
        "/您好",
        "{name}您好，我是{staff}，让您等了{waiting}。",
        "Hello {name}, this is {staff}.",
    )
    known = canned.values(li, chen.thread, "陈秀英", "zh_CN")
    assert one.word == "您好"
    assert canned.filled(one, known, "zh_CN").text == "陈秀英您好，我是小李，让您等了12 分钟。"
    assert canned.filled(one, known, "en").text == "Hello 陈秀英, this is 小李."


def test_a_placeholder_without_a_value_is_said_before_it_is_sent(
    chen: Neighbour, li: Actor, street: Street
) -> None:
    chen.says("找人工")
    one = canned.save(li, street.happy.id, "您好", "{name}您好")
    text = canned.filled(one, canned.values(li, chen.thread, "", "zh_CN"), "zh_CN").text
    with pytest.raises(Invalid, match="no value"):
        answering.answer(li, chen.thread.id, text)
    assert chen.told() == [] and chen.thread.taken_by is None
    answering.answer(li, chen.thread.id, text.replace("{name}", "陈奶奶"))
    assert chen.told() == ["陈奶奶您好"]


@pytest.mark.parametrize("word, text", [("", "x"), ("two words", "x"), ("a", "  "), ("a", "{nmae}您好")])
def test_what_could_not_be_used_is_refused(li: Actor, street: Street, word: str, text: str) -> None:
    with pytest.raises(Invalid):
        canned.save(li, street.happy.id, word, text)


def test_a_word_stands_for_one_thing_and_the_nearest_office_decides(li: Actor, street: Street) -> None:
    head = hired("街道", "street_admin", street.street)
    canned.save(head, street.street.id, "电话", "街道的电话")
    canned.save(head, street.street.id, "地址", "幸福路 1 号")
    own = canned.save(li, street.happy.id, "电话", "社区的电话")
    with pytest.raises(Conflict):
        canned.save(li, street.happy.id, "电话", "另一个")
    with pytest.raises(Forbidden):
        canned.save(li, street.street.id, "新", "不归他管")
    assert {c.word: c.text for c in canned.of_office(street.happy.id)} == {
        "电话": "社区的电话",
        "地址": "幸福路 1 号",
    }
    canned.remove(li, own.id)
    assert {c.text for c in canned.of_office(street.happy.id)} == {"街道的电话", "幸福路 1 号"}


def test_an_office_begins_with_four_that_all_can_be_filled_in(
    chen: Neighbour, li: Actor, street: Street
) -> None:
    canned.begin(li, street.happy.id)
    canned.begin(li, street.happy.id)
    found = canned.of_office(street.happy.id)
    assert len(found) == len(canned.STARTERS)
    chen.says("找人工")
    known = canned.values(li, chen.thread, "陈秀英", "zh_CN")
    for locale in ("zh_CN", "en"):
        assert not [c for c in found if answering.unfilled(canned.filled(c, known, locale).text)]
