from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from backend.core.i18n import render
from backend.fields import FILLED, Form, Home, Media, Said, SendCode, Text
from tests.fields.community import GRANDMOTHER, HOME, NOW, REGISTRATION, REPAIR, SLOTS, SURVEY, Talk


def registered_up_to_the_code(**facts: Any) -> Talk:
    talk = Talk(REGISTRATION, channel="sms", **facts)
    talk.says(GRANDMOTHER["name"], "1", GRANDMOTHER["id_number"], GRANDMOTHER["mobile"])
    return talk


def at_the_review(**facts: Any) -> Talk:
    talk = Talk(REGISTRATION, channel="sms", proven=["+8613800138000"], **facts)
    talk.says(GRANDMOTHER["name"], "1", GRANDMOTHER["id_number"], GRANDMOTHER["mobile"], GRANDMOTHER["email"])
    assert talk.state.phase == "review"
    return talk


def test_a_grandmother_registers_by_sms() -> None:
    talk = Talk(REGISTRATION, channel="sms")
    assert talk.heard == "您好,我们来登记一下。\n请告诉我姓名。"
    talk.says("我叫陈秀英")
    assert talk.heard.startswith("好的，陈秀英。")
    talk.says("身份证")
    talk.says("110101 1948 0305 0024")
    assert "1948年3月5日出生" in talk.heard
    assert "110101194803050024" not in talk.heard
    assert talk.state.asking == "mobile"
    step = talk.says("138 0013 8000")
    assert step.effects == (SendCode("mobile", "+8613800138000"),)
    talk.gets_code("246810")
    talk.says("246810")
    assert "号码验证好了" in talk.heard
    talk.says("chen@example.com")
    assert "手机：138 0013 8000" in talk.heard
    assert "110***********0024" in talk.heard
    assert talk.labels[0] == "提交"
    step = talk.says("好的，没问题")
    assert step.outcome == "submitted"
    assert step.answers == {
        "name": "陈秀英", "id_type": "resident_id", "id_number": "110101194803050024", "birthday": date(1948, 3, 5),
        "gender": "female", "mobile": "+8613800138000", "email": "chen@example.com",
    }  # fmt: skip
    assert step.proven == ("+8613800138000",)


def test_her_son_registers_in_english_with_buttons_and_his_own_contact() -> None:
    talk = Talk(REGISTRATION, locale="en", channel="telegram")
    talk.says("Li Wei")
    talk.picks("passport")
    talk.says("E12345678")
    assert talk.state.asking == "birthday"
    talk.says("5 March 1978")
    talk.picks("male")
    step = talk.says(contact="+8613900139000")
    assert step.effects == ()
    talk.says("li@example.com")
    step = talk.picks("!ok")
    assert step.outcome == "submitted"
    assert step.answers["mobile"] == "+8613900139000"
    assert step.proven == ("+8613900139000",)


def test_a_number_that_is_proven_already_needs_no_code() -> None:
    talk = registered_up_to_the_code(proven=["+8613800138000"])
    assert talk.last.effects == ()
    assert talk.state.asking == "email"


# The code


def test_a_wrong_code_is_answered_and_may_be_tried_again() -> None:
    talk = registered_up_to_the_code()
    talk.gets_code("246810")
    assert talk.says("111111").outcome == "misheard"
    assert "短信" in talk.heard
    assert talk.says("二四六八一零").state.asking == "email"


def test_after_five_wrong_codes_a_new_one_is_sent_and_after_some_no_more() -> None:
    talk = registered_up_to_the_code()
    sent = 1
    for _again in range(10):
        talk.gets_code("246810")
        for _try in range(5):
            step = talk.says("111111")
        sent += len(step.effects)
        if talk.state.phase != "code":
            break
    assert sent == 5
    assert talk.state.asking == "mobile"
    assert "找人工" in talk.labels


def test_an_old_code_is_replaced() -> None:
    talk = registered_up_to_the_code()
    talk.gets_code("246810", minutes=10)
    talk.now = NOW + timedelta(minutes=11)
    assert talk.says("246810").effects == (SendCode("mobile", "+8613800138000"),)
    assert "过期" in talk.heard


@pytest.mark.parametrize("typed", ["没收到", "1", "resend", "再发一次"])
def test_a_code_can_be_sent_again(typed: str) -> None:
    talk = registered_up_to_the_code()
    talk.gets_code()
    assert talk.says(typed).effects == (SendCode("mobile", "+8613800138000"),)
    assert talk.state.phase == "code"


