"""Medicines answered by digit and by word, values told in plain words, a medicine and an appointment entered in a chat."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time

import pytest

from backend.alarms.models import Alarm
from backend.care import hooks
from backend.care.actions import Voice
from backend.care.health import appointments, consenting, medicines, reminding
from backend.care.health.medicines import Wanted
from backend.care.health.models import Appointment, Measurement, Medicine, MedicineDose
from backend.care.health.reading import SAYS
from backend.core import clock as clocks
from backend.core.access import Actor
from backend.core.clock import Hands
from backend.requests.models import Request
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
    return her


@pytest.fixture
def phone(chen: int) -> Talker:
    return talker("sms", "+8613800000501")


@pytest.fixture
def daughter(chen: int) -> Talker:
    return talker("telegram", f"daughter-{chen}")


def reminded(town: Town, her: int, morning: Hands) -> MedicineDose:
    wanted = Wanted("降压药", "1片", [time(8)], date(2026, 11, 3))
    medicines.add(town.actor(town.desk), her, wanted, how="visit")
    morning.forward(minutes=5)
    reminding.sweep_due()
    return MedicineDose.get()


def test_the_reminder_is_one_text_and_each_of_three_digits_or_words_answers(
    town: Town, chen: int, phone: Talker, morning: Hands
) -> None:
    dose = reminded(town, chen, morning)
    (question,) = towns.said_to(towns.address(chen, "sms").id)
    (body,) = sms_shape.shape([question], "邻里")
    assert "降压药 1片" in body.text and body.cost.segments == 1
    answers = {
        "2": "later",
        "还没呢": "later",
        "等会儿吃": "later",
        "不想吃": "refused",
        "1": "taken",
        "吃过了": "taken",
    }
    for n, (said, status) in enumerate(answers.items(), 1):
        MedicineDose.update(
            status="due", asked_at=None, laters=n % 3, questions=n, next_at=clocks.now()
        ).execute()
        reminding.follow(dose.id)
        phone.say(said)
        assert MedicineDose.get_by_id(dose.id).status == status, said


def test_in_a_call_of_ours_she_presses_one(town: Town, chen: int, morning: Hands) -> None:
    dose = reminded(town, chen, morning)
    MedicineDose.update(channel="sms").execute()
    morning.forward(minutes=30)
    reminding.sweep_due()
    assert len(towns.said_to(towns.address(chen, "voice").id)) == 1
    talker("voice", "+8613800000501").say("1")
    assert MedicineDose.get_by_id(dose.id).status == "taken"


def test_words_without_a_question_are_about_the_last_reminder(town: Town, chen: int, morning: Hands) -> None:
    reminded(town, chen, morning)
    talker("telegram", "telegram-501").say("药吃过了")
    assert MedicineDose.get().status == "taken"


def test_she_tells_her_blood_pressure_and_is_asked_first_whether_it_may_be_kept(
    chen: int, phone: Talker
) -> None:
    assert "可以" in phone.say("血压 135/85") and not Measurement.select().exists()
    assert "135/85 mmHg" in phone.say("1")
    assert Measurement.select().count() == 1 and consenting.stands(chen)
    assert "没听清" in phone.say("血压是135/850")
    assert "6.1" in phone.say("空腹血糖六点一")
    phone.say("不要保存健康数据")
    phone.say("1")
    assert not Measurement.select().exists()


def test_her_daughter_tells_a_value_and_enters_a_medicine_that_begins_with_her_yes(
    chen: int, daughter: Talker, morning: Hands
) -> None:
    assert "还没" in daughter.say("我妈血压150/90")
    daughter.say("提醒我妈吃药")
    daughter.say("钙片")
    daughter.say("早饭后一片")
    daughter.say("8点和晚上7点")
    assert "陈秀英" in daughter.say("1")
    assert (Medicine.get().times, Medicine.get().status) == ("08:00,19:00", "asked")
    talker("telegram", "telegram-501").say("1")
    assert Medicine.get().status == "active"
    assert "150/90" in daughter.say("我妈血压150/90")


def test_an_appointment_is_kept_with_a_ride_and_reminded(chen: int, phone: Talker, morning: Hands) -> None:
    phone.say("提醒我后天上午9点半去看病")
    phone.say("心内科")
    phone.say("市一医院")
    phone.say("要")
    phone.say("1")
    made = Appointment.get()
    assert (made.what, made.place, made.at) == ("心内科", "市一医院", towns.local(5, time(9, 30)))
    assert Request.select().count() == 1 and made.request == Request.get().number
    appointments.cancel(Actor("resident", chen, ""), made.id)


def test_trouble_beside_a_number_is_heard_first(town: Town, chen: int, phone: Talker) -> None:
    consenting.give(Actor("resident", chen, ""), chen, "sms")
    towns.plan(town, chen)
    said = phone.say("血压135/85，头晕得起不来")
    assert Measurement.select().count() == 1 and Alarm.get().kind in ("asked_for_help", "sos"), said
    phone.say("我发烧38度5")
    assert Measurement.select().count() == 1


def test_nobody_answers_for_her(town: Town, chen: int, morning: Hands) -> None:
    dose = reminded(town, chen, morning)
    other = towns.elder(town, "李大爷", 503, "sms")
    talker("sms", "+8613800000503").say(f"medicine.taken:{dose.id}")
    assert MedicineDose.get().status == "asked" and Voice(1, other).resident_id == other


@pytest.mark.parametrize("said", ["心跳好快，胸口疼 2小时了", "血压药吃完头晕 2次", "血糖低了，我摔倒了 2次"])
def test_trouble_with_a_number_that_is_no_value_is_heard_as_trouble(
    town: Town, chen: int, phone: Talker, said: str
) -> None:
    towns.plan(town, chen)
    phone.say(said)
    assert Measurement.select().count() == 0
    assert Alarm.get().kind in ("asked_for_help", "sos")


def test_a_pressure_cooker_and_a_power_line_are_no_blood_pressure() -> None:
    assert not any(SAYS.search(said) for said in ("高压锅坏了 3天", "高压线 220 伏"))
    assert all(SAYS.search(said) for said in ("高压 135", "血压 135/85"))
