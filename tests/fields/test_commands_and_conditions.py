from __future__ import annotations

import pytest

from backend.fields import Choice, Choices, Form, Integer, LongText, Said, State, YesNo, command
from backend.fields.condition import holds, names
from backend.fields.phrasing import pattern
from tests.fields.community import NOW


@pytest.mark.parametrize(
    ("typed", "order"),
    [
        ("返回", "back"), ("上一步", "back"), ("back", "back"), ("跳过", "skip"), ("Skip", "skip"), ("取消", "cancel"), ("cancel.", "cancel"),
        ("帮助", "help"), ("HELP", "help"), ("?", "help"), ("？", "help"), ("菜单", "menu"), ("menu", "menu"), ("0", "menu"), ("人工", "person"),
        ("找人工", "person"), ("转人工。", "person"), ("agent", "person"), ("talk to a person", "person"), ("重复", "repeat"), ("继续", "repeat"),
        ("English", "language"), ("中文", "language"), ("核对", "review"),
    ],
)  # fmt: skip
def test_a_short_phrase_is_a_command(typed: str, order: str) -> None:
    assert command(Said(text=typed)) == order


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "返回地址是3号楼",
        "请帮助我修水管",
        "help me with the tap",
        "10",
        "00",
        "取消不了订单怎么办呢",
        "人工湖漏水了",
        "x" * 10_000,
    ],
)
def test_an_answer_that_begins_like_a_command_is_an_answer(typed: str) -> None:
    assert command(Said(text=typed)) is None


@pytest.mark.parametrize(
    ("typed", "order"),
    [
        ("听不懂，麻烦帮我转个真人说话吧", "person"), ("社区办公室的电话是多少", "person"), ("有人在吗", None), ("找人修水管", None),
        ("please can somebody call me back", "person"), ("how can I reach the office", "person"), ("能不能换成英文", "language"),
        ("can we switch to English please", "language"), ("你们都能帮我做些什么事情呀", "menu"), ("what services do you have", "menu"),
        ("这个东西到底怎么用呀", "help"), ("I don't know how to start this", "help"),
    ],
)  # fmt: skip
def test_a_whole_sentence_is_a_command_in_words_of_her_own(typed: str, order: str | None) -> None:
    assert command(Said(text=typed)) == order


def test_a_line_of_places_is_read_as_one_pattern() -> None:
    lists = {"whom": "社区 物业 办事_处", "nobody": "打 打电话"}
    said = pattern("请/麻烦* ( 快 点? )? !{nobody} 打 电话 {whom}? ..2-4", lists)
    for text in ("打电话社区现在", "请麻烦快点打电话物业四个字呢", "打电话办事 处一二"):
        assert said.fullmatch(text), text
    for text in ("打电话", "打电话社区一二三四五", "电话社区现在", "点打电话现在"):
        assert not said.fullmatch(text), text
    assert pattern("call me/us back?", {}, " ").fullmatch("call us back ")


def test_keys_and_buttons_are_commands_too() -> None:
    assert command(Said(text="*", keyed=True)) == "repeat"
    assert command(Said(text="0", keyed=True)) == "person"
    assert command(Said(text="1", keyed=True)) is None
    assert command(Said(choice="!person")) == "person"
    assert command(Said(choice="water")) is None


def test_the_open_question_claims_its_own_answers() -> None:
    form = Form("f", "F", [
        Integer("children", least=0), Integer("people", least=1), LongText("note"), YesNo("ok"),
        Choice("language", options=[Choices("en", "English"), Choices("zh", "中文")]),
    ])  # fmt: skip

    def order(asking: str, text: str, *, keyed: bool = False) -> str | None:
        return form.command(State("f", asking=asking), Said(text=text, keyed=keyed), NOW, "zh_CN")

    assert order("children", "0") is None
    assert order("children", "0", keyed=True) is None
    assert order("people", "0") == "menu"
    assert order("language", "English") is None
    assert order("note", "English") == "language"
    assert order("ok", "人工") == "person"


ANSWERS = {
    "kind": "water",
    "age": 78,
    "price": "12.50",
    "day": "2026-03-04",
    "tags": ["a", "b"],
    "slot": {"value": "s1", "label": "x"},
    "none": None,
}


@pytest.mark.parametrize(
    ("condition", "true"),
    [
        ({"field": "kind", "op": "eq", "value": "water"}, True), ({"field": "kind", "value": "water"}, True),
        ({"field": "kind", "op": "ne", "value": "water"}, False), ({"field": "kind", "op": "in", "value": ["water", "gas"]}, True),
        ({"field": "none", "op": "filled"}, False), ({"field": "none", "op": "empty"}, True), ({"field": "kind", "op": "filled"}, True),
        ({"field": "age", "op": "gt", "value": 60}, True), ({"field": "age", "op": "lt", "value": 60}, False),
        ({"field": "age", "op": "ge", "value": 78}, True), ({"field": "price", "op": "le", "value": 12.5}, True),
        ({"field": "day", "op": "gt", "value": "2026-01-01"}, True), ({"field": "tags", "op": "has", "value": "b"}, True),
        ({"field": "tags", "op": "in", "value": ["b", "c"]}, True), ({"field": "slot", "op": "eq", "value": "s1"}, True),
        ({"fact": "channel", "op": "eq", "value": "sms"}, True), ({"field": "kind", "op": "gt", "value": 3}, False),
        ({"field": "missing", "op": "gt", "value": 3}, False), ({"field": "kind", "op": "like", "value": "w"}, False),
        ({"and": [{"field": "kind", "value": "water"}, {"not": {"field": "age", "op": "lt", "value": 60}}]}, True),
        ({"or": [{"field": "kind", "value": "gas"}, {"field": "none", "op": "filled"}]}, False), ({"op": "filled"}, False),
        ({"field": "price", "op": "gt", "value": "NaN"}, False),
    ],
)  # fmt: skip
def test_a_condition_is_json_and_never_an_error(condition: dict[str, object], true: bool) -> None:
    assert holds(condition, ANSWERS, {"channel": "sms"}) is true


def test_a_condition_names_the_fields_it_looks_at() -> None:
    condition = {"and": [{"field": "a", "op": "filled"}, {"not": {"or": [{"field": "b", "value": 1}]}}]}
    assert names(condition) == {"a", "b"}
    assert names(None) == frozenset()