def test_the_number_can_be_changed_while_its_code_is_waited_for() -> None:
    talk = registered_up_to_the_code()
    talk.gets_code()
    assert talk.says("换号码").state.asking == "mobile"
    assert talk.says("13900139000").effects == (SendCode("mobile", "+8613900139000"),)
    assert talk.says("13700137000").effects == (SendCode("mobile", "+8613700137000"),)
    assert talk.says("返回").state.phase == "asking"


def test_what_is_no_code_is_told_where_the_code_is() -> None:
    talk = registered_up_to_the_code()
    talk.gets_code()
    talk.says("什么验证码", "不知道", "不会吧")
    assert "6位数字" in talk.heard
    assert "找人工" in talk.labels


def test_a_code_that_was_never_made_is_sent_again() -> None:
    assert registered_up_to_the_code().says("123456").effects == (SendCode("mobile", "+8613800138000"),)


# Misunderstanding


def test_a_misunderstanding_repeats_the_question_then_explains_then_offers_a_person() -> None:
    talk = Talk(SURVEY, channel="webchat")
    assert talk.says("好多").outcome == "misheard"
    assert "数字" in talk.heard
    assert "People" in talk.heard
    assert "找人工" not in talk.labels
    talk.says("好多")
    assert "一共几口人" in talk.heard
    talk.says("好多")
    assert "找人工" in talk.labels
    assert talk.says("3").state.asking == "area"
    assert talk.state.misses == 0


def test_nobody_is_blamed() -> None:
    talk = Talk(REGISTRATION)
    for text in ("😀", "12345", "??!", "x" * 10_000, "\u202e", ""):
        talk.says(text)
        assert not any(word in talk.heard for word in ("错误", "无效", "非法", "失败"))


def test_the_person_is_one_button_away_after_three_misunderstandings() -> None:
    talk = Talk(SURVEY, channel="webchat")
    talk.says("a", "b", "c")
    assert talk.picks("!person").outcome == "person"


def test_a_number_that_could_be_the_answer_is_never_the_skip_button() -> None:
    talk = Talk(SURVEY, channel="sms")
    talk.says("3")
    assert talk.state.asking == "area"
    assert talk.labels == []
    assert "跳过" in talk.heard
    talk.says("1")
    assert str(talk.state.answers["area"]) == "1.00"


def test_a_numbered_skip_is_a_skip_where_no_number_is_asked_for() -> None:
    talk = Talk(
        REPAIR, {"category": "lift", "description": "电梯停在三楼"}, channel="sms", home=HOME, slots=SLOTS
    )
    assert talk.state.asking == "photo"
    assert talk.labels == ["跳过"]
    assert talk.says("1").state.asking == "place"


# Anywhere


def test_help_explains_and_asks_again() -> None:
    talk = Talk(REGISTRATION)
    step = talk.says("帮助")
    assert step.outcome == "asking"
    assert "证件上的姓名" in talk.heard
    assert "请告诉我姓名" in talk.heard
    assert step.state.asking == "name"


def test_back_goes_to_the_question_before_and_keeps_its_answer() -> None:
    talk = Talk(REPAIR, channel="webchat", home=HOME, slots=SLOTS)
    talk.says("漏水", "滴水", "厨房")
    talk.says("返回", "返回")
    assert talk.state.asking == "running"
    assert "现在是：滴水,不急" in talk.heard
    assert "不改了" in talk.labels
    talk.picks("!keep")
    assert talk.state.answers["description"] == "厨房"
    assert talk.state.asking == "photo"


def test_back_at_the_first_question_says_so() -> None:
    talk = Talk(REGISTRATION)
    talk.says("返回")
    assert "第一个问题" in talk.heard
    assert talk.state.asking == "name"


def test_skip_is_for_optional_questions_and_kindly_refused_elsewhere() -> None:
    talk = Talk(SURVEY, channel="webchat")
    assert talk.says("跳过").outcome == "misheard"
    assert talk.state.asking == "people"
    talk.says("3", "跳过")
    assert talk.state.asking == "rent"
    talk.says("没有")
    assert talk.state.asking == "wishes"


def test_an_elder_without_email_says_so() -> None:
    talk = registered_up_to_the_code(proven=["+8613800138000"])
    assert talk.says("没有邮箱").state.phase == "review"
    step = talk.says("对")
    assert "email" not in step.answers


@pytest.mark.parametrize("typed", ["取消", "cancel", "算了"])
def test_cancel_ends_it_anywhere(typed: str) -> None:
    for talk in (Talk(REGISTRATION), registered_up_to_the_code(), at_the_review()):
        assert talk.says(typed).outcome == "cancelled"


