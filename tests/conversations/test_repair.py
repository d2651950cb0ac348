"""Reporting a repair, as residents do it: in a sentence, on any channel, in their language."""

from __future__ import annotations

import pytest

from backend.core.clock import Hands
from backend.fields.form import Form
from backend.fields.words import Media, Said
from backend.messaging import people
from backend.requests import actions, slots
from backend.requests.models import Booking, Request, RequestEvent, RequestPhoto
from bots.sms_shape import cost, shape
from conversations import flows
from conversations.flows.repair import INTENTS
from tests.databases import TestDatabase
from tests.requests.neighbourhood import Neighbourhood, Talker, booked, heard, report, settle, talker


@pytest.fixture
def hood(sqlite_database: TestDatabase, clock: Hands) -> Neighbourhood:
    return settle()


@pytest.fixture
def chen(hood: Neighbourhood) -> Talker:
    """Grandmother Chen in Telegram, Chinese, at home in 3-2-501."""
    return talker("telegram", "tg-+8613800132210")


@pytest.fixture
def zhou(hood: Neighbourhood) -> Talker:
    """Her neighbour in the webchat, English, at home in 3-2-502."""
    identity = people.ensure("webchat", "zhou-browser", "en")
    people.join_resident(identity.id, hood.zhou, hood.happy.id)
    return talker("webchat", "zhou-browser", "en")


@pytest.fixture
def by_sms(hood: Neighbourhood) -> Talker:
    identity = people.ensure("sms", "+8613800132210", "zh_CN")
    people.join_resident(identity.id, hood.chen, hood.happy.id)
    return talker("sms", "+8613800132210")


def test_a_burst_pipe_is_with_a_worker_after_one_sentence_and_one_tap(chen: Talker) -> None:
    asked = chen.say("厨房水管漏水了,3号楼2单元501")
    assert "水管漏水" in asked
    assert "3号楼2单元501 厨房" in asked
    assert list(chen.options) == ["在流，很急", "滴水，不急", "不是报修"]
    answer = chen.tap("在流，很急")
    request = Request.get()
    assert (request.urgency, request.status, request.place) == ("emergency", "assigned", "3号楼2单元501 厨房")
    assert answer.startswith("请先关掉水表旁的总阀。")
    assert f"R-{request.number}" in answer
    assert "138****221" in answer
    assert "照片" in answer
    assert {"查看进度", "取消报修", "跳过"} <= set(chen.options)


def test_the_photo_comes_after_help_is_on_its_way_and_reaches_the_worker(chen: Talker) -> None:
    chen.say("水管漏水了")
    chen.tap("在流，很急")
    request = Request.get()
    before = len(heard(staff_id=request.assignee_id))
    chen.say(said=Said(media=Media("k" * 32, "image/jpeg")))
    assert RequestPhoto.get().media_key == "k" * 32
    assert len(heard(staff_id=request.assignee_id)) == before + 1
    assert "师傅" in chen.say("R-1001")


def test_a_dripping_tap_is_booked_for_a_window_looked_over_and_corrected(zhou: Talker) -> None:
    assert "Water leak" in zhou.say("the bathroom tap drips a little, not urgent")
    assert len(zhou.options) == 6
    zhou.say("tomorrow at 3pm")
    review = zhou.say("skip")
    assert "Building 3, Unit 2, Room 502" in review
    assert "Is everything right?" in review
    assert "Time of the visit: Tue 3 Nov" in review
    zhou.say("change the place")
    zhou.say("3-2-601 kitchen")
    answer = zhou.tap("Send it")
    request = Request.get()
    assert (request.room, request.detail, request.urgency) == ("601", "kitchen", "normal")
    assert f"R-{request.number}" in answer
    assert "Tue 3 Nov, 14:00–16:00" in answer
    assert Booking.get().slot_id == request.slot_id


def test_by_sms_it_takes_two_answers_and_two_segments_each(by_sms: Talker) -> None:
    by_sms.say("漏水了 501")
    assert by_sms.last is not None
    first = shape([r.content for r in by_sms.last.replies], "邻里")[0]
    assert "水管漏水，3号楼2单元501" in first.text
    assert cost([r.content for r in by_sms.last.replies], "邻里")[1] <= 2
    answer = by_sms.say("1")
    assert cost([r.content for r in by_sms.last.replies], "邻里")[1] <= 2
    assert answer.startswith("请先关总阀。")
    assert "R1001" in answer
    by_sms.say("2")
    assert Request.get().status == "cancelled"


def test_by_voice_a_gas_smell_says_first_what_to_do(hood: Neighbourhood) -> None:
    identity = people.ensure("voice", "+8613900139000", "en")
    people.join_resident(identity.id, hood.zhou, hood.happy.id)
    caller = talker("voice", "+8613900139000", "en")
    assert caller.say("it smells of gas in the kitchen").startswith("Please open the windows")
    caller.say(said=Said(text="1", keyed=True))
    assert (Request.get().category, Request.get().urgency) == ("gas", "emergency")
    assert caller.last is not None
    assert "Your number is 1 0 0 1" in caller.last.replies[0].content.spoken


def test_what_is_not_a_repair_makes_no_request(chen: Talker) -> None:
    chen.say("水管漏水了")
    assert "不报修" in chen.tap("不是报修")
    assert Request.select().count() == 0


