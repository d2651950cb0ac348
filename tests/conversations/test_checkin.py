"""“Are you well today?” in conversation: a digit, a key, any friendly word, in the midst of a form; absences and wishes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time

import pytest

from backend.alarms import record as alarm_record
from backend.alarms.models import Alarm
from backend.care import asking, following, hooks
from backend.care.models import Absence, CarePlan, CheckIn
from backend.core import clock as clocks
from backend.core.clock import Hands
from backend.family.models import Relation
from backend.fields.words import Option, Words
from backend.inbox.models import Handover
from backend.messaging import At, say
from backend.messaging.models import Message
from bots import sms_shape
from tests.care import town as towns
from tests.care.town import Town
from tests.databases import TestDatabase
from tests.requests.neighbourhood import Talker, talker

assert hooks


@pytest.fixture
def morning(sqlite_database: TestDatabase) -> Iterator[Hands]:
    """Tuesday 3 November 2026, 07:55 in Shanghai."""
    with clocks.stopped(towns.local(3, time(7, 55))) as hands:
        yield hands


@pytest.fixture
def town(morning: Hands) -> Town:
    return towns.found()


@pytest.fixture
def chen(town: Town) -> int:
    her = towns.elder(town, "陈秀英", 501, "sms", "voice", "telegram")
    towns.daughter(her)
    towns.plan(town, her, called="陈奶奶", normal="阿拉老好额")
    return her


@pytest.fixture
def phone(chen: int) -> Talker:
    """Her telephone's text messages."""
    return talker("sms", "+8613800000501")


@pytest.fixture
def chat(chen: int) -> Talker:
    return talker("telegram", "telegram-501")


@pytest.fixture
def daughter(chen: int) -> Talker:
    return talker("telegram", f"daughter-{chen}")


def asked(morning: Hands) -> CheckIn:
    morning.forward(minutes=5)
    asking.due()
    return CheckIn.get()


def test_the_question_is_one_short_message_with_two_digits(phone: Talker, chen: int, morning: Hands) -> None:
    asked(morning)
    (question,) = towns.said_to(towns.address(chen, "sms").id)
    (body,) = sms_shape.shape([question], "邻里")
    assert body.text == "【邻里】陈奶奶早上好，今天都好吗？好回1，需要帮忙回2"
    assert body.cost.segments == 1


@pytest.mark.parametrize(
    "said", ["1", "１", "好", "好着呢，谢谢", "没事", "早上好", "👍", "平安", "阿拉老好额", "OK"]
)
def test_one_or_any_friendly_word_means_well(said: str, phone: Talker, morning: Hands) -> None:
    asked(morning)
    assert phone.say(said) == "那就好，祝您今天顺心。"
    assert (CheckIn.get().status, CheckIn.get().by) == ("well", "herself")
    morning.forward(hours=2)
    following.remind()
    assert not Alarm.select().exists()


@pytest.mark.parametrize("said", ["2", "我有点不舒服", "帮我", "摔了", "腿疼得厉害"])
def test_two_or_any_trouble_calls_people_at_once(said: str, phone: Talker, morning: Hands) -> None:
    asked(morning)
    assert "请待在原地" in phone.say(said)
    assert (Alarm.get().kind, CheckIn.get().status) == ("asked_for_help", "help")


def test_a_cry_for_help_is_an_alarm_of_its_own_and_ends_the_question(phone: Talker, morning: Hands) -> None:
    asked(morning)
    phone.say("救命，我摔倒了")
    assert Alarm.get().kind == "sos"
    morning.forward(minutes=31)
    following.remind()
    assert (CheckIn.get().status, Alarm.select().count()) == ("help", 1)


def test_the_answer_is_understood_in_the_midst_of_a_form_and_the_form_goes_on(
    phone: Talker, morning: Hands
) -> None:
    phone.say("水管漏水了")
    asked(morning)
    answer = phone.say("好着呢")
    assert answer.startswith("那就好")
    assert CheckIn.get().status == "well"
    assert len(answer) > 15  # the open question follows


def test_words_about_something_else_get_a_reply_and_one_gentle_question_more(
    phone: Talker, chen: int, morning: Hands
) -> None:
    asked(morning)
    assert "报修" in phone.say("我的报修怎么样了")
    assert CheckIn.get().status == "asked"
    morning.forward(minutes=30)
    following.remind()
    assert "收到您的消息了" in towns.said_to(towns.address(chen, "sms").id)[-1].text
    assert phone.say("1").startswith("那就好")


def test_she_may_answer_on_another_channel_than_she_was_asked_on(chat: Talker, morning: Hands) -> None:
    asked(morning)
    assert chat.say("我挺好的").startswith("那就好")
    assert CheckIn.get().status == "well"