def test_a_person_can_be_asked_for_anywhere() -> None:
    for talk in (Talk(REGISTRATION), registered_up_to_the_code(), at_the_review()):
        assert talk.says("找人工").outcome == "person"
        assert talk.state.phase != "done"


def test_repeat_and_a_change_of_language_ask_the_open_question_again() -> None:
    talk = Talk(REGISTRATION)
    talk.says("重复")
    assert talk.heard == "请告诉我姓名。"
    words = REGISTRATION.ask(talk.state, NOW, "en")
    assert render(words.text, "en") == "Name, please?"
    for other in (registered_up_to_the_code(), at_the_review()):
        assert render(REGISTRATION.ask(other.state, NOW, "en").text, "en")


# Review


def test_the_review_masks_what_is_sensitive_and_speaks_the_rest() -> None:
    talk = at_the_review()
    (words,) = talk.last.replies
    assert "已保密" in talk.read(words.spoken)
    assert "一三八 零零一三 八零零零" in talk.read(words.spoken)
    assert len(talk.read(words.short)) < 140


@pytest.mark.parametrize("typed", ["修改", "2", "不对", "有错"])
def test_correcting_lists_the_answers_and_comes_back_to_the_review(typed: str) -> None:
    talk = at_the_review()
    talk.says(typed)
    assert talk.labels == ["姓名", "证件", "证件号码", "手机", "邮箱", "不改了，都对"]
    talk.says("5")
    assert "现在是：chen@example.com" in talk.heard
    talk.says("xiu@example.com")
    assert talk.state.phase == "review"
    assert "邮箱：xiu@example.com" in talk.heard
    assert talk.says("提交").answers["email"] == "xiu@example.com"


@pytest.mark.parametrize(
    "typed",
    [
        "邮箱 xiu@example.com",
        "邮箱改成xiu@example.com",
        "change email to xiu@example.com",
        "邮箱是 xiu@example.com",
    ],
)
def test_a_correction_in_one_sentence_is_taken(typed: str) -> None:
    talk = at_the_review()
    talk.says(typed)
    assert talk.state.phase == "review"
    assert "邮箱：xiu@example.com" in talk.heard


def test_a_corrected_mobile_is_proven_again() -> None:
    talk = at_the_review()
    assert talk.says("手机 13900139000").effects == (SendCode("mobile", "+8613900139000"),)
    talk.gets_code()
    talk.says("123456")
    assert talk.state.phase == "review"
    assert talk.says("是").answers["mobile"] == "+8613900139000"


def test_a_correction_without_a_value_asks_for_it() -> None:
    talk = at_the_review()
    talk.says("改手机")
    assert talk.state.asking == "mobile"
    talk.says("不改")
    assert talk.state.phase == "review"
    talk.says("邮箱错了")
    assert talk.state.asking == "email"
    talk.says("返回")
    assert talk.state.phase == "review"


def test_a_birthday_that_came_from_the_id_is_corrected_there() -> None:
    talk = at_the_review()
    assert talk.says("改生日").state.asking == "id_number"
    talk.says("440524188001010014")
    step = talk.says("对")
    assert step.answers["birthday"] == date(1880, 1, 1)
    assert step.answers["gender"] == "male"


def test_another_document_asks_for_its_number_and_what_it_does_not_tell() -> None:
    talk = at_the_review()
    talk.says("修改", "2", "护照")
    assert talk.state.asking == "id_number"
    talk.says("E12345678")
    assert talk.state.asking == "birthday"
    talk.says("1948-03-05", "女")
    step = talk.says("是的")
    assert step.answers["id_number"] == "E12345678"


def test_what_the_review_does_not_understand_it_asks_again() -> None:
    talk = at_the_review()
    assert talk.says("天气真好").outcome == "misheard"
    assert "都对吗" in talk.heard


def test_the_review_can_be_cancelled_by_its_number() -> None:
    assert at_the_review().says("3").outcome == "cancelled"


# Conditions, prefill, reject


def test_a_question_whose_condition_does_not_hold_is_neither_asked_nor_submitted() -> None:
    talk = Talk(REPAIR, channel="voice", home=HOME, slots=SLOTS)
    talk.says("水管漏水")
    assert talk.state.asking == "running"
    talk.says("滴水", "厨房", "我家")
    assert talk.state.asking == "slot"
    talk.says("周六")
    assert talk.state.phase == "review"
    talk.says("类别改成电梯")
    step = talk.says("对")
    assert step.outcome == "submitted"
    assert "running" not in step.answers
    assert step.answers["slot"] == "s7-9"


