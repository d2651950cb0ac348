"""Events as residents talk about them: what is on, signing up by name, the waiting list, a gathering of one's own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from backend.core.clock import Hands
from backend.events import actions, sweeping
from backend.events.models import Event, EventSignup
from backend.fields.choices import Choice, Choices, YesNo
from backend.fields.form import Form
from backend.fields.numbers import Integer
from backend.fields.words import Option, Words
from backend.messaging import Resident, people, say
from bots.sms_shape import cost
from bots.voice_shape import script
from conversations import flows
from conversations.flow import Person
from tests.databases import TestDatabase
from tests.events.test_planning import draft_of
from tests.events.village import Village, found_village
from tests.requests.neighbourhood import Talker, talker

DIET = Form(
    "event:1",
    "",
    [
        Choice(
            "diet",
            label={"zh_CN": "口味", "en": "Diet"},
            ask={"zh_CN": "甜的还是咸的？", "en": "Sweet or savoury?"},
            options=[
                Choices("sweet", {"zh_CN": "甜的", "en": "Sweet"}),
                Choices("salty", {"zh_CN": "咸的", "en": "Savoury"}),
            ],
        )
    ],
    review=False,
)


@pytest.fixture
def village(sqlite_database: TestDatabase, clock: Hands) -> Village:
    return found_village()


@pytest.fixture
def party(village: Village) -> Event:
    return village.event(capacity=3, companions=2, questions=DIET.to_json())


@pytest.fixture
def calligraphy(village: Village) -> Event:
    return village.event(
        days=6, title={"zh_CN": "书法体验课", "en": "Calligraphy class"}, capacity=1, body={}
    )


@pytest.fixture
def chen(village: Village) -> Talker:
    return talker("telegram", "tg-2210")


@pytest.fixture
def zhou(village: Village) -> Talker:
    return talker("telegram", "tg-2211")


@pytest.fixture
def anna(village: Village) -> Talker:
    return talker("telegram", "tg-2214", "en")


def signup(village: Village, event: Event, number: int) -> Any:
    return EventSignup.get(
        (EventSignup.event == event.id) & (EventSignup.resident_id == village.neighbours[number])
    )


def test_what_is_on_is_listed_and_one_of_it_told(chen: Talker, party: Event, calligraphy: Event) -> None:
    assert "哪一个" in chen.say("最近有什么活动")
    assert list(chen.options) == ["包粽子 · 11月7日周六 14:00", "书法体验课 · 11月8日周日 14:00"]
    told = chen.tap("包粽子 · 11月7日周六 14:00")
    assert "11月7日周六 14:00–16:00，社区活动室" in told and "还有3个名额" in told
    assert f"/events/{party.id}" in told
    assert list(chen.options) == ["报名", "全部活动"]


@pytest.mark.parametrize("said", ["活动回2", "活动2", "2号活动", "第二个活动", "活动 ２"])
def test_a_number_with_the_word_for_the_list_picks_from_it_even_after_a_notice(
    chen: Talker, village: Village, party: Event, calligraphy: Event, said: str
) -> None:
    chen.say("最近有什么活动")
    say(
        Resident(village.neighbours[0]),
        Words("家里水表读数？", options=(Option("menu:1", "a"), Option("menu:2", "b"))),
        purpose="notice",
    )
    assert "**书法体验课**" in chen.say(said)


def test_a_number_with_a_wish_signs_up_for_that_one(
    chen: Talker, village: Village, party: Event, calligraphy: Event
) -> None:
    chen.say("最近有什么活动")
    chen.say("报名2")
    assert signup(village, calligraphy, 0).status == "signed"


@pytest.mark.parametrize("said", ["活动2", "活动回2", "event 2"])
def test_a_number_of_a_list_that_was_never_shown_is_asked_about(
    chen: Talker, party: Event, calligraphy: Event, said: str
) -> None:
    assert "哪一个" in chen.say(said)
    assert "**书法体验课**" in chen.say("2")


def test_signing_up_asks_who_comes_along_and_what_staff_want_to_know(
    chen: Talker, village: Village, party: Event
) -> None:
    chen.say("报名包粽子")
    assert "甜的还是咸的" not in chen.say("一个")
    assert "甜的还是咸的" in chen.say("小孙女")
    told = chen.tap("甜的")
    mine = signup(village, party, 0)
    assert (mine.status, mine.companions, mine.companion_names) == ("signed", 1, "小孙女")
    assert mine.answers == '{"diet": "sweet"}'
    assert f"签到码**{mine.code}**" in told and "/events/pass/" in told
    assert list(chen.options) == ["取消报名"]


def test_an_event_is_found_by_its_name_in_english(anna: Talker, village: Village, calligraphy: Event) -> None:
    village.event()
    told = anna.say("I want to join the calligraphy class")
    assert "You have a place at **Calligraphy class**" in told
    assert signup(village, calligraphy, 4).status == "signed"
    assert "Which event do you mean?" in anna.say("sign up for the ballet")


def test_a_party_too_large_is_asked_again(chen: Talker, party: Event) -> None:
    chen.say("报名包粽子")
    assert "0 到 2" in chen.say("五个").replace("0到2", "0 到 2")


def test_whoever_comes_too_late_waits_is_offered_the_place_and_takes_it(
    chen: Talker, zhou: Talker, village: Village, calligraphy: Event
) -> None:
    chen.say("我要报名书法班")
    assert "候补，第1位" in zhou.say("报名书法")
    assert "取消**书法体验课**" in chen.say("我想取消书法课的报名")
    assert "已取消" in chen.tap("是的，取消")
    assert "空出一个名额" in village.heard(1)[-1]
    assert "报名成功" in zhou.press(f"event.take:{calligraphy.id}")
    assert "您已报名" in zhou.say("我的活动")


def test_an_offer_that_is_passed_on_goes_to_the_next(
    chen: Talker, zhou: Talker, anna: Talker, village: Village, calligraphy: Event
) -> None:
    for who in (chen, zhou, anna):
        who.say("报名书法" if who is not anna else "join the calligraphy class")
    chen.press(f"event.cancel:{calligraphy.id}")
    assert "让给别的邻居" in zhou.press(f"event.decline:{calligraphy.id}")
    assert "has become free for you" in village.heard(4)[-1]
    assert "给了下一位" in zhou.press(f"event.take:{calligraphy.id}")


def test_a_text_message_lists_and_signs_up_within_two_segments(village: Village, calligraphy: Event) -> None:
    identity = people.ensure("sms", "+8613800132210", "zh_CN")
    people.join_resident(identity.id, village.neighbours[0], village.happy.id)
    sms = talker("sms", "+8613800132210")
    village.event()
    for said in ("活动", "2", "1"):
        sms.say(said)
        assert sms.last is not None
        assert cost([r.content for r in sms.last.replies], "幸福里社区")[1] <= 2, said
    mine = signup(village, calligraphy, 0)
    assert mine.status == "signed"
    assert mine.code in sms.say("我的活动")


def test_a_caller_hears_five_events_at_most_and_no_link(village: Village) -> None:
    for n in range(7):
        village.event(days=5 + n, title={"zh_CN": f"活动{n}", "en": f"Event {n}"})
    identity = people.ensure("voice", "+8613800132210", "zh_CN")
    people.join_resident(identity.id, village.neighbours[0], village.happy.id)
    caller = talker("voice", "+8613800132210")
    caller.say("有什么活动")
    assert caller.last is not None
    heard = script([r.content for r in caller.last.replies])
    assert sum("活动" in line and "请按" in line for line in heard) == 5
    caller.say("1")
    caller.say("1")
    heard = script([r.content for r in caller.last.replies])
    assert any("报名成功" in line for line in heard) and not any("http" in line for line in heard)


def test_somebody_who_is_not_registered_sees_what_is_on_and_is_helped_to_register(
    village: Village, calligraphy: Event
) -> None:
    stranger = talker("webchat", "stranger")
    assert "书法体验课" in "".join([stranger.say("活动"), *stranger.options])
    assert "先登记" in stranger.say("报名书法")
    assert "flow:registration" in stranger.options.values()


def test_a_gathering_of_ones_own_is_proposed_in_chat_and_published_from_the_colleagues_chat(
    chen: Talker, zhou: Talker, village: Village
) -> None:
    chen.say("我想组织一个读书会")
    chen.say("11月14日")
    chen.tap("下午3点")
    chen.tap("两小时")
    chen.say("大槐树下")
    chen.tap("人数不限")
    chen.tap("跳过")
    assert "已交给社区" in chen.tap("交给社区")
    event = Event.get()
    assert (event.status, event.title, event.capacity) == ("awaiting", {"zh_CN": "读书会"}, None)
    assert "近期还没有活动" in zhou.say("活动")
    desk = talker("telegram", "tg-admin")
    assert "已发布" in desk.press(f"event.approve:{event.id}")
    assert "已发布" in village.heard(0)[-1]
    zhou.say("报名读书会")
    assert "1人参加" in chen.say("我的活动")
    chen.tap("取消活动")
    assert "大家都通知到了" in chen.say("我感冒了")
    assert "我感冒了" in village.heard(1)[-1]


def test_nobody_publishes_a_gathering_who_may_not(chen: Talker, village: Village) -> None:
    event = actions.propose(village.person(0), draft_of(village.event(publish=False)))
    desk = talker("telegram", "tg-desk")
    desk.say("你好")
    with pytest.raises(AssertionError):
        desk.press(f"event.approve:{event.id}")
    chen.say(f"event.approve:{event.id}")  # typed, not offered
    assert Event.get_by_id(event.id).status == "awaiting"


def test_after_the_event_a_tap_rates_it_and_a_poor_mark_is_asked_about(
    chen: Talker, village: Village, calligraphy: Event, clock: Hands
) -> None:
    chen.say("报名书法")
    clock.at = calligraphy.starts_at
    actions.check_in(village.actor(), calligraphy.id, signup(village, calligraphy, 0).id)
    clock.at = calligraphy.ends_at + timedelta(hours=1)
    sweeping.sweep_all()
    assert "下次怎样会更好" in chen.press(f"event.rate:{calligraphy.id}:3")
    assert "谢谢" in chen.say("再长一点")
    mine = signup(village, calligraphy, 0)
    assert (mine.rating, mine.rating_comment) == (3, "再长一点")


def test_an_event_that_is_over_or_called_off_meanwhile_says_so(
    chen: Talker, village: Village, party: Event
) -> None:
    chen.say("报名包粽子")
    actions.call_off(village.actor(), party.id, "下雨")
    chen.say("0")
    assert "已经取消" in chen.tap("甜的")
    assert EventSignup.select().count() == 0


@pytest.mark.parametrize(
    ("said", "entry"),
    [
        ("社区有活动吗", "event.list"),
        ("这周末有啥好玩的", "event.list"),
        ("what's on this week", "event.list"),
        ("any activities for seniors?", "event.list"),
        ("huodong", "event.list"),
        ("我想参加合唱队", "event.join"),
        ("sign up for the dumpling party", "event.join"),
        ("能不能办个象棋比赛，我来张罗", "event_propose"),
        ("I would like to organise a book club", "event_propose"),
        ("我报名的活动", "event.mine"),
        ("my sign-ups", "event.mine"),
        ("取消报名", "event.quit"),
        ("活动去不了了，帮我取消", "event.quit"),
        ("I can't come to the event", "event.quit"),
    ],
)
def test_what_people_say_about_events_is_understood(said: str, entry: str) -> None:
    meaning = flows.registry().meaning(said, Person(1, "telegram", "x", "zh_CN", 1, None, 1))
    assert meaning is not None and meaning.entry.name == entry


def test_an_answer_that_fits_its_question_no_more_is_asked_for_once_more(
    village: Village, party: Event, chen: Talker
) -> None:
    """Staff mended the questions while she answered: what they read later is an answer to what they ask."""
    two = [
        *DIET.fields,
        Choice("seat", label="Seat", ask="坐哪里？", options=[Choices("in", "里面"), Choices("out", "外面")]),
    ]
    actions.ask_more(village.actor(), party.id, Form("event:1", "", two, review=False).to_json())
    chen.say("我要报名包粽子")
    chen.say("0")
    chen.tap("甜的")
    fresh = Choice(
        "diet", label="Diet", ask="要几个？", options=[Choices("one", "一个"), Choices("five", "五个")]
    )
    actions.ask_more(village.actor(), party.id, Form("event:1", "", [fresh, two[1]], review=False).to_json())
    again = chen.tap("里面")
    assert "要几个" in again and EventSignup.select().count() == 0
    assert "报名成功" in chen.tap("五个")
    assert signup(village, party, 0).answers == '{"diet": "five", "seat": "in"}'


def test_a_question_that_became_another_kind_while_it_was_open_is_asked_anew_and_the_rest_is_kept(
    village: Village, party: Event, chen: Talker
) -> None:
    chen.say("我要报名包粽子")
    chen.say("1")
    chen.say("小孙女")
    how_many = Integer("diet", label={"zh_CN": "个数"}, ask={"zh_CN": "您要几个粽子？"}, least=1, most=9)
    own = Form("event:1", "", [how_many, YesNo("help", ask={"zh_CN": "能来帮忙吗？"})], review=False)
    actions.ask_more(village.actor(), party.id, own.to_json())
    anew = chen.say("甜的")
    assert "改过" in anew and "您要几个粽子" in anew and "没太明白" not in anew
    assert "帮忙" in chen.say("3")
    actions.ask_more(village.actor(), party.id, Form("event:1", "", [how_many], review=False).to_json())
    assert "报名成功" in chen.say("可以")
    mine = signup(village, party, 0)
    assert (mine.companions, mine.companion_names, mine.answers) == (1, "小孙女", '{"diet": 3}')


def test_how_many_come_along_is_changed_in_the_chat_and_never_beyond_the_places(
    village: Village, party: Event, chen: Talker, zhou: Talker
) -> None:
    village.join(party, 0)
    village.join(party, 1)
    assert "几位" in chen.say("我想多带一个人")
    chen.say("2")
    assert "最多可以带1人" in chen.say("小孙女") and signup(village, party, 0).companions == 0
    assert "1人同行" in chen.say("1")
    assert (signup(village, party, 0).companions, signup(village, party, 0).companion_names) == (1, "小孙女")
    assert village.join(party, 2) == "waiting"
    chen.say("少带一个人")
    chen.say("0")
    assert village.status(party, 2) == "offered", "the place goes to the next"