def test_friendly_words_with_nothing_asked_are_small_talk(chat: Talker, morning: Hands) -> None:
    assert chat.say("我挺好的")
    assert not CheckIn.select().exists()


def test_something_slight_is_asked_about_and_nobody_is_alarmed(phone: Talker, morning: Hands) -> None:
    asked(morning)
    assert "要人来看看吗" in phone.say("我挺好的，就是膝盖有点疼")
    assert not Alarm.select().exists()
    phone.say("2")
    assert (CheckIn.get().status, CheckIn.get().said) == ("well", "我挺好的，就是膝盖有点疼")
    morning.forward(hours=1)
    following.remind()
    assert not Alarm.select().exists()


@pytest.mark.parametrize(
    ("said", "status"),
    [("好的", "help"), ("嗯", "help"), ("要的", "help"), ("腿疼", "help"), ("谢谢", "asked"), ("不用了，谢谢", "well"), ("不用来", "well"), ("我很好", "well")],
)  # fmt: skip
def test_a_yes_to_whether_somebody_should_come_is_no_sign_that_she_is_well(
    said: str, status: str, phone: Talker, morning: Hands
) -> None:
    asked(morning)
    phone.say("我挺好的，就是膝盖有点疼")
    phone.say(said)
    assert CheckIn.get().status == status
    assert "膝盖" in CheckIn.get().said


@pytest.mark.parametrize("minutes", [0, 14])
def test_who_wants_somebody_to_come_for_it_gets_somebody(phone: Talker, morning: Hands, minutes: int) -> None:
    asked(morning)
    phone.say("我挺好的，就是膝盖有点疼")
    morning.forward(minutes=minutes)
    following.remind()
    assert not Alarm.select().exists()
    assert "请待在原地" in phone.say("1")
    assert "膝盖" in alarm_record.unpacked(Alarm.get()).text["zh_CN"]


def test_without_an_answer_in_a_quarter_of_an_hour_people_come(
    phone: Talker, chen: int, morning: Hands
) -> None:
    asked(morning)
    phone.say("我挺好的，就是膝盖有点疼")
    morning.forward(minutes=10)
    phone.say("还行，膝盖有点疼")  # said twice: it does not begin anew
    morning.forward(minutes=5)
    for _again in range(2):
        following.remind()
    assert (Alarm.get().kind, CheckIn.get().status) == ("asked_for_help", "help")
    assert "膝盖" in alarm_record.unpacked(Alarm.get()).text["zh_CN"]
    assert phone.say("没事了") and Alarm.get().status == "cleared"


@pytest.mark.parametrize("said", ["没事了", "我很好", "我没事，按错了"])
def test_who_says_that_she_is_well_after_all_ends_what_her_answer_began(
    said: str, phone: Talker, chat: Talker, daughter: Talker, chen: int, morning: Hands
) -> None:
    asked(morning)
    phone.say("2")
    phone.say("好的")
    assert Alarm.get().status == "open"
    chat.say(said)
    assert (Alarm.get().status, Alarm.get().answer) == ("cleared", "safe")


def test_a_well_pressed_after_help_tells_of_the_alarm_and_one_tap_more_ends_it(
    phone: Talker, morning: Hands
) -> None:
    check_in = asked(morning)
    phone.say("2")
    assert "还在" in phone.press(f"checkin.well:{check_in.id}")
    assert Alarm.get().status == "open"
    phone.say("1")
    assert Alarm.get().status == "cleared"


def test_trouble_told_without_a_question_calls_people(chat: Talker, morning: Hands) -> None:
    assert "请待在原地" in chat.say("我心慌")
    assert Alarm.get().kind == "asked_for_help"


@pytest.mark.parametrize("said", ["我头晕", "腿疼", "今天腿有点疼，没睡好", "I feel a bit dizzy"])
def test_something_slight_told_without_a_question_is_asked_about_first(
    said: str, chat: Talker, morning: Hands
) -> None:
    assert "要人来看看吗" in chat.say(said)
    assert not Alarm.select().exists()
    assert chat.say("不用了，谢谢").startswith("那就好")
    assert (CheckIn.get().status, CheckIn.get().said) == ("well", said)
    morning.forward(hours=1)
    following.remind()
    assert not Alarm.select().exists()