def test_from_the_menu_everything_can_be_tapped(chen: Talker) -> None:
    chen.say("报修")
    chen.tap("照明")
    chen.tap("3号楼2单元501（家）")
    chen.say("客厅灯不亮")
    chen.tap("都可以")
    chen.tap("跳过")
    chen.tap("提交报修")
    assert (Request.get().category, Request.get().slot_id) == ("lights", None)


def test_the_same_thing_again_is_added_to_the_open_request_or_made_anew(
    hood: Neighbourhood, by_sms: Talker
) -> None:
    number = booked(hood).request.number
    by_sms.say("厨房水龙头滴水")
    assert f"R-{number}" in by_sms.say("1")
    assert "已补充" in by_sms.say("1")
    assert Request.select().count() == 1
    assert RequestEvent.select().where(RequestEvent.act == "comment").get().text == "厨房水龙头滴水"
    by_sms.say("水龙头滴水")
    by_sms.say("1")
    by_sms.say("2")
    assert Request.select().count() == 2


def test_a_window_that_went_in_the_meantime_is_asked_again_and_nothing_else(
    hood: Neighbourhood, by_sms: Talker
) -> None:
    by_sms.say("厨房水龙头滴水,不急")
    first = slots.free(hood.happy.id)[0]
    for _seat in range(first.capacity):
        booked(hood, category="lights", degree=None, slot_id=first.id)
    assert "约满" in by_sms.say("1")
    answer = by_sms.say("1")
    assert f"R{Request.select().order_by(Request.id.desc()).get().number}" in answer
    assert Request.select().count() == 3


def test_somebody_unknown_is_helped_first_and_invited_to_register_after(hood: Neighbourhood) -> None:
    stranger = talker("sms", "+8613700000000")
    stranger.say("我家没电了")
    stranger.say("2")
    answer = stranger.say("4号楼1单元301")
    request = Request.get()
    assert (request.resident_id, request.contact_phone) == (None, "+8613700000000")
    assert "R1001" in answer
    assert "登记" in answer
    assert "已派单" in stranger.say("我的报修")
    assert "没有找到" in talker("sms", "+8613700000009").say("R-1001")


def test_an_unknown_browser_is_asked_where_and_for_a_phone(hood: Neighbourhood) -> None:
    browser = talker("webchat", "somebody", "en")
    browser.say("the lift is stuck, people are trapped inside")
    browser.tap("Somebody is trapped")
    browser.say("building 4")
    assert "R-1001" in browser.say("138 0000 0000")
    assert Request.get().contact_phone == "+8613800000000"


def test_progress_is_found_by_number_and_by_asking(hood: Neighbourhood, chen: Talker, zhou: Talker) -> None:
    number = booked(hood).request.number
    actions.assign(hood.actor(hood.desk), number, hood.wang)
    for text in (f"R-{number}", f"r{number} 怎么样了", "查进度", "师傅什么时候来", "我的报修"):
        assert "王师傅" in chen.say(text), text
    assert "no request" in zhou.say(f"R-{number}")
    assert "no repairs" in zhou.say("my repairs")


def test_a_bad_rating_asks_why_and_not_mended_reopens_it(hood: Neighbourhood, chen: Talker) -> None:
    number = booked(hood).request.number
    actions.assign(hood.actor(hood.desk), number, hood.wang)
    actions.accept(hood.actor(hood.wang), number)
    actions.finish(hood.actor(hood.wang), number, "换了垫圈")
    assert "哪里做得不够好" in chen.press(f"request.rate:{number}:2")
    chen.say("来得太晚")
    assert Request.get().rating_comment == "来得太晚"
    chen.press(f"request.reopen:{number}")
    assert "重新打开" in chen.say("还在滴")
    assert Request.get().status == "new"
    assert "还在处理中" in chen.press(f"request.reopen:{number}")


def test_cancelling_twice_is_answered_kindly(hood: Neighbourhood, chen: Talker) -> None:
    chen.say("水管漏水了")
    chen.tap("在流，很急")
    chen.press("request.cancel:1001")
    assert "已经取消过" in chen.press("request.cancel:1001")


@pytest.mark.parametrize(
    "text",
    [
        "厨房水管漏水了,3号楼2单元501", "漏水了", "家里没电了", "楼道灯不亮", "电梯坏了", "马桶堵了", "暖气不热", "门锁打不开",
        "下水道堵了", "我要报修", "帮我找人修一下窗户", "燃气灶打不着火", "the kitchen pipe is leaking", "no power at home",
        "my toilet is blocked", "the elevator is not working", "I need a repair", "gas smell in the hall",
    ],
)  # fmt: skip
def test_complaints_start_a_repair(text: str) -> None:
    assert any(p.search(text) for p in INTENTS), text


@pytest.mark.parametrize(
    "text",
    ["你好", "今天天气真好", "我要注册", "换手机号", "活动什么时候开始", "hello", "change my phone number"],
)
def test_other_talk_does_not(text: str) -> None:
    assert not any(p.search(text) for p in INTENTS), text


def test_the_form_is_data() -> None:
    form = flows.registry().flows["repair"].form
    assert Form.from_json(form.to_json()).to_json() == form.to_json()


def test_a_report_keeps_what_she_wrote_even_when_it_was_an_emergency(
    hood: Neighbourhood, chen: Talker
) -> None:
    chen.say("厨房水管漏水了,快来人")
    chen.tap("在流，很急")
    assert Request.get().description == "厨房水管漏水了,快来人"
    assert report().category == "water"
