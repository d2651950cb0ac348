"""Surveys as residents meet them: on every channel, begun on one and finished on another, named and anonymous."""

from __future__ import annotations

import pytest

from backend.core.clock import Hands
from backend.fields.words import Said
from backend.messaging import people, threads
from backend.messaging.models import Conversation
from backend.surveys import actions
from backend.surveys.audience import Audience
from backend.surveys.form import stored
from backend.surveys.models import Survey, SurveyAnswer, SurveyAnswerBefore, SurveyInvitation
from conversations import reminders
from tests.databases import TestDatabase
from tests.requests.neighbourhood import Neighbourhood, Talker, heard, talker
from tests.surveys.street import ANSWERS, admin, neighbours, opened, settled


@pytest.fixture
def hood(database: TestDatabase, clock: Hands) -> Neighbourhood:
    return settled()


@pytest.fixture
def chen(hood: Neighbourhood) -> Talker:
    return talker("telegram", "tg-+8613800132210")


def answers_of(resident_id: int) -> dict[str, object]:
    row = SurveyAnswer.get(SurveyAnswer.resident_id == resident_id)
    return stored(row)


def test_she_is_invited_taps_answer_and_her_answers_are_kept(hood: Neighbourhood, chen: Talker) -> None:
    survey = opened(hood)
    (invited,) = heard(resident_id=hood.chen)
    assert "小花园怎么用" in invited.text and "想听听您的想法" in invited.text
    first = chen.press(f"flow:survey:{survey.id}")
    assert "您多久去一次小花园" in first and "姓名" in first
    assert "为什么不去" in chen.tap("不去")
    assert "打几分" in chen.say("太远了,走不动")
    chen.tap("很不满意")
    chen.say("3")
    assert "谢谢" in chen.tap("是")
    assert answers_of(hood.chen) == {
        "often": "never",
        "why": "太远了,走不动",
        "mark": 1,
        "people": 3,
        "help": True,
    }
    assert "已经答过" in chen.press(f"flow:survey:{survey.id}")
    assert SurveyAnswer.select().count() == 1


def test_what_she_writes_is_sealed_in_the_database(hood: Neighbourhood, database: TestDatabase) -> None:
    survey = opened(hood)
    actions.answer(survey.id, hood.chen, ANSWERS, "sms")
    row = SurveyAnswer.get()
    assert "why" not in row.answers and "太远了" in row.sealed


def test_a_survey_is_answered_by_text_message_with_numbers(hood: Neighbourhood) -> None:
    survey = opened(hood)
    phone = talker("sms", "+8613800132210")
    phone.say("你好")
    people.join_resident(people.find("sms", "+8613800132210").id, hood.chen)  # type: ignore[union-attr]
    assert "这些问卷在等您" in phone.say("问卷")
    assert "您多久去一次" in phone.say("1")
    assert "您希望那里有什么" in phone.say("2")
    assert "打几分" in phone.say("13")
    phone.say("4")
    phone.say("2")
    assert "谢谢" in phone.say("跳过")
    assert answers_of(hood.chen) == {"often": "weekly", "wants": ["bench", "swing"], "mark": 4, "people": 2}
    assert SurveyAnswer.get().channel == "sms"
    assert survey.id


def test_a_survey_is_answered_by_phone_with_the_keypad(hood: Neighbourhood) -> None:
    survey = opened(hood)
    line = talker("voice", "+8613800132210")
    line.say("你好")
    people.join_resident(people.find("voice", "+8613800132210").id, hood.chen)  # type: ignore[union-attr]
    line.say("问卷")
    line.press(f"flow:survey:{survey.id}")
    for keys in ("1", "13", "4", "2"):
        line.say(said=Said(text=keys, keyed=True))
    assert "谢谢" in line.say(said=Said(text="1", keyed=True))
    assert answers_of(hood.chen) == {
        "often": "daily",
        "wants": ["bench", "swing"],
        "mark": 4,
        "people": 2,
        "help": True,
    }


def test_begun_in_the_webchat_it_is_finished_by_text_message(hood: Neighbourhood) -> None:
    survey = opened(hood)
    page, phone = talker("webchat", "chen-page"), talker("sms", "+8613800132210")
    for one in (page, phone):
        one.say("你好")
        people.join_resident(people.find(one.channel, one.address).id, hood.chen)  # type: ignore[union-attr]
    page.say("问卷")
    page.press(f"flow:survey:{survey.id}")
    page.tap("每天")
    assert "小花园怎么用" in phone.say("您好")
    assert "您希望那里有什么" in phone.say("1")
    for words in ("2", "5", "1", "好的"):
        last = phone.say(words)
    assert "谢谢" in last
    assert answers_of(hood.chen)["often"] == "daily"
    assert answers_of(hood.chen)["wants"] == ["light"]


def test_an_answer_that_may_be_changed_is_shown_changed_and_its_past_kept(
    hood: Neighbourhood, chen: Talker
) -> None:
    survey = opened(hood, editable=True)
    actions.answer(survey.id, hood.chen, ANSWERS, "sms")
    shown = chen.press(f"flow:survey:{survey.id}")
    assert "这是您的回答" in shown and "太远了" in shown
    chen.tap("有要改的")
    chen.tap("打分")
    chen.tap("非常满意")
    assert "已更新" in chen.tap("都对")
    assert answers_of(hood.chen) == {**ANSWERS, "mark": 5}
    before = SurveyAnswerBefore.get()
    assert stored(before)["mark"] == 2 and before.channel == "sms"
    assert SurveyAnswer.get().edition == 2