def test_without_an_answer_people_come_for_what_she_told_by_herself(chat: Talker, morning: Hands) -> None:
    chat.say("我头晕")
    morning.forward(minutes=14)
    following.remind()
    assert not Alarm.select().exists()
    morning.forward(minutes=1)
    following.remind()
    assert (Alarm.get().kind, CheckIn.get().status) == ("asked_for_help", "help")
    assert "头晕" in alarm_record.unpacked(Alarm.get()).text["zh_CN"]


def test_a_complaint_elsewhere_belongs_to_the_question_that_waits(chat: Talker, morning: Hands) -> None:
    asked(morning)
    assert "要人来看看吗" in chat.say("腿疼")
    assert (CheckIn.select().count(), CheckIn.get().why) == (1, "slight")


def test_who_complains_on_while_people_come_is_not_asked_again(chat: Talker, morning: Hands) -> None:
    chat.say("腿疼")
    chat.say("要的")
    assert "请待在原地" in chat.say("腿疼")
    assert (CheckIn.select().count(), Alarm.select().count()) == (1, 1)


def test_who_has_no_plan_is_asked_whether_somebody_should_come_or_call(town: Town, morning: Hands) -> None:
    towns.elder(town, "周敏", 502, "telegram")
    zhou = talker("telegram", "telegram-502")
    assert "要不要有人上门看看您，或者给您打个电话" in zhou.say("腿疼")
    assert not Alarm.select().exists() and not Handover.select().exists()
    assert "120" in zhou.say("不用")
    zhou.say("腿疼")
    zhou.say("好的")
    assert Handover.select().count() == 1
    zhou.say("腿疼")
    zhou.tap("要，请来看看")
    assert Alarm.get().kind == "sos" and "腿疼" in alarm_record.unpacked(Alarm.get()).text["zh_CN"]


def test_of_what_might_be_more_the_office_hears_at_once(town: Town, morning: Hands) -> None:
    towns.elder(town, "周敏", 502, "telegram")
    assert "已经告诉社区" in talker("telegram", "telegram-502").say("我头晕")
    assert Handover.select().count() == 1 and not Alarm.select().exists()


@pytest.mark.parametrize("said", ["胸口疼", "头晕得厉害，救命"])
def test_a_cry_for_help_is_not_asked_about(said: str, chat: Talker, morning: Hands) -> None:
    chat.say(said)
    assert Alarm.get().kind == "sos"


def test_words_that_were_said_in_vain_before_still_answer_the_question(phone: Talker, morning: Hands) -> None:
    for _n in range(5):
        phone.say("吃不下")
    asked(morning)
    phone.say("吃不下")
    assert Alarm.get().kind == "asked_for_help"


def test_an_old_button_tapped_twice_is_thanked(phone: Talker, morning: Hands) -> None:
    check_in = asked(morning)
    phone.say("1")
    assert "记下了" in phone.press(f"checkin.well:{check_in.id}")


def test_a_late_answer_is_welcome_and_her_daughter_hears_it(
    phone: Talker, daughter: Talker, chen: int, morning: Hands
) -> None:
    asked(morning)
    for _wait in range(2):
        morning.forward(minutes=30)
        following.remind()
    assert Alarm.get().status == "open"
    assert "刚才有点担心" in phone.say("刚起来，好着呢") or "那就好" in phone.say("1")
    assert (CheckIn.get().late, Alarm.get().status) == (True, "cleared")


def test_her_daughter_answers_the_alarm_and_the_check_in_is_looked_after(
    daughter: Talker, chen: int, morning: Hands
) -> None:
    asked(morning)
    for _wait in range(2):
        morning.forward(minutes=30)
        following.remind()
    daughter.press(f"alarm.safe:{Alarm.get().id}")
    assert (CheckIn.get().status, CheckIn.get().by) == ("closed", "alarm")


# --- absences -------------------------------------------------------------------------------------------------


def test_an_absence_in_plain_words_is_said_back_and_kept(chat: Talker, chen: int, morning: Hands) -> None:
    said = chat.say("我去女儿家住到周日")
    assert "11月8日" in said
    done = chat.tap("对的")
    assert "到11月8日周日为止不打扰您，11月9日周一再问您好" in done
    absence = Absence.get()
    assert absence.ends_at == towns.local(9, time(0))
    asked(morning)
    assert CheckIn.get().status == "excused"


def test_an_absence_without_a_day_is_asked_for_one(chat: Talker, morning: Hands) -> None:
    assert "到哪天为止" in chat.say("这几天我不在家")
    assert "11月6日" in chat.say("周五")
    chat.tap("对的")
    assert Absence.get().ends_at == towns.local(7, time(0))


def test_an_absence_answers_the_question_too(phone: Talker, morning: Hands) -> None:
    asked(morning)
    phone.say("我在女儿家，后天回来")
    phone.say("1")
    assert CheckIn.get().status == "excused"
    assert Absence.get().ends_at == towns.local(5, time(0))


