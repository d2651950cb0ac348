"""What people meant to write."""

from __future__ import annotations

import pytest

from backend.fields import (
    Address,
    Choice,
    Choices,
    Email,
    Home,
    IdNumber,
    Misunderstood,
    RealName,
    Said,
    command,
)
from backend.fields.spelling import respelt
from tests.fields.community import understood as heard


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("水管露水了", "水管漏水了"), ("我要登计", "我要登记"), ("我要保修", "我要报修"), ("马捅赌了", "马桶堵了"), ("電梯壞了", "电梯坏了"),
        ("my toilett is brocken", "my toilet is broken"), ("the kitchin sink leeks", "the kitchen sink leaks"),
        ("水管漏水了", "水管漏水了"), ("the worker is late", "the worker is late"),
    ],
)  # fmt: skip
def test_slips_are_read_as_they_were_meant(written: str, meant: str) -> None:
    assert respelt(written) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "我要找人工", "给我转人工", "转接人工", "找真人", "找你们领导", "找人说话", "我要跟人说", "我不想跟机器人说话", "打电话给我",
        "找你们工作人员说话", "人功", "i want to talk to a human", "call me back",
    ],
)  # fmt: skip
def test_somebody_who_wants_a_person_says_it_in_her_own_words(typed: str) -> None:
    assert command(Said(text=typed)) == "person"


@pytest.mark.parametrize(
    "typed", ["找人修水管", "人来了吗", "我要报修", "有人被困", "没有人", "个人信息", "家里没人"]
)
def test_people_in_a_story_are_no_call_for_a_person(typed: str) -> None:
    assert command(Said(text=typed)) is None


@pytest.mark.parametrize(
    ("typed", "order"), [("去消", "cancel"), ("不用修了", "cancel"), ("cancle", "cancel"), ("什么", "help")]
)
def test_commands_are_heard_in_bad_spelling_too(typed: str, order: str) -> None:
    assert command(Said(text=typed)) == order


RUNNING = Choice(
    "running",
    options=[
        Choices("yes_it_does", "It is running"),
        Choices("drips", "It drips"),
        Choices("no_repair", {"en": "Not a repair", "zh_CN": "不是报修"}),
    ],
    yes="yes_it_does",
    no="drips",
)


@pytest.mark.parametrize(
    ("typed", "value"),
    [("是", "yes_it_does"), ("嗯", "yes_it_does"), ("对对对", "yes_it_does"), ("没有", "drips"), ("不是", "drips"),
     ("不是报修", "no_repair"), ("1", "yes_it_does"), ("3", "no_repair")],
)  # fmt: skip
def test_a_plain_yes_or_no_picks_what_it_means(typed: str, value: str) -> None:
    assert heard(RUNNING, typed) == value


ANYWHERE = Address("place", free=True, partial=True)


@pytest.mark.parametrize("typed", ["大堂门口", "3号楼楼道", "车库入口", "健身器材旁边", "by the main gate"])
def test_a_place_in_words_is_taken(typed: str) -> None:
    assert heard(ANYWHERE, typed).show("zh_CN")


@pytest.mark.parametrize(
    "typed", ["一个月了！！！", "不冒水", "13800138000", "什么时候来人", "张大爷", "你们那边没人管吗"]
)
def test_what_is_no_place_is_asked_again(typed: str) -> None:
    with pytest.raises(Misunderstood):
        heard(ANYWHERE, typed)
    assert heard(ANYWHERE, "3-2-501") == Home("3", "2", "501")


NAME = RealName("name")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("我姓王叫王建国", "王建国"),
        ("冯秀兰 身份证", "冯秀兰"),
        ("张三丰", "张三丰"),
        ("Anna Maria Smith", "Anna Maria Smith"),
    ],
)
def test_a_name_is_found_in_what_is_said_around_it(typed: str, name: str) -> None:
    assert heard(NAME, typed) == name


def test_an_id_number_spoken_digit_by_digit_is_read() -> None:
    assert heard(IdNumber("id"), "幺幺零幺零五幺九四九幺二三幺零零二叉") == "11010519491231002X"


def test_a_comma_in_an_address_is_a_dot() -> None:
    assert heard(Email("email"), "12345@qq，com") == "12345@qq.com"
