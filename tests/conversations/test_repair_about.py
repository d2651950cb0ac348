"""What people say about a repair in their own words, and what they say when they are upset, in danger or only polite."""

from __future__ import annotations

import pytest

from backend.core.clock import Hands
from backend.fields.words import Media, Said
from backend.inbox.models import Handover
from backend.messaging import people
from backend.requests import actions
from backend.requests.models import Request, RequestEvent, RequestPhoto
from tests.databases import TestDatabase
from tests.requests.neighbourhood import Neighbourhood, Talker, booked, heard, settle, talker


@pytest.fixture
def hood(database: TestDatabase, clock: Hands) -> Neighbourhood:
    return settle()


@pytest.fixture
def chen(hood: Neighbourhood) -> Talker:
    """Grandmother Chen, by SMS."""
    identity = people.ensure("sms", "+8613800132210", "zh_CN")
    people.join_resident(identity.id, hood.chen, hood.happy.id)
    return talker("sms", "+8613800132210")


@pytest.fixture
def number(hood: Neighbourhood) -> int:
    """Her dripping tap, given to Wang by the desk."""
    number = booked(hood).request.number
    actions.assign(hood.actor(hood.desk), number, hood.wang)
    return int(number)


@pytest.fixture
def wang(hood: Neighbourhood) -> Talker:
    return talker("telegram", "tg-wang")


@pytest.mark.parametrize(
    "words",
    [
        "修好了吗",
        "师傅什么时候来",
        "我的报修到哪了",
        "什么时候能来修",
        "进度",
        "is it fixed yet",
        "when is the plummer coming",
    ],
)
def test_how_it_stands_can_be_asked_in_many_ways(chen: Talker, number: int, words: str) -> None:
    assert f"R{number}" in chen.say(words)


@pytest.mark.parametrize(
    "words", ["取消报修", "不用修了已经好了", "取消", "自己修好了", "i want to cancel the repair", "不用来了"]
)
def test_a_repair_is_cancelled_in_her_own_words_after_one_question(
    chen: Talker, number: int, words: str
) -> None:
    assert f"R-{number}" in chen.say(words)
    assert Request.get().status == "assigned"
    chen.say("1")
    assert Request.get().status == "cancelled"


def test_with_nothing_open_cancelling_begins_no_new_repair(chen: Talker) -> None:
    assert "不用取消" in chen.say("取消报修")
    assert Request.select().count() == 0


def test_a_wish_for_another_time_reaches_the_worker(hood: Neighbourhood, chen: Talker, number: int) -> None:
    assert "什么时候方便" in chen.say("我要改时间")
    assert f"R{number}" in chen.say("周六上午")
    assert "周六上午" in heard(staff_id=hood.wang)[-1].text
    assert "改到明天下午" in str(chen.say("改到明天下午") and heard(staff_id=hood.wang)[-1].text)


def test_still_leaking_reopens_what_was_finished(
    hood: Neighbourhood, chen: Talker, wang: Talker, number: int
) -> None:
    for words in ("接了", "在路上了", "到了", "搞定，换了个阀门", "跳过"):
        wang.say(words)
    assert Request.get().status == "done"
    assert f"R{number}" in chen.say("还在漏")
    assert Request.get().status == "new"
    assert RequestEvent.select().where(RequestEvent.act == "reopen").get().text == "还在漏"


def test_a_worker_who_writes_instead_of_pressing_is_understood(
    hood: Neighbourhood, wang: Talker, number: int
) -> None:
    for words, status in (("收到", "accepted"), ("在路上了", "on_the_way"), ("到了", "in_progress")):
        assert f"R-{number}" in wang.say(words)
        assert Request.get().status == status
    wang.say("缺配件明天再来")
    wang.say("跳过")
    wang.say("跳过")
    assert "缺配件明天再来" in heard(resident_id=hood.chen)[-1].text
    wang.say("搞定")
    wang.say("换了个阀门")
    wang.say("跳过")
    assert Request.get().status == "done"
    assert "换了个阀门" in heard(resident_id=hood.chen)[-1].text


def test_a_worker_with_two_jobs_is_asked_which(hood: Neighbourhood, wang: Talker, number: int) -> None:
    second = booked(hood, category="lights", degree=None).request.number
    actions.assign(hood.actor(hood.desk), second, hood.wang)
    assert "哪一单" in wang.say("接了")
    wang.press(f"request.accept:{second}")
    assert Request.get(Request.category == "lights").status == "accepted"


def test_a_rating_is_taken_in_words(chen: Talker, wang: Talker, number: int) -> None:
    for words in ("接了", "出发了", "到了", "搞定，换了个阀门", "跳过"):
        wang.say(words)
    chen.say("非常满意")
    assert (Request.get().rating, Request.get().status) == (5, "closed")


@pytest.mark.parametrize(
    "words", ["我要投诉", "你们怎么回事", "什么垃圾", "三天了还没人来", "This is ridiculous"]
)
def test_somebody_upset_is_passed_on_to_a_person(chen: Talker, words: str) -> None:
    assert chen.say(words)
    assert Handover.get().said == words


def test_who_waits_too_long_hears_how_it_stands_and_the_worker_is_told(
    hood: Neighbourhood, chen: Talker, number: int
) -> None:
    answer = chen.say("怎么还没人来")
    assert "久等" in answer
    assert f"R{number}" in answer
    assert "怎么还没人来" in heard(staff_id=hood.wang)[-1].text


def test_an_angry_report_of_something_new_is_a_report(chen: Talker, number: int) -> None:
    assert "照明" in chen.say("灯不亮了一个月了也没人管")