def test_a_burst_pipe_is_not_asked_when_it_would_suit() -> None:
    talk = Talk(REPAIR, {"category": "water"}, channel="sms", home=HOME, slots=SLOTS)
    talk.says("在流,很急", "厨房", "跳过", "501")
    assert talk.state.phase == "review"
    assert talk.says("1").answers["place"] == Home("3", "2", "501")


def test_what_is_known_is_taken_over_and_said_back() -> None:
    talk = Talk(
        REPAIR,
        {"category": "water", "place": HOME, "description": "厨房漏水", "slot": "no such slot"},
        home=HOME,
        slots=SLOTS,
    )
    assert "水管漏水" in talk.heard
    assert "3号楼2单元501" in talk.heard
    assert talk.state.asking == "running"
    assert set(talk.state.answers) == {"category", "place", "description"}


def test_known_values_may_be_text_json_or_values() -> None:
    given = {
        "place": Home("3", "2", "501"),
        "photo": Media("k", "image/png"),
        "category": Said(text="电梯坏了"),
    }
    talk = Talk(REPAIR, given, slots=SLOTS)
    assert talk.state.answers["photo"] == {"key": "k", "type": "image/png"}
    assert talk.state.answers["category"] == "lift"
    assert "place" in talk.state.answers


def test_an_unproven_number_is_not_taken_over() -> None:
    assert "mobile" not in Talk(REGISTRATION, {"mobile": "13800138000"}).state.answers
    assert "mobile" in Talk(REGISTRATION, {"mobile": "13800138000"}, proven=["+8613800138000"]).state.answers


def test_a_slot_that_was_taken_meanwhile_is_asked_again_and_the_rest_is_kept() -> None:
    talk = Talk(
        REPAIR, {"category": "lift", "description": "停在三楼", "place": HOME}, channel="voice", slots=SLOTS
    )
    talk.says("周六")
    done = talk.says("是")
    assert done.outcome == "submitted"
    left = [s for s in SLOTS if s["value"] != "s7-9"]
    talk.last = REPAIR.reject(done.state, "slot", "刚刚约满了。", {"slots": left}, NOW, "zh_CN")
    assert talk.heard.startswith("刚刚约满了。")
    assert len(talk.labels) == len(left)
    talk.says("周日下午4点")
    step = talk.says("是")
    assert step.answers["slot"] == "s8-16"
    assert step.answers["description"] == "停在三楼"


def test_a_form_without_review_is_submitted_after_its_last_question() -> None:
    form = Form("quick", "Quick", [Text("a"), Text("b", optional=True)], review=False)
    talk = Talk(form)
    talk.says("hello")
    assert talk.picks("!skip").answers == {"a": "hello"}
    assert form.start({"a": "x", "b": "y"}, {}, NOW, "en").outcome == "submitted"


def test_after_the_end_nothing_is_submitted_without_a_new_yes() -> None:
    talk = at_the_review()
    assert talk.says("是").outcome == "submitted"
    assert talk.says("你好").outcome == "misheard"


# The page


def test_a_page_is_read_by_the_same_rules() -> None:
    raw: dict[str, str | Said] = {**GRANDMOTHER, "id_type": "resident_id", "birthday": "", "gender": ""}
    answers, errors = REGISTRATION.validate(raw, {}, NOW, "zh_CN")
    assert errors == {}
    assert answers["birthday"] == date(1948, 3, 5)
    assert answers["mobile"] == "+8613800138000"


def test_a_page_says_what_is_wrong_at_its_field() -> None:
    raw: dict[str, str | Said] = {
        **GRANDMOTHER, "id_type": "resident_id", "name": "", "mobile": "138", "birthday": "1950-01-01",
    }  # fmt: skip
    _answers, errors = REGISTRATION.validate(raw, {}, NOW, "zh_CN")
    assert {name: render(text, "zh_CN")[:4] for name, text in errors.items()} == {
        "name": "这一项请", "mobile": "手机号是", "birthday": "这和证件",
    }  # fmt: skip


def test_a_page_leaves_out_what_its_conditions_leave_out() -> None:
    raw: dict[str, str | Said] = {
        "category": "lift",
        "running": "yes",
        "description": "停了",
        "place": "3-2-501",
        "slot": "s7-9",
    }
    answers, errors = REPAIR.validate(raw, {"slots": SLOTS}, NOW, "zh_CN")
    assert errors == {}
    assert set(answers) == {"category", "description", "place", "slot"}


# The definition


def test_two_fields_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="same name"):
        Form("f", "F", [Text("a"), Text("a")])


def test_a_condition_on_itself_is_how_every_question_works() -> None:
    assert not Form("f", "F", [Text("a", unless=FILLED)]).conditional
