"""A classification of several levels: written by staff as lines, meant by a path or a word of its own, one beginning for all below."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from backend.fields.base import Context, Field, Misunderstood
from backend.fields.tree import TreeChoice, grown, lines, read_lines
from backend.fields.words import Said

WRITTEN = """企业
- 工业
-- 纺织
-- 其他
- 服务业 = 第三产业
商户
- 餐饮
- 其他"""
CTX = Context(datetime(2026, 3, 5, tzinfo=UTC), "zh_CN", ZoneInfo("Asia/Shanghai"))


def tree() -> TreeChoice:
    data = {"kind": "tree_choice", "name": "class", "label": "行业", "options": read_lines(WRITTEN)}
    made = Field.from_json(data)
    assert isinstance(made, TreeChoice) and Field.from_json(made.to_json()) == made
    return made


def test_what_staff_wrote_is_read_and_written_the_same() -> None:
    assert lines(tree(), "zh_CN") == WRITTEN
    assert read_lines("A\n  \n—B\n－－C")[2]["value"] == "A/B/C", "any dash will do"


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("企业 › 工业 › 纺织", "企业/工业/纺织"),
        ("企业/工业/纺织", "企业/工业/纺织"),
        ("纺织", "企业/工业/纺织"),
        ("第三产业", "企业/服务业"),
        ("企业", "企业"),
        ("商户 › 其他", "商户/其他"),
    ],
)
def test_a_node_is_meant_by_its_path_or_by_a_label_that_only_it_has(said: str, value: str) -> None:
    field = tree()
    assert field.parse(Said(text=said), CTX) == value
    assert field.parse(Said(text=field.show(value, "zh_CN")), CTX) == value


def test_a_label_that_several_have_is_asked_about() -> None:
    with pytest.raises(Misunderstood):
        tree().parse(Said(text="其他"), CTX)


def test_levels_below_the_way_there_and_how_many_each_holds() -> None:
    field = tree()
    assert [c.value for c in field.below()] == ["企业", "商户"]
    assert [c.value for c in field.below("企业")] == ["企业/工业", "企业/服务业"]
    assert [c.value for c in field.trail("企业/工业/纺织")] == ["企业", "企业/工业", "企业/工业/纺织"]
    counts = {"企业": 1, "企业/工业/纺织": 2, "商户/餐饮": 4, "企业家": 8}
    assert grown(counts, field.below()) == {"企业": 3, "商户": 4}
    assert field.show("企业/工业/没有了", "zh_CN") == "企业 › 工业 › 没有了", (
        "a node that was taken out stays readable"
    )


@pytest.mark.parametrize("wrong", ["- 没有上一级", "A\n-- 跳了一级", "A\nA", "A\n- B\n- B"])
def test_a_line_without_a_place_is_named(wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong.splitlines()[-1].strip()):
        read_lines(wrong)