@pytest.mark.parametrize(
    "cry",
    [
        "老伴晕倒了没反应",
        "我摔倒了起不来",
        "有人拿刀",
        "家里进贼了",
        "不想活了",
        "触电了",
        "there is a fire",
        "I fell down and can't get up",
    ],
)
def test_a_cry_in_the_middle_of_a_form_is_answered_at_once_and_the_form_waits(chen: Talker, cry: str) -> None:
    chen.say("灯坏了")
    answer = chen.say(cry)
    assert "120" in answer
    assert "上门" not in answer
    assert Handover.get().reason == "emergency"
    assert "上门" in chen.say("继续")


def test_gas_is_heard_while_a_bulb_is_being_reported(chen: Talker) -> None:
    chen.say("灯坏了")
    assert "开窗" in chen.say("煤气漏了")


def test_something_else_that_is_broken_too_comes_first_and_then_the_other(chen: Talker) -> None:
    chen.say("灯坏了")
    assert "接着办" in chen.say("还有暖气也不热")
    assert Request.get().category == "heating"
    chen.say("1")
    assert {r.category for r in Request.select()} == {"lights", "heating"}


def test_a_photo_out_of_the_blue_goes_with_the_open_repair_or_begins_one(chen: Talker) -> None:
    photo = Said(media=Media("k" * 32, "image/jpeg"))
    assert "照片收到" in chen.say(said=photo)
    for words in ("灯", "3-2-501", "客厅的灯不亮", "1"):
        chen.say(words)
    assert RequestPhoto.get().media_key == "k" * 32
    chen.say(said=Said(media=Media("l" * 32, "image/jpeg")))
    assert RequestPhoto.select().count() == 2


def test_who_waits_for_a_person_is_not_asked_again_what_she_means(chen: Talker) -> None:
    chen.say("给我转人工")
    assert "同事" in chen.say("喂没人接啊")
    assert "好的" in chen.say("嗯好的")


def test_politeness_in_the_middle_is_answered_and_the_question_stays(chen: Talker) -> None:
    chen.say("灯坏了")
    assert "我在" in chen.say("在吗")
    assert "不客气" in chen.say("谢谢")
    assert "上门" in chen.say("谢谢你")


def test_a_spot_told_beside_the_question_is_noted(chen: Talker) -> None:
    chen.say("厨房水管滴水,不急")
    answer = chen.say("等等不是厨房是卫生间")
    assert "3号楼2单元501 卫生间" in answer
    assert "上门" in answer
    chen.say("1")
    assert Request.get().detail == "卫生间"


def test_a_photo_that_comes_too_early_is_kept(hood: Neighbourhood) -> None:
    browser = talker("webchat", "young-man")
    browser.say("灯坏了")
    assert "照片收到" in browser.say(said=Said(media=Media("e" * 32, "image/jpeg")))
    for words in ("2号楼1单元503", "13800138001", "都可以", "确认"):
        browser.say(words)
    assert RequestPhoto.get().media_key == "e" * 32


def photo(letter: str) -> Said:
    return Said(media=Media(letter * 32, "image/png"))


def kept() -> list[str]:
    return [p.media_key[0] for p in RequestPhoto.select().order_by(RequestPhoto.id)]


@pytest.mark.parametrize("channel", ["webchat", "sms"])
def test_photos_of_a_flood_are_kept_whenever_they_come(hood: Neighbourhood, channel: str) -> None:
    """With the first words, before the question how bad it is, after it, and when help is on its way."""
    someone = talker(channel, "young-man" if channel == "webchat" else "+8613800138001")
    someone.say(said=Said(text="水管爆了", media=Media("a" * 32, "image/png")))
    assert "照片收到" in someone.say(said=photo("b"))
    someone.say("1")
    assert "照片收到" in someone.say(said=photo("c"))
    someone.say("2号楼1单元503")
    if channel == "webchat":
        assert "R-" in someone.say("13800138001")
    assert (Request.get().urgency, kept()) == ("emergency", ["a", "b", "c"])
    someone.say(said=photo("d"))
    assert kept() == ["a", "b", "c", "d"]


def test_a_photo_at_the_last_look_is_kept_too(hood: Neighbourhood) -> None:
    browser = talker("webchat", "young-man")
    browser.say("灯坏了")
    for words in ("2号楼1单元503", "13800138001", "都可以", "跳过"):
        browser.say(words)
    assert "照片收到" in browser.say(said=photo("f"))
    browser.say("确认")
    assert kept() == ["f"]


def test_a_photo_that_comes_with_a_complaint_goes_with_the_repair(
    hood: Neighbourhood, chen: Talker, number: int
) -> None:
    chen.say(said=Said(text="怎么还没人来", media=Media("g" * 32, "image/png")))
    assert kept() == ["g"]


@pytest.mark.parametrize(
    ("words", "category"),
    [
        ("有人被困在电梯里", "电梯"),
        ("马捅赌了", "下水道"),
        ("ther is no hot watter", "暖气"),
    ],
)
def test_trouble_is_understood_however_it_is_put(chen: Talker, words: str, category: str) -> None:
    assert category in chen.say(words)


def test_a_child_locked_in_may_be_in_danger_and_so_she_is_asked(chen: Talker) -> None:
    assert "哪一件" in chen.say("孩子被锁在家里了")
    asked = list(chen.options.values())
    assert "emergency" in asked[0] and any("repair" in value for value in asked), asked


def test_agreeing_to_everything_answers_no_single_question(chen: Talker) -> None:
    chen.say("水管漏水了")
    chen.say("提交")
    assert Request.select().count() == 0


def test_a_change_of_mind_while_a_new_time_is_asked_is_heard(chen: Talker, number: int) -> None:
    chen.say("我要改时间")
    assert "要取消" in chen.say("不用修了已经好了")
