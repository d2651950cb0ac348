"""A cry for help, and the answers of those who are told."""

from __future__ import annotations

import pytest

from backend.alarms import record
from backend.alarms.actions import answer, raise_alarm
from backend.alarms.climbing import climb
from backend.alarms.models import Alarm, AlarmStep
from backend.core.clock import Hands
from backend.core.i18n import _
from backend.family import actions as family
from backend.family.actions import Entered
from backend.family.models import Relation
from backend.fields.words import Option, Said, Words
from backend.inbox.models import Handover
from backend.messaging import At, people, say
from backend.messaging.models import Delivery
from tests.alarms.street import DAUGHTER, Street, acts, alarm, heard, help_needed, relate, settle
from tests.databases import TestDatabase
from tests.requests.neighbourhood import talker


@pytest.fixture
def street(sqlite_database: TestDatabase) -> Street:
    return settle()


CRIES = [
    "救命",
    "救命啊！我摔倒了",
    "着火了",
    "help, I fell",
    "I've fallen",
    "fall",
    "SOS",
    "我刚摔了一跤起不来",
    "Help!!",
    "jiuming",
]


@pytest.mark.parametrize("cry", CRIES)
def test_a_cry_for_help_is_an_alarm_at_once_and_still_reaches_the_desk(street: Street, cry: str) -> None:
    answer = talker("telegram", "tg-+8613800132210").say(cry)
    assert "119" in answer and "120" in answer
    raised = Alarm.get()
    assert (raised.kind, raised.severity, raised.resident_id) == ("sos", "critical", street.chen)
    assert len(heard(identity_id=street.daughter)) == 1
    assert Handover.select().where(Handover.reason == "emergency").count() == 1


@pytest.mark.parametrize("channel", ["sms", "voice", "webchat"])
def test_it_is_heard_on_every_channel_and_in_the_midst_of_a_form(street: Street, channel: str) -> None:
    her = talker(channel, "browser-9" if channel == "webchat" else "+8613800132210")
    her.say("我要报修")
    her.say("救命")
    assert Alarm.select().count() == 1


def test_every_cry_is_an_event_of_its_own_until_there_are_too_many(street: Street) -> None:
    her = talker("telegram", "tg-+8613800132210")
    for _n in range(8):
        her.say("救命")
    assert Alarm.select().count() == 6


def test_a_stranger_without_a_file_is_heard_too(street: Street) -> None:
    talker("sms", "+8613600136000").say("救命")
    raised = Alarm.get()
    told = AlarmStep.select().where(AlarmStep.alarm == raised).first()
    assert (told.who, raised.resident_id) == ("duty_desk", None)
    assert "13600136000" in heard(staff_id=street.desk)[0].text


def test_her_daughter_far_away_cries_for_her_and_people_go_to_the_right_door(street: Street) -> None:
    talker("sms", DAUGHTER).say("我妈晕倒了，快救救她")
    raised = Alarm.get()
    assert raised.resident_id == street.chen
    (told,) = heard(identity_id=street.daughter)
    assert "501" in told.text and told.options


def test_a_neighbour_who_cries_for_her_names_whom_she_may_mean(street: Street) -> None:
    her = talker("telegram", "tg-+8613900139000")
    her.say("奶奶摔倒了起不来")
    raised = Alarm.get()
    assert raised.resident_id == street.zhou
    assert "陈秀英" in record.unpacked(raised).text["zh_CN"]
    her.say("救命")
    assert "陈秀英" not in record.unpacked(Alarm.select().order_by(Alarm.id.desc()).first()).text["zh_CN"]


@pytest.mark.parametrize(
    "said", ["help", "我摔坏了花盆，想问问怎么修", "晚饭吃了鱼", "I fell in love with this park"]
)
def test_other_words_are_no_cry(street: Street, said: str) -> None:
    talker("telegram", "tg-+8613800132210").say(said)
    assert Alarm.select().count() == 0