def test_back_early_is_one_sentence(chat: Talker, chen: int, morning: Hands) -> None:
    chat.say("我去女儿家住到周日")
    chat.tap("对的")
    assert "欢迎回家" in chat.say("我回来了")
    assert CheckIn.select().count() == 0
    assert asked(morning).status == "asked"


def test_her_daughter_tells_it_for_her_in_english(chen: int, morning: Hands) -> None:
    away = talker("telegram", f"daughter-{chen}", "en")
    said = away.say("mum is away until Sunday")
    assert "11月8日" in said or "November 8" in said
    away.tap("对的" if "对的" in away.options else "That is right")
    assert Absence.get().told_by.startswith("family:")


@pytest.mark.parametrize(
    "said",
    ["今天不用打电话，我难受", "我出门摔了", "我回来了但是头晕", "I am at my daughter's and I feel dizzy"],
)
def test_trouble_told_with_an_absence_calls_people_first(said: str, chat: Talker, morning: Hands) -> None:
    asked(morning)
    chat.say(said)
    assert Alarm.get().kind in ("asked_for_help", "sos")
    assert not Absence.select().exists()


def test_a_stay_in_hospital_is_an_absence(chat: Talker, morning: Hands) -> None:
    assert "11月8日" in chat.say("我不舒服，住院到周日")


def test_she_hears_herself_when_her_daughter_says_that_she_is_away(chen: int, morning: Hands) -> None:
    away = talker("telegram", f"daughter-{chen}")
    away.say("妈妈去外地到周日")
    away.tap("对的")
    (told,) = towns.said_to(towns.address(chen, "telegram").id)
    assert "女儿" in told.text and "11月8日" in told.text and "我回来了" in told.text
    talker("telegram", "telegram-501").say("我回来了")
    assert asked(morning).status == "asked"


def test_an_absence_to_come_that_her_daughter_told_ends_by_her_own_word(chen: int, morning: Hands) -> None:
    away = talker("telegram", f"daughter-{chen}")
    away.say("妈妈明天去外地到周日")
    away.tap("对的")
    talker("telegram", "telegram-501").say("我回来了")
    assert Absence.get().ends_at == clocks.now()


def test_a_neighbour_who_is_only_called_in_need_cannot_say_that_she_is_away(
    town: Town, chen: int, morning: Hands
) -> None:
    zhou = towns.elder(town, "周敏", 502, "telegram")
    Relation.create(
        resident_id=chen, kind="neighbour", relative_id=zhou, topics="alarm", status="active", created_at=clocks.now()
    )  # fmt: skip
    neighbour = talker("telegram", "telegram-502")
    assert "不用停" in neighbour.say("陈奶奶不在家，去外地住到周日")
    neighbour.say("每天早上8点打电话问问我好不好")
    assert "陈" not in "".join(neighbour.options)
    assert not Absence.select().exists()


def test_who_has_no_plan_needs_no_absence(town: Town, morning: Hands) -> None:
    towns.elder(town, "周敏", 502, "telegram")
    assert "不用停" in talker("telegram", "telegram-502").say("我出门旅游一个星期，不用打电话")
    assert not Absence.select().exists()


# --- wishes ---------------------------------------------------------------------------------------------------


def test_a_wish_in_one_sentence_waits_for_staff(town: Town, morning: Hands) -> None:
    her = towns.elder(town, "周敏", 502, "telegram", "sms")
    zhou = talker("telegram", "telegram-502")
    said = zhou.say("每天早上8点打电话问问我好不好")
    assert "8:00" in said and "打电话" in said
    assert "会在这里跟您确认" in zhou.tap("就这样")
    care = CarePlan.get(CarePlan.resident_id == her)
    assert (care.status, care.times, care.channels.split(",")[0]) == ("pending", "08:00", "voice")
    told = {m.staff_id for m in Message.select().where(Message.purpose == "care")}
    assert town.grid_worker in told


def test_who_is_asked_already_hears_so_and_can_stop_it(chat: Talker, chen: int, morning: Hands) -> None:
    assert "已经安排好了" in chat.say("我想每天报平安")
    assert "以后不再问您了" in chat.tap("不用再问了")
    assert CarePlan.get().status == "paused"


@pytest.mark.parametrize("said", ["别忘了每天打电话给我", "不要忘了每天问我", "请不要停止每天打电话问候"])
def test_a_plea_not_to_forget_her_stops_nothing(said: str, chat: Talker, morning: Hands) -> None:
    chat.say(said)
    assert CarePlan.get().status == "active"


