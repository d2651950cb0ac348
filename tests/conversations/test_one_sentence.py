"""One free sentence opens the right conversation with what it says already."""

from __future__ import annotations

import pytest

from backend.alarms.models import Alarm
from backend.core.clock import Hands
from backend.requests.models import Booking, Request, Slot
from tests.databases import TestDatabase
from tests.requests.neighbourhood import Neighbourhood, Talker, settle, talker


@pytest.fixture
def hood(sqlite_database: TestDatabase, clock: Hands) -> Neighbourhood:
    return settle()


@pytest.fixture
def chen(hood: Neighbourhood) -> Talker:
    """Grandmother Chen in Telegram, at home in 3-2-501; it is Monday, 10 o'clock."""
    return talker("telegram", "tg-+8613800132210")


def test_home_visiting_time_and_words_are_taken_from_the_first_sentence(chen: Talker) -> None:
    asked = chen.say("周六下午想约人修空调, 3号楼2单元501")
    assert "3号楼2单元501" in asked
    assert "周六 11月7日 14–16点" in asked
    chen.tap("其他")
    chen.tap("不急")
    review = chen.tap("跳过")
    assert "周六 11月7日 14–16点" in review
    chen.tap("提交报修")
    assert Request.get().description == "周六下午想约人修空调, 3号楼2单元501"
    assert Booking.get().slot.starts_at == Request.get().slot.starts_at


def test_of_a_morning_with_two_windows_both_are_offered_first(chen: Talker) -> None:
    chen.say("明天上午有空，麻烦来修一下水龙头")
    chen.tap("滴水，不急")
    assert list(chen.options)[:2] == ["周二 11月3日 9–11点", "周二 11月3日 11–13点"]


def test_a_day_on_which_nothing_is_free_is_said(chen: Talker) -> None:
    assert "11月8日" in chen.say("周日想约人修空调")


def test_an_emergency_does_not_wait_for_the_window_that_was_named(chen: Talker) -> None:
    chen.say("明天下午三点来修水管")
    chen.tap("在流，很急")
    assert (Request.get().urgency, Request.get().slot_id) == ("emergency", None)
    assert Booking.select().count() == 0
    assert Slot.select().count() > 0


def test_pinyin_is_read_as_what_it_says(chen: Talker) -> None:
    assert "水管漏水" in chen.say("wo jia shuiguan loushui le")
    chen.tap("在流，很急")
    assert Request.get().description == "我家水管漏水了"


def test_what_is_only_a_little_like_something_is_asked_about(chen: Talker) -> None:
    assert "哪一件" in chen.say("家里有股怪味")
    assert "我要报修" in list(chen.options)
    assert "其他" in list(chen.options)


def test_the_choice_takes_her_sentence_along(chen: Talker) -> None:
    chen.say("楼上在滴")
    assert chen.options["我要报修"].endswith(":楼上在滴")
    assert "哪里需要修" in chen.tap("我要报修")


def test_of_a_complaint_and_a_repair_in_one_she_chooses(chen: Talker) -> None:
    assert "哪一件" in chen.say("我要投诉，电梯坏了，快派人来修")
    assert {"投诉", "我要报修"} <= set(chen.options)


def test_after_a_second_miss_few_choices_are_left_and_a_person(chen: Talker) -> None:
    first = chen.say("红红火火恍恍惚惚")
    many = len(chen.options)
    chen.say("啦啦啦啦啦")
    assert "人工" in "".join(chen.options)
    assert len(chen.options) < many
    assert first


def test_gas_raises_the_alarm_and_a_worker_comes_by_one_tap(hood: Neighbourhood, chen: Talker) -> None:
    answer = chen.say("煤气漏了，好大味")
    assert "开窗" in answer and "值班台" in answer
    assert Alarm.select().count() == 1
