"""What staff put together on a page becomes a Form, or they are told what is missing and where."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.core.i18n import render
from backend.fields.form import Form
from backend.settings import ROOT
from backend.web import form_builder, form_conditions
from backend.web.form_checks import KINDS

PARK: list[dict[str, Any]] = [
    {
        "kind": "choice",
        "name": "q1",
        "ask": {"zh_CN": "您常去小花园吗?", "en": "Do you go to the garden?"},
        "options": [
            {"value": "o1", "label": {"zh_CN": "常去", "en": "Often"}},
            {"value": "o2", "label": {"zh_CN": "不去", "en": "Never"}},
        ],
    },
    {
        "kind": "long_text",
        "name": "q2",
        "ask": {"zh_CN": "为什么不去?", "en": "Why not?"},
        "optional": True,
        "when": {"field": "q1", "op": "eq", "value": "o2"},
    },
    {"kind": "rating", "name": "q3", "ask": {"zh_CN": "打几分?", "en": "How many marks?"}},
]


def read(fields: Any, **more: Any) -> form_builder.Draft:
    return form_builder.read(json.dumps(fields), name="survey:1", **more)


def changed(number: int, **settings: Any) -> list[dict[str, Any]]:
    fields = copy.deepcopy(PARK)
    fields[number - 1] |= settings
    return fields


def test_staff_read_a_condition_as_a_sentence_in_their_language() -> None:
    both = {"and": [{"field": "q1", "op": "ne", "value": "o1"}, {"field": "q2", "op": "filled"}]}
    form = read([*PARK[:2], {**PARK[2], "when": both}]).form
    assert form is not None
    found = [(number, render(words, "en")) for number, _field, words in form_conditions.sometimes(form)]
    assert found == [
        (2, "“Do you go to the garden?” is “Never”"),
        (3, "“Do you go to the garden?” is not “Often”, and “Why not?” was answered"),
    ]
    assert form_conditions.in_words(form, {"fact": "channel", "op": "eq", "value": "sms"}) == ""


def test_a_whole_form_is_kept_in_both_languages_and_comes_back_the_same() -> None:
    draft = read(PARK)
    assert draft.problems == ()
    assert draft.form is not None
    form = Form.from_json(json.loads(json.dumps(draft.form.to_json())))
    assert form == draft.form
    assert render(form.fields[0].question, "en") == "Do you go to the garden?"
    assert render(form.fields[0].question, "zh_CN") == "您常去小花园吗?"
    again = read(form_builder.draft_of(form).fields)
    assert again.form == form


def test_lists_call_a_question_by_the_beginning_of_its_words_unless_it_has_a_short_name() -> None:
    form = read(changed(3, label={"zh_CN": "评分"})).form
    assert form is not None
    assert [render(f.label, "zh_CN") for f in form.fields] == ["您常去小花园吗", "为什么不去", "评分"]


@pytest.mark.parametrize("kind", [k for k in KINDS if k not in ("choice", "multi_choice")])
def test_every_kind_on_offer_can_be_asked(kind: str) -> None:
    assert read([{"kind": kind, "name": "q1", "ask": {"en": "Well?"}}]).form is not None


@pytest.mark.parametrize(
    ("number", "settings", "part"),
    [
        (1, {"ask": {"zh_CN": "  "}}, "ask"),
        (1, {"options": [{"value": "o1", "label": {"en": "Only"}}]}, "options"),
        (1, {"options": [{"value": "o1", "label": {}}, {"value": "o2", "label": {"en": "x"}}]}, "options"),
        (1, {"options": [{"value": "o1", "label": {"en": "X"}}, {"value": "o2", "label": {"en": "x"}}]}, "options"),
        (1, {"kind": "oracle"}, "kind"),
        (2, {"when": {"field": "q3", "op": "ge", "value": 3}}, "when"),
        (2, {"when": {"field": "q1", "op": "eq", "value": "gone"}}, "when"),
        (2, {"when": {"field": "q1", "op": "ge", "value": 3}}, "when"),
        (2, {"when": 7}, "when"),
        (2, {"when": {"field": "q1", "op": "eq", "value": "o1", "and": [{"field": "none"}]}}, "when"),
        (1, {"options": [{"value": "o1", "label": {"en": "A"}, "words": 5}, {"value": "o2", "label": {"en": "B"}}]}, "options"),
        (2, {"max_length": "long"}, "limits"),
        (2, {"min_length": 50, "max_length": 3}, "limits"),
        (2, {"name": "q1"}, ""),
        (3, {"top": 99}, "limits"),
        (3, {"unless": 5}, ""),
        (3, {"ask": {"en": "x" * 501}}, "ask"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_for_its_question_and_nothing_typed_is_lost(
    number: int, settings: dict[str, Any], part: str
) -> None:
    fields = changed(number, **settings)
    draft = read(fields)
    assert draft.form is None
    assert (number, part) in {(p.question, p.part) for p in draft.problems}
    assert f"Question {number}" in render(draft.problems[0].text, "en")
    assert [f["name"] for f in draft.fields] == [f["name"] for f in fields]


@pytest.mark.parametrize("raw", ["", "[]", "{", "5", '"a"', "[1]", "[" * 100_000, "x" * 400_000, "null"])
def test_a_broken_form_is_answered_kindly(raw: str) -> None:
    draft = form_builder.read(raw, name="survey:1")
    assert draft.form is None and draft.problems


def test_a_broken_form_does_not_lose_the_one_that_people_are_answering() -> None:
    form = read(PARK).form
    draft = form_builder.read("{", name="survey:1", frozen=form)
    assert [f["name"] for f in draft.fields] == ["q1", "q2", "q3"]


def test_while_people_answer_only_words_change() -> None:
    form = read(PARK).form
    assert read(changed(1, ask={"zh_CN": "您去小花园吗?"}), frozen=form).form is not None
    for other in (changed(1, optional=True), PARK[:2], [*PARK[1:], PARK[0]], changed(3, top=10)):
        draft = read(other, frozen=form)
        assert draft.form is None and draft.problems


def test_several_conditions_join_with_all_or_any() -> None:
    clauses = [{"field": "q1", "op": "eq", "value": "o2"}, {"field": "q1", "op": "filled"}]
    for join in ("and", "or"):
        assert read(changed(3, when={join: clauses})).form is not None
    assert read(changed(3, when={"and": []})).form is None


def test_a_kind_that_is_refused_here_says_why() -> None:
    draft = read(
        [{"kind": "photo", "name": "q1", "ask": {"en": "A photo?"}}], refused={"photo": "No faces here."}
    )
    assert "No faces here." in render(draft.problems[0].text, "en")
    assert "photo" not in form_builder.Draft([], refused={"photo": "No"}).refused.values()


def test_the_example_of_the_docs_can_be_asked() -> None:
    page = (ROOT / "docs" / "surveys.md").read_text()
    example = json.loads(page.partition("```json\n")[2].partition("```")[0])
    often = {
        **PARK[0],
        "name": "often",
        "options": [
            {"value": "never", "label": {"en": "Never"}},
            {"value": "daily", "label": {"en": "Daily"}},
        ],
    }
    assert read([often, example]).problems == ()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["and", "or", "field", "op", "value", "label", "en"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(st.lists(st.fixed_dictionaries({"kind": st.sampled_from(list(KINDS)), "name": st.sampled_from(["q1", "q2", "q3"])}, optional=dict.fromkeys(("ask", "label", "options", "when", "least", "most", "top", "optional", "help", "unit", "places"), _JSON)), max_size=3))  # fmt: skip
def test_no_json_breaks_the_builder_and_what_it_accepts_can_be_stored(fields: list[dict[str, Any]]) -> None:
    draft = read(fields)
    assert (draft.form is None) == bool(draft.problems)
    if draft.form is not None:
        assert Form.from_json(json.loads(json.dumps(draft.form.to_json()))) == draft.form