def test_closed_in_the_midst_she_is_told_kindly_and_nothing_is_left_open(
    hood: Neighbourhood, chen: Talker
) -> None:
    survey = opened(hood)
    chen.press(f"flow:survey:{survey.id}")
    chen.tap("每天")
    actions.close(admin(hood), survey.id)
    said = chen.say("1")
    assert "已经结束" in said and "谢谢" in said
    assert SurveyAnswer.select().count() == 0
    assert Conversation.select().where(Conversation.flow.is_null(False)).count() == 0
    assert "已经结束" in chen.press(f"flow:survey:{survey.id}")


def test_a_survey_that_closed_is_not_brought_up_again(
    hood: Neighbourhood, chen: Talker, clock: Hands
) -> None:
    survey = opened(hood)
    chen.press(f"flow:survey:{survey.id}")
    actions.close(admin(hood), survey.id)
    clock.forward(hours=3)
    assert reminders.remind() == 0


def test_the_menu_lists_what_is_open_for_her_and_nothing_else(hood: Neighbourhood, chen: Talker) -> None:
    survey = opened(hood)
    assert "问卷" in chen.say("菜单") or "问卷" in str(chen.options)
    chen.say("有什么问卷")
    assert chen.options == {"小花园怎么用": f"flow:survey:{survey.id}"}
    actions.answer(survey.id, hood.chen, ANSWERS, "sms")
    assert "没有" in chen.say("问卷")


def test_no_thank_you_is_an_answer_and_she_may_change_her_mind(hood: Neighbourhood, chen: Talker) -> None:
    survey = opened(hood)
    assert "不再提醒" in chen.press(f"survey.decline:{survey.id}")
    assert SurveyInvitation.get(SurveyInvitation.resident_id == hood.chen).declined
    assert "小花园" in chen.press(f"flow:survey:{survey.id}")


def test_who_is_not_registered_is_shown_the_way(hood: Neighbourhood) -> None:
    survey = opened(hood)
    stranger = talker("webchat", "somebody")
    stranger.say("你好")
    assert "问卷" not in stranger.options
    said = stranger.say(said=Said(choice=f"flow:survey:{survey.id}"))
    assert "登记" in said
    assert "flow:registration" in stranger.options.values()


def test_who_is_not_asked_is_told_so_kindly(hood: Neighbourhood) -> None:
    neighbours(hood, 1, building="8")
    survey = opened(hood, audience=Audience(hood.happy.id, buildings=("8",)))
    with pytest.raises(Exception, match="other neighbours"):
        actions.check(survey.id, hood.chen)


# --- anonymous ------------------------------------------------------------------------------------------------


def test_an_anonymous_answer_leads_to_nobody(hood: Neighbourhood, chen: Talker, clock: Hands) -> None:
    neighbours(hood, 5)
    survey = opened(hood, anonymous=True)
    clock.forward(hours=2, minutes=17)
    first = chen.press(f"flow:survey:{survey.id}")
    assert "匿名" in first
    chen.tap("不去")
    chen.say("隔壁老王的狗太凶")
    chen.tap("很不满意")
    chen.say("3")
    done = chen.tap("是")
    assert "谢谢" in done
    row = SurveyAnswer.get()
    assert stored(row)["why"] == "隔壁老王的狗太凶"
    assert row.resident_id is None and row.channel == ""
    assert (row.at.hour, row.at.minute) == (16, 0), "midnight in Shanghai on the day that it opened, in UTC"
    invited = SurveyInvitation.get(SurveyInvitation.resident_id == hood.chen)
    assert invited.answered and invited.answered_at is None


def test_what_staff_can_read_of_the_conversation_does_not_tell_her_answers(
    hood: Neighbourhood, chen: Talker
) -> None:
    neighbours(hood, 5)
    survey = opened(hood, anonymous=True)
    chen.press(f"flow:survey:{survey.id}")
    chen.tap("不去")
    chen.say("隔壁老王的狗太凶")
    chen.tap("很不满意")
    chen.say("3")
    chen.tap("是")
    here = people.find("telegram", chen.address)
    assert here is not None
    lines = threads.of_person(hood.chen, [here.id])
    told = " ".join(line.content.text for line in lines if isinstance(line, threads.Told))
    said = " ".join(f"{line.text} {line.choice}" for line in lines if isinstance(line, threads.Heard))
    for word in ("老王", "never", "为什么不去", "打几分", "每天"):
        assert word not in told + said, word


def test_an_anonymous_answer_counts_once_and_cannot_be_changed(hood: Neighbourhood, chen: Talker) -> None:
    neighbours(hood, 5)
    survey = opened(hood, anonymous=True, editable=True)
    assert not Survey.get_by_id(survey.id).editable
    actions.answer(survey.id, hood.chen, ANSWERS, "sms")
    with pytest.raises(Exception, match="already"):
        actions.answer(survey.id, hood.chen, ANSWERS, "sms")
    assert "找不到" in chen.press(f"flow:survey:{survey.id}")
    assert SurveyAnswer.select().count() == 1


def test_the_order_of_the_rows_does_not_tell_who_came_first(hood: Neighbourhood) -> None:
    people_asked = neighbours(hood, 20)
    survey = opened(hood, anonymous=True)
    for index, one in enumerate(people_asked):
        actions.answer(survey.id, one, {**ANSWERS, "people": index + 1}, "sms")
    order = [row.answers["people"] for row in SurveyAnswer.select().order_by(SurveyAnswer.id)]
    assert sorted(order) == list(range(1, 21)) and order != sorted(order)