def test_the_digit_1_of_a_text_message_says_i_go(street: Street) -> None:
    alarm_id = help_needed(street)
    answer = talker("sms", DAUGHTER, "en").say("1")
    assert "everybody knows" in answer
    assert (alarm(alarm_id).status, alarm(alarm_id).answered_by) == ("going", "女儿")


def test_the_digit_2_says_i_cannot_and_the_neighbour_is_told_at_once(street: Street) -> None:
    help_needed(street)
    talker("sms", DAUGHTER, "en").say("2")
    assert len(heard(resident_id=street.zhou)) == 1


def test_a_key_of_the_telephone_answers_the_call(street: Street, clock: Hands) -> None:
    alarm_id = help_needed(street)
    clock.forward(seconds=90)
    climb()
    rung = talker("voice", DAUGHTER, "en")
    rung.ours = True
    rung.say(said=Said(text="1", keyed=True))
    assert alarm(alarm_id).status == "going"


def test_a_key_in_a_call_to_us_stops_nothing_and_is_asked_in_a_call_of_ours(
    street: Street, clock: Hands
) -> None:
    alarm_id = help_needed(street)
    clock.forward(seconds=90)
    climb()
    caller = talker("voice", DAUGHTER, "en")
    assert "ring you up" in caller.say(said=Said(text="1", keyed=True))
    caller.press(f"alarm.safe:{alarm_id}")
    assert (alarm(alarm_id).status, acts(alarm_id)[-1]) == ("open", "claimed")
    clock.forward(minutes=2)
    climb()
    assert len(heard(resident_id=street.zhou)) == 1
    rung = talker("voice", DAUGHTER, "en")
    rung.ours = True
    rung.counter = caller.counter
    rung.say(said=Said(text="1", keyed=True))
    assert alarm(alarm_id).status == "cleared"


def test_who_calls_and_says_it_was_nothing_is_rung_up_and_people_go_on(street: Street) -> None:
    caller = talker("voice", "+8613800132210")
    caller.say("救命")
    caller.say(said=Said(text="1", keyed=True))
    raised = Alarm.get()
    assert (raised.status, acts(raised.id)[-1]) == ("open", "claimed")
    rung = talker("voice", "+8613800132210")
    rung.ours, rung.counter = True, caller.counter
    rung.say(said=Said(text="1", keyed=True))
    assert alarm(raised.id).status == "cleared"


# --- somebody whom staff have entered -------------------------------------------------------------------------

SON = "+8613700137000"


@pytest.fixture
def entered(street: Street) -> int:
    """Her son, written down by the desk; the daughter is not there any more."""
    Relation.update(status="withdrawn").where(Relation.identity_id == street.daughter).execute()
    given = Entered("family", "陈强", "儿子", SON, ("alarm",), "paper")
    family.add_by_staff(street.actor(street.desk), street.chen, given)
    return people.ensure("sms", SON).id


def test_an_alarm_reaches_whom_staff_entered_with_a_hint_alone(
    street: Street, entered: int, clock: Hands
) -> None:
    help_needed(street)
    clock.forward(seconds=90)
    climb()
    told = [*heard(identity_id=entered), *heard(identity_id=people.ensure("voice", SON).id)]
    assert len(told) == 2
    for content in told:
        for said in (content.text, content.short, content.spoken):
            assert "陈＊＊" in said or "陈" in said
            assert not any(secret in said for secret in ("秀英", "501", "救命", "3号楼", "13800132210"))


def test_his_yes_to_the_alarm_brings_the_details_and_then_his_answer_counts(
    street: Street, entered: int
) -> None:
    alarm_id = help_needed(street)
    his = talker("sms", SON)
    assert "3号楼2单元501" in his.say("1")
    assert alarm(alarm_id).status == "open"
    his.say("4")
    assert (alarm(alarm_id).status, alarm(alarm_id).answered_by) == ("cleared", "儿子")