def test_words_that_sound_like_no_more_are_asked_about_before_anything_stops(
    phone: Talker, morning: Hands
) -> None:
    asked_back = phone.say("不用每天打电话问我了")
    assert "是吗" in asked_back
    assert CarePlan.get().status == "active"
    phone.say("2")
    assert CarePlan.get().status == "active"
    phone.say("不用每天打电话问我了")
    assert "以后不再问您了" in phone.say("1")
    assert CarePlan.get().status == "paused"


def test_a_stranger_is_asked_to_register_first(town: Town, morning: Hands) -> None:
    assert "登记" in talker("telegram", "nobody").say("我想每天报平安")


def _invited(chen: int) -> None:
    """A notice with choices of its own comes after the question."""
    words = Words("Lantern evening on Friday.", options=(Option("event.mine:", "My events"), Option("event.list:", "All events")))  # fmt: skip
    say(At(towns.address(chen, "sms").id), words, purpose="notice")


def test_a_bare_number_after_a_later_notice_is_asked_about_before_it_counts(
    phone: Talker, chen: int, morning: Hands
) -> None:
    asked(morning)
    morning.forward(minutes=5)
    _invited(chen)
    question = phone.say("2")
    assert "您说的2是指哪一个" in question
    assert CheckIn.get().status == "asked"
    assert "请待在原地" in phone.say("1")
    assert (Alarm.get().kind, CheckIn.get().status) == ("asked_for_help", "help")


def test_who_means_the_notice_gets_it_and_is_still_asked(phone: Talker, chen: int, morning: Hands) -> None:
    asked(morning)
    morning.forward(minutes=5)
    _invited(chen)
    phone.say("2")
    phone.say("2")
    assert CheckIn.get().status == "asked"


def test_a_number_is_not_asked_about_once_the_question_was_answered(
    phone: Talker, chen: int, morning: Hands
) -> None:
    asked(morning)
    assert phone.say("1").startswith("那就好")
    morning.forward(minutes=5)
    _invited(chen)
    assert "是指哪一个" not in phone.say("2")


# --- words that are hard to understand, or come late -----------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    ["要死了", "我一个人在地上", "起来不了", "叫人", "没力气起床", "动弹不得", "我卡在浴缸里", "胸口闷", "说不出话", "手抬不起来", "嘴歪了", "I am stuck in the bath"],
)  # fmt: skip
def test_who_lies_on_the_floor_gets_people_at_once(phone: Talker, morning: Hands, said: str) -> None:
    asked(morning)
    phone.say(said)
    assert Alarm.select().exists()


@pytest.mark.parametrize("said", ["血压正常", "银行卡在哪里", "我在家里看地图，挺好"])
def test_words_that_only_look_like_trouble_call_nobody(phone: Talker, morning: Hands, said: str) -> None:
    asked(morning)
    phone.say(said)
    assert not Alarm.select().exists()


def test_an_answer_that_nobody_understands_is_asked_about_at_once_and_people_look_after_a_quarter_of_an_hour(
    phone: Talker, morning: Hands
) -> None:
    asked(morning)
    assert "还好吗" in phone.say("好累好冷")
    morning.forward(minutes=16)
    following.remind()
    found = Alarm.get()
    assert (found.kind, found.severity) == ("missed_checkin", "warning")


def test_who_says_then_that_she_is_well_is_left_in_peace(phone: Talker, morning: Hands) -> None:
    asked(morning)
    phone.say("好累好冷")
    phone.say("1")
    morning.forward(hours=2)
    following.remind()
    assert CheckIn.get().status == "well"
    assert not Alarm.select().exists()


@pytest.mark.parametrize("said", ["你好", "喂", "您好！", "Hello?"])
def test_whoever_lifts_the_receiver_and_says_hello_is_not_well(chen: int, morning: Hands, said: str) -> None:
    asked(morning)
    morning.forward(minutes=31)
    following.remind()
    rung = talker("voice", "+8613800000501")
    rung.ours = True
    rung.say(said)
    assert CheckIn.get().status != "well"


def test_what_she_wrote_before_she_was_asked_is_no_sign_of_life(
    phone: Talker, chat: Talker, morning: Hands
) -> None:
    typed = morning.at
    asked(morning)
    for _n in range(20):
        morning.forward(minutes=10)
        following.remind()
    assert CheckIn.get().status == "missed"
    chat.say("我挺好的", said_at=typed)
    assert (CheckIn.get().status, Alarm.get().status) == ("missed", "open")
    chat.say("我挺好的", said_at=morning.at)
    assert CheckIn.get().status == "well"
