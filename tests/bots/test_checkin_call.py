"""The question by telephone: a slow, short call; a key answers it, and what a machine took was not heard by anybody."""

from __future__ import annotations

from datetime import time

from backend.care import asking, following, wording
from backend.care.models import CarePlan, CheckIn, CheckInQuestion
from backend.core import clock
from backend.core.i18n import render
from backend.messaging.models import Delivery
from bots import voice
from tests.bots.conftest import Phones
from tests.care import town as towns
from tests.harness.twilio_server import OUR_NUMBER

HERS = "+8613800000501"
assert voice


def _asked() -> int:
    town = towns.found()
    her = towns.elder(town, "陈秀英", 501, "voice", "telegram")
    towns.plan(town, her, called="陈奶奶", channels="voice,telegram")
    return her


def test_she_picks_up_and_presses_one(quick_phones: Phones) -> None:
    with clock.stopped(towns.local(3, time(7, 55))) as hands:
        _asked()
        hands.forward(minutes=5)
        asking.due()
        ringing = Delivery.get(Delivery.channel == "voice")
        call = quick_phones.call(
            OUR_NUMBER, ["1"], path=f"/hooks/voice/out?d={ringing.id}", sid="CA7", Direction="outbound-api", To=HERS
        )  # fmt: skip
        assert "陈奶奶早上好，我来问问您，今天都好吗？" in call.text
        assert "我很好，请按 1" in call.text and "需要帮忙，请按 2" in call.text
        assert "那就好，祝您今天顺心。" in call.text
        assert CheckIn.get().status == "well"


def test_who_is_asked_by_phone_is_told_of_keys_and_who_hears_it_of_nothing_to_type(
    quick_phones: Phones,
) -> None:
    town = towns.found()
    first = towns.local(3, time(8)).date()
    for room, channel, way in ((501, "voice", "按 1"), (502, "sms", "回“1”")):
        her = towns.elder(town, "陈秀英", room, channel)
        towns.plan(town, her, channels=channel)
        said = wording.plan_confirmed(CarePlan.get_by_id(her), first)
        assert way in render(said.text, "zh_CN") and "1" in render(said.short, "zh_CN")
        heard = render(said.spoken, "zh_CN")
        assert "安排好了" in heard and "回" not in heard and "按" not in heard


def test_what_a_machine_took_is_asked_elsewhere_at_once(quick_phones: Phones) -> None:
    with clock.stopped(towns.local(3, time(7, 55))) as hands:
        _asked()
        hands.forward(minutes=5)
        asking.due()
        ringing = Delivery.get(Delivery.channel == "voice")
        quick_phones.post(
            f"/hooks/voice/status?d={ringing.id}&a=1",
            {"CallSid": "CA8", "CallStatus": "completed", "AnsweredBy": "machine_end_beep", "To": HERS},
        )
        following.remind()
        assert [q.channel for q in CheckInQuestion.select().order_by(CheckInQuestion.id)] == [
            "voice",
            "telegram",
        ]