@pytest.mark.parametrize("answer", ["safe", "false_alarm", "going"])
def test_before_it_his_answer_is_noted_and_the_ladder_goes_on(
    street: Street, entered: int, clock: Hands, answer: str
) -> None:
    alarm_id = help_needed(street)
    his = talker("sms", SON)
    his.say(said=Said(choice=f"alarm.{answer}:{alarm_id}"))
    assert (alarm(alarm_id).status, acts(alarm_id)[-1]) == ("open", "claimed")
    clock.forward(minutes=3)
    climb()
    assert len(heard(resident_id=street.zhou)) == 1


def test_how_it_goes_on_tells_him_nothing_until_it_is_over(
    street: Street, entered: int, clock: Hands
) -> None:
    alarm_id = help_needed(street)
    clock.forward(minutes=3)
    climb()
    neighbour = talker("telegram", "tg-+8613900139000")
    neighbour.press(f"alarm.going:{alarm_id}")
    assert len(heard(identity_id=entered)) == 1
    neighbour.press(f"alarm.safe:{alarm_id}")
    last = heard(identity_id=entered)[-1]
    assert "陈＊＊" in last.text and "501" not in last.text and "周敏" not in last.text


# --- after the end --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["sms", "voice", "telegram", "webchat"])
def test_who_was_told_hears_that_it_is_answered_and_an_old_button_says_so_kindly(
    street: Street, channel: str
) -> None:
    Relation.delete().execute()
    address = SON if channel in ("sms", "voice") else f"{channel}-daughter"
    identity = people.ensure(channel, address, "zh_CN").id
    relate(street.chen, "family", "陈小红", "女儿", identity_id=identity)
    alarm_id = help_needed(street)
    answer(street.actor(street.desk), alarm_id, "going")
    assert "值班台小刘" in heard(identity_id=identity)[-1].text
    assert alarm(alarm_id).status == "going"
    answer(street.actor(street.desk), alarm_id, "safe")
    late = talker(channel, address)
    late.ours = True
    said = late.press(f"alarm.going:{alarm_id}")
    assert "已经结束" in said and "值班台小刘" in said
    assert alarm(alarm_id).status == "cleared"


def test_the_neighbour_taps_and_hears_what_to_say_next(street: Street, clock: Hands) -> None:
    alarm_id = help_needed(street)
    clock.forward(minutes=3)
    climb()
    neighbour = talker("telegram", "tg-+8613900139000")
    neighbour.press(f"alarm.called_120:{alarm_id}")
    assert "我过去" in neighbour.options
    neighbour.tap("我联系上了，平安")
    assert alarm(alarm_id).status == "cleared"
    assert "已经结束" in talker("sms", DAUGHTER, "zh_CN").say("1") or alarm(alarm_id).answer == "safe"


def test_whoever_was_not_told_learns_nothing(street: Street) -> None:
    alarm_id = help_needed(street)
    stranger = talker("webchat", "browser-1")
    stranger.say("你好")
    stranger.say(said=Said(choice=f"alarm.false_alarm:{alarm_id}"))
    assert alarm(alarm_id).status == "open"


def test_she_says_herself_that_it_was_nothing(street: Street) -> None:
    her = talker("telegram", "tg-+8613800132210")
    her.say("救命")
    her.tap("没事了，我很好")
    assert Alarm.get().status == "cleared"
    assert "陈秀英" in heard(identity_id=street.daughter)[-1].text


@pytest.mark.parametrize(
    "said", ["没事了", "我没事了", "没事了，我很好", "我很好", "沒事了，谢谢大家", "我没事，按错了", "it was nothing, sorry", "I'm fine now"]
)  # fmt: skip
def test_words_do_what_the_button_does_and_who_was_told_hears_it_once(street: Street, said: str) -> None:
    her = talker("telegram", "tg-+8613800132210")
    her.say("救命")
    her.say("救命啊快来人")
    her.say("天气怎么样")  # other options are the newest now
    her.say(said)
    assert {a.status for a in Alarm.select()} == {"cleared"}
    ends = [told for told in heard(identity_id=street.daughter) if "陈秀英" in told.text and not told.options]
    assert len(ends) == 1


