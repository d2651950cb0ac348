"""Whatever is said, in whatever order: the Form never breaks, never changes what it was given, and submits only good answers."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.core.i18n import render
from backend.fields import Form, Media, Place, Said, State, code_digest
from tests.fields.community import FORMS, HOME, NOW, SLOTS

NAMES = [f.name for f in FORMS]
GOOD = [
    "陈秀英", "1", "2", "3", "身份证", "护照", "E12345678", "110101194803050024", "440524188001010014", "13800138000", "13900139000", "123456",
    "chen@example.com", "1948-03-05", "女", "是", "好的", "不是", "漏水", "电梯", "滴水", "在流", "厨房水管漏水了", "501", "3-2-501", "周六", "明天下午三点",
    "3", "88.5", "12块5", "都要", "五星", "31.2, 121.4", "没有", "2020年1月1日", "手机 13700137000", "改证件", "护照 E7654321", "邮箱错了",
]  # fmt: skip
ORDERS = [
    "返回",
    "跳过",
    "帮助",
    "修改",
    "不改",
    "重复",
    "核对",
    "换号码",
    "没收到",
    "0",
    "*",
    "menu",
    "English",
    "返回",
    "修改",
    "提交",
]
BUTTONS = ["!ok", "!correct", "!review", "!keep", "!skip", "!back", "!help", "!resend", "!change", "field:mobile", "field:id_type",
           "field:nothing", "water", "lift", "yes", "no", "passport", "resident_id", "home", "s7-9", "", "!nonsense"]  # fmt: skip
ENDS = ["取消", "人工", "!cancel", "!person"]
SAID = st.one_of(
    st.sampled_from(GOOD).map(lambda t: Said(text=t)),
    st.sampled_from(GOOD).map(lambda t: Said(text=t)),
    st.sampled_from(ORDERS).map(lambda t: Said(text=t)),
    st.sampled_from(BUTTONS).map(lambda c: Said(choice=c)),
    st.text(max_size=40).map(lambda t: Said(text=t)),
    st.text("0123456789*", max_size=18).map(lambda t: Said(text=t, keyed=True)),
    st.sampled_from([
        Said(media=Media("k", "image/jpeg")), Said(media=Media("k", "video/mp4")), Said(location=Place(31.0, 121.0)),
        Said(contact="+8613800138000"), Said(contact="junk"), Said(text="漏" * 10_000), Said(text="\x00\ud800"), Said(),
    ]),
)  # fmt: skip
CHANNELS = st.sampled_from(["webchat", "telegram", "sms", "voice"])


def facts(channel: str) -> dict[str, Any]:
    return {"channel": channel, "home": HOME, "slots": SLOTS}


def with_code(form: Form, state: State) -> State:
    return form.with_code(state, code_digest("123456", "s"), "s", 2**50)


@pytest.mark.parametrize("form", FORMS, ids=NAMES)
def test_a_conversation_of_any_course_submits_only_good_answers(form: Form) -> None:
    @settings(max_examples=150, deadline=None)
    @given(st.lists(SAID, min_size=5, max_size=40), CHANNELS, st.sampled_from(["zh_CN", "en"]))
    def talk(messages: list[Said], channel: str, locale: str) -> None:
        step = form.start({}, facts(channel), NOW, locale)
        for said in messages:
            before = copy.deepcopy(step.state)
            given_state = step.state
            step = form.step(given_state, said, NOW, locale)
            assert given_state == before
            assert (
                form.step(State.from_json(json.loads(json.dumps(given_state.to_json()))), said, NOW, locale)
                == step
            )
            assert State.from_json(json.loads(json.dumps(step.state.to_json()))) == step.state
            for words in step.replies:
                for text in (words.text, words.short, words.spoken):
                    assert text is None or render(text, locale).strip()
                values = [o.value for o in words.options]
                assert len(values) == len(set(values))
            assert step.replies or step.outcome in ("submitted", "cancelled", "person")
            if step.outcome == "submitted":
                _is_good(form, step.answers, step.proven, channel)
                return
            if step.outcome == "cancelled":
                return
            if step.effects:
                step = form.step(with_code(form, step.state), Said(text="*"), NOW, locale)
            form.ask(step.state, NOW, "en" if locale == "zh_CN" else "zh_CN")
            form.command(step.state, said, NOW, locale)

    talk()


def _is_good(form: Form, answers: dict[str, Any], proven: tuple[str, ...], channel: str) -> None:
    """The page would take the same answers, with nothing missing and nothing that no condition asks for."""
    raw: dict[str, Any] = {}
    for name, value in answers.items():
        field = form.by_name[name]
        if isinstance(value, Media):
            raw[name] = Said(media=value)
        elif isinstance(value, Place):
            raw[name] = Said(location=value)
        else:
            raw[name] = Said(text=field.show(value, "zh_CN"))
    again, errors = form.validate(raw, facts(channel), NOW, "zh_CN")
    assert errors == {} or set(errors) <= {f.name for f in form.fields if f.skippable}
    assert again == answers
    if "mobile" in answers and form.name == "registration":
        assert answers["mobile"] in proven


@pytest.mark.parametrize("form", FORMS, ids=NAMES)
def test_a_form_is_data_and_behaves_the_same_from_its_json(form: Form) -> None:
    stored = Form.from_json(json.loads(json.dumps(form.to_json(), ensure_ascii=False)))
    assert stored == form
    assert stored.to_json() == form.to_json()

    @settings(max_examples=25, deadline=None)
    @given(st.lists(SAID, max_size=15))
    def same(messages: list[Said]) -> None:
        ours, theirs = (f.start({}, facts("webchat"), NOW, "en") for f in (form, stored))
        for said in messages:
            assert ours == theirs
            ours, theirs = form.step(ours.state, said, NOW, "en"), stored.step(theirs.state, said, NOW, "en")

    same()


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([f.name for form in FORMS for f in form.fields]), st.one_of(
    st.text(max_size=30), st.integers(), st.sampled_from([*GOOD, HOME, [1, 2], {"x": 1}, True, 1.5, Place(1.0, 2.0), b"x"]),
)), st.sampled_from(FORMS))  # fmt: skip
def test_anything_may_be_known_before_and_only_good_answers_are_taken_over(
    known: dict[str, Any], form: Form
) -> None:
    step = form.start(known, facts("sms"), NOW, "zh_CN")
    assert json.dumps(step.state.to_json())
    for name, data in step.state.answers.items():
        form.by_name[name].show(form.by_name[name].load(data), "zh_CN")


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from([f.name for form in FORMS for f in form.fields]), st.text(max_size=30) | st.sampled_from(GOOD)),
       st.sampled_from(FORMS))  # fmt: skip
def test_any_page_is_answered_with_values_or_with_what_is_wrong(raw: dict[str, Any], form: Form) -> None:
    answers, errors = form.validate(raw, facts("web"), NOW, "en")
    assert not set(answers) & set(errors) or all(render(e, "en") for e in errors.values())