@pytest.mark.parametrize(
    "said", ["好的", "谢谢", "知道了", "我没事了吗", "不是没事了", "还没好", "没人来吗", "我不好"]
)
def test_other_words_after_a_cry_end_nothing(street: Street, said: str) -> None:
    her = talker("telegram", "tg-+8613800132210")
    her.say("救命")
    her.say(said)
    assert Alarm.select().order_by(Alarm.id).first().status == "open"


def test_the_words_of_others_end_nothing_and_are_small_talk(street: Street) -> None:
    alarm_id = help_needed(street)
    assert talker("telegram", "tg-+8613900139000").say("没事了")
    assert alarm(alarm_id).status == "open"


def test_who_calls_us_and_says_the_words_is_rung_up(street: Street) -> None:
    caller = talker("voice", "+8613800132210")
    caller.say("救命")
    caller.say("没事了")
    assert (Alarm.get().status, acts(Alarm.get().id)[-1]) == ("open", "claimed")


def test_staff_ask_for_the_open_alarms(street: Street) -> None:
    alarm_id = help_needed(street)
    desk = talker("telegram", "tg-desk")
    desk.say("警报")
    assert f"alarm.list:{alarm_id}" in desk.options.values()


def test_who_asks_for_help_can_say_with_the_first_answer_that_it_is_urgent(street: Street) -> None:
    her = talker("sms", "+8613800132210")
    her.say("帮助")
    her.say("1")
    assert Alarm.get().resident_id == street.chen


# --- one digit too many, or at the wrong moment ---------------------------------------------------------------


def _by_device(street: Street, kind: str, source: str = "device:1") -> int:
    words = Words(_("“{said}”", said="x"))
    return raise_alarm(
        kind, org_id=street.grid.id, severity="critical", words=words, resident_id=street.chen, source=source
    )


def test_the_same_text_message_twice_says_the_same_twice_and_ends_nothing(
    street: Street, clock: Hands
) -> None:
    alarm_id = _by_device(street, "smoke")
    her = talker("sms", DAUGHTER, "en")
    her.say("1")
    clock.forward(seconds=3)
    her.say("1")
    assert alarm(alarm_id).status == "going"


def test_a_key_pressed_twice_ends_nothing(street: Street, clock: Hands) -> None:
    alarm_id = _by_device(street, "smoke")
    clock.forward(seconds=90)
    climb()
    rung = talker("voice", DAUGHTER, "en")
    rung.ours = True
    rung.say(said=Said(text="1", keyed=True))
    rung.say(said=Said(text="1", keyed=True))
    assert alarm(alarm_id).status == "going"


def test_who_goes_says_with_the_number_of_before_how_it_is(street: Street, clock: Hands) -> None:
    alarm_id = _by_device(street, "smoke")
    her = talker("sms", DAUGHTER, "en")
    her.say("1")
    clock.forward(minutes=4)
    her.say("4")
    assert (alarm(alarm_id).status, alarm(alarm_id).answer) == ("cleared", "safe")


@pytest.mark.parametrize("first", ["？？", "help", "on my wya", "who is this"])
def test_who_wrote_something_else_first_still_answers_with_the_words_of_the_answer(
    street: Street, clock: Hands, first: str
) -> None:
    alarm_id = help_needed(street)
    climb()
    her = talker("sms", DAUGHTER)
    clock.forward(minutes=1)
    her.say(first)
    assert alarm(alarm_id).status == "open"
    clock.forward(minutes=1)
    her.say("I go")
    assert (alarm(alarm_id).status, alarm(alarm_id).answered_by) == ("going", "女儿")


@pytest.mark.parametrize(
    ("said", "stands"),
    [
        ("我马上过去", "going"),
        ("好的，十分钟到", "going"),
        ("I'm on my way!", "going"),
        ("我在外地，去不了", "open"),
        ("sorry, I can't come", "open"),
    ],
)
def test_words_of_her_own_answer_an_alarm_as_its_buttons_do(street: Street, said: str, stands: str) -> None:
    alarm_id = help_needed(street)
    talker("sms", DAUGHTER).say(said)
    assert alarm(alarm_id).status == stands
    # Who cannot go has answered, too: the next person is told at once.
    assert bool(heard(resident_id=street.zhou)) == (stands == "open")
    assert Handover.select().where(Handover.reason == "reply").count() == 0


def test_the_same_words_after_it_is_over_answer_nothing(street: Street) -> None:
    alarm_id = help_needed(street)
    her = talker("sms", DAUGHTER)
    her.say("4")
    her.say("我马上过去")
    assert (alarm(alarm_id).status, alarm(alarm_id).answer) == ("cleared", "safe")
    assert acts(alarm_id).count("answered") == 1


@pytest.mark.parametrize(("first", "second"), [("smoke", "missed_checkin"), ("missed_checkin", "smoke")])
def test_a_digit_that_crosses_a_second_alarm_is_asked_about(
    street: Street, clock: Hands, first: str, second: str
) -> None:
    one = _by_device(street, first)
    clock.forward(minutes=2)
    two = _by_device(street, second, "checkin:1")
    clock.forward(seconds=2)
    assert "What do you mean by 1" in talker("sms", DAUGHTER, "en").say("1")
    assert (alarm(one).status, alarm(two).status) == ("open", "open")


@pytest.mark.parametrize(("receipt", "asked"), [("sent", True), ("delivered", False)])
def test_of_two_alarms_the_second_may_be_under_way_until_its_receipt_is_there(
    street: Street, clock: Hands, receipt: str, asked: bool
) -> None:
    one = _by_device(street, "smoke")
    clock.forward(minutes=10)
    two = _by_device(street, "missed_checkin", "checkin:1")
    Delivery.update(status=receipt, updated_at=clock.at).execute()
    clock.forward(minutes=2)
    said = talker("sms", DAUGHTER, "en").say("1")
    assert ("What do you mean by 1" in said) == asked
    assert alarm(one).status == "open"
    assert (alarm(two).status == "open") == asked


def test_in_a_call_a_key_answers_what_she_has_just_heard(street: Street, clock: Hands) -> None:
    here = people.ensure("voice", DAUGHTER, "en")
    for kind in ("missed_checkin", "smoke"):
        clock.forward(minutes=2)
        words = Words(kind, options=(Option(f"alarm.going:{_by_device(street, kind, kind)}", "I go"),))
        say(At(here.id), words, purpose="alarm", queue="alerts", about=kind)
    Delivery.update(status="sent", updated_at=clock.at).execute()
    rung = talker("voice", DAUGHTER, "en")
    rung.ours = True
    rung.say(said=Said(text="1", keyed=True))
    smoke, missed = Alarm.get(Alarm.kind == "smoke"), Alarm.get(Alarm.kind == "missed_checkin")
    assert (smoke.status, missed.status) != ("open", "open")


def test_a_digit_for_the_open_question_does_not_end_an_alarm_that_she_cannot_have_read(
    street: Street, clock: Hands
) -> None:
    her = talker("sms", DAUGHTER, "en")
    her.say("repair")
    her.say("the kitchen tap is dripping")
    clock.forward(minutes=1)
    missed = _by_device(street, "missed_checkin", "checkin:1")
    clock.forward(seconds=2)
    assert "What do you mean by 1" in her.say("1")
    assert alarm(missed).status == "open"
    her.say("2")
    assert alarm(missed).answer == "safe"


def test_a_cry_is_heard_though_the_bot_has_fallen_silent(street: Street, clock: Hands) -> None:
    her = talker("sms", "+8613800132210")
    for n in range(82):
        her.say(f"hm {n}")
        clock.forward(seconds=5)
    her.say("救命")
    assert Alarm.select().exists()
